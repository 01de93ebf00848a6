import { instrumentationScope, keyValue, resource } from './common-v1.ts';
import { choice, choiceOf, enumOf, type Message, many, message, one, optional, repeated, scalar } from './message.ts';

// Field numbers of opentelemetry.proto.metrics.v1 and collector.metrics.v1.

/** What a sender of metrics posts. */
export const metricsRequest: Message = message('ExportMetricsServiceRequest', {
  resource_metrics: [1, many(() => resourceMetrics)],
});

const resourceMetrics: Message = message('ResourceMetrics', {
  resource: [1, one(() => resource)],
  scope_metrics: [2, many(() => scopeMetrics)],
  schema_url: [3, scalar('string')],
});

const scopeMetrics: Message = message('ScopeMetrics', {
  scope: [1, one(() => instrumentationScope)],
  metrics: [2, many(() => metric)],
  schema_url: [3, scalar('string')],
});

const metric: Message = message('Metric', {
  name: [1, scalar('string')],
  description: [2, scalar('string')],
  unit: [3, scalar('string')],
  gauge: [5, choiceOf('data', () => gauge)],
  sum: [7, choiceOf('data', () => sum)],
  histogram: [9, choiceOf('data', () => histogram)],
  exponential_histogram: [10, choiceOf('data', () => exponentialHistogram)],
  summary: [11, choiceOf('data', () => summary)],
  metadata: [12, many(() => keyValue)],
});

const aggregationTemporalities = {
  AGGREGATION_TEMPORALITY_UNSPECIFIED: 0,
  AGGREGATION_TEMPORALITY_DELTA: 1,
  AGGREGATION_TEMPORALITY_CUMULATIVE: 2,
};

const gauge: Message = message('Gauge', {
  data_points: [1, many(() => numberDataPoint)],
});

const sum: Message = message('Sum', {
  data_points: [1, many(() => numberDataPoint)],
  aggregation_temporality: [2, enumOf(aggregationTemporalities)],
  is_monotonic: [3, scalar('bool')],
});

const histogram: Message = message('Histogram', {
  data_points: [1, many(() => histogramDataPoint)],
  aggregation_temporality: [2, enumOf(aggregationTemporalities)],
});

const exponentialHistogram: Message = message('ExponentialHistogram', {
  data_points: [1, many(() => exponentialHistogramDataPoint)],
  aggregation_temporality: [2, enumOf(aggregationTemporalities)],
});

const summary: Message = message('Summary', {
  data_points: [1, many(() => summaryDataPoint)],
});

const numberDataPoint: Message = message('NumberDataPoint', {
  start_time_unix_nano: [2, scalar('fixed64')],
  time_unix_nano: [3, scalar('fixed64')],
  as_double: [4, choice('value', 'double')],
  exemplars: [5, many(() => exemplar)],
  as_int: [6, choice('value', 'sfixed64')],
  attributes: [7, many(() => keyValue)],
  flags: [8, scalar('uint32')],
});

const histogramDataPoint: Message = message('HistogramDataPoint', {
  start_time_unix_nano: [2, scalar('fixed64')],
  time_unix_nano: [3, scalar('fixed64')],
  count: [4, scalar('fixed64')],
  sum: [5, optional('double')],
  bucket_counts: [6, repeated('fixed64')],
  explicit_bounds: [7, repeated('double')],
  exemplars: [8, many(() => exemplar)],
  attributes: [9, many(() => keyValue)],
  flags: [10, scalar('uint32')],
  min: [11, optional('double')],
  max: [12, optional('double')],
});

const exponentialHistogramDataPoint: Message = message('ExponentialHistogramDataPoint', {
  attributes: [1, many(() => keyValue)],
  start_time_unix_nano: [2, scalar('fixed64')],
  time_unix_nano: [3, scalar('fixed64')],
  count: [4, scalar('fixed64')],
  sum: [5, optional('double')],
  scale: [6, scalar('sint32')],
  zero_count: [7, scalar('fixed64')],
  positive: [8, one(() => buckets)],
  negative: [9, one(() => buckets)],
  flags: [10, scalar('uint32')],
  exemplars: [11, many(() => exemplar)],
  min: [12, optional('double')],
  max: [13, optional('double')],
  zero_threshold: [14, scalar('double')],
});

const buckets: Message = message('Buckets', {
  offset: [1, scalar('sint32')],
  bucket_counts: [2, repeated('uint64')],
});

const summaryDataPoint: Message = message('SummaryDataPoint', {
  start_time_unix_nano: [2, scalar('fixed64')],
  time_unix_nano: [3, scalar('fixed64')],
  count: [4, scalar('fixed64')],
  sum: [5, scalar('double')],
  quantile_values: [6, many(() => valueAtQuantile)],
  attributes: [7, many(() => keyValue)],
  flags: [8, scalar('uint32')],
});

const valueAtQuantile: Message = message('ValueAtQuantile', {
  quantile: [1, scalar('double')],
  value: [2, scalar('double')],
});

const exemplar: Message = message('Exemplar', {
  time_unix_nano: [2, scalar('fixed64')],
  as_double: [3, choice('value', 'double')],
  span_id: [4, scalar('id8')],
  trace_id: [5, scalar('id16')],
  as_int: [6, choice('value', 'sfixed64')],
  filtered_attributes: [7, many(() => keyValue)],
});
