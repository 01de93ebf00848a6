import { compileLimit, isTied } from './compiled-limit.ts';
import { layerRankOf } from './compiled-row.ts';
import type { ReportAt } from './index-rows.ts';
import { indexOf, type NameIndex, type PlacedBook, rowsOfMatch } from './name-index.ts';
import type { ModelLimit, PriceBook, ShelvedBook } from './price-book.ts';

/** Limits that are made at the first look-up of one. */
export type PendingLimits = { readonly limits: () => readonly ModelLimit[]; readonly origin: PlacedBook };

/** Limits of books that make them at the first look-up of one. */
export const pendingLimits = (books: readonly (PriceBook | ShelvedBook)[]): PendingLimits[] =>
  books.flatMap((book, bookIndex) =>
    typeof book.limits === 'function' ? [{ limits: book.limits, origin: { book, bookIndex, layerRank: layerRankOf(book) } }] : [],
  );

/** Puts limits beside the rows of the same match. Two of them that nothing decides between are a problem. */
export const placeLimits = (
  list: readonly ModelLimit[],
  { bookIndex, layerRank }: PlacedBook,
  providers: Map<string, NameIndex>,
  report: ReportAt,
): void => {
  for (const [at, limit] of list.entries()) {
    const { match, limits } = rowsOfMatch(indexOf(providers, limit.provider), limit.match);
    const compiled = compileLimit(limit, layerRank);
    if (limits.some((other) => isTied(other, compiled))) {
      const found = 'found a second one of the same layer; end one of them with valid_to';
      report(bookIndex, ['limits', at], `expected one limit for ${limit.provider}/${match.text} at any time, ${found}`);
    }
    limits.push(compiled);
  }
};
