import type { CompletedOutcomes } from '@costspan/ledger';
import { formatBookIssue } from '@costspan/pricebook';
import { type Api, createApi } from './api/api.ts';
import { type BufferPool, createBufferPool } from './buffer-pool.ts';
import type { ByteAllowance } from './byte-allowance.ts';
import type { Clock } from './clock.ts';
import type { Config, TrustConfig } from './config/config.ts';
import { createIngest, type IngestOptions } from './create-ingest.ts';
import { CostspanError } from './errors.ts';
import type { Exporter } from './exporters/exporter.ts';
import { type OpenExporters, openExporters } from './exporters/open-exporters.ts';
import type { Ingest } from './ingest.ts';
import { createLedgerPump } from './ledger-pump.ts';
import type { Logger } from './logger.ts';
import { loadReadingFiles, type ReadingFiles, readingConfig } from './meter-config.ts';
import { type CostMetrics, createCostMetrics } from './metrics-out/cost-metrics.ts';
import { createCostThread } from './metrics-out/cost-thread.ts';
import { optional } from './optional.ts';
import type { RewriteTracesInSteps } from './otlp/codec.ts';
import { rewriteTracesInSteps } from './otlp/rewrite-traces.ts';
import { visitLogRecords } from './otlp/visit-log-records.ts';
import { createAuthenticate } from './receivers/authentication.ts';
import { limitSenders } from './receivers/limit-senders.ts';
import type { Page } from './receivers/otlp-http/options.ts';
import { type Receivers, startReceivers } from './receivers/start-receivers.ts';
import { createSelfMetrics, type SelfMetrics } from './self-metrics.ts';
import { createMeterInSteps } from './stages/create-meter.ts';
import type { MeterInSteps, SenderContext } from './stages/meter.ts';
import { createMeterLogs, type MeterLogs } from './stages/meter-logs.ts';
import { inMemory } from './store/ledger-file.ts';
import type { LedgerStore } from './store/ledger-store.ts';
import { type OpenLedger, openLedger } from './store/open-ledger.ts';
import { readLedgerEvents } from './store/read-ledger-events.ts';
import { createTenantLimits, type SharedLimits } from './tenant-limits.ts';
import { createTurns } from './turns.ts';
import { answerCodec, outgoingCodec, responseCodec, toProtobuf, validate } from './wire-codecs.ts';

/** What passed through a pipeline since it was opened. */
export type PipelineTotals = {
  readonly spans: number;
  readonly pricedSpans: number;
  /** Cost-bearing spans without a price, by reason. */
  readonly unpriced: Readonly<Record<string, number>>;
};

/** Meter, ledger and destinations of one configuration, put together. */
export type Pipeline = {
  readonly ingest: Ingest;
  readonly metrics: SelfMetrics;
  /** Absent: the ledger is off. */
  readonly api?: Api;
  readonly totals: () => PipelineTotals;
  /** Starts every receiver of the configuration. Rejects, with none of them listening, when one cannot. */
  readonly startReceivers: (pages: Readonly<Record<string, Page>>) => Promise<Receivers>;
  /** Sends what changed in the ledger. False when something could not be sent. */
  readonly flush: (abort: AbortSignal) => Promise<boolean>;
  /** Absent: the ledger is off, or another thread's. */
  readonly ledger?: OpenLedger;
  /** What the ledger adds up to. Absent where the ledger is, and offline. */
  readonly costs?: CostMetrics;
  /** Delivers metrics of the service itself, by destination. */
  readonly sendMetrics: OpenExporters['sendMetrics'];
  /** Loads the price books again and resolves with what makes the next request use them. Rejects when one is bad. */
  readonly prepareBooks: () => Promise<() => void>;
  /** Sends what is left until `abort`, then closes everything. */
  readonly close: (abort: AbortSignal) => Promise<void>;
};

/** What a pipeline works with. */
export type PipelineOptions = {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly allowance: ByteAllowance;
  /** In the place of the destinations that the configuration names. */
  readonly exporters?: OpenExporters;
  /** Destinations that are open already, by name. Whoever opened them closes them. */
  readonly openedExporters?: ReadonlyMap<string, Exporter>;
  /** A ledger of another thread, in the place of the one that the configuration names. */
  readonly remoteLedger?: Pick<LedgerStore, 'commit' | 'receive' | 'claim' | 'record'>;
  /** Whether other threads listen on the same ports. Default: no. */
  readonly sharedPort?: boolean;
  /** What other threads count limits of tenants with. Default: there are none. */
  readonly sharedLimits?: SharedLimits;
};

/** Opens price books, ledger and destinations. Rejects with a {@link CostspanError} and leaves nothing open. */
export async function openPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { config, logger, clock } = options;
  const loadFiles = (): Promise<ReadingFiles> =>
    loadReadingFiles(config, (warning) => logger.warn('price book', { problem: formatBookIssue(warning) }));
  let files = await loadFiles();
  const pool = poolOf(options);
  let meters = metersOf(config, files, pool);
  const ledger = await openOwnLedger(options);
  let exporters: OpenExporters | undefined;
  const metrics = createSelfMetrics({
    inFlightBytes: options.allowance.takenBytes,
    inFlightBytesMax: config.service.inFlightBytesMax,
    queueBytes: () => exporters?.queueBytes() ?? {},
    book: () => files.book,
    ledgerCounters: () => ledger?.counters(),
    nowMs: clock.nowMs,
  });
  try {
    const opened = options.openedExporters ?? new Map<string, Exporter>();
    exporters = options.exporters ?? (await openExporters({ ...options, opened, codec: outgoingCodec, answerCodec, metrics }));
  } catch (error) {
    metrics.close();
    await ledger?.close();
    throw error;
  }
  const { fanOuts, sendRecords, sendEntries, close: closeExporters } = exporters;
  const totals = countTotals(metrics);
  const store = options.remoteLedger ?? ledger;
  const trust = trustOf(config);
  const limits = createTenantLimits(config, options.sharedLimits);
  const counted = { ...metrics, spansAccepted: totals.add };
  const ingest = ingestOf({ meters: () => meters, store, fanOuts, trust, pool, metrics: counted, logger, clock, limits });
  const { handoffKeys, pricing } = config;
  const api =
    store &&
    createApi({
      ...{ ingest, ledger: store, trustOf: trust, handoffKeys, pricing, book: () => files.book, clock },
      ...optional('ledgerFile', config.ledger?.file === inMemory ? undefined : config.ledger?.file),
    });
  const pump =
    ledger === undefined
      ? undefined
      : createLedgerPump({ ledger, sendRecords, sendEntries, intervalMs: config.records.intervalMs, clock, metrics, logger });
  pump?.start();
  const costs = costsOf(options);
  return {
    ingest,
    metrics,
    ...optional('ledger', ledger),
    ...optional('costs', costs),
    sendMetrics: exporters.sendMetrics,
    ...optional('api', api),
    totals: totals.read,
    startReceivers: (pages) => {
      const authenticate = limitSenders(createAuthenticate(config.tenantKeys, config.tenantHeader), limits, metrics);
      const common = { ...options, ingest, authenticate, codec: responseCodec, metrics, pool, ...optional('api', api) };
      return startReceivers(config, common, pages);
    },
    flush: async (abort) => (await pump?.flush(abort)) ?? true,
    prepareBooks: async () => {
      const loaded = await loadFiles();
      return () => {
        files = loaded;
        meters = metersOf(config, loaded, pool);
      };
    },
    close: async (abort) => {
      await pump?.stop();
      if (!abort.aborted) await pump?.flush(abort);
      await closeExporters(abort);
      await costs?.close();
      await ledger?.close();
      metrics.close();
    },
  };
}

type IngestParts = Pick<IngestOptions, 'fanOuts' | 'metrics' | 'logger' | 'clock' | 'limits'> & {
  readonly meters: () => Meters;
  readonly store: PipelineOptions['remoteLedger'];
  readonly trust: (sender: SenderContext) => TrustConfig;
  readonly pool: BufferPool | undefined;
};

function ingestOf({ meters, store, trust, pool, ...parts }: IngestParts): Ingest {
  return createIngest({
    ...parts,
    meterOf: (sender) => meters().spans(sender),
    ...optional('meterLogsOf', store && ((sender: SenderContext) => meters().logs(sender))),
    ...optional('ledger', store),
    ...optional(
      'intake',
      store && { read: readLedgerEvents, receive: store.receive, isTrusted: (sender) => trust(sender).entries },
    ),
    toProtobuf: (signal, body) => toProtobuf(signal, body, pool?.take),
    validate,
    turns: createTurns(),
    ...optional('giveBack', pool?.giveBack),
  });
}

/** The ledger that is this pipeline's own. Who works on a file offline leaves as it is what the service says about it. */
async function openOwnLedger({ config, clock, exporters, remoteLedger }: PipelineOptions): Promise<OpenLedger | undefined> {
  const { ledger, pricing, records } = config;
  if (ledger === undefined || remoteLedger !== undefined) return undefined;
  const isService = exporters === undefined;
  const completed = completedOutcomes(config);
  return openLedger({
    ...{ ...ledger, currency: pricing.currency, clock },
    ...(isService || Object.keys(completed).length > 0 ? { completed } : {}),
    ...(isService ? { sendsEntries: records.entries.length > 0 } : {}),
  });
}

/** The metrics of the ledger that is this pipeline's own. Offline nobody asks for them. */
function costsOf({ config: { ledger }, clock, logger, exporters, remoteLedger }: PipelineOptions): CostMetrics | undefined {
  if (ledger === undefined || remoteLedger !== undefined || exporters !== undefined) return undefined;
  return createCostMetrics({ thread: createCostThread(ledger.file), clock, logger });
}

/** Files of an offline run keep what they are given, so its memory is not used again. */
function poolOf({ exporters }: PipelineOptions): BufferPool | undefined {
  return exporters === undefined ? createBufferPool() : undefined;
}

/** Kept in the ledger file, so that a report needs no configuration. */
function completedOutcomes({ workItems }: Config): CompletedOutcomes {
  return Object.fromEntries(Object.entries(workItems.types).map(([type, { completed }]) => [type, completed]));
}

/** What reads spans and log events of a sender: senders differ by how far they are trusted. */
type Meters = { readonly spans: (sender: SenderContext) => MeterInSteps; readonly logs: (sender: SenderContext) => MeterLogs };

function metersOf(config: Config, files: ReadingFiles, pool: BufferPool | undefined): Meters {
  const keepsFacts = config.ledger !== undefined;
  const rewrite: RewriteTracesInSteps = (body, given, onSpan) =>
    rewriteTracesInSteps(body, { ...given, ...optional('allocate', pool?.take) }, onSpan);
  return {
    spans: bySender(config, (trust) => {
      const common = { ...readingConfig(config, trust), ...files, emitterName: 'costspan', keepsFacts };
      return createMeterInSteps({ ...common, rewriteTracesInSteps: rewrite });
    }),
    logs: bySender(config, (trust) => createMeterLogs({ ...readingConfig(config, trust), visitLogRecords, ...files })),
  };
}

/** What there is of each sender, made once by how far it is trusted. */
function bySender<Value>(config: Config, valueFor: (trust: TrustConfig) => Value): (sender: SenderContext) => Value {
  const common = valueFor(config.trust);
  const byTenant = new Map(Object.entries(config.trustByTenant).map(([tenant, trust]) => [tenant, valueFor(trust)]));
  return ({ tenant }) => (tenant === undefined ? common : (byTenant.get(tenant) ?? common));
}

/** How far a sender is trusted. */
function trustOf({ trust, trustByTenant }: Config): (sender: SenderContext) => TrustConfig {
  return ({ tenant }) => (tenant === undefined ? trust : (trustByTenant[tenant] ?? trust));
}

/** Adds up what the metrics count, for whoever asks without reading metrics. */
function countTotals(metrics: SelfMetrics): { readonly add: SelfMetrics['spansAccepted']; readonly read: () => PipelineTotals } {
  let [spans, pricedSpans] = [0, 0];
  const unpriced = new Map<string, number>();
  return {
    add: (count, priced, reasons) => {
      metrics.spansAccepted(count, priced, reasons);
      spans += count;
      pricedSpans += priced;
      for (const [reason, each] of Object.entries(reasons)) unpriced.set(reason, (unpriced.get(reason) ?? 0) + each);
    },
    read: () => ({
      spans,
      pricedSpans,
      unpriced: Object.fromEntries([...unpriced].sort(([one], [other]) => (one < other ? -1 : 1))),
    }),
  };
}
