import {
  METRIC_COSTSPAN_COST,
  METRIC_COSTSPAN_ENTRY_COUNT,
  METRIC_COSTSPAN_SPANS_UNPRICED,
  METRIC_COSTSPAN_WORK_ITEM_COUNT,
  METRIC_COSTSPAN_WORK_ITEM_TOTAL,
} from '@costspan/semconv';
import { type MetricFamily, type MetricSample, prometheusName } from './metric-family.ts';

/** A metric of the OTLP data model. */
export type OtlpMetric = {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** `up-down`: a sum that may fall. */
  readonly kind: 'counter' | 'up-down' | 'gauge' | 'histogram';
  /** Since when it has been counting, Unix nanoseconds. */
  readonly startNs: bigint;
  readonly points: readonly Point[];
  /** Since `startNs` means since the last request, not since the beginning. */
  readonly isDelta?: true;
};

/** A number, or the counts of a histogram: one more than there are bounds. */
export type Point = {
  readonly labels: MetricSample['labels'];
  /** Of a histogram: the sum of what was observed. */
  readonly value: number;
  readonly bounds?: readonly number[];
  readonly counts?: readonly number[];
};

/** Since when metrics have been counting, Unix nanoseconds. */
export type Starts = {
  /** What the service counts about itself: since it started. */
  readonly serviceNs: bigint;
  /** What a ledger adds up to: since its file was made. */
  readonly ledgerNs: bigint;
};

/** What a ledger adds up to is named as it is registered. What the service counts about itself has the Collector's manner. */
const ofLedger: ReadonlyMap<string, { readonly id: string; readonly unit: string }> = new Map(
  [
    { id: METRIC_COSTSPAN_COST, unit: '{currency}' },
    { id: METRIC_COSTSPAN_ENTRY_COUNT, unit: '{span}' },
    { id: METRIC_COSTSPAN_SPANS_UNPRICED, unit: '{span}' },
    { id: METRIC_COSTSPAN_WORK_ITEM_COUNT, unit: '{item}' },
    { id: METRIC_COSTSPAN_WORK_ITEM_TOTAL, unit: '{currency}' },
  ].map((metric) => [prometheusName(metric.id), metric]),
);

/** Puts metrics into the data model of OTLP; those without a series are left out. */
export function toOtlpMetrics(families: readonly MetricFamily[], { serviceNs, ledgerNs }: Starts): readonly OtlpMetric[] {
  return families.flatMap(({ name, help, type, values }): readonly OtlpMetric[] => {
    if (values.length === 0) return [];
    const registered = ofLedger.get(name);
    const kind = type === 'gauge' && registered !== undefined ? 'up-down' : type;
    return [
      {
        name: registered?.id ?? name.replace(/_total$/, ''),
        description: help,
        unit: registered?.unit ?? unitOf(name),
        kind,
        startNs: registered === undefined ? serviceNs : ledgerNs,
        points: kind === 'histogram' ? histogramPoints(name, values) : values.map(({ labels, value }) => ({ labels, value })),
      },
    ];
  });
}

function unitOf(name: string): string {
  const base = name.replace(/_total$/, '');
  if (base.endsWith('_seconds')) return 's';
  return base.includes('_bytes') ? 'By' : '1';
}

/** Buckets of Prometheus count everything up to their bound; those of OTLP what is between two bounds. */
function histogramPoints(name: string, samples: readonly MetricSample[]): readonly Point[] {
  type Series = { labels: MetricSample['labels']; value: number; upTo: { bound: number; count: number }[] };
  const series = new Map<string, Series>();
  for (const { labels: all, value, metricName } of samples) {
    const { le, ...labels } = all;
    const key = JSON.stringify(Object.entries(labels).sort());
    const one = series.get(key) ?? { labels, value: 0, upTo: [] };
    series.set(key, one);
    if (metricName === `${name}_sum`) one.value = value;
    else if (le !== undefined) one.upTo.push({ bound: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: value });
  }
  return [...series.values()].map(({ labels, value, upTo }) => {
    const sorted = upTo.sort((one, other) => one.bound - other.bound);
    return {
      labels,
      value,
      bounds: sorted.map(({ bound }) => bound).filter(Number.isFinite),
      counts: sorted.map(({ count }, index) => count - (sorted[index - 1]?.count ?? 0)),
    };
  });
}

/**
 * A metrics request as OTLP/JSON, and its number of data points. `instanceId` is the same for as long as the metrics go on: of
 * a ledger, the UUID of its file.
 */
export function metricsRequest(
  metrics: readonly OtlpMetric[],
  instanceId: string,
  atNs: bigint,
): { readonly json: string; readonly pointCount: number } {
  const resource = { attributes: attributesOf({ 'service.name': 'costspan', 'service.instance.id': instanceId }) };
  const scopeMetrics = [
    { scope: { name: '@costspan/collector-processor' }, metrics: metrics.map((one) => metricJson(one, atNs)) },
  ];
  return {
    json: JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics }] }),
    pointCount: metrics.reduce((sum, { points }) => sum + points.length, 0),
  };
}

/** Temporality as OTLP numbers it. */
const cumulative = 2;
const delta = 1;

function metricJson({ name, description, unit, kind, startNs, points, isDelta }: OtlpMetric, atNs: bigint): object {
  const aggregationTemporality = isDelta === true ? delta : cumulative;
  const times = { startTimeUnixNano: String(startNs), timeUnixNano: String(atNs) };
  const numbers = points.map(({ labels, value }) => ({ attributes: attributesOf(labels), ...times, asDouble: value }));
  const common = { name, description, unit };
  switch (kind) {
    case 'gauge':
      return { ...common, gauge: { dataPoints: numbers } };
    case 'counter':
    case 'up-down':
      return { ...common, sum: { dataPoints: numbers, aggregationTemporality, isMonotonic: kind === 'counter' } };
    case 'histogram': {
      const dataPoints = points.map(({ labels, value, bounds = [], counts = [] }) => ({
        ...{ attributes: attributesOf(labels), ...times, sum: value, explicitBounds: bounds },
        count: String(counts.reduce((sum, count) => sum + count, 0)),
        bucketCounts: counts.map(String),
      }));
      return { ...common, histogram: { dataPoints, aggregationTemporality } };
    }
    default:
      return kind satisfies never;
  }
}

function attributesOf(labels: MetricSample['labels']): readonly object[] {
  return Object.entries(labels).map(([key, value]) => ({ key, value: { stringValue: String(value) } }));
}
