import type { MetricsSnapshot } from '../self-metrics.ts';

/** A metric with all its series. Buckets of a histogram count everything up to their bound `le`. */
export type MetricFamily = {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly values: readonly MetricSample[];
};

export type MetricSample = {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Of a histogram: `<name>_bucket`, `<name>_sum` or `<name>_count`. */
  readonly metricName?: string;
};

/** Name that Prometheus, and the Collector's exporters for it, give a metric of OpenTelemetry: `costspan.cost` is `costspan_cost`. */
export function prometheusName(id: string): string {
  return id.replaceAll('.', '_');
}

/** As prom-client passes metrics between threads. Its declarations call a type a number and miss names of samples; both are text. */
export function toSnapshot(families: readonly MetricFamily[]): MetricsSnapshot {
  return families.map((family) => ({ ...family, aggregator: 'sum' })) as unknown as MetricsSnapshot;
}

/** The inverse of {@link toSnapshot}. */
export function toFamilies(snapshot: MetricsSnapshot): readonly MetricFamily[] {
  return snapshot as unknown as readonly MetricFamily[];
}
