/** Values of some dimensions, by name. */
export type Dimensions = Readonly<Record<string, readonly string[]>>;
export type Combination = Readonly<Record<string, string>>;

/** Every combination of one value of each dimension. */
export const combinationsOf = (dimensions: Dimensions): readonly Combination[] =>
  Object.entries(dimensions).reduce<readonly Combination[]>(
    (sofar, [name, values]) => sofar.flatMap((combination) => values.map((value) => ({ ...combination, [name]: value }))),
    [{}],
  );

/** Few combinations that together hold every pair of values of two dimensions; the same ones in every run. */
export const pairwise = (dimensions: Dimensions): readonly Combination[] => {
  const all = combinationsOf(dimensions);
  const missing = new Set(all.flatMap(pairsIn));
  const chosen: Combination[] = [];
  while (missing.size > 0) {
    const gain = (combination: Combination): number => pairsIn(combination).filter((pair) => missing.has(pair)).length;
    const best = all.reduce((left, right) => (gain(right) > gain(left) ? right : left));
    chosen.push(best);
    for (const pair of pairsIn(best)) missing.delete(pair);
  }
  return chosen;
};

/** The pairs a combination holds, each as text. */
export const pairsIn = (combination: Combination): readonly string[] => {
  const values = Object.entries(combination).map(([name, value]) => `${name}=${value}`);
  return values.flatMap((left, index) => values.slice(index + 1).map((right) => `${left} ${right}`));
};
