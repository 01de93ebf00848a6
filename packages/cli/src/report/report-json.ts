import type { Gap, LedgerReader } from '@costspan/collector-processor';
import { type CostSums, isUnknown, type Shares, type TypeReport } from '@costspan/ledger';
import { formatPico } from '@costspan/pricing';
import type { Report } from './report-data.ts';

/** The report as JSON lines, each an object with a `kind`. Dimensions of items are read as they come. Amounts are exact decimal text. docs/reference/report.md has every field. */
export function* reportJsonLines(reader: LedgerReader, report: Report): Iterable<string> {
  for (const object of reportObjects(reader, report)) yield `${JSON.stringify(object)}\n`;
}

function* reportObjects(reader: LedgerReader, report: Report): Iterable<Readonly<Record<string, unknown>>> {
  const { header, spanned, by, window } = report;
  yield {
    kind: 'report',
    by: by.by === 'dimension' ? `dimension:${by.key}` : by.by,
    basis: window.basis,
    ...(window.fromNs !== undefined && { from_ns: String(window.fromNs) }),
    ...(window.toNs !== undefined && { to_ns: String(window.toNs) }),
    ledger: header.file,
    emitter: header.emitter,
    partial: header.isPartial,
    schema: header.schema,
    currency: header.currency,
    time_zone: report.timeZone,
    ...(spanned !== undefined && { first_span_ns: String(spanned.firstNs), last_span_ns: String(spanned.lastNs) }),
    ...(header.prunedBeforeNs !== undefined && { pruned_before_ns: String(header.prunedBeforeNs) }),
    items: report.items.length,
    reconciled: false,
    ...header.counters,
  };
  for (const item of by.by === 'item' ? report.items : []) yield { kind: 'item', ...itemJson(reader, item) };
  for (const { value, sums } of report.groups) yield { kind: 'group', ...(value !== undefined && { value }), ...sumsJson(sums) };
  yield { kind: 'total', ...sumsJson(report.totals), ...sharesJson(report.shares) };
  for (const type of report.types) yield { kind: 'type', ...typeJson(type) };
  for (const { status, entries, amountPico, lowPico, highPico } of report.known) {
    const [amount, low, high] = [amountPico, lowPico, highPico].map(formatPico);
    yield { kind: 'status', status, spans: entries, amount, low, high };
  }
  for (const gap of report.unpriced) yield { kind: 'unpriced', ...gapJson(gap) };
  for (const gap of report.unattributed) yield { kind: 'unattributed', ...gapJson(gap) };
  for (const category of report.notMeasured) yield { kind: 'not_measured', category };
}

/** The sums are those of the period; the item's own record has all of its cost, and is what `costspan item` prints. */
function itemJson(
  reader: LedgerReader,
  { record, sums, withChildrenPico, withChildrenUnpriced }: Report['items'][number],
): Readonly<Record<string, unknown>> {
  const { item, parentId, outcome, state, revision } = record;
  return {
    ...item,
    ...(parentId !== undefined && { parent_id: parentId }),
    ...(outcome !== undefined && { outcome: { value: outcome.value, at_ns: String(outcome.atNs) } }),
    state,
    dimensions: reader.dimensionsOf(item),
    ...sumsJson(sums),
    ...(withChildrenPico !== undefined && { with_children: formatPico(withChildrenPico) }),
    ...(withChildrenUnpriced !== undefined && { with_children_unpriced_spans: withChildrenUnpriced }),
    first_span_ns: String(record.firstSpanNs),
    last_span_ns: String(record.lastSpanNs),
    emitter: reader.header.emitter,
    revision: String(revision),
  };
}

function sumsJson(sums: CostSums): Readonly<Record<string, unknown>> {
  const categories = Object.entries(sums.byCategory);
  return {
    total: formatPico(sums.totalPico),
    low: formatPico(sums.lowPico),
    high: formatPico(sums.highPico),
    waste: formatPico(sums.wastePico),
    by_category: Object.fromEntries(
      categories.flatMap(([category, sum]) => (isUnknown(sum) ? [] : [[category, formatPico(sum.amountPico)]])),
    ),
    unpriced_by_category: Object.fromEntries(
      categories.flatMap(([category, { unpriced }]) => (unpriced === 0 ? [] : [[category, unpriced]])),
    ),
    spans: sums.spans,
    unpriced_spans: sums.unpricedSpans,
    complete: sums.unpricedSpans === 0,
  };
}

function sharesJson(shares: Shares | undefined): Readonly<Record<string, unknown>> {
  if (shares === undefined) return {};
  const { byCategory, visible, hidden, waste } = shares;
  return { shares: { by_category: byCategory, visible, hidden, waste } };
}

function typeJson(type: TypeReport): Readonly<Record<string, unknown>> {
  return {
    type: type.type,
    attempted: type.attempted,
    completed: type.completed,
    without_outcome: type.withoutOutcome,
    completed_word: type.completedWord,
    outcomes: type.outcomes,
    completion_rate: type.completionRate,
    ...(type.perCompletedPico !== undefined && { per_completed: formatPico(type.perCompletedPico) }),
    per_attempted: formatPico(type.perAttemptedPico),
    ...(type.judged !== undefined && judgedJson(type.judged)),
    median: formatPico(type.spread.medianPico),
    ninetieth: formatPico(type.spread.ninetiethPico),
    dearest: formatPico(type.spread.dearestPico),
    ...(type.spread.dearestTenthShare !== undefined && { dearest_tenth_share: type.spread.dearestTenthShare }),
    ...sumsJson(type.sums),
    ...sharesJson(type.shares),
  };
}

function judgedJson({ units, correct, perCorrectPico }: NonNullable<TypeReport['judged']>): Readonly<Record<string, unknown>> {
  return { judged: units, correct, ...(perCorrectPico !== undefined && { per_correct: formatPico(perCorrectPico) }) };
}

function gapJson({ entries, unpriced, amountPico, ...gap }: Gap): Readonly<Record<string, unknown>> {
  return { ...gap, spans: entries, unpriced_spans: unpriced, amount: formatPico(amountPico) };
}
