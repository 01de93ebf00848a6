import type { CellWindow, Gap, Grouping, ItemInWindow, LedgerHeader, LedgerReader } from '@costspan/collector-processor';
import {
  type CostCell,
  type CostSums,
  type CountingRules,
  countedItem,
  type GroupReport,
  type ItemReport,
  type KnownBy,
  knownBy,
  reportByType,
  reportGroups,
  reportItems,
  type Shares,
  sharesOf,
  sumUp,
  type TypeReport,
} from '@costspan/ledger';
import { CATEGORIES, type Category } from '@costspan/semconv';
import { type CalendarUnit, cellsByCalendar } from './time-groups.ts';

/** What the rows of a report stand for. */
export type ReportBy =
  | { readonly by: 'item' }
  | { readonly by: CalendarUnit }
  | Extract<Grouping, { readonly by: 'dimension' }>
  | PropertyGrouping;

/** Properties of entries and items that rows may stand for. */
type PropertyGrouping = {
  readonly by: 'agent' | 'category' | 'model' | 'outcome' | 'provider' | 'status' | 'tenant' | 'type';
};

/** What `costspan report` says, before it is written as text, JSON, CSV or HTML. Amounts are exact. */
export type Report = {
  readonly header: LedgerHeader;
  /** What was asked for: bounds in Unix nanoseconds, and what they bound. */
  readonly window: CellWindow;
  readonly timeZone: string;
  readonly by: ReportBy;
  /** From the start of the earliest to the end of the latest span of an item, Unix nanoseconds; absent without items. */
  readonly spanned?: { readonly firstNs: bigint; readonly lastNs: bigint };
  /** Every item of the report, the dearest first, whatever the rows stand for. */
  readonly items: readonly ItemReport<ItemInWindow>[];
  /** The rows, unless they stand for items. */
  readonly groups: readonly GroupReport[];
  /** Sums of the rows. */
  readonly totals: CostSums;
  readonly shares?: Shares;
  readonly types: readonly TypeReport[];
  readonly known: readonly KnownBy[];
  /** The same of every entry in the window, those of no item included, whatever the rows stand for. */
  readonly seen: readonly KnownBy[];
  readonly unpriced: readonly Gap[];
  readonly unattributed: readonly Gap[];
  /** Categories that no entry of the ledger fed. Their cost is unknown, not 0. */
  readonly notMeasured: readonly Category[];
};

export type ReportRequest = {
  readonly by: ReportBy;
  readonly window: CellWindow;
  /** Name of the time zone of days, and of the times that are shown. */
  readonly timeZone: string;
  /** Above what the ledger file says. */
  readonly rules?: CountingRules;
};

/** Reads a ledger into a report. */
export function readReport(reader: LedgerReader, { by, window, timeZone, rules = {} }: ReportRequest): Report {
  const { header } = reader;
  // Of the whole ledger, whatever the period: a source that was silent this month is connected all the same.
  const fed = reader.categoriesFed();
  const completed = { ...header.completed, ...rules.completed };
  const items = reportItems(reader.itemsInWindow(window));
  const counted = items.map(({ record: { item, outcome }, sums, endedInWindow }) =>
    countedItem(
      {
        ...{ type: item.type, sums },
        ...(endedInWindow && outcome !== undefined && { outcome: outcome.value }),
        dimensionOf: (key) => reader.dimensionsOf(item)[key],
      },
      { ...rules, completed },
    ),
  );
  const groups = by.by === 'item' ? [] : reportGroups(cellsBy(reader, by, { window, timeZone }));
  const totals = sumUp((by.by === 'item' ? items : groups).map(({ sums }) => sums));
  const shares = sharesOf(totals);
  const spanned = spannedBy(items);
  // Rows of items leave out what belongs to none.
  const cells = reader.cells({ by: 'attributed' }, window);
  return {
    ...{ header, window, timeZone, by, items, groups, totals },
    ...(spanned !== undefined && { spanned }),
    ...(shares !== undefined && { shares }),
    types: reportByType(counted, completed),
    known: knownBy(by.by === 'item' ? cells.filter(({ value }) => value === '1') : cells),
    seen: knownBy(cells),
    unpriced: reader.gaps('unpriced', window),
    // Who is nobody's has no outcome either.
    unattributed: window.basis === 'completed' ? [] : reader.gaps('unattributed', window),
    notMeasured: CATEGORIES.filter((category) => !fed.has(category)),
  };
}

function cellsBy(
  reader: LedgerReader,
  by: Exclude<ReportBy, { by: 'item' }>,
  { window, timeZone }: Pick<ReportRequest, 'window' | 'timeZone'>,
): readonly CostCell[] {
  switch (by.by) {
    case 'hour':
    case 'day':
    case 'week':
    case 'month':
      return cellsByCalendar(reader.cells({ by: 'quarter_hour' }, window), by.by, timeZone);
    default:
      return reader.cells(by, window);
  }
}

function spannedBy(items: Report['items']): Report['spanned'] {
  const [first] = items;
  if (first === undefined) return undefined;
  let [firstNs, lastNs] = [first.record.firstSpanNs, first.record.lastSpanNs];
  for (const { record } of items) {
    if (record.firstSpanNs < firstNs) firstNs = record.firstSpanNs;
    if (record.lastSpanNs > lastNs) lastNs = record.lastSpanNs;
  }
  return { firstNs, lastNs };
}
