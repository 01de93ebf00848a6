import type { Category, Status } from '@costspan/semconv';
import type { ItemCost } from '../merge-emitters.ts';
import { isUnknown } from '../roll-up.ts';
import { isExcluded, isUnpriced, type TallySums } from '../tally.ts';

/** Sum of the live entries that agree in everything a report tells apart. */
export type CostCell = {
  /** What entries were grouped by; absent when they have no such property. */
  readonly value?: string;
  readonly category: Category;
  readonly status: Status;
  readonly waste: boolean;
  readonly entries: number;
  readonly amountPico: bigint;
  readonly lowPico: bigint;
  readonly highPico: bigint;
};

/** Sums of any part of a ledger, as reports print them. Pico units of one currency. */
export type CostSums = {
  readonly totalPico: bigint;
  readonly lowPico: bigint;
  readonly highPico: bigint;
  /** Part of the total that produced nothing. */
  readonly wastePico: bigint;
  /** Only categories that some entry fed. With `unpriced` spans the amount is a lower bound. */
  readonly byCategory: Readonly<Partial<Record<Category, CategorySum>>>;
  /** Billable spans, and those of them without a price. */
  readonly spans: number;
  readonly unpricedSpans: number;
};

export type CategorySum = { readonly amountPico: bigint; readonly unpriced: number };

/** Sums of nothing. */
export const noSums: CostSums = {
  totalPico: 0n,
  lowPico: 0n,
  highPico: 0n,
  wastePico: 0n,
  byCategory: {},
  spans: 0,
  unpricedSpans: 0,
};

/** Sums of a record. */
export function sumsOfRecord(record: ItemCost): CostSums {
  const counts = Object.entries(record.spans) as [Status, number][];
  return {
    totalPico: record.totalPico,
    lowPico: record.lowPico,
    highPico: record.highPico,
    wastePico: record.wastePico,
    byCategory: Object.fromEntries(
      [...new Set([...Object.keys(record.byCategory), ...Object.keys(record.unpricedByCategory)] as Category[])].map(
        (category) => [
          category,
          { amountPico: record.byCategory[category] ?? 0n, unpriced: record.unpricedByCategory[category] ?? 0 },
        ],
      ),
    ),
    spans: countWhere(counts, (status) => !isExcluded(status)),
    unpricedSpans: countWhere(counts, isUnpriced),
  };
}

/** Sums of a tally: those of the record that is made of it. */
export function sumsOfTally(tally: TallySums): CostSums {
  const categories = Object.entries(tally.categories);
  const counts = Object.entries(tally.spans) as [Status, number][];
  return {
    totalPico: tally.totalPico,
    lowPico: tally.lowPico,
    highPico: tally.highPico,
    wastePico: tally.wastePico,
    // In the order of records, where amounts stand before categories of which nothing is known.
    byCategory: Object.fromEntries(
      [...categories.filter(([, sum]) => !isUnknown(sum)), ...categories.filter(([, sum]) => isUnknown(sum))].map(
        ([category, { amountPico, unpriced }]) => [category, { amountPico, unpriced }],
      ),
    ),
    spans: countWhere(counts, (status) => !isExcluded(status)),
    unpricedSpans: countWhere(counts, isUnpriced),
  };
}

/** Sums of a cell. Aggregates and duplicates add nothing: other entries carry their cost. */
export function sumsOfCell(cell: CostCell): CostSums {
  if (isExcluded(cell.status)) return noSums;
  const unpriced = isUnpriced(cell.status) ? cell.entries : 0;
  return {
    totalPico: cell.amountPico,
    lowPico: cell.lowPico,
    highPico: cell.highPico,
    wastePico: cell.waste ? cell.amountPico : 0n,
    byCategory: { [cell.category]: { amountPico: cell.amountPico, unpriced } },
    spans: cell.entries,
    unpricedSpans: unpriced,
  };
}

/** Sum of any number of sums. */
export function sumUp(parts: Iterable<CostSums>): CostSums {
  let [totalPico, lowPico, highPico, wastePico] = [0n, 0n, 0n, 0n];
  let [spans, unpricedSpans] = [0, 0];
  const byCategory = new Map<string, { amountPico: bigint; unpriced: number }>();
  for (const part of parts) {
    totalPico += part.totalPico;
    lowPico += part.lowPico;
    highPico += part.highPico;
    wastePico += part.wastePico;
    spans += part.spans;
    unpricedSpans += part.unpricedSpans;
    for (const category of Object.keys(part.byCategory) as Category[]) {
      const { amountPico = 0n, unpriced = 0 } = part.byCategory[category] ?? {};
      const sum = byCategory.get(category);
      if (sum === undefined) byCategory.set(category, { amountPico, unpriced });
      else {
        sum.amountPico += amountPico;
        sum.unpriced += unpriced;
      }
    }
  }
  return { totalPico, lowPico, highPico, wastePico, byCategory: Object.fromEntries(byCategory), spans, unpricedSpans };
}

function countWhere(counts: readonly (readonly [Status, number])[], holds: (status: Status) => boolean): number {
  return counts.reduce((sum, [status, count]) => (holds(status) ? sum + count : sum), 0);
}
