import type { ItemCost } from '../merge-emitters.ts';
import { type CostSums, noSums, sumsOfRecord } from './cost-sums.ts';

/** What one item cost. */
export type ItemReport<Record extends ItemCost> = {
  readonly record: Record;
  readonly sums: CostSums;
  /** Own cost and that of every item below it, pico units; only for items that have children. Sums use own cost. */
  readonly withChildrenPico?: bigint;
};

/** One row per item, the dearest first; ties by (tenant, type, id). `sumsOf`: what of an item's cost the report is about. */
export function reportItems<Record extends ItemCost>(
  records: readonly Record[],
  sumsOf: (record: Record) => CostSums = sumsOfRecord,
): readonly ItemReport<Record>[] {
  const sums = new Map(records.map((record) => [record, sumsOf(record)]));
  const costOf = (record: Record): bigint => sums.get(record)?.totalPico ?? 0n;
  const withChildren = costsWithChildren(records, costOf);
  return [...records]
    .sort((left, right) => byCost(left, right, costOf))
    .map((record) => {
      const withChildrenPico = withChildren.get(record);
      return {
        record,
        sums: sums.get(record) ?? noSums,
        ...(withChildrenPico === undefined ? {} : { withChildrenPico }),
      };
    });
}

/**
 * Cost with children of each record that has any. A parent is named by its id alone, so it is the only item of the tenant
 * with that id, or nobody. Items in a circle are nobody's children.
 */
function costsWithChildren<Record extends ItemCost>(
  records: readonly Record[],
  costOf: (record: Record) => bigint,
): ReadonlyMap<Record, bigint> {
  const parents = parentsOf(records);
  const sums = new Map<Record, bigint>();
  for (const record of records) {
    const above = ancestors(record, parents);
    for (const ancestor of above) sums.set(ancestor, (sums.get(ancestor) ?? costOf(ancestor)) + costOf(record));
  }
  return sums;
}

function parentsOf<Record extends ItemCost>(records: readonly Record[]): (record: Record) => Record | undefined {
  const byId = new Map<string, Record | undefined>();
  for (const record of records) {
    const key = idText(record.item.tenant, record.item.id);
    byId.set(key, byId.has(key) ? undefined : record);
  }
  return ({ item, parentId }) => (parentId === undefined ? undefined : byId.get(idText(item.tenant, parentId)));
}

function ancestors<Record>(record: Record, parentOf: (record: Record) => Record | undefined): readonly Record[] {
  const above = new Set<Record>();
  for (let parent = parentOf(record); parent !== undefined; parent = parentOf(parent)) {
    if (parent === record || above.has(parent)) return [];
    above.add(parent);
  }
  return [...above];
}

function idText(tenant: string, id: string): string {
  return JSON.stringify([tenant, id]);
}

function byCost<Record extends ItemCost>(left: Record, right: Record, costOf: (record: Record) => bigint): number {
  const [cost, other] = [costOf(left), costOf(right)];
  if (cost !== other) return cost > other ? -1 : 1;
  const [key, otherKey] = [keyText(left), keyText(right)];
  return key < otherKey ? -1 : key > otherKey ? 1 : 0;
}

function keyText({ item: { tenant, type, id } }: ItemCost): string {
  return JSON.stringify([tenant, type, id]);
}
