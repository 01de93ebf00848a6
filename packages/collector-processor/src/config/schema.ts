import { parseSku } from '@costspan/pricing';
import { z } from 'zod';
import { inFlightBytesMax, shutdownTimeoutMs, workersMax } from '../limits.ts';
import { optional } from '../optional.ts';
import type { Config, LedgerConfig, Redaction, TenantLimit, TrustConfig } from './config.ts';
import { exportersSchema } from './exporters.ts';
import {
  duration,
  flag,
  numeric,
  optionalFlag,
  optionalText,
  orDefaults,
  size,
  text,
  textField,
  textList,
  textOr,
  word,
} from './fields.ts';
import { receiversSchema } from './receivers.ts';

type GivenTrust = Readonly<
  Partial<Record<'declared_cost' | 'declared_cost_for_llm' | 'provider_cost' | 'billable' | 'entries', boolean | undefined>>
>;

const trust: z.ZodType<GivenTrust> = orDefaults(
  z.strictObject({
    declared_cost: optionalFlag('Whether `costspan.declared_cost.*` counts.'),
    declared_cost_for_llm: optionalFlag(
      'Whether it counts for calls of language models too, where tokens tell better. Default: no.',
    ),
    provider_cost: optionalFlag('Whether a cost the provider reported in its answer counts.'),
    billable: optionalFlag('Whether `costspan.attempt.billable` may make an attempt cost nothing.'),
    entries: optionalFlag('Whether entry events of other ledgers are booked as they come.'),
  }),
);

const tenantLimit = z
  .strictObject({
    requests_per_second: numeric(
      0,
      { min: 0, max: 1e6, whole: false },
      'Requests, of every signal and of the HTTP API. 0: no limit.',
    ),
    bytes_per_second: size('0MiB', { min: '0MiB', max: '64GiB' }, 'Bytes of requests after decompression. `0MiB`: no limit.'),
    spans_per_second: numeric(0, { min: 0, max: 1e9, whole: false }, 'Spans of acknowledged requests. 0: no limit.'),
    burst: duration('10s', 'How far ahead of its rates it may be: ten seconds let ten times a rate in at once.'),
  })
  .transform(
    (given): TenantLimit => ({
      requestsPerSecond: given.requests_per_second,
      bytesPerSecond: given.bytes_per_second,
      spansPerSecond: given.spans_per_second,
      burstMs: given.burst,
    }),
  );

const tenants = orDefaults(
  z.strictObject({
    header: optionalText(
      'Request header that names the tenant. Only where a proxy in front of the receiver sets it. Not looked at where there are keys.',
    ),
    keys: z
      .array(
        z.strictObject({
          tenant: text(
            'Tenant whose key it is. `*`: the sender speaks for every tenant, as a meter in front of this ledger does.',
          ),
          key: text('The key. Sent as `Authorization: Bearer`, as the password of `Authorization: Basic`, or as `x-api-key`.'),
        }),
        { error: 'expected a list' },
      )
      .prefault([])
      .describe('Keys that let senders in. With at least one, a request without a key is refused.'),
    trust: orDefaults(z.record(z.string(), trust, { error: 'expected a map of tenants' })).describe(
      'Which statements of a tenant about cost are believed, by tenant. Default: what `trust` says.',
    ),
    limits: orDefaults(z.record(z.string(), tenantLimit, { error: 'expected a map of tenants' })).describe(
      'How much is taken in, by tenant. `"*"`: each tenant with a key that has no limit of its own, and all other senders together. Over a limit a request is refused before it is read, with the delay after which to send it again.',
    ),
  }),
).describe('Whose data it is. Without keys or header everything belongs to the tenant the spans name, else to `default`.');

const ledger: z.ZodType<LedgerConfig | undefined> = orDefaults(
  z.union(
    [
      z.literal('off'),
      z.strictObject({
        file: textOr('./costspan.db', 'SQLite file. Created when absent, readable by its owner only.'),
        retention: duration('30d', 'How long entries are kept. The totals of work items stay.'),
        trace_window: duration('1h', 'How long a trace may still change which work item its spans belong to.'),
      }),
    ],
    { error: 'expected `off` or a map' },
  ),
)
  .describe('Where entries and records are kept. `off`: spans are priced and forwarded, nothing is rolled up.')
  .transform((given) =>
    given === 'off' ? undefined : { file: given.file, retentionMs: given.retention, traceWindowMs: given.trace_window },
  );

const workItems = orDefaults(
  z.strictObject({
    id_from: textList(
      'Attribute keys that hold the work item where `costspan.work_item.id` is absent. In order; span before resource.',
    ),
    type_from: textList('Attribute keys that hold the type of the work item, in order.'),
    dimensions: z
      .array(z.string({ error: 'expected text' }), { error: 'expected a list' })
      .optional()
      .describe('Keys of `costspan.dimension.<key>` that are kept. Default: all.'),
    dimensions_from: optionalText(
      'File that gives spans dimensions by their attributes, YAML or `.csv`, see docs/dimensions.md. They are kept whatever `dimensions` says.',
    ),
    types: orDefaults(
      z.record(
        z.string(),
        z.strictObject({ completed: textList('Outcomes that count as success, for the cost per completed item.') }),
        { error: 'expected a map of work item types' },
      ),
    ).describe('What is known about a type of work item.'),
  }),
).describe('How work items are found on spans.');

const pricing = orDefaults(
  z.strictObject({
    books: textList('Price book files, YAML or JSON. Each states its layer; of one layer, a tie is refused.'),
    catalog: flag(true, 'Whether the prices that Costspan ships are the lowest layer.'),
    currency: text('ISO 4217 code every cost is reported in.')
      .refine((code) => /^[A-Z]{3}$/.test(code), { error: 'expected an ISO 4217 code such as "USD"' })
      .prefault('USD')
      .describe('ISO 4217 code every cost is reported in.'),
    serve: z
      .enum(['full', 'list', 'off'], { error: 'expected one of "full", "list", "off"' })
      .optional()
      .describe(
        'What `GET /v1/price-book` tells: all books; only catalogs, without contract prices, discounts and rates of people; or nothing. Default: all while only this computer can send and no tenants are mapped, else catalogs.',
      ),
    telemetry: orDefaults(
      z.strictObject({
        sku: textField('a SKU such as "grafana-cloud/traces"', parseSku)
          .optional()
          .describe(
            'What a vendor of observability bills for spans, `provider/name` as price books have it. With it the ledger books what the spans of each work item cost as telemetry, see docs/observability-cost.md. Default: it does not.',
          ),
      }),
    ),
  }),
).describe('Where prices come from.');

const handoffs = orDefaults(
  z.strictObject({
    keys: textList(
      'Keys of handoff tokens, as the SDK has them in `handoffKey`. With one, `POST /v1/handoffs/complete` finishes handoffs.',
    ),
  }),
).describe('Work handed to people.');

const records = orDefaults(
  z.strictObject({
    exporters: textList('Destinations of records, as OTLP logs.'),
    entries: textList(
      'Destinations of everything this ledger decides, as entry events in OTLP logs: the ledger that many meters share, or a table. Its records are then a part of the whole.',
    ),
    redact: orDefaults(
      z.record(
        z.string(),
        z
          .array(
            z.enum(['contract_prices', 'human_amounts', 'rates'], {
              error: 'expected one of "rates", "contract_prices", "human_amounts"',
            }),
            { error: 'expected a list' },
          )
          .transform((given): Redaction => [...new Set(given)].sort()),
        { error: 'expected a map of exporters' },
      ),
    ).describe(
      'What does not leave in records and entry events, by exporter: `rates`, unit prices; `contract_prices`, those above the catalog; `human_amounts`, what people cost. Neither does anything it could be worked out from.',
    ),
    interval: duration('10s', 'A record that changed is sent at most this often.'),
  }),
).describe('Cost records per work item on their way out.');

const service = orDefaults(
  z.strictObject({
    traces: signal('Where priced spans go. Without exporters they end in the ledger.'),
    logs: signal('Where received logs go, as they came. Without exporters they are accepted, dropped and counted.'),
    metrics: signal('Where received metrics go, as they came. Without exporters they are accepted, dropped and counted.'),
    acknowledge_within: duration(
      '2s',
      'A required destination that fails is not tried again after this time; the sender is told to come back.',
    ),
    max_in_flight_size: size(
      `${inFlightBytesMax / 2 ** 20}MiB`,
      { min: '1MiB', max: '64GiB' },
      'Request bodies held in memory at once. Over it senders are told to come back.',
    ),
    memory_limiter: orDefaults(
      z.strictObject({
        limit_mib: numeric(
          0,
          { min: 0, max: 1_048_576, whole: true },
          'Mebibytes the process may hold, over all its threads. 0: `limit_percentage` counts.',
        ),
        limit_percentage: numeric(
          80,
          { min: 1, max: 100, whole: true },
          'Share of the memory limit of the container, or of the memory of the computer where there is none.',
        ),
      }),
    ).describe('Over it senders are told to come back, before their requests are read.'),
    workers: numeric(
      1,
      { min: 1, max: workersMax, whole: true },
      'Threads that take, price and forward requests. The ledger has a thread of its own beside them.',
    ),
    shutdown_timeout: duration(`${shutdownTimeoutMs / 1_000}s`, 'Time for a shutdown to finish what it has begun.'),
    watch_files: duration(
      '5s',
      'How often price books and certificates are looked at. What changed is read again once it has been quiet for one more look; what is bad leaves the old in use. `0s`: only on SIGHUP.',
    ),
    telemetry: orDefaults(
      z.strictObject({
        logs: orDefaults(
          z.strictObject({
            level: word(['debug', 'info', 'warn', 'error'], 'info', 'Least severity that is logged.'),
            encoding: word(['auto', 'json', 'console'], 'auto', '`auto`: plain text on a terminal, JSON lines elsewhere.'),
          }),
        ).describe('Log of the service, on standard error.'),
        metrics: orDefaults(
          z.strictObject({
            exporters: textList('Destinations of them. With none they are at `/metrics` only.'),
            interval: duration('60s', 'They are sent this often, and once more at the end.'),
            temporality: orDefaults(
              z.record(z.string(), z.enum(['cumulative', 'delta'], { error: 'expected one of "cumulative", "delta"' }), {
                error: 'expected a map of exporters',
              }),
            ).describe(
              'How counters and histograms are sent, by exporter: `cumulative`, since the start, or `delta`, since what was delivered last. Default: `cumulative`.',
            ),
          }),
        ).describe('Metrics of the service and of costs, as OTLP metrics.'),
      }),
    ).describe('What the service says about itself. Metrics are also at `/metrics` of the HTTP receiver.'),
  }),
).describe('Which destination gets what, and the bounds of the service.');

/** The configuration file. The result has every default filled in. */
export const configSchema: z.ZodType<Config> = z
  .strictObject({
    receivers: receiversSchema,
    exporters: exportersSchema,
    tenants,
    trust: trust.describe(
      'Which statements of senders about cost are believed. Default: all while only this computer can send and no tenants are mapped, else none.',
    ),
    work_items: workItems,
    pricing,
    handoffs,
    ledger,
    records,
    service,
  })
  .transform((given): Config => {
    const alone = given.tenants.keys.length === 0 && given.tenants.header === undefined;
    const isPrivate = alone && isLoopback(given.receivers.otlpHttp) && isLoopback(given.receivers.otlpGrpc);
    const { telemetry, ...pricing } = given.pricing;
    const trusted = resolveTrust(given.trust, trustAll(isPrivate));
    return {
      ...given.receivers,
      exporters: given.exporters,
      tenantKeys: given.tenants.keys,
      ...(given.tenants.header === undefined ? {} : { tenantHeader: given.tenants.header.toLowerCase() }),
      tenantLimits: given.tenants.limits,
      trust: trusted,
      trustByTenant: Object.fromEntries(
        Object.entries(given.tenants.trust).map(([tenant, each]) => [tenant, resolveTrust(each, trusted)]),
      ),
      workItems: {
        idFrom: given.work_items.id_from,
        typeFrom: given.work_items.type_from,
        ...(given.work_items.dimensions === undefined ? {} : { dimensions: given.work_items.dimensions }),
        ...(given.work_items.dimensions_from === undefined ? {} : { dimensionsFrom: given.work_items.dimensions_from }),
        types: given.work_items.types,
      },
      pricing: { ...pricing, serve: pricing.serve ?? (isPrivate ? 'full' : 'list'), ...optional('telemetry', telemetry.sku) },
      handoffKeys: given.handoffs.keys,
      ...(given.ledger === undefined ? {} : { ledger: given.ledger }),
      records: {
        exporters: given.records.exporters,
        entries: given.records.entries,
        redact: given.records.redact,
        intervalMs: given.records.interval,
      },
      service: {
        exporters: {
          traces: given.service.traces.exporters,
          logs: given.service.logs.exporters,
          metrics: given.service.metrics.exporters,
        },
        acknowledgeWithinMs: given.service.acknowledge_within,
        inFlightBytesMax: given.service.max_in_flight_size,
        memoryLimiter: {
          ...(given.service.memory_limiter.limit_mib === 0
            ? {}
            : { limitBytes: given.service.memory_limiter.limit_mib * 2 ** 20 }),
          limitPercentage: given.service.memory_limiter.limit_percentage,
        },
        workers: given.service.workers,
        shutdownTimeoutMs: given.service.shutdown_timeout,
        watchFilesMs: given.service.watch_files,
        log: given.service.telemetry.logs,
        metricsOut: {
          exporters: given.service.telemetry.metrics.exporters,
          intervalMs: given.service.telemetry.metrics.interval,
          temporality: given.service.telemetry.metrics.temporality,
        },
      },
    };
  });

function signal(description: string): z.ZodType<{ readonly exporters: readonly string[] }> {
  return orDefaults(
    z.strictObject({
      receivers: z
        .array(z.literal('otlp', { error: 'expected "otlp"' }), { error: 'expected a list' })
        .prefault(['otlp'])
        .describe('`otlp` is the only receiver.'),
      exporters: textList('Names of destinations.'),
    }),
  ).describe(description);
}

function resolveTrust(given: GivenTrust, byDefault: TrustConfig): TrustConfig {
  return {
    declaredCost: given.declared_cost ?? byDefault.declaredCost,
    declaredCostForLlm: given.declared_cost_for_llm ?? byDefault.declaredCostForLlm,
    providerCost: given.provider_cost ?? byDefault.providerCost,
    billable: given.billable ?? byDefault.billable,
    entries: given.entries ?? byDefault.entries,
  };
}

function trustAll(believed: boolean): TrustConfig {
  return { declaredCost: believed, declaredCostForLlm: false, providerCost: believed, billable: believed, entries: believed };
}

/** True when only this computer can reach the receiver, or there is none. */
function isLoopback(receiver: { readonly host: string } | undefined): boolean {
  if (receiver === undefined) return true;
  return receiver.host === 'localhost' || receiver.host === '::1' || receiver.host.startsWith('127.');
}
