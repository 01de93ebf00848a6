/** One stored point. */
export type Point = {
  readonly id: number | string;
  readonly vector: readonly number[];
  readonly payload: Readonly<Record<string, unknown>>;
};

/** A point with its similarity to what was asked for. */
export type ScoredPoint = Point & { readonly score: number };

/** One collection of vectors in memory. */
export type Collection = {
  readonly size: number;
  readonly distance: 'Cosine' | 'Dot' | 'Euclid';
  readonly points: Map<number | string, Point>;
};

/** Conditions on payload fields that must all be met. The stand-in knows `must` with `match.value`. */
export type Filter = { readonly must: readonly { readonly key: string; readonly match: { readonly value: unknown } }[] };

/** The nearest points, best first; ties in the order of insertion. */
export function nearest(
  collection: Collection,
  query: readonly number[],
  options: { readonly limit: number; readonly filter?: Filter; readonly scoreThreshold?: number },
): readonly ScoredPoint[] {
  const best = collection.distance === 'Euclid' ? -1 : 1;
  const isNearEnough = (score: number): boolean =>
    options.scoreThreshold === undefined || score * best >= options.scoreThreshold * best;
  return [...collection.points.values()]
    .filter(({ payload }) => options.filter?.must.every(({ key, match }) => payload[key] === match.value) ?? true)
    .map((point) => ({ ...point, score: similarity(collection.distance, point.vector, query) }))
    .filter(({ score }) => isNearEnough(score))
    .sort((a, b) => (b.score - a.score) * best)
    .slice(0, options.limit);
}

function similarity(distance: Collection['distance'], a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  switch (distance) {
    case 'Dot':
      return dot;
    case 'Euclid':
      return Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));
    case 'Cosine': {
      const lengths = Math.hypot(...a) * Math.hypot(...b);
      return lengths === 0 ? 0 : dot / lengths;
    }
  }
}
