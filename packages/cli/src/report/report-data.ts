import type { Gap, Grouping, LedgerHeader, LedgerReader } from '@costspan/collector-processor';
import {
  addSums,
  type CompletedOutcomes,
  type CostRecord,
  type CostSums,
  type GroupReport,
  type ItemReport,
  type KnownBy,
  knownBy,
  noSums,
  reportByType,
  reportGroups,
  reportItems,
  type Shares,
  sharesOf,
  sumsOfRecords,
  type TypeReport,
} from '@costspan/ledger';
import { CATEGORIES, type Category } from '@costspan/semconv';

/** What `costspan report` says, before it is written as text, JSON or CSV. Amounts are exact. */
export type Report = {
  readonly header: LedgerHeader;
  /** From the start of the earliest to the end of the latest span of an item, Unix nanoseconds; absent without items. */
  readonly period?: { readonly firstNs: bigint; readonly lastNs: bigint };
  readonly view:
    | { readonly kind: 'items'; readonly items: readonly ItemReport<CostRecord>[] }
    | { readonly kind: 'groups'; readonly grouping: Grouping; readonly groups: readonly GroupReport[] };
  /** Sums of the view. */
  readonly totals: CostSums;
  readonly shares?: Shares;
  readonly itemCount: number;
  readonly types: readonly TypeReport[];
  readonly known: readonly KnownBy[];
  readonly unpriced: readonly Gap[];
  readonly unattributed: readonly Gap[];
  /** Categories that no entry of the ledger fed. Their cost is unknown, not 0. */
  readonly notMeasured: readonly Category[];
};

export type ReportRequest = {
  readonly by: { readonly by: 'item' } | Grouping;
  /** Above what the ledger file says. */
  readonly completed?: CompletedOutcomes;
};

/** Reads a ledger into a report. */
export function readReport(reader: LedgerReader, { by, completed }: ReportRequest): Report {
  const records = [...reader.records()];
  const view = viewOf(reader, records, by);
  const totals = view.kind === 'items' ? sumsOfRecords(records) : view.groups.map(({ sums }) => sums).reduce(addSums, noSums);
  const shares = sharesOf(totals);
  const period = periodOf(records);
  const cells = reader.cells({ by: 'category' });
  const fed = new Set<Category>([
    ...cells.map(({ category }) => category),
    // Records remember categories whose entries were deleted.
    ...records.flatMap(
      ({ byCategory, unpricedByCategory }) => Object.keys({ ...byCategory, ...unpricedByCategory }) as Category[],
    ),
  ]);
  return {
    header: reader.header,
    ...(period !== undefined && { period }),
    view,
    totals,
    ...(shares !== undefined && { shares }),
    itemCount: records.length,
    types: reportByType(records, { ...reader.header.completed, ...completed }),
    known: knownBy(cells),
    unpriced: reader.gaps('unpriced'),
    unattributed: reader.gaps('unattributed'),
    notMeasured: CATEGORIES.filter((category) => !fed.has(category)),
  };
}

function viewOf(reader: LedgerReader, records: readonly CostRecord[], by: ReportRequest['by']): Report['view'] {
  if (by.by === 'item') return { kind: 'items', items: reportItems(records) };
  return { kind: 'groups', grouping: by, groups: reportGroups(reader.cells(by)) };
}

function periodOf(records: readonly CostRecord[]): Report['period'] {
  const [first, ...rest] = records;
  if (first === undefined) return undefined;
  let [firstNs, lastNs] = [first.firstSpanNs, first.lastSpanNs];
  for (const record of rest) {
    if (record.firstSpanNs < firstNs) firstNs = record.firstSpanNs;
    if (record.lastSpanNs > lastNs) lastNs = record.lastSpanNs;
  }
  return { firstNs, lastNs };
}
