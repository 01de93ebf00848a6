import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A counter `costspan_<name>_total`. */
export function counter<Label extends string = never>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
): Counter<Label> {
  return new Counter({ name: `costspan_${name}_total`, help, labelNames: [...labelNames], registers: [registry] });
}

/** A histogram `costspan_<name>` of seconds. */
export function histogram<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
): Histogram<Label> {
  return new Histogram({
    name: `costspan_${name}`,
    help,
    labelNames: [...labelNames],
    buckets: durationBuckets,
    registers: [registry],
  });
}

/** A gauge `costspan_<name>` whose value is read when metrics are asked for; undefined: not shown. */
export function gauge(registry: Registry, name: string, help: string, read: () => number | undefined): void {
  gaugeBy(registry, name, help, [], (set) => {
    const value = read();
    if (value !== undefined) set({}, value);
  });
}

/** Sets one value of a gauge. */
export type SetGauge<Label extends string> = (labels: Partial<Record<Label, string>>, value: number) => void;

/**
 * A gauge `costspan_<name>` whose values by label are read when metrics are asked for. Over several threads the largest counts,
 * unless each has its own share of a `sum`.
 */
export function gaugeBy<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  read: (set: SetGauge<Label>) => void | Promise<void>,
  aggregator: 'max' | 'sum' = 'max',
): void {
  const metric: Gauge<Label> = new Gauge({
    name: `costspan_${name}`,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    aggregator,
    collect: () => {
      metric.reset();
      return read((labels, value) => metric.set(labels, value));
    },
  });
}
