import { coverageOf } from '@costspan/ledger';
import { formatPico, picoToDouble } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_COST_CURRENCY,
  ATTR_COSTSPAN_DIMENSION_PREFIX,
  ATTR_COSTSPAN_RECORD_BOOK_VERSIONS,
  ATTR_COSTSPAN_RECORD_COMPLETE,
  ATTR_COSTSPAN_RECORD_COVERAGE,
  ATTR_COSTSPAN_RECORD_EMITTER,
  ATTR_COSTSPAN_RECORD_FIRST_SPAN_AT,
  ATTR_COSTSPAN_RECORD_LAST_SPAN_AT,
  ATTR_COSTSPAN_RECORD_REDACTED,
  ATTR_COSTSPAN_RECORD_REVISION,
  ATTR_COSTSPAN_RECORD_STATE,
  ATTR_COSTSPAN_TOTAL_AMOUNT,
  ATTR_COSTSPAN_TOTAL_CATEGORY_PREFIX,
  ATTR_COSTSPAN_TOTAL_EXACT,
  ATTR_COSTSPAN_TOTAL_HIGH,
  ATTR_COSTSPAN_TOTAL_LOW,
  ATTR_COSTSPAN_TOTAL_SPANS_PREFIX,
  ATTR_COSTSPAN_TOTAL_USAGE_PREFIX,
  ATTR_COSTSPAN_TOTAL_WASTE,
  ATTR_COSTSPAN_UNPRICED_REASONS,
  ATTR_COSTSPAN_WORK_ITEM_ID,
  ATTR_COSTSPAN_WORK_ITEM_OUTCOME,
  ATTR_COSTSPAN_WORK_ITEM_OUTCOME_AT,
  ATTR_COSTSPAN_WORK_ITEM_PARENT_ID,
  ATTR_COSTSPAN_WORK_ITEM_TENANT,
  ATTR_COSTSPAN_WORK_ITEM_TYPE,
  EVENT_COSTSPAN_WORK_ITEM_COST,
} from '@costspan/semconv';
import type { LogEvent } from '../otlp/codec.ts';
import type { NewAttribute } from '../otlp/span-view.ts';
import { severity } from './event-severity.ts';
import type { RedactedRecord } from './redact-record.ts';

/**
 * The log event of a record: flat attributes, exact amounts as decimal text with one double beside them for dashboards.
 * `emittedAtNs` is its timestamp, because backends refuse logs of last week; business times are attributes.
 */
export function recordToLogEvent(record: RedactedRecord, emittedAtNs: bigint): LogEvent {
  const { item } = record;
  const total = `${formatPico(record.totalPico)} ${record.currency}`;
  const { withoutHuman } = record;
  const lacking = withoutHuman ? ' without what people cost' : record.complete ? '' : ', not everything priced';
  return {
    eventName: EVENT_COSTSPAN_WORK_ITEM_COST,
    timeUnixNs: emittedAtNs,
    severityNumber: record.complete ? severity.info : severity.warning,
    body: `${item.type} ${item.id} cost ${total}${lacking}`,
    attributes: [...identity(record), ...totals(record), ...evidence(record)],
  };
}

function identity({ item, parentId, outcome, state, emitter, revision, ...record }: RedactedRecord): readonly NewAttribute[] {
  return [
    [ATTR_COSTSPAN_WORK_ITEM_TENANT, item.tenant],
    [ATTR_COSTSPAN_WORK_ITEM_TYPE, item.type],
    [ATTR_COSTSPAN_WORK_ITEM_ID, item.id],
    ...optional(ATTR_COSTSPAN_WORK_ITEM_PARENT_ID, parentId),
    ...optional(ATTR_COSTSPAN_WORK_ITEM_OUTCOME, outcome?.value),
    // Decimal text, as on spans: the attribute has one type wherever it appears.
    ...optional(ATTR_COSTSPAN_WORK_ITEM_OUTCOME_AT, outcome === undefined ? undefined : String(outcome.atNs)),
    ...prefixed(ATTR_COSTSPAN_DIMENSION_PREFIX, record.dimensions, (value) => value),
    [ATTR_COSTSPAN_RECORD_STATE, state],
    [ATTR_COSTSPAN_RECORD_EMITTER, emitter],
    [ATTR_COSTSPAN_RECORD_REVISION, revision],
    [ATTR_COSTSPAN_RECORD_FIRST_SPAN_AT, record.firstSpanNs],
    ...optional(ATTR_COSTSPAN_RECORD_LAST_SPAN_AT, record.lastSpanNs),
    ...optional(ATTR_COSTSPAN_RECORD_REDACTED, record.redaction?.join(',')),
  ];
}

function totals(record: RedactedRecord): readonly NewAttribute[] {
  return [
    [ATTR_COSTSPAN_COST_CURRENCY, record.currency],
    [ATTR_COSTSPAN_TOTAL_AMOUNT, picoToDouble(record.totalPico)],
    [ATTR_COSTSPAN_TOTAL_EXACT, formatPico(record.totalPico)],
    ...optional(ATTR_COSTSPAN_TOTAL_LOW, amountText(record.lowPico)),
    ...optional(ATTR_COSTSPAN_TOTAL_HIGH, amountText(record.highPico)),
    ...optional(ATTR_COSTSPAN_TOTAL_WASTE, amountText(record.wastePico)),
    ...prefixed(ATTR_COSTSPAN_TOTAL_CATEGORY_PREFIX, record.byCategory, formatPico),
    ...prefixed(ATTR_COSTSPAN_TOTAL_USAGE_PREFIX, record.usage ?? {}, (quantity) => quantity),
  ];
}

/** What the totals rest on. */
function evidence(record: RedactedRecord): readonly NewAttribute[] {
  const reasons = Object.entries(record.unpricedReasons).map(([reason, count]) => `${reason}=${count}`);
  return [
    ...prefixed(ATTR_COSTSPAN_TOTAL_SPANS_PREFIX, record.spans ?? {}, (count) => BigInt(count)),
    ...optional(ATTR_COSTSPAN_UNPRICED_REASONS, reasons.length === 0 ? undefined : reasons.join(',')),
    ...optional(ATTR_COSTSPAN_RECORD_COVERAGE, record.spans && coverageOf(record.spans)),
    [ATTR_COSTSPAN_RECORD_COMPLETE, record.complete],
    ...optional(ATTR_COSTSPAN_RECORD_BOOK_VERSIONS, record.bookVersions.length === 0 ? undefined : record.bookVersions.join(',')),
  ];
}

function amountText(amountPico: bigint | undefined): string | undefined {
  return amountPico === undefined ? undefined : formatPico(amountPico);
}

function optional(key: string, value: string | bigint | undefined): readonly NewAttribute[] {
  return value === undefined ? [] : [[key, value]];
}

function prefixed<Value>(
  prefix: string,
  values: Readonly<Record<string, Value>>,
  toAttribute: (value: Value) => NewAttribute[1],
): readonly NewAttribute[] {
  return Object.entries(values).map(([key, value]) => [`${prefix}${key}`, toAttribute(value)]);
}
