import type { Gap } from '@costspan/collector-processor';
import { type CostSums, isUnknown, recordJson, type Shares, type TypeReport } from '@costspan/ledger';
import { formatPico } from '@costspan/pricing';
import type { Report } from './report-data.ts';

/** The report as JSON lines, each an object with a `kind`. Amounts are exact decimal text. docs/reference/report.md has every field. */
export function* reportJsonLines(report: Report): Iterable<string> {
  for (const object of reportObjects(report)) yield `${JSON.stringify(object)}\n`;
}

function* reportObjects(report: Report): Iterable<Readonly<Record<string, unknown>>> {
  const { header, period, view } = report;
  yield {
    kind: 'report',
    by: view.kind === 'items' ? 'item' : view.grouping.by === 'dimension' ? `dimension:${view.grouping.key}` : view.grouping.by,
    basis: 'usage',
    ledger: header.file,
    emitter: header.emitter,
    schema: header.schema,
    currency: header.currency,
    time_zone: 'UTC',
    ...(period !== undefined && { first_span_ns: String(period.firstNs), last_span_ns: String(period.lastNs) }),
    ...(header.prunedBeforeNs !== undefined && { pruned_before_ns: String(header.prunedBeforeNs) }),
    items: report.itemCount,
    ...header.counters,
  };
  if (view.kind === 'items') {
    for (const { record, withChildrenPico } of view.items) {
      yield {
        kind: 'item',
        ...recordJson(record),
        ...(withChildrenPico !== undefined && { with_children: formatPico(withChildrenPico) }),
      };
    }
  } else {
    for (const { value, sums } of view.groups) yield { kind: 'group', ...(value !== undefined && { value }), ...sumsJson(sums) };
  }
  yield { kind: 'total', ...sumsJson(report.totals), ...sharesJson(report.shares) };
  for (const type of report.types) yield { kind: 'type', ...typeJson(type) };
  for (const { status, entries, amountPico } of report.known) {
    yield { kind: 'status', status, spans: entries, amount: formatPico(amountPico) };
  }
  for (const gap of report.unpriced) yield { kind: 'unpriced', ...gapJson(gap) };
  for (const gap of report.unattributed) yield { kind: 'unattributed', ...gapJson(gap) };
  for (const category of report.notMeasured) yield { kind: 'not_measured', category };
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
    ...sumsJson(type.sums),
    ...sharesJson(type.shares),
  };
}

function gapJson({ entries, amountPico, ...gap }: Gap): Readonly<Record<string, unknown>> {
  return { ...gap, spans: entries, amount: formatPico(amountPico) };
}
