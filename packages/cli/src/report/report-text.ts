import type { CostRecord, ItemReport, TypeReport } from '@costspan/ledger';
import { amountText } from './amount-text.ts';
import { costTable } from './cost-table.ts';
import { gapsText } from './gaps-text.ts';
import { plainTable } from './plain-table.ts';
import type { Report } from './report-data.ts';
import { nameCharactersMax, safeText } from './safe-text.ts';
import { timeText } from './time-text.ts';

export type ReportTextOptions = {
  /** Rows of the main table; the rest is summed into one row. */
  readonly rowsMax: number;
};

/** The report for people. */
export function reportText(report: Report, options: ReportTextOptions): string {
  if (report.itemCount === 0 && report.unattributed.length === 0) {
    return `${headerText(report)}\n\nNothing has been recorded yet.\n`;
  }
  const parts = [
    headerText(report),
    mainTable(report, options),
    legend(report),
    typesText(report),
    knownText(report),
    gapsText(report.unpriced, { title: 'Not priced, so missing from the totals' }),
    gapsText(report.unattributed, {
      title: 'No work item is known for these, so no item has their cost',
      currency: report.header.currency,
    }),
    notMeasuredText(report),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function headerText({ header, period, itemCount, view }: Report): string {
  const span = period === undefined ? 'no items' : `${timeText(period.firstNs)} to ${timeText(period.lastNs)}`;
  const by =
    view.kind === 'items' ? 'item' : view.grouping.by === 'dimension' ? `dimension ${view.grouping.key}` : view.grouping.by;
  const lines = [
    `What did it cost, by ${by}`,
    `ledger ${header.file} · amounts in ${header.currency} · times in UTC`,
    `period ${span} · ${counted(itemCount, 'work item')} · basis: usage`,
  ];
  if (header.prunedBeforeNs !== undefined) {
    lines.push(
      `Entries of traces quiet since ${timeText(header.prunedBeforeNs)} were deleted: item totals include them, ${
        view.kind === 'items' ? 'the sections below the tables do not' : 'this view does not'
      }.`,
    );
  }
  const { late_spans: late, spans_beyond_retention: beyond } = header.counters;
  if (late > 0) lines.push(`${counted(late, 'span')} came after its trace had closed and was attributed by what it carries.`);
  if (beyond > 0) lines.push(`${counted(beyond, 'span')} came after the retention of entries and was left out.`);
  return lines.join('\n');
}

function mainTable(report: Report, { rowsMax }: ReportTextOptions): string {
  const { view, totals, shares, header } = report;
  const shared = { currency: header.currency, totals, shares };
  if (view.kind === 'groups') {
    const rows = view.groups.map(({ value, sums }) => ({
      names: [value === undefined ? '(none)' : safeText(value, nameCharactersMax)],
      sums,
      after: [String(sums.spans)],
    }));
    const head = view.grouping.by === 'dimension' ? safeText(view.grouping.key) : view.grouping.by;
    return costTable({ ...shared, nameHeads: [head], afterHeads: ['spans'], rows, totalName: 'total' });
  }
  const tenants = new Set(view.items.map(({ record }) => record.item.tenant));
  const withTenant = tenants.size > 1 || !tenants.has('default');
  const withChildren = view.items.some(({ withChildrenPico }) => withChildrenPico !== undefined);
  const shown = view.items.slice(0, rowsMax);
  const write = amountText(header.currency, [totals.totalPico]);
  const table = costTable({
    ...shared,
    nameHeads: [...(withTenant ? ['tenant'] : []), 'work item'],
    afterHeads: [...(withChildren ? ['with children'] : []), 'outcome'],
    rows: shown.map(({ record, sums, withChildrenPico }) => ({
      names: [...(withTenant ? [safeText(record.item.tenant, nameCharactersMax)] : []), itemName(record)],
      sums,
      after: [
        ...(withChildren ? [withChildrenPico === undefined ? '' : write(withChildrenPico)] : []),
        safeText(record.outcome?.value ?? (record.state === 'open' ? '(open)' : ''), nameCharactersMax),
      ],
    })),
    totalName: counted(view.items.length, 'work item'),
  });
  const hidden = view.items.length - shown.length;
  return hidden === 0
    ? table
    : `${table}\n${counted(hidden, 'cheaper work item')} not shown but in the total; --limit or --json shows more.`;
}

function itemName({ item }: ItemReport<CostRecord>['record']): string {
  return safeText(`${item.type} ${item.id}`, nameCharactersMax);
}

function legend({ totals }: Report): string {
  const notes = [
    ...(totals.unpricedSpans > 0 ? ['"+2?" means: and two spans without a price, so the amount is a lower bound.'] : []),
    ...(totals.lowPico === totals.highPico ? [] : ['low and high: what the total can be where it rests on estimates.']),
  ];
  return notes.join('\n');
}

function typesText({ types, header }: Report): string {
  if (types.length === 0) return '';
  const write = amountText(
    header.currency,
    types.flatMap(({ perCompletedPico, perAttemptedPico }) => [perCompletedPico ?? 0n, perAttemptedPico]),
  );
  const rows = types.map((type) => [
    safeText(type.type, nameCharactersMax),
    String(type.attempted),
    String(type.completed),
    `${type.completionRate} %`,
    type.perCompletedPico === undefined ? 'none completed' : `${write(type.perCompletedPico)} per ${unitName(type)}`,
    write(type.perAttemptedPico),
    type.shares === undefined ? '' : `${type.shares.visible} %`,
    type.shares === undefined ? '' : `${type.shares.hidden} %`,
    type.shares === undefined ? '' : `${type.shares.waste} %`,
  ]);
  const columns = [
    { head: 'type' },
    ...['attempted', 'completed', 'rate'].map((head) => ({ head, align: 'right' as const })),
    { head: 'cost per completed unit' },
    ...['per attempted', 'visible (llm)', 'hidden', 'waste'].map((head) => ({ head, align: 'right' as const })),
  ];
  const table = plainTable(columns, rows);
  return `Cost per unit of work: the cost of all items of a type by the number completed, ${header.currency}\n${table}`;
}

function unitName({ type, completedWord }: TypeReport): string {
  return safeText(`${completedWord} ${type}`, nameCharactersMax);
}

function knownText({ known, header, itemCount }: Report): string {
  if (itemCount === 0 || known.every(({ status }) => status === 'priced')) return '';
  const write = amountText(
    header.currency,
    known.map(({ amountPico }) => amountPico),
  );
  const parts = known.map(({ status, entries, amountPico }) => {
    const amount = amountPico === 0n ? '' : ` (${write(amountPico)})`;
    return `${entries} ${status.replaceAll('_', ' ')}${amount}`;
  });
  return `How the cost of the spans is known: ${parts.join(', ')}.`;
}

function notMeasuredText({ notMeasured }: Report): string {
  if (notMeasured.length === 0) return '';
  return `Not measured: ${notMeasured.join(', ')}. No span fed ${notMeasured.length === 1 ? 'it' : 'them'}, so what ${
    notMeasured.length === 1 ? 'it' : 'they'
  } cost is unknown, not 0.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
