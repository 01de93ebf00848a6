import { itemText } from './item-text.ts';
import { earlierNs, laterNs } from './nanoseconds.ts';
import { addQuantities } from './quantity.ts';
import type { CostRecord } from './record.ts';

/** What one work item cost, whoever rolled it up. */
export type ItemCost = Omit<CostRecord, 'emitter' | 'revision'>;

/** The cost of a work item over all ledgers that saw a part of it, and the revisions it is made of, sorted by emitter. */
export type MergedRecord = ItemCost & {
  readonly emitters: readonly { readonly emitter: string; readonly revision: bigint }[];
};

/**
 * The true cost of each item: the sum over emitters of its record at the emitter's highest revision. Records may come in
 * any order, repeatedly, and with gaps. Items in different currencies stay apart. Sorted by (tenant, type, id, currency).
 */
export function mergeEmitters(records: Iterable<CostRecord>): readonly MergedRecord[] {
  const items = new Map<string, Map<string, CostRecord>>();
  for (const record of records) {
    const key = JSON.stringify([record.item.tenant, itemText(record.item), record.currency]);
    const byEmitter = items.get(key) ?? new Map<string, CostRecord>();
    items.set(key, byEmitter);
    const other = byEmitter.get(record.emitter);
    if (other === undefined || record.revision > other.revision) byEmitter.set(record.emitter, record);
  }
  return [...items]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, byEmitter]) => mergeLatest([...byEmitter.values()].sort((one, other) => (one.emitter < other.emitter ? -1 : 1))));
}

function mergeLatest(records: readonly CostRecord[]): MergedRecord {
  const costs = records.map(({ emitter: _emitter, revision: _revision, ...cost }): ItemCost => cost);
  return {
    ...costs.reduce(addItemCosts),
    emitters: records.map(({ emitter, revision }) => ({ emitter, revision })),
  };
}

function addItemCosts(left: ItemCost, right: ItemCost): ItemCost {
  // What only one value can hold comes from whoever saw the item last.
  const [earlier, later] = isLater(left, right) ? [right, left] : [left, right];
  const outcome = laterOutcome(left.outcome, right.outcome);
  const parentId = later.parentId ?? earlier.parentId;
  return {
    item: left.item,
    ...(parentId === undefined ? {} : { parentId }),
    ...(outcome === undefined ? {} : { outcome }),
    state: left.state === 'closed' && right.state === 'closed' ? 'closed' : 'open',
    currency: left.currency,
    totalPico: left.totalPico + right.totalPico,
    lowPico: left.lowPico + right.lowPico,
    highPico: left.highPico + right.highPico,
    wastePico: left.wastePico + right.wastePico,
    byCategory: addValues(left.byCategory, right.byCategory, (one, other) => one + other),
    unpricedByCategory: addValues(left.unpricedByCategory, right.unpricedByCategory, addCounts),
    usage: addValues(left.usage, right.usage, addQuantities),
    spans: addValues(left.spans, right.spans, addCounts),
    unpricedReasons: addValues(left.unpricedReasons, right.unpricedReasons, addCounts),
    complete: left.complete && right.complete,
    bookVersions: [...new Set([...left.bookVersions, ...right.bookVersions])].sort(),
    dimensions: addValues(earlier.dimensions, later.dimensions, (_earlier, value) => value),
    firstSpanNs: earlierNs(left.firstSpanNs, right.firstSpanNs),
    lastSpanNs: laterNs(left.lastSpanNs, right.lastSpanNs),
  };
}

const addCounts = (one: number, other: number): number => one + other;

/** Ties go to the left, which is the smaller emitter: records are merged in that order. */
function isLater(left: ItemCost, right: ItemCost): boolean {
  return left.lastSpanNs >= right.lastSpanNs;
}

function laterOutcome(left: ItemCost['outcome'], right: ItemCost['outcome']): ItemCost['outcome'] {
  if (left === undefined || right === undefined) return left ?? right;
  if (left.atNs !== right.atNs) return left.atNs > right.atNs ? left : right;
  return left.value >= right.value ? left : right;
}

function addValues<Value>(
  left: Readonly<Record<string, Value>>,
  right: Readonly<Record<string, Value>>,
  add: (left: Value, right: Value) => Value,
): Record<string, Value> {
  const sums = new Map(Object.entries(left));
  for (const [key, value] of Object.entries(right)) {
    const other = sums.get(key);
    sums.set(key, other === undefined ? value : add(other, value));
  }
  return Object.fromEntries([...sums].sort(([one], [other]) => (one < other ? -1 : 1)));
}
