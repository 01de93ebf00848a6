import { compileLimit, isTied } from './compiled-limit.ts';
import { HUMAN_PROVIDER, HUMAN_UNIT } from './compiled-role.ts';
import { LAYERS } from './compiled-row.ts';
import type { IssuePath } from './fields.ts';
import { findPatternTies, findTies, type Tie } from './find-ties.ts';
import { PATTERNS_PER_PROVIDER_MAX, ROWS_PER_MATCH_MAX } from './limits.ts';
import { createNameIndex, type MatchRows, type NameIndex, type PlacedBook, type PlacedRow, rowsOfMatch } from './name-index.ts';
import type { PriceBook, PriceRow } from './price-book.ts';
import { catalogIdOf } from './provider-names.ts';

/** Takes the problems of several books: the position of the book, the path in it, what is wrong. */
export type ReportAt = (bookIndex: number, path: IssuePath, message: string) => void;

/** The rows and roles of books by provider and match. What can be wrong between rows is reported: ties, and too many of them. */
export const indexRows = (books: readonly PriceBook[], report: ReportAt): Map<string, NameIndex> => {
  const providers = new Map<string, NameIndex>();
  const matches = new Set<MatchRows>();
  for (const [bookIndex, book] of books.entries()) {
    const origin: PlacedBook = { book, bookIndex, layerRank: LAYERS.indexOf(book.layer ?? 'organisation') };
    const { prices, roles = [] } = book;
    let last: PriceRow | undefined;
    let rows: MatchRows | undefined;
    for (let at = 0; at < prices.length; at += 1) {
      const row = prices[at]!;
      // The rows of a model stand together and, in a packed catalog, share their match.
      if (rows === undefined || last?.match !== row.match || last.provider !== row.provider) {
        const index = indexOf(providers, row.provider);
        index.hasRows = true;
        rows = rowsOfMatch(index, row.match);
        matches.add(rows);
      }
      rows.placed.push({ source: row, unit: row.unit, match: rows.match, origin, at, compiled: undefined });
      last = row;
    }
    for (const [at, limit] of (book.limits ?? []).entries()) {
      const limited = rowsOfMatch(indexOf(providers, limit.provider), limit.match);
      const compiled = compileLimit(limit, origin.layerRank);
      const tied = limited.limits.some((other) => isTied(other, compiled));
      if (tied) {
        const name = `${limit.provider}/${limited.match.text}`;
        const found = 'found a second one of the same layer; end one of them with valid_to';
        report(bookIndex, ['limits', at], `expected one limit for ${name} at any time, ${found}`);
      }
      limited.limits.push(compiled);
    }
    for (const [at, role] of roles.entries()) {
      const index = indexOf(providers, HUMAN_PROVIDER);
      index.hasRows = true;
      const people = rowsOfMatch(index, { exact: role.role });
      matches.add(people);
      people.placed.push({ source: role, unit: HUMAN_UNIT, match: people.match, origin, at, compiled: undefined });
    }
  }
  for (const rows of matches) checkMatch(rows, report);
  for (const [provider, { patterns }] of providers) checkPatterns(provider, patterns, report);
  return providers;
};

const pathOf = ({ source, at }: PlacedRow): IssuePath => ['role' in source ? 'roles' : 'prices', at];

const indexOf = (providers: Map<string, NameIndex>, provider: string): NameIndex => {
  const known = providers.get(provider);
  if (known !== undefined) return known;
  const id = catalogIdOf(provider);
  const index = providers.get(id) ?? createNameIndex();
  providers.set(id, index);
  return index;
};

const checkMatch = (rows: MatchRows, report: ReportAt): void => {
  const beyond = rows.placed[ROWS_PER_MATCH_MAX];
  if (beyond === undefined) reportTies(findTies(rows), report);
  else {
    const found = `found ${rows.placed.length}; split the match`;
    report(beyond.origin.bookIndex, pathOf(beyond), `expected at most ${ROWS_PER_MATCH_MAX} rows for one match, ${found}`);
  }
};

const checkPatterns = (provider: string, patterns: NameIndex['patterns'], report: ReportAt): void => {
  const beyond = [...patterns.values()][PATTERNS_PER_PROVIDER_MAX]?.placed[0];
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
