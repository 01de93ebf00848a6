import fc from 'fast-check';
import type { Signal } from '../../../src/otlp/codec.ts';
import {
  anyValueArbitrary,
  attributesArbitrary,
  fixed64,
  id,
  int64,
  type Plain,
  resourceArbitrary,
  scopeArbitrary,
  text,
  tracesRequest,
  uint32,
} from './arbitrary-traces.ts';

const double = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY));
const sint32 = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));

/** A record with some of its fields. */
function some(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Plain> {
  return fc.record(fields, { requiredKeys: [] });
}

/** A request of one signal: groups of groups of items. */
function grouped(names: readonly [string, string, string], item: fc.Arbitrary<Plain>): fc.Arbitrary<Plain> {
  const scopeGroup = some({ scope: scopeArbitrary, [names[2]]: fc.array(item, { maxLength: 3 }), schemaUrl: text });
  const resourceGroup = some({
    resource: resourceArbitrary,
    [names[1]]: fc.array(scopeGroup, { maxLength: 2 }),
    schemaUrl: text,
  });
  return some({ [names[0]]: fc.array(resourceGroup, { maxLength: 2 }) });
}

const logRecord = some({
  timeUnixNano: fixed64,
  severityNumber: fc.nat(24),
  severityText: text,
  body: anyValueArbitrary,
  attributes: attributesArbitrary,
  droppedAttributesCount: uint32,
  flags: uint32,
  traceId: id(16),
  spanId: id(8),
  observedTimeUnixNano: fixed64,
  eventName: text,
});

const numberValue = fc.oneof(fc.record({ asDouble: double }), fc.record({ asInt: int64 }), fc.constant({}));

function withValue(fields: fc.Arbitrary<Plain>): fc.Arbitrary<Plain> {
  return fc.tuple(fields, numberValue).map(([rest, value]) => ({ ...rest, ...value }));
}

const exemplars = fc.array(
  withValue(some({ timeUnixNano: fixed64, spanId: id(8), traceId: id(16), filteredAttributes: attributesArbitrary })),
  {
    maxLength: 1,
  },
);
const common = { attributes: attributesArbitrary, startTimeUnixNano: fixed64, timeUnixNano: fixed64, flags: uint32 };
const statistics = { count: fixed64, sum: double, min: double, max: double, exemplars };
const buckets = some({ offset: sint32, bucketCounts: fc.array(fixed64, { maxLength: 3 }) });
const numberPoint = withValue(some({ ...common, exemplars }));
const histogramPoint = some({
  ...common,
  ...statistics,
  bucketCounts: fc.array(fixed64, { maxLength: 3 }),
  explicitBounds: fc.array(double, { maxLength: 3 }),
});
const exponentialPoint = some({
  ...common,
  ...statistics,
  scale: sint32,
  zeroCount: fixed64,
  positive: buckets,
  negative: buckets,
  zeroThreshold: double,
});
const summaryPoint = some({
  ...common,
  count: fixed64,
  sum: double,
  quantileValues: fc.array(some({ quantile: double, value: double }), { maxLength: 2 }),
});

function points(point: fc.Arbitrary<Plain>, extra: Record<string, fc.Arbitrary<unknown>> = {}): fc.Arbitrary<Plain> {
  return some({ dataPoints: fc.array(point, { maxLength: 2 }), ...extra });
}

const aggregationTemporality = fc.nat(2);
const data: fc.Arbitrary<Plain> = fc.oneof(
  fc.record({ gauge: points(numberPoint) }),
  fc.record({ sum: points(numberPoint, { aggregationTemporality, isMonotonic: fc.boolean() }) }),
  fc.record({ histogram: points(histogramPoint, { aggregationTemporality }) }),
  fc.record({ exponentialHistogram: points(exponentialPoint, { aggregationTemporality }) }),
  fc.record({ summary: points(summaryPoint) }),
  fc.constant({}),
);
const metric = fc
  .tuple(some({ name: text, description: text, unit: text, metadata: attributesArbitrary }), data)
  .map(([rest, value]) => ({ ...rest, ...value }));

/** Requests with every field OTLP has, present or not, and the oracle's name of their message. */
export const signalRequests: ReadonlyArray<readonly [signal: Signal, message: string, request: fc.Arbitrary<Plain>]> = [
  ['traces', 'ExportTraceServiceRequest', tracesRequest],
  ['logs', 'ExportLogsServiceRequest', grouped(['resourceLogs', 'scopeLogs', 'logRecords'], logRecord)],
  ['metrics', 'ExportMetricsServiceRequest', grouped(['resourceMetrics', 'scopeMetrics', 'metrics'], metric)],
];
