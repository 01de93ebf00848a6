import { HUMAN_PROVIDER, HUMAN_UNIT } from './compiled-role.ts';
import { layerRankOf } from './compiled-row.ts';
import type { IssuePath } from './fields.ts';
import { findPatternTies, findTies, type Tie } from './find-ties.ts';
import { PATTERNS_PER_PROVIDER_MAX, ROWS_PER_MATCH_MAX } from './limits.ts';
import {
  indexOf,
  type MatchRows,
  type NameIndex,
  type PlacedBook,
  type PlacedRow,
  placedRowsOf,
  rowsOfMatch,
} from './name-index.ts';
import { placeLimits } from './place-limits.ts';
import type { PriceBook, PriceRow, ShelvedBook } from './price-book.ts';

/** Takes the problems of several books: the position of the book, the path in it, what is wrong. */
export type ReportAt = (bookIndex: number, path: IssuePath, message: string) => void;

/** The rows and roles of books by provider and match. What can be wrong between rows is reported: ties, and too many of them. */
export const indexRows = (books: readonly (PriceBook | ShelvedBook)[], report: ReportAt): Map<string, NameIndex> => {
  const providers = new Map<string, NameIndex>();
  const matches = new Set<MatchRows>();
  for (const [bookIndex, book] of books.entries()) {
    const origin: PlacedBook = { book, bookIndex, layerRank: layerRankOf(book) };
    const { roles = [] } = book;
    if ('shelves' in book) placeShelves(book, origin, providers);
    else {
      for (const [at, row] of book.prices.entries()) {
        const rows = rowsToPrice(providers, row);
        matches.add(rows);
        rows.placed.push({ source: row, unit: row.unit, match: rows.match, origin, at, compiled: undefined });
      }
    }
    if (typeof book.limits !== 'function') placeLimits(book.limits ?? [], origin, providers, report);
    for (const [at, role] of roles.entries()) {
      const people = rowsToPrice(providers, { provider: HUMAN_PROVIDER, match: { exact: role.role } });
      matches.add(people);
      people.placed.push({ source: role, unit: HUMAN_UNIT, match: people.match, origin, at, compiled: undefined });
    }
  }
  for (const rows of matches) checkMatch(rows, report);
  for (const [provider, { patterns }] of providers) checkPatterns(provider, patterns, report);
  return providers;
};

const placeShelves = ({ shelves }: ShelvedBook, origin: PlacedBook, providers: Map<string, NameIndex>): void => {
  let firstAt = 0;
  for (const shelf of shelves) {
    rowsToPrice(providers, shelf).shelves.push({ shelf, origin, firstAt });
    firstAt += shelf.rowCount;
  }
};

const rowsToPrice = (providers: Map<string, NameIndex>, { provider, match }: Pick<PriceRow, 'provider' | 'match'>): MatchRows => {
  const index = indexOf(providers, provider);
  index.hasRows = true;
  return rowsOfMatch(index, match);
};

const pathOf = ({ source, at }: PlacedRow): IssuePath => ['role' in source ? 'roles' : 'prices', at];

const checkMatch = (rows: MatchRows, report: ReportAt): void => {
  const placed = placedRowsOf(rows);
  const beyond = placed[ROWS_PER_MATCH_MAX];
  if (beyond === undefined) reportTies(findTies(rows), report);
  else {
    const found = `found ${placed.length}; split the match`;
    report(beyond.origin.bookIndex, pathOf(beyond), `expected at most ${ROWS_PER_MATCH_MAX} rows for one match, ${found}`);
  }
};

const checkPatterns = (provider: string, patterns: NameIndex['patterns'], report: ReportAt): void => {
  if ([...patterns.values()].every(({ placed }) => placed.length === 0)) return;
  const [, excess] = [...patterns.values()].slice(PATTERNS_PER_PROVIDER_MAX - 1);
  const beyond = excess === undefined ? undefined : placedRowsOf(excess)[0];
  if (beyond === undefined) reportTies(findPatternTies(patterns), report);
  else {
    const found = `found ${patterns.size}; use exact names or prefixes`;
    report(
      beyond.origin.bookIndex,
      pathOf(beyond),
      `expected at most ${PATTERNS_PER_PROVIDER_MAX} patterns of ${provider}, ${found}`,
    );
  }
};

const reportTies = (ties: readonly Tie[], report: ReportAt): void => {
  for (const { placed, row, other, why } of ties) {
    report(
      placed.origin.bookIndex,
      pathOf(placed),
      `tie between ${JSON.stringify(row.id)} and ${JSON.stringify(other.id)}: ${why}`,
    );
  }
};
