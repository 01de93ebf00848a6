import type { CellWindow, LedgerReader } from '@costspan/collector-processor';
import { addSums, type CostRecord, type CostSums, type ItemKey, noSums, sumsOfCell, sumsOfRecord } from '@costspan/ledger';

/** The items a report is about, and what of their cost. */
export type ReportedItems = {
  readonly records: readonly CostRecord[];
  readonly sumsOf: (record: CostRecord) => CostSums;
  /** False when the item ended before or after the period: then it is attempted in it, but not completed. */
  readonly endedInPeriod: (record: CostRecord) => boolean;
};

/**
 * Without bounds every item with all of its cost. By time of use: items that were used or that ended in the period, with the cost
 * of the period. By completion: items that ended in the period, with all of their cost, whenever it arose.
 */
export function selectItems(reader: LedgerReader, window: CellWindow): ReportedItems {
  const all = [...reader.records()];
  const ended = (record: CostRecord): boolean => isWithin(record.outcome?.atNs, window);
  if (window.basis === 'completed') {
    return { records: all.filter(ended), sumsOf: sumsOfRecord, endedInPeriod: ended };
  }
  if (window.fromNs === undefined && window.toNs === undefined) {
    return { records: all, sumsOf: sumsOfRecord, endedInPeriod: () => true };
  }
  const used = sumsByItem(reader, window);
  return {
    records: all.filter((record) => used.has(keyText(record.item)) || ended(record)),
    sumsOf: ({ item }) => used.get(keyText(item)) ?? noSums,
    endedInPeriod: ended,
  };
}

function isWithin(atNs: bigint | undefined, { fromNs, toNs }: CellWindow): boolean {
  return atNs !== undefined && (fromNs === undefined || atNs >= fromNs) && (toNs === undefined || atNs < toNs);
}

function sumsByItem(reader: LedgerReader, window: CellWindow): ReadonlyMap<string, CostSums> {
  const byItem = new Map<string, CostSums>();
  for (const { item, ...cell } of reader.itemCells(window)) {
    const key = keyText(item);
    byItem.set(key, addSums(byItem.get(key) ?? noSums, sumsOfCell(cell)));
  }
  return byItem;
}

function keyText({ tenant, type, id }: ItemKey): string {
  return JSON.stringify([tenant, type, id]);
}
