import { systemClock } from '../clock.ts';
import type { Delivery } from '../delivery.ts';
import { CostspanError } from '../errors.ts';
import type { Exporter, Outgoing } from '../exporters/exporter.ts';
import type { Logger } from '../logger.ts';
import { memoryLimitOf } from '../memory-limit.ts';
import { openPipeline, type Pipeline, type PipelineOptions } from '../pipeline.ts';
import type { Page } from '../receivers/otlp-http/options.ts';
import type { Receiver } from '../receivers/receiver.ts';
import type { Receivers } from '../receivers/start-receivers.ts';
import { stopWithin } from '../stop-within.ts';
import { type Caller, type Channel, connectCalls } from './calls.ts';
import type { Address, ControlCalls, NetworkCalls, NetworkThreadData } from './network-protocol.ts';
import { createSharedAllowance } from './shared-allowance.ts';

/**
 * Takes requests on this thread: network, meter and destinations. What there is only one of (the ledger, files, pages about
 * the whole service, the log) it asks the main thread for.
 */
export async function runNetworkThread(channel: Channel, data: NetworkThreadData, onEnd: () => void): Promise<void> {
  let pipeline: Pipeline | undefined;
  let receivers: Receivers = {};
  let prepared: readonly (() => void)[] = [];
  const listening = (): readonly Receiver[] => [receivers.http, receivers.grpc].flatMap((each) => each ?? []);
  const own: NetworkCalls = {
    prepareReload: async () => {
      const readers = listening().map((receiver) => receiver.prepareTls());
      prepared = await Promise.all([...(pipeline === undefined ? [] : [pipeline.prepareBooks()]), ...readers]);
    },
    finishReload: (use) => {
      if (use) for (const apply of prepared) apply();
      prepared = [];
    },
    metrics: async () => (await pipeline?.metrics.snapshot()) ?? [],
    stop: async (timeoutMs) => {
      if (pipeline !== undefined) await stopWithin(listening(), pipeline, timeoutMs, systemClock);
      // The answer to this question goes first.
      setImmediate(onEnd);
    },
  };
  const control = connectCalls<ControlCalls>(channel, own);
  try {
    pipeline = await openOwnPipeline(data, control);
    receivers = await pipeline.startReceivers(pagesOfMain(data.pagePaths, control));
    await control.ask('listening', { kind: 'listening', ...addressesOf(receivers) });
  } catch (error) {
    await pipeline?.close(AbortSignal.abort());
    const code = error instanceof CostspanError ? { code: error.code } : {};
    await control.ask('listening', { kind: 'failed', ...code, message: error instanceof Error ? error.message : String(error) });
    onEnd();
  }
}

function openOwnPipeline(data: NetworkThreadData, control: Caller<ControlCalls>): Promise<Pipeline> {
  const { config, thread, inFlightSums, sharedLimits, inFlightBytesMax, fileExporters } = data;
  const logger = loggerOfMain(control);
  const isOverMemory = memoryLimitOf({ config, logger, clock: systemClock });
  return openPipeline({
    config,
    logger,
    clock: systemClock,
    random: Math.random,
    allowance: createSharedAllowance(inFlightSums, thread, inFlightBytesMax, isOverMemory),
    openedExporters: new Map(fileExporters.map((name) => [name, exporterOfMain(name, control)])),
    sharedPort: true,
    sharedLimits,
    ...(config.ledger === undefined ? {} : { remoteLedger: remoteLedger(control) }),
  });
}

function exporterOfMain(name: string, { ask }: Caller<ControlCalls>): Exporter {
  return { name, send: (request) => sendCopy(name, request, ask), close: async () => undefined };
}

/** Copying a part of some memory to another thread copies all of that memory, so the part is copied here and given away. */
function sendCopy(exporter: string, request: Outgoing, ask: Caller<ControlCalls>['ask']): Promise<Delivery> {
  const body = new Uint8Array(request.body);
  return ask('send', { exporter, request: { ...request, body } }, [body.buffer]);
}

function loggerOfMain({ ask }: Caller<ControlCalls>): Logger {
  const logAt =
    (severity: keyof Logger): Logger['info'] =>
    (message, fields = {}) => {
      // A main thread that has gone reads no log.
      ask('log', { severity, message, fields }).catch(() => undefined);
    };
  return { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
}

function pagesOfMain(paths: readonly string[], { ask }: Caller<ControlCalls>): Readonly<Record<string, Page>> {
  return Object.fromEntries(paths.map((path) => [path, () => ask('page', path)]));
}

function addressesOf({ http, grpc }: Receivers): { readonly http?: Address; readonly grpc?: Address } {
  const addressOf = ({ port, url }: Receiver): Address => ({ port, url });
  return { ...(http && { http: addressOf(http) }), ...(grpc && { grpc: addressOf(grpc) }) };
}

/** The ledger of the main thread. */
function remoteLedger(control: Caller<ControlCalls>): NonNullable<PipelineOptions['remoteLedger']> {
  return {
    commit: (facts) => control.ask('commit', facts, [facts.bytes.buffer]),
    receive: (events) => control.ask('receive', events),
    claim: (claims) => control.ask('claim', claims),
    record: (item) => control.ask('record', item),
  };
}
