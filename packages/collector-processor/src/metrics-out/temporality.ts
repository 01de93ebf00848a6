import type { OtlpMetric, Point } from './otlp-metrics.ts';

/** What one destination was told. */
export type Temporality = {
  /** Metrics as the destination wants them. */
  readonly next: (metrics: readonly OtlpMetric[]) => readonly OtlpMetric[];
  /** To be called once the destination has them: what comes next is counted from there. */
  readonly delivered: (metrics: readonly OtlpMetric[], atNs: bigint) => void;
};

/** Everything since the start, every time: what is lost on the way is in the next one. */
export const cumulativeTemporality: Temporality = { next: (metrics) => metrics, delivered: () => undefined };

/**
 * Counters and histograms since what was delivered last; what was not delivered is in the next one. Sums that may fall stay as
 * they are, as OpenTelemetry has it. `seen` was there before the destination was, and is nothing new to it.
 */
export function createDeltaTemporality(seen: readonly OtlpMetric[], seenAtNs: bigint): Temporality {
  let base = basePoints(seen);
  let baseNs = seenAtNs;
  return {
    next: (metrics) =>
      metrics.map((metric) => {
        if (metric.kind !== 'counter' && metric.kind !== 'histogram') return metric;
        const points = metric.points.map((point) => difference(point, base.get(keyOf(metric, point))));
        return { ...metric, isDelta: true, startNs: baseNs, points };
      }),
    delivered: (metrics, atNs) => {
      base = basePoints(metrics);
      baseNs = atNs;
    },
  };
}

function basePoints(metrics: readonly OtlpMetric[]): ReadonlyMap<string, Point> {
  return new Map(metrics.flatMap((metric) => metric.points.map((point) => [keyOf(metric, point), point] as const)));
}

function keyOf({ name }: OtlpMetric, { labels }: Point): string {
  return `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
}

/** What a point has more than before. One that has less was counted anew: a thread that ended takes its counts with it. */
function difference(point: Point, before: Point | undefined): Point {
  if (before === undefined) return point;
  const counts = point.counts?.map((count, index) => count - (before.counts?.[index] ?? 0));
  if (counts === undefined) return point.value < before.value ? point : { ...point, value: point.value - before.value };
  if (counts.some((count) => count < 0)) return point;
  return { ...point, value: point.value - before.value, counts };
}
