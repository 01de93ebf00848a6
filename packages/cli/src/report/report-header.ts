import type { Report, ReportBy } from './report-data.ts';
import { safeText } from './safe-text.ts';
import { timeText } from './time-text.ts';

/** What a report is about: by what, of which ledger, in which currency, time zone, period and on which basis. */
export function headerLines(report: Report): readonly string[] {
  const { header, timeZone, items, by } = report;
  return [
    `What did it cost, by ${byText(by)}`,
    `ledger ${header.file} · amounts in ${header.currency} · times in ${timeZone}`,
    `period ${periodText(report)} · ${counted(items.length, 'work item')} · basis: ${basisText(report)}`,
    ...coverageLines(report),
    ...deletedLines(report),
  ];
}

/** The word for what the rows stand for, as `--by` takes it. */
export function byText(by: ReportBy): string {
  return by.by === 'dimension' ? `dimension ${safeText(by.key)}` : by.by;
}

/** The bounds that were asked for, or the time that the spans of all items took. */
function periodText({ window: { fromNs, toNs }, spanned, timeZone }: Report): string {
  if (fromNs === undefined && toNs === undefined) {
    return spanned === undefined ? 'no items' : `${timeText(spanned.firstNs, timeZone)} to ${timeText(spanned.lastNs, timeZone)}`;
  }
  const from = fromNs === undefined ? '' : `from ${timeText(fromNs, timeZone)} `;
  return `${from}${toNs === undefined ? 'on' : `until before ${timeText(toNs, timeZone)}`}`;
}

/** Which cost and which items the period selects. */
function basisText({ window: { basis, fromNs, toNs } }: Report): string {
  if (basis === 'completed') return 'completed (items by when they ended, with all of their cost)';
  if (fromNs === undefined && toNs === undefined) return 'usage';
  return 'usage (cost by when it arose; items that were used or ended in the period)';
}

/** `3 work items`, `1 work item`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function coverageLines({ header: { counters, isPartial } }: Report): readonly string[] {
  const { late_spans: late, spans_beyond_retention: beyond, events_beyond_retention: events } = counters;
  const rootless = counters.traces_without_root;
  return [
    ...(isPartial ? ['Partial: this ledger is one of several. The one that takes its entries has the whole.'] : []),
    ...(late > 0 ? [`${counted(late, 'span')} came after its trace had closed and was attributed by what it carries.`] : []),
    ...(beyond > 0 ? [`${counted(beyond, 'span')} came after the retention of entries and was left out.`] : []),
    ...(counters.spans_beyond_trace > 0
      ? [
          `${counted(counters.spans_beyond_trace, 'span')} of traces without end was left out: something gives all of its spans one trace id.`,
        ]
      : []),
    ...(counters.telemetry_after_close > 0
      ? [
          `${counted(counters.telemetry_after_close, 'span')} came after its trace had closed and was not added to what telemetry cost; some may have come before.`,
        ]
      : []),
    ...(events > 0 ? [`${counted(events, 'event')} of other ledgers came after the retention of entries and was left out.`] : []),
    ...(rootless > 0
      ? [`${counted(rootless, 'trace')} closed without a root span: a part may have been sampled, filtered or sent elsewhere.`]
      : []),
  ];
}

function deletedLines({ header: { prunedBeforeNs }, by, window, timeZone }: Report): readonly string[] {
  if (prunedBeforeNs === undefined) return [];
  const fromRecords = by.by === 'item' && (window.basis === 'completed' || (window.fromNs ?? window.toNs) === undefined);
  const included = fromRecords
    ? 'item totals include them, the sections below the tables do not'
    : 'this view does not include them';
  return [`Entries of traces quiet since ${timeText(prunedBeforeNs, timeZone)} were deleted: ${included}.`];
}
