import type { Clock } from '../clock.ts';
import type { Config, ExporterConfig } from '../config/config.ts';
import type { Delivery } from '../delivery.ts';
import type { Logger } from '../logger.ts';
import type { Signal } from '../otlp/codec.ts';
import type { SelfMetrics } from '../self-metrics.ts';
import type { AnswerCodec } from './answer-codec.ts';
import { readClientTls } from './client-tls.ts';
import { createOtlpExporter, type OutgoingCodec } from './create-otlp-exporter.ts';
import type { Exporter, Outgoing } from './exporter.ts';
import { countDelivery, createFanOut, type FanOut } from './fan-out.ts';
import { openFileExporter } from './file.ts';
import { createHealthLog, type NoteHealth } from './health-log.ts';
import { createHttpTransport } from './otlp-http/transport.ts';
import { probe } from './probe.ts';
import { createExportQueue, type ExportQueue } from './queue.ts';
import { createSendRedacted, type SendRedacted } from './send-redacted.ts';

/** Every destination of a configuration, open. */
export type OpenExporters = {
  readonly fanOuts: Readonly<Record<Signal, FanOut>>;
  /** Delivers records to every destination of theirs; undefined when there is none. */
  readonly sendRecords: SendRedacted | undefined;
  /** Delivers entry events to every destination of theirs; undefined when there is none. */
  readonly sendEntries: SendRedacted | undefined;
  /** Delivers a metrics request of the service itself, by destination. */
  readonly sendMetrics: ReadonlyMap<string, SendMetrics>;
  /** Bytes waiting, by destination. */
  readonly queueBytes: () => Readonly<Record<string, number>>;
  /** Sends what waits in queues, until `abort`, then closes every destination. */
  readonly close: (abort: AbortSignal) => Promise<void>;
};

/** Delivers a request to one destination. Never rejects. */
export type SendMetrics = (request: Outgoing, abort: AbortSignal) => Promise<Delivery>;

/** What destinations work with. */
export type OpenExportersOptions = {
  readonly config: Pick<Config, 'exporters' | 'records' | 'service'>;
  readonly codec: OutgoingCodec;
  readonly answerCodec: AnswerCodec;
  readonly metrics: SelfMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** Destinations that are open already, by name. Whoever opened them closes them. */
  readonly opened?: ReadonlyMap<string, Exporter>;
};

/** Opens every destination that some signal or the records use. Rejects when a file of one cannot be used. */
export async function openExporters(options: OpenExportersOptions): Promise<OpenExporters> {
  const { config, opened = new Map<string, Exporter>() } = options;
  const lists = { ...config.service.exporters, records: config.records.exporters, entries: config.records.entries };
  const ownMetrics = config.service.metricsOut.exporters;
  const names = [...new Set([...Object.values(lists).flat(), ...ownMetrics])];
  const own = new Map<string, Exporter>();
  try {
    for (const name of names) {
      const exporterConfig = config.exporters[name];
      if (exporterConfig !== undefined && !opened.has(name)) own.set(name, await openExporter(name, exporterConfig, options));
    }
  } catch (error) {
    await closeAll(own);
    throw error;
  }
  const exporters = new Map([...opened, ...own]);
  const noteHealth = createHealthLog(options.logger);
  const queues: ExportQueue[] = [];
  const givenUp = new Map<string, number>();
  const fanOutOf = (signal: keyof typeof lists): FanOut => {
    const { required, others } = chooseRequired(lists[signal], config.exporters);
    const queued = others.flatMap((name) => queueOf(name, exporters, options, { noteHealth, givenUp }) ?? []);
    queues.push(...queued);
    return createFanOut({
      required: required.flatMap((name) => exporters.get(name) ?? []),
      queued,
      acknowledgeWithinMs: config.service.acknowledgeWithinMs,
      metrics: options.metrics,
      noteHealth,
      onDropped: (exporter) => options.logger.warn('a queue is full; requests are dropped', { exporter }),
    });
  };
  const fanOuts = { traces: fanOutOf('traces'), logs: fanOutOf('logs'), metrics: fanOutOf('metrics') };
  // Records and entries wait in the ledger, and metrics come again, so every destination of theirs is a required one.
  const allOf = (list: readonly string[]): FanOut =>
    createFanOut({
      required: list.flatMap((name) => exporters.get(name) ?? []),
      queued: [],
      acknowledgeWithinMs: config.service.acknowledgeWithinMs,
      metrics: options.metrics,
      noteHealth,
      onDropped: () => undefined,
    });
  void sayWhatIsDown(names, options);
  return {
    fanOuts,
    sendRecords: createSendRedacted(lists.records, config.records.redact, allOf),
    sendEntries: createSendRedacted(lists.entries, config.records.redact, allOf),
    sendMetrics: new Map(ownMetrics.map((name) => [name, allOf([name]).deliver])),
    queueBytes: () => {
      // A destination of several signals has a queue for each.
      const bytes: Record<string, number> = {};
      for (const { name, waitingBytes } of queues) bytes[name] = (bytes[name] ?? 0) + waitingBytes();
      return bytes;
    },
    close: async (abort) => {
      await Promise.all(queues.map((queue) => queue.drain(abort)));
      // Nobody reads the counters of a process that ends.
      for (const [exporter, items] of givenUp) options.logger.warn('given up at shutdown: not sent in time', { exporter, items });
      await closeAll(own);
    },
  };
}

async function closeAll(exporters: ReadonlyMap<string, Exporter>): Promise<void> {
  await Promise.all([...exporters.values()].map((each) => each.close()));
}

/** The destinations whose answer a sender waits for: those marked so, else the first unless it is marked otherwise. */
function chooseRequired(
  names: readonly string[],
  configs: Config['exporters'],
): { readonly required: readonly string[]; readonly others: readonly string[] } {
  const marked = names.filter((name) => configs[name]?.required === true);
  const first = names.slice(0, 1).filter((name) => configs[name]?.required !== false);
  const required = marked.length > 0 ? marked : first;
  return { required, others: names.filter((name) => !required.includes(name)) };
}

async function openExporter(name: string, config: ExporterConfig, options: OpenExportersOptions): Promise<Exporter> {
  const { codec, answerCodec, metrics, clock, random } = options;
  const common = { name, codec, metrics, clock, random };
  switch (config.type) {
    case 'otlp_http': {
      const tls = await readClientTls(config.tls, name);
      return createOtlpExporter({
        ...common,
        config,
        transport: createHttpTransport({ name, config, tls, codec: answerCodec, clock }),
      });
    }
    case 'otlp_grpc': {
      const tls = await readClientTls(config.tls, name);
      // Loaded when it is needed: most configurations do without, and it takes its time.
      const { createGrpcTransport } = await import('./otlp-grpc/transport.ts');
      const transport = createGrpcTransport({ name, config, tls, codec: answerCodec });
      return createOtlpExporter({ ...common, config: { ...config, encoding: 'proto' }, transport });
    }
    case 'file':
      return openFileExporter({ name, config, toJson: codec.toJson });
    default:
      return config satisfies never;
  }
}

function queueOf(
  name: string,
  exporters: ReadonlyMap<string, Exporter>,
  { config, metrics }: OpenExportersOptions,
  { noteHealth, givenUp }: { readonly noteHealth: NoteHealth; readonly givenUp: Map<string, number> },
): ExportQueue | undefined {
  const exporter = exporters.get(name);
  const bounds = config.exporters[name]?.queue;
  if (exporter === undefined || bounds === undefined) return undefined;
  return createExportQueue(exporter, bounds, (request, delivery) => {
    if (delivery === undefined) {
      givenUp.set(name, (givenUp.get(name) ?? 0) + request.itemCount);
      return metrics.sendFailed(name, request.signal, 'shutdown', request.itemCount);
    }
    noteHealth(name, delivery);
    if (delivery.kind === 'retryable') metrics.sendFailed(name, request.signal, 'gave-up', request.itemCount);
    countDelivery(metrics, name, request, delivery);
  });
}

/** A destination that is down is no reason not to start, but one to say so. */
async function sayWhatIsDown(names: readonly string[], { config, logger }: OpenExportersOptions): Promise<void> {
  for (const name of names) {
    const exporter = config.exporters[name];
    if (exporter === undefined || exporter.type === 'file') continue;
    const url = new URL(exporter.type === 'otlp_http' ? exporter.urls.traces : `http://${exporter.address}`);
    const code = await probe(url);
    if (code !== undefined) {
      logger.warn('destination does not answer yet; it is tried again with every request', {
        exporter: name,
        address: url.host,
        code,
      });
    }
  }
}
