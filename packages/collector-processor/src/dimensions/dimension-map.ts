import { dimensionKeySetsMax } from './limits.ts';

/** One row of a file of dimensions: spans that have all of these values get these dimensions. */
export type DimensionRow = {
  /** Line of the file, from 1. */
  readonly line: number;
  /** Values by attribute key, at least one. */
  readonly match: Readonly<Record<string, string>>;
  /** Dimensions by key, without prefix. */
  readonly set: Readonly<Record<string, string>>;
  /** First nanosecond of spans it is for, Unix; absent: since ever. */
  readonly fromNs?: bigint;
  /** First nanosecond it is no longer for; absent: forever. */
  readonly toNs?: bigint;
};

/** Rows ready to look up. */
export type DimensionMap = {
  /** Attribute keys that rows match by. */
  readonly keys: readonly string[];
  readonly keySets: readonly KeySet[];
};

/** The rows that match by the same keys. */
export type KeySet = {
  /** Sorted. */
  readonly keys: readonly string[];
  /** Rows by {@link valuesText}, with their rank: of rows that say the same dimension the least counts. */
  readonly rows: ReadonlyMap<string, readonly RankedRow[]>;
};

export type RankedRow = DimensionRow & { readonly rank: number };

/** Something wrong with a row. */
export type RowProblem = { readonly line: number; readonly problem: string };

/** Values of the keys of a set, in their order, as one text. */
export function valuesText(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : JSON.stringify(values);
}

/** Whether a row is in force at an instant, Unix nanoseconds. */
export function isInForce({ fromNs, toNs }: DimensionRow, atNs: bigint): boolean {
  return (fromNs === undefined || atNs >= fromNs) && (toNs === undefined || atNs < toNs);
}

/** Makes rows ready to look up, or says which of them contradict each other. */
export function compileDimensions(
  rows: readonly DimensionRow[],
): { readonly kind: 'ok'; readonly map: DimensionMap } | { readonly kind: 'invalid'; readonly problems: readonly RowProblem[] } {
  // A row that asks for more is nearer to the span; of two that ask for as much the earlier in the file counts.
  const ranked = rows
    .toSorted((one, other) => keysOf(other).length - keysOf(one).length || one.line - other.line)
    .map((row, rank): RankedRow => ({ ...row, rank }));
  const sets = new Map<string, { readonly keys: readonly string[]; readonly rows: Map<string, RankedRow[]> }>();
  for (const row of ranked) {
    const keys = keysOf(row);
    const text = JSON.stringify(keys);
    const set = sets.get(text) ?? { keys, rows: new Map<string, RankedRow[]>() };
    sets.set(text, set);
    const values = valuesText(keys.map((key) => row.match[key] ?? ''));
    set.rows.set(values, [...(set.rows.get(values) ?? []), row]);
  }
  const keySets = [...sets.values()];
  const problems = [
    ...(keySets.length > dimensionKeySetsMax
      ? [
          {
            line: ranked.at(-1)?.line ?? 1,
            problem: `expected rows to match by at most ${dimensionKeySetsMax} different sets of keys, found ${keySets.length}`,
          },
        ]
      : []),
    ...keySets.flatMap((set) => [...set.rows.values()].flatMap(contradictionsAmong)),
  ];
  if (problems.length > 0) return { kind: 'invalid', problems };
  return { kind: 'ok', map: { keys: [...new Set(keySets.flatMap(({ keys }) => keys))].sort(), keySets } };
}

function keysOf({ match }: DimensionRow): readonly string[] {
  return Object.keys(match).sort();
}

/** Rows that match the same at the same time must not say different things. */
function contradictionsAmong(rows: readonly RankedRow[]): readonly RowProblem[] {
  return rows.flatMap((row, index) =>
    Object.entries(row.set).flatMap(([key, value]) => {
      const at = rows.findIndex((each) => each.set[key] !== undefined && each.set[key] !== value && overlap(row, each));
      const earlier = rows[at];
      if (earlier === undefined || at > index) return [];
      const problem = `set.${key}: expected ${JSON.stringify(earlier.set[key])} as in line ${earlier.line}, which matches the same at the same time, found ${JSON.stringify(value)}; end one before the other begins`;
      return [{ line: row.line, problem }];
    }),
  );
}

function overlap(one: DimensionRow, other: DimensionRow): boolean {
  const startsBefore = (left: DimensionRow, right: DimensionRow): boolean =>
    left.fromNs === undefined || right.toNs === undefined || left.fromNs < right.toNs;
  return startsBefore(one, other) && startsBefore(other, one);
}
