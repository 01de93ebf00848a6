import type { PriceBook, PriceRow } from '@costspan/pricing';
import { matchText } from './upstream-match.ts';

/**
 * The imported catalog with our corrections in it: the rows of `corrections` replace every imported row for the same
 * provider, name and unit, whatever its dates and conditions. Rows for a service tier stand beside the imported ones,
 * because upstream has none. Modifiers come from the corrections alone.
 */
export function applyCorrections(imported: PriceBook, corrections: PriceBook): PriceBook {
  const replaced = new Set(corrections.prices.filter(({ when }) => when?.service_tier === undefined).map(seriesOf));
  const kept = imported.prices.filter((row) => !replaced.has(seriesOf(row)));
  return {
    book: 'costspan-catalog',
    version: `${imported.version}, ${corrections.book} ${corrections.version}`,
    layer: 'catalog',
    currency: imported.currency,
    ...(imported.note !== undefined && { note: imported.note }),
    prices: [...kept, ...corrections.prices],
    ...(corrections.modifiers !== undefined && { modifiers: corrections.modifiers }),
  };
}

const seriesOf = ({ provider, match, unit }: PriceRow): string => `${provider}\n${matchText(match)}\n${unit}`;
