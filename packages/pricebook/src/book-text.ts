import type { PriceBook } from '@costspan/pricing';

/** A book as JSON with one row or limit a line, so that a change of a price is a change of a line. */
export function bookText({ prices, limits, ...head }: PriceBook): string {
  const lists = [`"prices":${linesOf(prices)}`, ...(limits === undefined ? [] : [`"limits":${linesOf(limits)}`])];
  return `${JSON.stringify(head).slice(0, -1)},${lists.join(',\n')}}\n`;
}

const linesOf = (rows: readonly unknown[]): string =>
  rows.length === 0 ? '[]' : `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]`;
