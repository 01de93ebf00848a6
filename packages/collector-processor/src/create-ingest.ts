import type { Clock } from './clock.ts';
import type { Delivery } from './delivery.ts';
import type { FanOut } from './exporters/fan-out.ts';
import type { Ingest, IngestRequest } from './ingest.ts';
import { overloadRetryAfterMs } from './limits.ts';
import { describeFault, type Logger } from './logger.ts';
import type { CodecResult, Signal } from './otlp/codec.ts';
import type { SelfMetrics } from './self-metrics.ts';
import type { Meter, SenderContext } from './stages/meter.ts';
import type { LedgerStore } from './store/ledger-store.ts';

/** What taking a request over works with. */
export type IngestOptions = {
  /** The meter of a sender: which one depends on how far the sender is trusted. */
  readonly meterOf: (sender: SenderContext) => Meter;
  readonly fanOuts: Readonly<Record<Signal, FanOut>>;
  /** Absent: the ledger is off. */
  readonly ledger?: Pick<LedgerStore, 'commit'>;
  /** Reads OTLP/JSON. */
  readonly toProtobuf: (signal: Signal, body: Uint8Array) => CodecResult<{ readonly body: Uint8Array }>;
  /** Checks a protobuf request that no meter reads. */
  readonly validate: (
    signal: Signal,
    body: Uint8Array,
  ) => CodecResult<{ readonly itemCount: number; readonly invalidUtf8Count: number }>;
  readonly metrics: Pick<SelfMetrics, 'spansAccepted' | 'invalidUtf8' | 'discarded' | 'committed'>;
  readonly logger: Logger;
  readonly clock: Clock;
};

/**
 * Takes requests over in the order that makes an acknowledgement worth something: price, forward to every required
 * destination, commit to the ledger, and only then accept. A request that is not accepted left nothing in the ledger.
 */
export function createIngest(options: IngestOptions): Ingest {
  return async (request) => {
    const read =
      request.encoding === 'json'
        ? options.toProtobuf(request.signal, request.body)
        : { kind: 'ok' as const, body: request.body };
    if (read.kind === 'invalid') return invalid(read);
    return request.signal === 'traces' ? takeTraces(read.body, request, options) : takeOther(read.body, request, options);
  };
}

async function takeTraces(body: Uint8Array, { sender, abort }: IngestRequest, options: IngestOptions): Promise<Delivery> {
  const metered = options.meterOf(sender)(body, sender);
  if (metered.kind === 'rejected') return metered;
  // Without spans there may still be fields that a later version of OTLP defines: only nothing at all is not forwarded.
  if (metered.body.length === 0) return { kind: 'accepted' };
  const outgoing = { signal: 'traces', body: metered.body, itemCount: metered.spanCount } as const;
  const delivery = await options.fanOuts.traces.deliver(outgoing, abort);
  if (delivery.kind !== 'accepted') return delivery;
  const unsafe = await commit(metered.facts, options);
  if (unsafe !== undefined) return unsafe;
  options.fanOuts.traces.pass(outgoing);
  if (metered.invalidUtf8Count > 0) options.metrics.invalidUtf8(metered.invalidUtf8Count);
  options.metrics.spansAccepted(metered.spanCount, metered.pricedSpanCount, metered.unpriced);
  return delivery;
}

/** Makes the facts durable; returns the delivery to answer with when that failed. */
async function commit(
  facts: Parameters<LedgerStore['commit']>[0],
  { ledger, metrics, logger, clock }: IngestOptions,
): Promise<Delivery | undefined> {
  if (ledger === undefined || facts.length === 0) return undefined;
  const startedMs = clock.nowMs();
  try {
    await ledger.commit(facts);
    metrics.committed(facts.length, clock.nowMs() - startedMs);
    return undefined;
  } catch (error) {
    logger.error('the ledger could not take a request; its sender was told to come back', { fault: describeFault(error) });
    return {
      kind: 'retryable',
      message: 'the ledger cannot take it now; send it again after the delay',
      retryAfterMs: overloadRetryAfterMs,
    };
  }
}

/** Logs and metrics go on as they came. */
async function takeOther(body: Uint8Array, { signal, abort }: IngestRequest, options: IngestOptions): Promise<Delivery> {
  const checked = options.validate(signal, body);
  if (checked.kind === 'invalid') return invalid(checked);
  const fanOut = options.fanOuts[signal];
  if (checked.invalidUtf8Count > 0) options.metrics.invalidUtf8(checked.invalidUtf8Count);
  if (!fanOut.hasDestinations) {
    options.metrics.discarded(signal, checked.itemCount);
    return { kind: 'accepted' };
  }
  if (body.length === 0) return { kind: 'accepted' };
  const outgoing = { signal, body, itemCount: checked.itemCount };
  const delivery = await fanOut.deliver(outgoing, abort);
  if (delivery.kind === 'accepted') fanOut.pass(outgoing);
  return delivery;
}

function invalid({ where, problem, offset }: Extract<CodecResult<object>, { kind: 'invalid' }>): Delivery {
  const place = offset === undefined ? where : `${where} (byte ${offset})`;
  return { kind: 'rejected', reason: 'invalid', message: `not OTLP: ${place}: ${problem}` };
}
