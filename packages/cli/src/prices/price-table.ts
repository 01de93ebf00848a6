import type { PriceRow } from '@costspan/pricing';
import Table from 'cli-table3';
import type { ShownPrices } from './show-prices.ts';

/** The prices as a table for people: what, how much, when, from which page and day. */
export function priceTable({ prices, modifiers, limits }: ShownPrices): string {
  const table = new Table({
    head: ['unit', 'price', 'when', 'status', 'valid', 'source', 'read'],
    style: { head: [], border: [] },
  });
  for (const { unit, amount, per, when, row, book, reason } of prices) {
    table.push([
      unit,
      `${amount}${row.currency === undefined ? '' : ` ${row.currency}`} per ${per}`,
      when === '' ? 'always' : when,
      reason === undefined || reason === 'price-is-estimate' ? row.status : `${row.status} (${reason})`,
      validityText(row),
      row.source?.url ?? `${book}, no source`,
      row.source?.retrieved_at ?? '',
    ]);
  }
  const factors = modifiers.map(
    ({ modifier, when }) => `  times ${modifier.factor}${when === '' ? '' : ` at ${when}`} (${modifier.id})\n`,
  );
  return `${table.toString()}\n${factors.length === 0 ? '' : `factors:\n${factors.join('')}`}${limitsText(limits)}`;
}

function limitsText({ outputTokensMax: output, inputTokensMax: input, reason }: ShownPrices['limits']): string {
  const sizes = [
    ...(input === undefined ? [] : [`${input} input tokens`]),
    ...(output === undefined ? [] : [`${output} output tokens`]),
  ];
  if (sizes.length === 0) return '';
  return `largest call: ${sizes.join(', ')}${reason === undefined ? '' : ` (${reason})`}\n`;
}

function validityText({ valid_from: from, valid_to: to }: Pick<PriceRow, 'valid_from' | 'valid_to'>): string {
  return [...(from === undefined ? [] : [`from ${from}`]), ...(to === undefined ? [] : [`to ${to}`])].join(' ');
}
