import type { DatabaseSync } from 'node:sqlite';
import { joinPico } from '@costspan/pricing';
import { type Amounts, wholeMax } from './sum-table.ts';
import { visitRows } from './visit-rows.ts';

/** Which entries are summed; without bounds all of them. Bounds are Unix nanoseconds: from the first, before the last. */
export type CellWindow = {
  /** `usage`: entries of that time. `completed`: every entry of the items whose outcome is of that time. */
  readonly basis: 'usage' | 'completed';
  readonly fromNs?: bigint;
  readonly toNs?: bigint;
};

/** What is done with each entry: two numbers that the scan was asked for, its kind, and what it costs. */
export type EntryVisitor = {
  /** Low and high are the amount, which is given as `SumTable` takes it. */
  readonly visit: (first: number, second: number, kind: number, whole: number, pico: number) => void;
  /** For the few that have other bounds or are very large. */
  readonly visitExactly: (first: number, second: number, kind: number, amounts: Amounts) => void;
};

/**
 * Has every live entry of a window visited, in one pass from the first page of the table to the last. `first` and `second` are
 * SQL: integers made of columns of `versions`; NULL is 0. To group entries by them in SQL would mean sorting them.
 */
export function scanEntries(
  database: DatabaseSync,
  window: CellWindow,
  numbers: { readonly first: string; readonly second: string },
  { visit, visitExactly }: EntryVisitor,
): void {
  const { sql, bounds } = scanSql(window, numbers);
  visitRows(database, sql, bounds, {
    visit: (first, second, kind, whole, pico) => visit(Number(first), Number(second), Number(kind), Number(whole), Number(pico)),
    visitExactly: (...integers) => {
      const [first, second, kind, whole, pico, lowWhole, lowPico, highWhole, highPico] = integers as NineIntegers;
      visitExactly(Number(first), Number(second), Number(kind), {
        amountPico: joinPico(whole, pico),
        lowPico: joinPico(lowWhole, lowPico),
        highPico: joinPico(highWhole, highPico),
      });
    },
  });
}

type NineIntegers = readonly [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];

function scanSql(
  { basis, fromNs, toNs }: CellWindow,
  { first, second }: Parameters<typeof scanEntries>[2],
): { readonly sql: string; readonly bounds: readonly bigint[] } {
  const at = basis === 'usage' ? 'versions.usage_at_ns' : 'items.outcome_at_ns';
  const isWanted = [
    'versions.voided_at_ns IS NULL',
    ...(basis === 'completed' ? ['items.outcome IS NOT NULL'] : []),
    ...(fromNs === undefined ? [] : [`${at} >= ?`]),
    ...(toNs === undefined ? [] : [`${at} < ?`]),
  ];
  const numbers = `${first}, ${second}, kind_key, amount_whole, amount_pico`;
  return {
    sql: `SELECT 1 FROM versions ${basis === 'completed' ? 'CROSS JOIN items USING (item_key)' : ''}
      WHERE CASE WHEN ${isWanted.join(' AND ')} THEN
        CASE WHEN amount_whole BETWEEN -${wholeMax} AND ${wholeMax} AND low_whole IS NULL AND high_whole IS NULL
          THEN visit(${numbers})
          ELSE visit_exactly(${numbers}, coalesce(low_whole, amount_whole), coalesce(low_pico, amount_pico),
            coalesce(high_whole, amount_whole), coalesce(high_pico, amount_pico)) END END`,
    bounds: [fromNs, toNs].filter((bound) => bound !== undefined),
  };
}
