import type { CompiledFxRate } from './compiled-book.ts';
import { LAYERS, parsedDecimal } from './compiled-row.ts';
import type { IssuePath } from './fields.ts';
import type { ReportAt } from './index-rows.ts';
import { parseInstant } from './instant.ts';
import type { PriceBook, ShelvedBook } from './price-book.ts';

const MS_PER_DAY = 86_400_000;

type PlacedFxRate = CompiledFxRate & { readonly layerRank: number; readonly bookIndex: number; readonly path: IssuePath };

/** Exchange rates into a currency by source currency, latest first. Two rates of one layer and day are a problem. */
export const compileFx = (
  books: readonly (PriceBook | ShelvedBook)[],
  currency: string,
  report: ReportAt,
): ReadonlyMap<string, readonly CompiledFxRate[]> => {
  const byCurrency = new Map<string, PlacedFxRate[]>();
  for (const [bookIndex, book] of books.entries()) {
    for (const [index, rate] of (book.fx ?? []).entries()) {
      if (rate.to !== currency) continue;
      const fromMs = parseInstant(rate.date) ?? Number.NaN;
      const rates = byCurrency.get(rate.from) ?? [];
      byCurrency.set(rate.from, rates);
      rates.push({
        fromMs,
        toMs: book.fx_days_max === undefined ? Number.POSITIVE_INFINITY : fromMs + (book.fx_days_max + 1) * MS_PER_DAY,
        rate: parsedDecimal(rate.rate),
        text: rate.rate,
        date: rate.date,
        source: rate.source,
        layerRank: LAYERS.indexOf(book.layer ?? 'organisation'),
        bookIndex,
        path: ['fx', index],
      });
    }
  }
  for (const rates of byCurrency.values()) {
    rates.sort((a, b) => b.fromMs - a.fromMs || b.layerRank - a.layerRank);
    for (const [at, rate] of rates.entries()) {
      const other = rates[at - 1];
      if (other?.fromMs !== rate.fromMs || other.layerRank !== rate.layerRank || other.text === rate.text) continue;
      report(rate.bookIndex, rate.path, `tie: ${rate.text} and ${other.text} are both the rate of ${rate.date}`);
    }
  }
  return byCurrency;
};
