import type { TypeReport } from '@costspan/ledger';
import { amountText, atLeastText, sumText } from './amount-text.ts';
import { costTable } from './cost-table.ts';
import { gapsText } from './gaps-text.ts';
import { knownText } from './known-text.ts';
import { plainTable } from './plain-table.ts';
import type { Report } from './report-data.ts';
import { counted, headerLines } from './report-header.ts';
import { nameCharactersMax, safeText } from './safe-text.ts';

export type ReportTextOptions = {
  /** Rows of the main table; the rest is summed into one row. */
  readonly rowsMax: number;
};

/** The report for people. */
export function reportText(report: Report, options: ReportTextOptions): string {
  const header = headerLines(report).join('\n');
  if (report.items.length === 0 && report.unattributed.length === 0) {
    const isBounded = report.window.fromNs !== undefined || report.window.toNs !== undefined;
    return `${header}\n\n${isBounded ? 'Nothing was recorded in this period.' : 'Nothing has been recorded yet.'}\n`;
  }
  const parts = [
    header,
    mainTable(report, options),
    legend(report),
    typesText(report),
    spreadText(report),
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

function mainTable(report: Report, options: ReportTextOptions): string {
  return report.by.by === 'item' ? itemsTable(report, options) : groupsTable(report);
}

function groupsTable({ by, groups, totals, shares, header }: Report): string {
  const rows = groups.map(({ value, sums }) => ({
    names: [value === undefined ? '(none)' : safeText(value, nameCharactersMax)],
    sums,
    after: [String(sums.spans)],
  }));
  const nameHeads = [by.by === 'dimension' ? safeText(by.key) : by.by];
  return costTable({ currency: header.currency, totals, shares, nameHeads, afterHeads: ['spans'], rows, totalName: 'total' });
}

function itemsTable({ items, totals, shares, header }: Report, { rowsMax }: ReportTextOptions): string {
  const tenants = new Set(items.map(({ record }) => record.item.tenant));
  const withTenant = tenants.size > 1 || !tenants.has('default');
  const withChildren = items.some(({ withChildrenPico }) => withChildrenPico !== undefined);
  const shown = items.slice(0, rowsMax);
  const write = amountText(header.currency, [totals.totalPico]);
  const table = costTable({
    currency: header.currency,
    totals,
    shares,
    nameHeads: [...(withTenant ? ['tenant'] : []), 'work item'],
    afterHeads: [...(withChildren ? ['with children'] : []), 'outcome'],
    rows: shown.map(({ record, sums, withChildrenPico, withChildrenUnpriced = 0 }) => ({
      names: [...(withTenant ? [safeText(record.item.tenant, nameCharactersMax)] : []), itemName(record)],
      sums,
      after: [
        ...(withChildren
          ? [
              withChildrenPico === undefined
                ? ''
                : sumText({ amountPico: withChildrenPico, unpriced: withChildrenUnpriced }, write),
            ]
          : []),
        safeText(record.outcome?.value ?? (record.state === 'open' ? '(open)' : ''), nameCharactersMax),
      ],
    })),
    totalName: counted(items.length, 'work item'),
  });
  const hidden = items.length - shown.length;
  return hidden === 0
    ? table
    : `${table}\n${counted(hidden, 'cheaper work item')} not shown but in the total; --limit or --json shows more.`;
}

function itemName({ item }: Report['items'][number]['record']): string {
  return safeText(`${item.type} ${item.id}`, nameCharactersMax);
}

function legend({ totals, types }: Report): string {
  const isBound = types.some(({ sums }) => sums.unpricedSpans > 0 && sums.totalPico !== 0n);
  const notes = [
    ...(totals.unpricedSpans > 0 ? ['"+2?" means: and two spans without a price, so the amount is a lower bound.'] : []),
    ...(isBound ? ['"≥" means: at least, because some spans behind the figure have no price.'] : []),
    ...(totals.lowPico === totals.highPico ? [] : ['low and high: what the total can be where it rests on estimates.']),
  ];
  return notes.join('\n');
}

function typesText({ types, header, window }: Report): string {
  if (types.length === 0) return '';
  const write = amountText(
    header.currency,
    types.flatMap(({ perCompletedPico, perAttemptedPico }) => [perCompletedPico ?? 0n, perAttemptedPico]),
  );
  const withCorrect = types.some(({ judged }) => judged !== undefined);
  const rows = types.map((type) => [
    safeText(type.type, nameCharactersMax),
    String(type.attempted),
    String(type.completed),
    `${type.completionRate} %`,
    type.perCompletedPico === undefined
      ? 'none completed'
      : `${atLeastText(type.perCompletedPico, type.sums, write)} per ${unitName(type)}`,
    atLeastText(type.perAttemptedPico, type.sums, write),
    ...(withCorrect ? [correctText(type, write)] : []),
    type.shares === undefined ? '' : `${type.shares.visible} %`,
    type.shares === undefined ? '' : `${type.shares.hidden} %`,
    type.shares === undefined ? '' : `${type.shares.waste} %`,
  ]);
  const right = (head: string): { head: string; align: 'right' } => ({ head, align: 'right' });
  const columns = [
    { head: 'type' },
    ...['attempted', 'completed', 'rate'].map(right),
    { head: 'cost per completed unit' },
    right('per attempted'),
    ...(withCorrect ? [{ head: 'per correct unit' }] : []),
    ...['visible (llm)', 'hidden', 'waste'].map(right),
  ];
  const what = window.basis === 'completed' ? 'the cost of the items that ended' : 'the cost of all items of a type';
  return `Cost per unit of work: ${what} by the number completed, ${header.currency}\n${plainTable(columns, rows)}`;
}

function correctText({ judged, sums }: TypeReport, write: (amountPico: bigint) => string): string {
  if (judged === undefined) return 'not measured';
  const { units, correct, perCorrectPico } = judged;
  return `${perCorrectPico === undefined ? 'none correct' : atLeastText(perCorrectPico, sums, write)} (${correct} of ${units} judged)`;
}

/** Below this many items a spread says no more than the rows themselves. */
const spreadItemsMin = 10;

function spreadText({ types, header }: Report): string {
  const many = types.filter(({ attempted }) => attempted >= spreadItemsMin);
  if (many.length === 0) return '';
  const write = amountText(
    header.currency,
    many.flatMap(({ spread }) => [spread.medianPico, spread.dearestPico]),
  );
  const rows = many.map(({ type, spread, sums }) => [
    safeText(type, nameCharactersMax),
    ...[spread.medianPico, spread.ninetiethPico, spread.dearestPico].map((cost) => atLeastText(cost, sums, write)),
    spread.dearestTenthShare === undefined ? '' : `${spread.dearestTenthShare} %`,
  ]);
  const columns = [
    { head: 'type' },
    ...['half cost at most', 'nine of ten', 'dearest', 'dearest tenth carries'].map((head) => ({
      head,
      align: 'right' as const,
    })),
  ];
  return `Spread: how unequal items are, ${header.currency}\n${plainTable(columns, rows)}`;
}

function unitName({ type, completedWord }: TypeReport): string {
  return safeText(`${completedWord} ${type}`, nameCharactersMax);
}

function notMeasuredText({ notMeasured }: Report): string {
  if (notMeasured.length === 0) return '';
  return `Not measured: ${notMeasured.join(', ')}. No span fed ${notMeasured.length === 1 ? 'it' : 'them'}, so what ${
    notMeasured.length === 1 ? 'it' : 'they'
  } cost is unknown, not 0.`;
}
