import type { AuditedEvent, LedgerHeader, LedgerReader } from '@costspan/collector-processor';
import { addTallies, type CostRecord, canonicalText, type Entry, type ItemKey, type Tally, tallyOf } from '@costspan/ledger';
import { formatPico } from '@costspan/pricing';

/** Everything the ledger knows about one work item. */
export type ItemPath = {
  readonly header: LedgerHeader;
  readonly record: CostRecord;
  /** Every version of every entry, by time of use. */
  readonly entries: readonly Entry[];
  /** What entries that were deleted add up to; absent: none was. The record has them still. */
  readonly deleted?: Tally;
  /** What budgets and gates decided for it, by time. */
  readonly audit: readonly AuditedEvent[];
};

/** What looking for an item by its id came to. */
export type FoundItem =
  | { readonly kind: 'found'; readonly path: ItemPath }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly ItemKey[] };

/** The item with this id, unless there is none or several of them. */
export function findItem(reader: LedgerReader, wanted: { readonly id: string } & Partial<ItemKey>): FoundItem {
  const [record, ...others] = reader.findItem(wanted);
  if (record === undefined) return { kind: 'unknown' };
  if (others.length > 0) return { kind: 'ambiguous', candidates: [record, ...others].map(({ item }) => item) };
  const [entries, audit] = [reader.entriesOf(record.item), reader.audit(record.item)];
  const deleted = reader.deletedOf(record.item);
  return { kind: 'found', path: { header: reader.header, record, entries, audit, ...(deleted !== undefined && { deleted }) } };
}

/** Differences between a record and what its live entries and the deleted ones sum to; empty when the record is right. */
export function verifyItem({ record, entries, deleted }: ItemPath): readonly string[] {
  const kept = tallyOf(entries.filter(({ state }) => state === 'live'));
  const tally = deleted === undefined ? kept : addTallies(deleted, kept);
  const amounts = [
    ['total', record.totalPico, tally.totalPico],
    ['low', record.lowPico, tally.lowPico],
    ['high', record.highPico, tally.highPico],
    ['waste', record.wastePico, tally.wastePico],
  ] as const;
  const counts = [
    ['usage', record.usage, tally.usage],
    ['spans by status', record.spans, tally.spans],
    ['unpriced reasons', record.unpricedReasons, tally.unpriced],
  ] as const;
  return [
    ...amounts.flatMap(([name, inRecord, inEntries]) =>
      inRecord === inEntries
        ? []
        : [`${name}: the record says ${formatPico(inRecord)}, its entries make ${formatPico(inEntries)}`],
    ),
    ...counts.flatMap(([name, inRecord, inEntries]) =>
      canonicalText(inRecord) === canonicalText(inEntries) ? [] : [`${name}: the record and its entries differ`],
    ),
  ];
}
