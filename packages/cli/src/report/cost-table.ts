import { type CategorySum, type CostSums, isUnknown, type Shares } from '@costspan/ledger';
import { CATEGORIES, type Category } from '@costspan/semconv';
import { type AmountText, amountText, sumText } from './amount-text.ts';
import { type Column, plainTable } from './plain-table.ts';

/** A row of a table of costs: its names, what it cost, and what stands behind the total. */
export type CostRow = { readonly names: readonly string[]; readonly sums: CostSums; readonly after: readonly string[] };

export type CostTable = {
  readonly currency: string;
  readonly nameHeads: readonly string[];
  readonly afterHeads: readonly string[];
  readonly rows: readonly CostRow[];
  readonly totals: CostSums;
  readonly totalName: string;
  readonly shares: Shares | undefined;
};

/** A row per item or group, a column per category that was fed, waste as a part, total, and a last row with the shares. */
export function costTable({ currency, rows, totals, ...table }: CostTable): string {
  const fed = CATEGORIES.filter((category) => totals.byCategory[category] !== undefined);
  const hasRange = totals.lowPico !== totals.totalPico || totals.highPico !== totals.totalPico;
  const write = amountText(currency, [totals.totalPico, ...rows.map(({ sums }) => sums.totalPico)]);
  const columns: readonly Column[] = [
    ...table.nameHeads.map((head) => ({ head })),
    ...[...fed, 'total', 'of which waste', ...(hasRange ? ['low', 'high'] : [])].map((head) => ({
      head,
      align: 'right' as const,
    })),
    ...table.afterHeads.map((head) => ({ head })),
  ];
  const line = ({ names, sums, after }: CostRow): readonly string[] => [
    ...names,
    ...fed.map((category) => categoryCell(sums.byCategory[category], write)),
    sumText({ amountPico: sums.totalPico, unpriced: sums.unpricedSpans }, write),
    sums.wastePico === 0n ? '-' : write(sums.wastePico),
    ...(hasRange ? rangeTexts(sums, write) : []),
    ...after,
  ];
  const blank = (count: number): string[] => Array.from({ length: count }, () => '');
  const nameless = (name: string): readonly string[] => [name, ...blank(table.nameHeads.length - 1)];
  const total = line({ names: nameless(table.totalName), sums: totals, after: blank(table.afterHeads.length) });
  const names = table.nameHeads.length;
  const lines = alignAmounts([...rows.map(line), total], names, names + fed.length + 1);
  const shares = shareLine(nameless('share %'), fed, { shares: table.shares, totals });
  return plainTable(columns, shares === undefined ? lines : [...lines, shares]);
}

/** A category the row has nothing of is a dash: others fed it, so for this row it is known to be nothing. */
function categoryCell(sum: CategorySum | undefined, write: AmountText): string {
  return sum === undefined ? '-' : sumText(sum, write);
}

/** Points stay under each other although some amounts are followed by a count of unpriced spans. */
function alignAmounts(rows: readonly (readonly string[])[], from: number, to: number): readonly (readonly string[])[] {
  const widths = new Map<number, number>();
  for (const row of rows) {
    for (let column = from; column < to; column += 1) {
      widths.set(column, Math.max(widths.get(column) ?? 0, suffixWidth(row[column] ?? '')));
    }
  }
  return rows.map((row) =>
    row.map((cell, column) => `${cell}${' '.repeat(Math.max(0, (widths.get(column) ?? 0) - suffixWidth(cell)))}`),
  );
}

function suffixWidth(cell: string): number {
  const at = cell.indexOf(' +');
  if (at >= 0) return cell.length - at;
  return cell.endsWith('?') ? cell.length : 0;
}

function rangeTexts({ totalPico, lowPico, highPico }: CostSums, write: AmountText): readonly string[] {
  return lowPico === totalPico && highPico === totalPico ? ['', ''] : [write(lowPico), write(highPico)];
}

function shareLine(
  names: readonly string[],
  fed: readonly Category[],
  { shares, totals }: Pick<CostTable, 'shares' | 'totals'>,
): readonly string[] | undefined {
  if (shares === undefined) return undefined;
  const share = (category: Category): string => {
    const sum = totals.byCategory[category];
    return sum === undefined || isUnknown(sum) ? '?' : (shares.byCategory[category] ?? '');
  };
  return [...names, ...fed.map(share), '100.00', shares.waste];
}
