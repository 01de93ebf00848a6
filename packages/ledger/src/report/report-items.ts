import type { ItemCost } from '../merge-emitters.ts';
import { type CostSums, sumsOfRecord } from './cost-sums.ts';

/** What one item cost. */
export type ItemReport<Record extends ItemCost> = {
  readonly record: Record;
  readonly sums: CostSums;
  /** Own cost and that of every item below it, pico units; only for items that have children. Sums use own cost. */
  readonly withChildrenPico?: bigint;
};

/** One row per item, the dearest first; ties by (tenant, type, id). */
export function reportItems<Record extends ItemCost>(records: readonly Record[]): readonly ItemReport<Record>[] {
  const withChildren = costsWithChildren(records);
  return [...records].sort(byCost).map((record) => {
    const withChildrenPico = withChildren.get(record);
    return { record, sums: sumsOfRecord(record), ...(withChildrenPico === undefined ? {} : { withChildrenPico }) };
  });
}

/**
 * Cost with children of each record that has any. A parent is named by its id alone, so it is the only item of the tenant
 * with that id, or nobody. Items in a circle are nobody's children.
 */
function costsWithChildren<Record extends ItemCost>(records: readonly Record[]): ReadonlyMap<Record, bigint> {
  const parents = parentsOf(records);
  const sums = new Map<Record, bigint>();
  for (const record of records) {
    const above = ancestors(record, parents);
    for (const ancestor of above) sums.set(ancestor, (sums.get(ancestor) ?? ancestor.totalPico) + record.totalPico);
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

function byCost(left: ItemCost, right: ItemCost): number {
  if (left.totalPico !== right.totalPico) return left.totalPico > right.totalPico ? -1 : 1;
  const [one, other] = [keyText(left), keyText(right)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function keyText({ item: { tenant, type, id } }: ItemCost): string {
  return JSON.stringify([tenant, type, id]);
}
