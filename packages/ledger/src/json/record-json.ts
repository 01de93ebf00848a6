import { formatPico } from '@costspan/pricing';
import type { CostRecord } from '../record.ts';
import { coverageOf } from '../roll-up.ts';

/** A record as JSON: amounts and nanoseconds are decimal text, exact. Shape: packages/semconv/schemas/record.schema.json. */
export type RecordJson = {
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
  readonly parent_id?: string;
  readonly outcome?: { readonly value: string; readonly at_ns: string };
  readonly state: CostRecord['state'];
  readonly currency: string;
  readonly total: string;
  readonly low: string;
  readonly high: string;
  readonly waste: string;
  readonly by_category: Readonly<Record<string, string>>;
  readonly unpriced_by_category: Readonly<Record<string, number>>;
  readonly usage: Readonly<Record<string, string>>;
  readonly spans: Readonly<Record<string, number>>;
  readonly unpriced_reasons: Readonly<Record<string, number>>;
  readonly complete: boolean;
  readonly coverage?: string;
  readonly book_versions: readonly string[];
  readonly dimensions: Readonly<Record<string, string>>;
  readonly first_span_ns: string;
  readonly last_span_ns: string;
  readonly emitter: string;
  readonly revision: string;
};

/** The JSON of a record. */
export function recordJson(record: CostRecord): RecordJson {
  const { item, outcome, parentId } = record;
  const coverage = coverageOf(record.spans);
  return {
    ...item,
    ...(parentId !== undefined && { parent_id: parentId }),
    ...(outcome !== undefined && { outcome: { value: outcome.value, at_ns: String(outcome.atNs) } }),
    state: record.state,
    currency: record.currency,
    total: formatPico(record.totalPico),
    low: formatPico(record.lowPico),
    high: formatPico(record.highPico),
    waste: formatPico(record.wastePico),
    by_category: Object.fromEntries(
      Object.entries(record.byCategory).map(([category, amountPico]) => [category, formatPico(amountPico)]),
    ),
    unpriced_by_category: record.unpricedByCategory,
    usage: record.usage,
    spans: record.spans,
    unpriced_reasons: record.unpricedReasons,
    complete: record.complete,
    ...(coverage !== undefined && { coverage }),
    book_versions: record.bookVersions,
    dimensions: record.dimensions,
    first_span_ns: String(record.firstSpanNs),
    last_span_ns: String(record.lastSpanNs),
    emitter: record.emitter,
    revision: String(record.revision),
  };
}
