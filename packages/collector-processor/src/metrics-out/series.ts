import { others } from '../store/kept-sums.ts';

/** Labels of a series, all of them texts. */
export type Labels = Readonly<Record<string, string>>;

/** Adds values of series whose labels come out the same. The first series keep their labels, for as long as this is used. */
export type BoundSeries = <Value>(
  series: ReadonlyArray<{ readonly labels: Labels; readonly value: Value }>,
  add: (one: Value, other: Value) => Value,
) => ReadonlyArray<{ readonly labels: Labels; readonly value: Value }>;

/**
 * Bounds the series of one metric. Beyond `seriesMax` of them, `chosen` labels, whose values senders choose, become
 * `(others)`: nothing is left out of a sum, and a series that was shown under its name stays under it.
 */
export function boundSeries(seriesMax: number, chosen: readonly string[]): BoundSeries {
  const known = new Set<string>();
  const overflow = Object.fromEntries(chosen.map((name) => [name, others]));
  const admitted = (labels: Labels): Labels => {
    const key = JSON.stringify(labels);
    if (known.size < seriesMax) known.add(key);
    return known.has(key) ? labels : { ...labels, ...overflow };
  };
  return (series, add) => {
    type Value = (typeof series)[number]['value'];
    const sums = new Map<string, { readonly labels: Labels; readonly value: Value }>();
    for (const { labels: given, value } of series) {
      const labels = admitted(given);
      const key = JSON.stringify(labels);
      const sum = sums.get(key);
      sums.set(key, { labels, value: sum === undefined ? value : add(sum.value, value) });
    }
    return [...sums.values()];
  };
}
