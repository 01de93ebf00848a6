import { lettersOf, matchesPattern } from './name-pattern.ts';

/**
 * Many patterns, found in one pass over a name. Each demands some three characters in a row; it is filed under the three
 * that the fewest others demand, and tried only on names that have them. Without this an unknown name would be tried on all
 * patterns of its provider, and unknown names are the sender's to invent. Most unknown names are spared the pass as well:
 * they lack a letter that every pattern demands, such as all of *c, l, a, u, d, e* or all of *n, o, v, a*.
 */
export type PatternIndex<T> = {
  /** Sets of letters, as of {@link lettersOf}: a name that has none of the sets whole matches no pattern. Empty without patterns. */
  readonly demands: readonly number[];
  /** One bit per hash of three characters that some pattern is filed under. */
  readonly filter: Uint32Array;
  readonly byPiece: ReadonlyMap<number, readonly Filed<T>[]>;
  /** Patterns without three literal characters in a row; tried on every name. */
  readonly others: readonly Filed<T>[];
};

type Filed<T> = { readonly pattern: string; readonly value: T };

const PIECE_CHARACTERS = 3;
const FILTER_BITS = 32_768;
const LAST_BIT: number = FILTER_BITS - 1;
const BITS_PER_WORD = 32;
const WILDCARDS = /[*?#]+/;
const ALL_WILDCARDS = /[*?#]+/g;

/** An index of patterns and what they stand for. */
export const createPatternIndex = <T>(patterns: Iterable<readonly [pattern: string, value: T]>): PatternIndex<T> => {
  const filed = [...patterns].map(([pattern, value]) => ({ pattern, value, pieces: piecesOf(pattern) }));
  const counts = new Map<number, number>();
  for (const { pieces } of filed) for (const piece of pieces) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const filter = new Uint32Array(FILTER_BITS / BITS_PER_WORD);
  const byPiece = new Map<number, Filed<T>[]>();
  const others: Filed<T>[] = [];
  for (const { pattern, value, pieces } of filed) {
    const [rarest] = pieces.toSorted((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0));
    if (rarest === undefined) {
      others.push({ pattern, value });
      continue;
    }
    byPiece.set(rarest, [...(byPiece.get(rarest) ?? []), { pattern, value }]);
    filter[(rarest & LAST_BIT) >>> 5]! |= 1 << (rarest & 31);
  }
  return {
    demands: smallestSets(filed.map(({ pattern }) => lettersOf(pattern.replace(ALL_WILDCARDS, '')))),
    filter,
    byPiece,
    others,
  };
};

/** The sets that no other set is part of: who has none of these has none of them. */
const smallestSets = (sets: readonly number[]): readonly number[] => {
  const distinct = [...new Set(sets)];
  return distinct.filter((set) => !distinct.some((other) => other !== set && (set & other) === other));
};

/** What the patterns that match a name stand for, in no order. `letters` are the name's, as of {@link lettersOf}. */
export const matchingPatterns = <T>(index: PatternIndex<T>, name: string, letters: number): readonly T[] => {
  for (const demand of index.demands) if ((letters & demand) === demand) return searchPatterns(index, name);
  return NOTHING;
};

const searchPatterns = <T>({ filter, byPiece, others }: PatternIndex<T>, name: string): readonly T[] => {
  let found: readonly T[] = NOTHING;
  for (const { pattern, value } of others) if (matchesPattern(pattern, name)) found = [...found, value];
  let first = name.charCodeAt(0);
  let second = name.charCodeAt(1);
  for (let at = PIECE_CHARACTERS - 1; at < name.length; at += 1) {
    const third = name.charCodeAt(at);
    const piece = pieceOf(first, second, third);
    first = second;
    second = third;
    if ((filter[(piece & LAST_BIT) >>> 5]! & (1 << (piece & 31))) === 0) continue;
    for (const { pattern, value } of byPiece.get(piece) ?? []) {
      if (!found.includes(value) && matchesPattern(pattern, name)) found = [...found, value];
    }
  }
  return found;
};

const NOTHING: readonly never[] = [];

const piecesOf = (pattern: string): readonly number[] => {
  const pieces = new Set<number>();
  for (const literal of pattern.split(WILDCARDS)) {
    for (let at = PIECE_CHARACTERS - 1; at < literal.length; at += 1) {
      pieces.add(pieceOf(literal.charCodeAt(at - 2), literal.charCodeAt(at - 1), literal.charCodeAt(at)));
    }
  }
  return [...pieces];
};

/** A hash of three characters in a row. Two pieces may share one: what it finds is tried anyway. */
const pieceOf = (first: number, second: number, third: number): number => (first * 961 + second * 31 + third) & 0x7fff_ffff;
