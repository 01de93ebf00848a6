import type { PriceBook } from '@costspan/pricing';

/** A book as JSON with one row a line, so that a change of a price is a change of a line. */
export function bookText({ prices, ...head }: PriceBook): string {
  const rows = prices.map((row) => JSON.stringify(row)).join(',\n');
  return `${JSON.stringify(head).slice(0, -1)},"prices":[\n${rows}\n]}\n`;
}
