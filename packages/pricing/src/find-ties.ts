import type { CompiledRow } from './compiled-row.ts';
import { compiledRowOf, type MatchRows, type PlacedRow, placedRowsOf } from './name-index.ts';
import { matchesPattern, patternWitness } from './name-pattern.ts';
import type { PriceRow } from './price-book.ts';

/** Two rows between which no rule decides, and what to say about it. */
export type Tie = { readonly placed: PlacedRow; readonly row: CompiledRow; readonly other: CompiledRow; readonly why: string };

/** Orders rows of one unit, the one to be chosen first in front: layer, match, number of conditions, input size, start. */
export const byPrecedence = (a: CompiledRow, b: CompiledRow): number =>
  b.layerRank - a.layerRank ||
  b.match.rank - a.match.rank ||
  b.keyCount - a.keyCount ||
  b.inputMin - a.inputMin ||
  compare(b.fromMs, a.fromMs) ||
  (a.id < b.id ? -1 : 1);

/** Difference that bears infinities. */
const compare = (a: number, b: number): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

/** Ties between rows that have the very same match. Rows are compiled only where a unit occurs twice in a layer. */
export const findTies = (rows: MatchRows): readonly Tie[] => {
  const placed = placedRowsOf(rows);
  const ties: Tie[] = [];
  for (let at = 1; at < placed.length; at += 1) {
    for (let before = 0; before < at; before += 1) {
      const tie = tieOf(placed[at]!, placed[before]!, [rows]);
      if (tie !== undefined) ties.push(tie);
    }
  }
  return ties;
};

/**
 * Ties between rows of different patterns that weigh the same and overlap, as far as the witness of one shows it. Patterns
 * that have only rows on shelves were checked against each other when their book was made.
 */
export const findPatternTies = (patterns: ReadonlyMap<string, MatchRows>): readonly Tie[] => {
  const ties: Tie[] = [];
  const byWeight = new Map<number, PatternPeer[]>();
  for (const [pattern, rows] of patterns) {
    const peers = byWeight.get(rows.match.rank) ?? [];
    byWeight.set(rows.match.rank, peers);
    const peer: PatternPeer = { rows, shortest: pattern.replaceAll('*', ''), witness: patternWitness(pattern) };
    for (const other of peers) {
      if (rows.placed.length + other.rows.placed.length === 0) continue;
      // A witness is as long as its pattern weighs, so that on it the stars of a pattern of the same weight stand for nothing.
      if (matchesPattern(peer.shortest, other.witness) || matchesPattern(other.shortest, peer.witness)) {
        ties.push(...tiesBetween(rows, other.rows));
      }
    }
    peers.push(peer);
  }
  return ties;
};

type PatternPeer = { readonly rows: MatchRows; readonly shortest: string; readonly witness: string };

const tiesBetween = (rows: MatchRows, others: MatchRows): readonly Tie[] =>
  placedRowsOf(rows).flatMap((row) => placedRowsOf(others).flatMap((other) => tieOf(row, other, [rows, others]) ?? []));

/** The tie between two rows, if there is one; `context` holds the rows that may decide between them. */
const tieOf = (a: PlacedRow, b: PlacedRow, context: readonly MatchRows[]): Tie | undefined => {
  if (a.unit !== b.unit || a.origin.layerRank !== b.origin.layerRank || isSuccession(a, b)) return undefined;
  const [row, other] = [compiledRowOf(a), compiledRowOf(b)];
  const why = whyTied(row, other, context);
  return why === undefined ? undefined : { placed: a, row, other, why };
};

/** The commonest pair by far, the history of one price, is told apart before either row is compiled. */
const isSuccession = ({ source: a }: PlacedRow, { source: b }: PlacedRow): boolean =>
  !('role' in a) && !('role' in b) && a.when === b.when && (ends(a, b) || ends(b, a));

const ends = (a: PriceRow, b: PriceRow): boolean => a.valid_to !== undefined && a.valid_to === b.valid_from;

const whyTied = (a: CompiledRow, b: CompiledRow, context: readonly MatchRows[]): string | undefined => {
  if (a.keyCount !== b.keyCount || !mayHoldTogether(a, b)) return undefined;
  if (hasSameKeys(a, b)) {
    if (a.inputMin !== b.inputMin || a.fromMs !== b.fromMs) return undefined;
    return 'the same match, unit, conditions and valid_from';
  }
  const isDecided = context.some((rows) =>
    placedRowsOf(rows).some((row) => row.unit === a.unit && decides(compiledRowOf(row), a, b)),
  );
  if (isDecided) return undefined;
  return 'different conditions that may hold together; add a row that has both';
};

const hasSameKeys = (a: CompiledRow, b: CompiledRow): boolean =>
  (a.region === undefined) === (b.region === undefined) &&
  (a.inputMin === 0) === (b.inputMin === 0) &&
  (a.timeFrom === -1) === (b.timeFrom === -1);

const mayHoldTogether = (a: CompiledRow, b: CompiledRow): boolean =>
  a.tier === b.tier &&
  (a.region === undefined || b.region === undefined || a.region === b.region) &&
  a.fromMs < b.toMs &&
  b.fromMs < a.toMs &&
  windowsMeet(a, b);

const windowsMeet = (a: CompiledRow, b: CompiledRow): boolean =>
  a.timeFrom === -1 || b.timeFrom === -1 || isInWindow(a.timeFrom, b) || isInWindow(b.timeFrom, a);

const isInWindow = (minute: number, { timeFrom, timeTo }: CompiledRow): boolean =>
  timeFrom < timeTo ? minute >= timeFrom && minute < timeTo : minute >= timeFrom || minute < timeTo;

/** Whether a third row is chosen before two others wherever both of them hold. */
const decides = (row: CompiledRow, a: CompiledRow, b: CompiledRow): boolean =>
  row.layerRank === a.layerRank &&
  row.keyCount > a.keyCount &&
  row.tier === a.tier &&
  (row.region === undefined || row.region === a.region || row.region === b.region) &&
  row.inputMin <= Math.max(a.inputMin, b.inputMin) &&
  (row.timeFrom === -1 || [a, b].some((other) => other.timeFrom === row.timeFrom && other.timeTo === row.timeTo)) &&
  row.fromMs <= Math.max(a.fromMs, b.fromMs) &&
  row.toMs >= Math.min(a.toMs, b.toMs);
