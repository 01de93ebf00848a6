import type { CostRecord } from '../record.ts';
import type { CostSums } from './cost-sums.ts';

/** An item and what it cost, or what of that a report is about. */
export type CostedItem = { readonly record: Pick<CostRecord, 'item' | 'parentId'>; readonly sums: CostSums };

/** A row of an item. */
export type ItemReport<Item extends CostedItem> = Item & {
  /** Own cost and that of every item below it, pico units; only for items that have children. Sums use own cost. */
  readonly withChildrenPico?: bigint;
  /** Spans without a price in that sum, which makes it a lower bound. */
  readonly withChildrenUnpriced?: number;
};

/** One row per item, the dearest first; ties by (tenant, type, id). */
export function reportItems<Item extends CostedItem>(items: readonly Item[]): readonly ItemReport<Item>[] {
  const rows = items.map((item): Row<Item> => ({ item, text: undefined, withChildrenPico: undefined, withChildrenUnpriced: 0 }));
  addToParents(rows);
  return rows
    .sort(byCost)
    .map(({ item, withChildrenPico, withChildrenUnpriced }) =>
      withChildrenPico === undefined ? item : { ...item, withChildrenPico, withChildrenUnpriced },
    );
}

type Row<Item extends CostedItem> = {
  readonly item: Item;
  /** What it is ordered by where another item costs the same. */
  text: string | undefined;
  withChildrenPico: bigint | undefined;
  /** Set together with it. */
  withChildrenUnpriced: number;
};

/**
 * Adds the cost of each item to those above it. A parent is named by its id alone, so it is the only item of the tenant
 * with that id, or nobody. Items in a circle are nobody's children.
 */
function addToParents<Item extends CostedItem>(rows: readonly Row<Item>[]): void {
  if (rows.every(({ item }) => item.record.parentId === undefined)) return;
  const parentOf = parentsOf(rows);
  for (const row of rows) {
    for (const above of ancestors(row, parentOf)) {
      if (above.withChildrenPico === undefined) above.withChildrenUnpriced = above.item.sums.unpricedSpans;
      above.withChildrenUnpriced += row.item.sums.unpricedSpans;
      above.withChildrenPico = (above.withChildrenPico ?? above.item.sums.totalPico) + row.item.sums.totalPico;
    }
  }
}

function parentsOf<Item extends CostedItem>(rows: readonly Row<Item>[]): (row: Row<Item>) => Row<Item> | undefined {
  const byId = new Map<string, Row<Item> | undefined>();
  for (const row of rows) {
    const { tenant, id } = row.item.record.item;
    const key = idText(tenant, id);
    byId.set(key, byId.has(key) ? undefined : row);
  }
  return ({ item: { record } }) =>
    record.parentId === undefined ? undefined : byId.get(idText(record.item.tenant, record.parentId));
}

function ancestors<Value>(value: Value, parentOf: (value: Value) => Value | undefined): readonly Value[] {
  const above = new Set<Value>();
  for (let parent = parentOf(value); parent !== undefined; parent = parentOf(parent)) {
    if (parent === value || above.has(parent)) return [];
    above.add(parent);
  }
  return [...above];
}

function idText(tenant: string, id: string): string {
  return JSON.stringify([tenant, id]);
}

function byCost(left: Row<CostedItem>, right: Row<CostedItem>): number {
  const [cost, other] = [left.item.sums.totalPico, right.item.sums.totalPico];
  if (cost !== other) return cost > other ? -1 : 1;
  const [text, otherText] = [textOf(left), textOf(right)];
  return text < otherText ? -1 : text > otherText ? 1 : 0;
}

function textOf(row: Row<CostedItem>): string {
  const { tenant, type, id } = row.item.record.item;
  row.text ??= JSON.stringify([tenant, type, id]);
  return row.text;
}
