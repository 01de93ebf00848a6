import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';
import { watchEventLoop } from './event-loop-delay.ts';
import { unknownScopesMax } from './limits.ts';
import type { Signal } from './otlp/codec.ts';
import { counter, gauge, gaugeBy, histogram } from './prometheus.ts';
import type { UnknownScope } from './stages/meter.ts';
import type { LimitedAmount } from './tenant-limits.ts';

/** What the service counts about itself. Labels are few and fixed: never an item, or a tenant or anything else that a sender chooses. */
export type SelfMetrics = {
  readonly requestAnswered: (signal: Signal, status: number, durationMs: number) => void;
  /** Refused for a limit of a tenant, as the configuration names the tenant. */
  readonly requestLimited: (tenant: string, limit: LimitedAmount) => void;
  readonly connectionDropped: () => void;
  readonly received: (signal: Signal, bytes: number) => void;
  /** Spans of an acknowledged request. */
  readonly spansAccepted: (spans: number, priced: number, unpriced: Readonly<Record<string, number>>) => void;
  /** Spans that look like model calls and that no dialect reads. */
  readonly unknownDialect: (scope: UnknownScope) => void;
  /** Cost-bearing spans whose trace state says that traces like theirs were dropped before they came here. */
  readonly sampledInput: (spans: number) => void;
  readonly invalidUtf8: (texts: number) => void;
  readonly sent: (exporter: string, signal: Signal, items: number) => void;
  /** A request that a destination will never get. */
  readonly sendFailed: (exporter: string, signal: Signal, reason: SendFailure, items: number) => void;
  readonly retried: (exporter: string) => void;
  /** Items of delivered requests that a destination, or a size limit, did not take. */
  readonly itemsRejected: (exporter: string, signal: Signal, items: number) => void;
  /** Items accepted although no destination is configured for their signal. */
  readonly discarded: (signal: Signal, items: number) => void;
  readonly committed: (facts: number, durationMs: number) => void;
  readonly recordsSent: (records: number) => void;
  readonly recordsFailed: () => void;
  readonly eventsSent: (events: number) => void;
  readonly eventsFailed: () => void;
  /** Everything in the text format of Prometheus, added up with what other threads have counted. */
  readonly text: (others?: readonly MetricsSnapshot[]) => Promise<string>;
  /** Everything as data that can be sent to another thread. */
  readonly snapshot: () => Promise<MetricsSnapshot>;
  /** Stops measuring. */
  readonly close: () => void;
};

/** Content type of the text. */
export const metricsContentType: string = Registry.PROMETHEUS_CONTENT_TYPE;

/** What a thread has counted. */
export type MetricsSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

/** Why a request was given up. */
export type SendFailure = 'rejected' | 'gave-up' | 'queue-full' | 'shutdown';

/** Values read when metrics are asked for. */
export type Gauges = {
  readonly inFlightBytes: () => number;
  readonly inFlightBytesMax: number;
  readonly queueBytes: () => Readonly<Record<string, number>>;
  readonly book: () => { readonly version: string; readonly sha256: string };
  /** Spans the ledger could not treat like others, by kind; undefined: the ledger is off. */
  readonly ledgerCounters: () => Promise<Readonly<Record<string, number>>> | undefined;
  readonly nowMs: () => number;
};

/** Creates the metrics of one service. Several services in one process do not share anything. */
export function createSelfMetrics(gauges: Gauges): SelfMetrics {
  const registry = new Registry();
  const receiver = receiverMetrics(registry);
  const meter = meterMetrics(registry);
  const exporter = exporterMetrics(registry);
  const ledger = ledgerMetrics(registry);
  addGauges(registry, gauges);
  const loop = watchEventLoop();
  const delay = 'How late the event loop ran, 99th percentile since the last look.';
  gauge(registry, 'event_loop_delay_p99_seconds', delay, loop.p99Seconds);
  return {
    ...receiver,
    ...meter,
    ...exporter,
    ...ledger,
    text: async (others = []) =>
      others.length === 0 ? registry.metrics() : mergedText([await registry.getMetricsAsJSON(), ...others]),
    snapshot: () => registry.getMetricsAsJSON(),
    close: loop.stop,
  };
}

function mergedText(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics();
}

/** What several threads have counted, added up. */
export function mergeSnapshots(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  return AggregatorRegistry.aggregate([...snapshots]).getMetricsAsJSON();
}

function receiverMetrics(
  registry: Registry,
): Pick<SelfMetrics, 'requestAnswered' | 'requestLimited' | 'connectionDropped' | 'received' | 'discarded'> {
  const requests = counter(registry, 'receiver_requests', 'Requests answered, by signal and HTTP status.', ['signal', 'code']);
  const durations = histogram(
    registry,
    'receiver_request_duration_seconds',
    'Time from the headers of a request to its answer.',
    ['signal'],
  );
  const limited = counter(
    registry,
    'receiver_limited_requests',
    'Requests refused because their tenant was over a limit, by tenant as the configuration names it.',
    ['tenant', 'limit'],
  );
  const dropped = counter(registry, 'receiver_dropped_connections', 'Connections closed because too many were open.');
  const bytes = counter(registry, 'receiver_request_bytes', 'Bytes of request bodies after decompression.', ['signal']);
  const discarded = counter(
    registry,
    'discarded_items',
    'Items accepted although no destination is configured for their signal.',
    ['signal'],
  );
  return {
    requestAnswered: (signal, status, durationMs) => {
      requests.inc({ signal, code: String(status) });
      durations.observe({ signal }, durationMs / 1_000);
    },
    requestLimited: (tenant, limit) => limited.inc({ tenant, limit }),
    connectionDropped: () => dropped.inc(),
    received: (signal, count) => bytes.inc({ signal }, count),
    discarded: (signal, items) => discarded.inc({ signal }, items),
  };
}

function meterMetrics(
  registry: Registry,
): Pick<SelfMetrics, 'spansAccepted' | 'unknownDialect' | 'sampledInput' | 'invalidUtf8'> {
  const accepted = counter(
    registry,
    'receiver_accepted_spans',
    'Spans of acknowledged requests. A span sent twice counts twice.',
  );
  const priced = counter(registry, 'meter_priced_spans', 'Acknowledged spans that got a price.');
  const unpriced = counter(registry, 'meter_unpriced_spans', 'Acknowledged cost-bearing spans without a price, by reason.', [
    'reason',
  ]);
  const unknown = counter(
    registry,
    'meter_unknown_dialect_spans',
    'Acknowledged spans that look like model calls and that no dialect reads, by instrumentation.',
    ['scope_name', 'scope_version'],
  );
  const known = new Set<string>();
  const sampled = counter(
    registry,
    'meter_sampled_spans',
    'Acknowledged cost-bearing spans whose trace state says that traces like theirs were dropped: that cost is unknown here.',
  );
  const invalidUtf8 = counter(registry, 'meter_invalid_utf8_texts', 'Texts that are not valid UTF-8, passed on as they came.');
  return {
    spansAccepted: (spans, pricedSpans, unpricedSpans) => {
      accepted.inc(spans);
      priced.inc(pricedSpans);
      for (const [reason, count] of Object.entries(unpricedSpans)) unpriced.inc({ reason }, count);
    },
    unknownDialect: ({ name, version, spans }) => {
      const key = `${name}\n${version}`;
      if (known.size < unknownScopesMax) known.add(key);
      const isNamed = known.has(key);
      unknown.inc(isNamed ? { scope_name: name, scope_version: version } : { scope_name: '(others)', scope_version: '' }, spans);
    },
    sampledInput: (spans) => sampled.inc(spans),
    invalidUtf8: (texts) => invalidUtf8.inc(texts),
  };
}

function exporterMetrics(registry: Registry): Pick<SelfMetrics, 'sent' | 'sendFailed' | 'retried' | 'itemsRejected'> {
  const by = ['exporter', 'signal'] as const;
  const requests = counter(registry, 'exporter_sent_requests', 'Requests a destination took.', by);
  const items = counter(registry, 'exporter_sent_items', 'Spans, log records and data points a destination took.', by);
  const lostRequests = counter(registry, 'exporter_send_failed_requests', 'Requests a destination will never get, by reason.', [
    ...by,
    'reason',
  ]);
  const lostItems = counter(registry, 'exporter_send_failed_items', 'Items a destination will never get.', by);
  const retries = counter(registry, 'exporter_retries', 'Attempts after the first.', ['exporter']);
  const rejected = counter(
    registry,
    'exporter_rejected_items',
    'Items of delivered requests that were not taken: partial success, or larger than a request may be.',
    by,
  );
  return {
    sent: (exporter, signal, count) => {
      requests.inc({ exporter, signal });
      items.inc({ exporter, signal }, count);
    },
    sendFailed: (exporter, signal, reason, count) => {
      lostRequests.inc({ exporter, signal, reason });
      lostItems.inc({ exporter, signal }, count);
    },
    retried: (exporter) => retries.inc({ exporter }),
    itemsRejected: (exporter, signal, count) => rejected.inc({ exporter, signal }, count),
  };
}

function ledgerMetrics(
  registry: Registry,
): Pick<SelfMetrics, 'committed' | 'recordsSent' | 'recordsFailed' | 'eventsSent' | 'eventsFailed'> {
  const facts = counter(
    registry,
    'ledger_committed_facts',
    'Span facts committed. A fact committed twice counts twice here and once in the ledger.',
  );
  const commits = histogram(
    registry,
    'ledger_commit_duration_seconds',
    'Time from handing facts to the ledger until they are durable.',
    [],
  );
  const records = counter(registry, 'records_sent', 'Cost records that every record destination took.');
  const failures = counter(
    registry,
    'records_send_failures',
    'Rounds in which records could not be sent. They stay in the ledger and are sent again.',
  );
  const events = counter(registry, 'entry_events_sent', 'Entry events that every destination of entries took.');
  const eventFailures = counter(
    registry,
    'entry_events_send_failures',
    'Rounds in which entry events could not be sent. They stay in the ledger and are sent again.',
  );
  return {
    committed: (count, durationMs) => {
      facts.inc(count);
      commits.observe(durationMs / 1_000);
    },
    recordsSent: (count) => records.inc(count),
    recordsFailed: () => failures.inc(),
    eventsSent: (count) => events.inc(count),
    eventsFailed: () => eventFailures.inc(),
  };
}

function addGauges(registry: Registry, gauges: Gauges): void {
  gauge(registry, 'in_flight_bytes', 'Request bodies held in memory.', gauges.inFlightBytes);
  gauge(registry, 'in_flight_bytes_limit', 'Bytes at which senders are told to come back.', () => gauges.inFlightBytesMax);
  gauge(registry, 'process_resident_memory_bytes', 'Resident memory of the process.', () => process.memoryUsage.rss());
  gauge(registry, 'price_book_age_seconds', 'Age of the newest price book, by the date in its version.', () =>
    ageSeconds(gauges),
  );
  gaugeBy(
    registry,
    'exporter_queue_bytes',
    'Bytes waiting for a destination.',
    ['exporter'],
    (set) => {
      for (const [exporter, bytes] of Object.entries(gauges.queueBytes())) set({ exporter }, bytes);
    },
    'sum',
  );
  gaugeBy(
    registry,
    'ledger_exceptional_spans',
    'Spans, events and traces the ledger could not treat like others, over the life of its file.',
    ['kind'],
    async (set) => {
      for (const [kind, count] of Object.entries((await gauges.ledgerCounters()) ?? {})) set({ kind }, count);
    },
  );
  gaugeBy(registry, 'price_book_info', 'The price book in use; always 1.', ['version', 'sha256'], (set) => {
    const { version, sha256 } = gauges.book();
    set({ version, sha256 }, 1);
  });
}

/** Versions of books are dates; of several books the newest counts. Undefined when no version has a date. */
function ageSeconds({ book, nowMs }: Gauges): number | undefined {
  const newest = (book().version.match(/\d{4}-\d{2}-\d{2}/g) ?? []).sort().at(-1);
  const atMs = newest === undefined ? Number.NaN : Date.parse(newest);
  return Number.isNaN(atMs) ? undefined : Math.max(0, nowMs() - atMs) / 1_000;
}
