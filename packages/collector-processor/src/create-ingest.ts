import type { Clock } from './clock.ts';
import type { Delivery } from './delivery.ts';
import { CostspanError } from './errors.ts';
import type { FanOut } from './exporters/fan-out.ts';
import type { Ingest, IngestRequest } from './ingest.ts';
import { overloadRetryAfterMs } from './limits.ts';
import { describeFault, type Logger, tidyMessage } from './logger.ts';
import type { CodecResult, Signal } from './otlp/codec.ts';
import type { SelfMetrics } from './self-metrics.ts';
import type { MeterInSteps, SenderContext } from './stages/meter.ts';
import type { MeterLogs } from './stages/meter-logs.ts';
import type { LedgerStore } from './store/ledger-store.ts';
import { countEvents, type ReadLedgerEvents } from './store/received-events.ts';
import type { TenantLimits } from './tenant-limits.ts';
import type { Turns } from './turns.ts';
import { warnOnce } from './warn-once.ts';

/** What taking a request over works with. */
export type IngestOptions = {
  /** The meter of a sender: which one depends on how far the sender is trusted. */
  readonly meterOf: (sender: SenderContext) => MeterInSteps;
  /** Reads the usage that some sources tell in log events, by sender like the meter. Absent: nobody keeps it. */
  readonly meterLogsOf?: (sender: SenderContext) => MeterLogs;
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
  /** Present where events of other ledgers are for this one. */
  readonly intake?: EventIntake;
  readonly metrics: Pick<
    SelfMetrics,
    'spansAccepted' | 'unknownDialect' | 'sampledInput' | 'invalidUtf8' | 'discarded' | 'committed'
  >;
  readonly limits?: Pick<TenantLimits, 'charge'>;
  readonly logger: Logger;
  readonly clock: Clock;
  /** When each request is worked on, and for how long at a time. */
  readonly turns: Turns;
  /** Takes back the memory of a request, and of what was sent on for it, once nobody reads it any more. */
  readonly giveBack?: (bytes: Uint8Array) => void;
};

/** How events of other ledgers come into this one. */
export type EventIntake = {
  readonly read: ReadLedgerEvents;
  readonly receive: LedgerStore['receive'];
  /** Whether what this sender's ledger decided is booked as it comes. */
  readonly isTrusted: (sender: SenderContext) => boolean;
};

/**
 * Takes requests over in the order that makes an acknowledgement worth something: price, forward to every required
 * destination, commit to the ledger, and only then accept. A request that is not accepted left nothing in the ledger.
 */
export function createIngest(given: IngestOptions): Ingest {
  const options = { ...given, warnOfSampling: warnOnce(given.logger, sampledInput) };
  return async (request) => {
    options.limits?.charge(request.sender, 'bytes', request.body.length);
    await options.turns.take();
    const read =
      request.encoding === 'json'
        ? options.toProtobuf(request.signal, request.body)
        : { kind: 'ok' as const, body: request.body };
    if (read.kind === 'invalid') return invalid(read);
    const delivery = await take(read.body, request, options);
    // What was not accepted may still be on its way somewhere, and a queue reads it later.
    const isFree = delivery.kind === 'accepted' && !options.fanOuts[request.signal].hasQueues;
    if (isFree) for (const memory of [request.body, read.body]) options.giveBack?.(memory);
    return delivery;
  };
}

const sampledInput =
  'spans of sampled traces arrive: what the dropped ones cost is unknown; send to costspan before sampling, or use the sampler of @costspan/sdk';

type WorkingOptions = IngestOptions & { readonly warnOfSampling: () => void };

async function take(body: Uint8Array, request: IngestRequest, options: WorkingOptions): Promise<Delivery> {
  if (request.signal === 'traces') return takeTraces(body, request, options);
  if (request.signal !== 'logs') return takeOther(body, request, options);
  const delivery =
    options.intake === undefined
      ? await takeOther(body, request, options)
      : await takeLogs(body, request, { ...options, intake: options.intake });
  return delivery.kind === 'accepted' ? ((await takeUsage(body, request, options)) ?? delivery) : delivery;
}

/** Keeps what log events say that calls used, once the request went on; returns the delivery to answer with when that failed. */
async function takeUsage(body: Uint8Array, { sender }: IngestRequest, options: IngestOptions): Promise<Delivery | undefined> {
  const metered = options.meterLogsOf?.(sender)(body, sender);
  if (metered === undefined) return undefined;
  const unsafe = await commit(metered.facts.spanCount, (ledger) => ledger.commit(metered.facts), options);
  if (unsafe === undefined) options.metrics.spansAccepted(0, metered.pricedCount, metered.unpriced);
  return unsafe;
}

async function takeTraces(body: Uint8Array, { sender, abort }: IngestRequest, options: WorkingOptions): Promise<Delivery> {
  const metered = await options.turns.finish(options.meterOf(sender)(body, sender));
  if (metered.kind === 'rejected') return metered;
  // Without spans there may still be fields that a later version of OTLP defines: only nothing at all is not forwarded.
  if (metered.body.length === 0) return { kind: 'accepted' };
  const outgoing = { signal: 'traces', body: metered.body, itemCount: metered.spanCount } as const;
  const delivery = await options.fanOuts.traces.deliver(outgoing, abort);
  if (delivery.kind !== 'accepted') return delivery;
  const unsafe = await commit(metered.facts.spanCount, (ledger) => ledger.commit(metered.facts), options);
  if (unsafe !== undefined) return unsafe;
  options.fanOuts.traces.pass(outgoing);
  if (!options.fanOuts.traces.hasQueues) options.giveBack?.(metered.body);
  if (metered.invalidUtf8Count > 0) options.metrics.invalidUtf8(metered.invalidUtf8Count);
  options.limits?.charge(sender, 'spans', metered.spanCount);
  if (metered.sampledSpanCount > 0) {
    options.metrics.sampledInput(metered.sampledSpanCount);
    options.warnOfSampling();
  }
  options.metrics.spansAccepted(metered.spanCount, metered.pricedSpanCount, metered.unpriced);
  for (const scope of metered.unknownScopes) options.metrics.unknownDialect(scope);
  return delivery;
}

/** Makes so many facts durable; returns the delivery to answer with when that failed. */
async function commit(
  facts: number,
  write: (ledger: NonNullable<IngestOptions['ledger']>) => Promise<void>,
  { ledger, metrics, logger, clock }: IngestOptions,
): Promise<Delivery | undefined> {
  if (ledger === undefined || facts === 0) return undefined;
  const startedMs = clock.nowMs();
  try {
    await write(ledger);
    metrics.committed(facts, clock.nowMs() - startedMs);
    return undefined;
  } catch (error) {
    logger.error('the ledger could not take a request; its sender was told to come back', {
      // What the ledger itself says has nothing of the request in it.
      ...(error instanceof CostspanError ? { problem: tidyMessage(error.message) } : { fault: describeFault(error) }),
    });
    return {
      kind: 'retryable',
      message: 'the ledger cannot take it now; send it again after the delay',
      retryAfterMs: overloadRetryAfterMs,
    };
  }
}

/** Events of other ledgers are booked here and go no further; all other records go on as they came. */
async function takeLogs(
  body: Uint8Array,
  request: IngestRequest,
  options: IngestOptions & { readonly intake: EventIntake },
): Promise<Delivery> {
  const { intake } = options;
  const read = intake.read(body, request.sender.tenant);
  if (read.kind === 'invalid') return invalid(read);
  const count = countEvents(read.events);
  if (count + read.rejectedCount === 0) return takeOther(body, request, options);
  if (!intake.isTrusted(request.sender)) {
    return {
      kind: 'rejected',
      reason: 'forbidden',
      message: 'entry events are not taken from this sender; set trust.entries, or tenants.trust.<tenant>.entries',
    };
  }
  if (read.restCount > 0) {
    const delivery = await takeOther(read.rest, request, options);
    if (delivery.kind !== 'accepted') return delivery;
  } else if (read.invalidUtf8Count > 0) options.metrics.invalidUtf8(read.invalidUtf8Count);
  const unsafe = await commit(count, () => intake.receive(read.events), options);
  if (unsafe !== undefined) return unsafe;
  if (read.rejectedCount === 0) return { kind: 'accepted' };
  options.logger.warn('events of another ledger cannot be booked', { count: read.rejectedCount, problem: read.problem });
  return { kind: 'accepted', partial: { rejectedCount: read.rejectedCount, message: read.problem } };
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
