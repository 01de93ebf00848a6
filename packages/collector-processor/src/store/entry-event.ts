import { entryJson, isUnpriced } from '@costspan/ledger';
import { formatPico } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_AGENT_NAME,
  ATTR_COSTSPAN_API_KEY_FINGERPRINT,
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_COST_BOOK,
  ATTR_COSTSPAN_COST_CURRENCY,
  ATTR_COSTSPAN_COST_HIGH,
  ATTR_COSTSPAN_COST_LOW,
  ATTR_COSTSPAN_COST_PRICE_IDS,
  ATTR_COSTSPAN_COST_REASON,
  ATTR_COSTSPAN_COST_SOURCE,
  ATTR_COSTSPAN_COST_STATUS,
  ATTR_COSTSPAN_COST_WASTE,
  ATTR_COSTSPAN_DIMENSION_PREFIX,
  ATTR_COSTSPAN_ENTRY_AMOUNT,
  ATTR_COSTSPAN_ENTRY_DUPLICATE_OF,
  ATTR_COSTSPAN_ENTRY_ID,
  ATTR_COSTSPAN_ENTRY_ITEM_SOURCE,
  ATTR_COSTSPAN_ENTRY_JSON,
  ATTR_COSTSPAN_ENTRY_LATE,
  ATTR_COSTSPAN_ENTRY_RECORDED_AT,
  ATTR_COSTSPAN_ENTRY_ROLE,
  ATTR_COSTSPAN_ENTRY_SPAN_ID,
  ATTR_COSTSPAN_ENTRY_STATE,
  ATTR_COSTSPAN_ENTRY_UNATTRIBUTED_REASON,
  ATTR_COSTSPAN_ENTRY_USAGE_AT,
  ATTR_COSTSPAN_ENTRY_VERSION,
  ATTR_COSTSPAN_PROVIDER_REQUEST_ID,
  ATTR_COSTSPAN_RECORD_EMITTER,
  ATTR_COSTSPAN_RECORD_REDACTED,
  ATTR_COSTSPAN_USAGE_PREFIX,
  ATTR_COSTSPAN_WORK_ITEM_ID,
  ATTR_COSTSPAN_WORK_ITEM_TENANT,
  ATTR_COSTSPAN_WORK_ITEM_TYPE,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_RESPONSE_MODEL,
  EVENT_COSTSPAN_ENTRY,
} from '@costspan/semconv';
import type { LogEvent } from '../otlp/codec.ts';
import type { NewAttribute } from '../otlp/span-view.ts';
import { severity } from './event-severity.ts';
import type { RedactedEntry } from './redact-entry.ts';

/**
 * The log event of one version of an entry, for a table of entries or a central ledger: take the highest version of each
 * entry id, and of those the live ones. `emittedAtNs` is its timestamp; the time of use is an attribute.
 */
export function entryToLogEvent(entry: RedactedEntry, emittedAtNs: bigint): LogEvent {
  const unpriced = isUnpriced(entry.status);
  const whose = entry.item === undefined ? 'unattributed' : `${entry.item.type} ${entry.item.id}`;
  return {
    eventName: EVENT_COSTSPAN_ENTRY,
    timeUnixNs: emittedAtNs,
    severityNumber: unpriced ? severity.warning : severity.info,
    body: `${whose}: ${entry.category} ${unpriced ? 'unpriced' : amountText(entry)}`,
    traceId: entry.traceId,
    attributes: [...identity(entry), ...cost(entry), ...origin(entry), ...wholeEntry(entry)],
  };
}

function amountText({ amountPico, currency }: RedactedEntry): string {
  return amountPico === undefined ? 'at a cost that is not told here' : `${formatPico(amountPico)} ${currency}`;
}

/** What a ledger reads. One that would book what was redacted would take what it does not see for nothing. */
function wholeEntry(entry: RedactedEntry): readonly NewAttribute[] {
  const { amountPico, lowPico, highPico, redaction, ...rest } = entry;
  const isWhole = redaction === undefined && amountPico !== undefined && lowPico !== undefined && highPico !== undefined;
  return isWhole ? [[ATTR_COSTSPAN_ENTRY_JSON, JSON.stringify(entryJson({ ...rest, amountPico, lowPico, highPico }))]] : [];
}

function identity(entry: RedactedEntry): readonly NewAttribute[] {
  return [
    [ATTR_COSTSPAN_ENTRY_ID, entry.id],
    [ATTR_COSTSPAN_ENTRY_VERSION, BigInt(entry.version)],
    [ATTR_COSTSPAN_ENTRY_STATE, entry.state],
    [ATTR_COSTSPAN_RECORD_EMITTER, entry.emitter],
    [ATTR_COSTSPAN_WORK_ITEM_TENANT, entry.tenant],
    ...optional(ATTR_COSTSPAN_WORK_ITEM_TYPE, entry.item?.type),
    ...optional(ATTR_COSTSPAN_WORK_ITEM_ID, entry.item?.id),
    ...optional(ATTR_COSTSPAN_ENTRY_ITEM_SOURCE, entry.itemSource),
    ...optional(ATTR_COSTSPAN_ENTRY_UNATTRIBUTED_REASON, entry.unattributedReason),
    ...optional(ATTR_COSTSPAN_ENTRY_DUPLICATE_OF, entry.duplicateOf),
    ...(entry.late === undefined ? [] : [[ATTR_COSTSPAN_ENTRY_LATE, true] as const]),
    ...Object.entries(entry.dimensions).map(([key, value]): NewAttribute => [`${ATTR_COSTSPAN_DIMENSION_PREFIX}${key}`, value]),
    [ATTR_COSTSPAN_ENTRY_USAGE_AT, entry.usageAtNs],
    [ATTR_COSTSPAN_ENTRY_RECORDED_AT, entry.recordedAtNs],
    ...optional(ATTR_COSTSPAN_RECORD_REDACTED, entry.redaction?.join(',')),
  ];
}

function cost(entry: RedactedEntry): readonly NewAttribute[] {
  return [
    [ATTR_COSTSPAN_CATEGORY, entry.category],
    [ATTR_COSTSPAN_COST_STATUS, entry.status],
    [ATTR_COSTSPAN_COST_SOURCE, entry.source],
    [ATTR_COSTSPAN_COST_CURRENCY, entry.currency],
    ...amounts(entry),
    [ATTR_COSTSPAN_COST_WASTE, entry.waste],
    ...optional(ATTR_COSTSPAN_COST_REASON, joined(entry.reasons)),
    ...Object.entries(entry.usage).map(
      ([unit, quantity]): NewAttribute => [`${ATTR_COSTSPAN_USAGE_PREFIX}${unit}`, usageValue(quantity ?? 0)],
    ),
    ...optional(ATTR_COSTSPAN_COST_PRICE_IDS, joined(entry.priceIds)),
    [ATTR_COSTSPAN_COST_BOOK, `${entry.book.version}+${entry.book.sha256.slice(0, bookDigestDigits)}`],
  ];
}

/** An amount that is not known, or not told, is not written: a reader that sums must not find a 0. */
function amounts({ status, amountPico, lowPico, highPico }: RedactedEntry): readonly NewAttribute[] {
  if (amountPico === undefined || lowPico === undefined || highPico === undefined) return [];
  const isRange = lowPico !== amountPico || highPico !== amountPico;
  return [
    ...optional(ATTR_COSTSPAN_ENTRY_AMOUNT, isUnpriced(status) && amountPico === 0n ? undefined : formatPico(amountPico)),
    ...optional(ATTR_COSTSPAN_COST_LOW, isRange ? formatPico(lowPico) : undefined),
    ...optional(ATTR_COSTSPAN_COST_HIGH, isRange ? formatPico(highPico) : undefined),
  ];
}

function origin(entry: RedactedEntry): readonly NewAttribute[] {
  return [
    [ATTR_COSTSPAN_ENTRY_SPAN_ID, entry.spanId],
    [ATTR_COSTSPAN_ENTRY_ROLE, entry.role],
    ...optional(ATTR_GEN_AI_PROVIDER_NAME, entry.provider === '' ? undefined : entry.provider),
    ...optional(ATTR_GEN_AI_RESPONSE_MODEL, entry.model === '' ? undefined : entry.model),
    ...optional(ATTR_COSTSPAN_AGENT_NAME, entry.agent),
    ...optional(ATTR_COSTSPAN_PROVIDER_REQUEST_ID, entry.requestId),
    ...optional(ATTR_COSTSPAN_API_KEY_FINGERPRINT, entry.apiKeyFingerprint),
  ];
}

/** As many digits of the book's hash as the registry promises. */
const bookDigestDigits = 12;

/** An int where the count is whole, decimal text where it has a fraction: what the registry says of usage. */
function usageValue(quantity: number | string): bigint | string {
  return typeof quantity === 'number' && Number.isSafeInteger(quantity) ? BigInt(quantity) : String(quantity);
}

function joined(texts: readonly string[]): string | undefined {
  return texts.length === 0 ? undefined : texts.join(',');
}

function optional(key: string, value: string | undefined): readonly NewAttribute[] {
  return value === undefined ? [] : [[key, value]];
}
