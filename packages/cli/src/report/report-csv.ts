import { type CategorySum, type CostSums, isUnknown } from '@costspan/ledger';
import { formatPico } from '@costspan/pricing';
import { CATEGORIES } from '@costspan/semconv';
import type { Report } from './report-data.ts';
import { safeText } from './safe-text.ts';

/** The main table as CSV (RFC 4180): exact amounts, one column per category, empty where nothing fed it or nothing is known. */
export function reportCsv({ by, items, groups, header }: Report): string {
  const sumHeads = [...CATEGORIES, 'total', 'waste', 'low', 'high', 'spans', 'unpriced_spans'];
  if (by.by !== 'item') {
    const head = by.by === 'dimension' ? textCell(by.key) : by.by;
    const rows = groups.map(({ value, sums }) => [textCell(value ?? ''), header.currency, ...sumCells(sums)]);
    return csv([[head, 'currency', ...sumHeads], ...rows]);
  }
  const rows = items.map(({ record: { item, parentId, outcome, state }, sums }) => [
    ...[item.tenant, item.type, item.id, parentId ?? '', outcome?.value ?? ''].map(textCell),
    ...[state, header.currency],
    ...sumCells(sums),
  ]);
  return csv([['tenant', 'type', 'id', 'parent_id', 'outcome', 'state', 'currency', ...sumHeads], ...rows]);
}

function sumCells(sums: CostSums): readonly string[] {
  const { totalPico, wastePico, lowPico, highPico, spans, unpricedSpans } = sums;
  const known = (sum: CategorySum): string => (isUnknown(sum) ? '' : formatPico(sum.amountPico));
  return [
    ...CATEGORIES.map((category) => {
      const sum = sums.byCategory[category];
      return sum === undefined ? '' : known(sum);
    }),
    ...[totalPico, wastePico, lowPico, highPico].map((amountPico) =>
      isUnknown({ amountPico: totalPico, unpriced: unpricedSpans }) ? '' : formatPico(amountPico),
    ),
    ...[spans, unpricedSpans].map(String),
  ];
}

/**
 * Text of a sender made fit for a spreadsheet, which would run it as a formula if it began like one, and for a terminal.
 * Signed numbers are no danger, and stay what they are.
 */
function textCell(text: string): string {
  const safe = safeText(text);
  return /^[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(safe) && !/^[+-][\d.,]+$/.test(safe) ? `'${safe}` : safe;
}

function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
