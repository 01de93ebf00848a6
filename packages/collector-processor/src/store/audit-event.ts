import {
  ATTR_COSTSPAN_AUDIT_AT,
  ATTR_COSTSPAN_AUDIT_EVENT,
  ATTR_COSTSPAN_AUDIT_JSON,
  ATTR_COSTSPAN_ENTRY_SPAN_ID,
  ATTR_COSTSPAN_RECORD_EMITTER,
  ATTR_COSTSPAN_RECORD_REDACTED,
  ATTR_COSTSPAN_WORK_ITEM_ID,
  ATTR_COSTSPAN_WORK_ITEM_TENANT,
  ATTR_COSTSPAN_WORK_ITEM_TYPE,
  EVENT_COSTSPAN_AUDIT,
} from '@costspan/semconv';
import type { LogEvent } from '../otlp/codec.ts';
import type { NewAttribute } from '../otlp/span-view.ts';
import { severity } from './event-severity.ts';
import type { SentAudit } from './received-events.ts';
import type { RedactedAudit } from './redact-audit.ts';

/**
 * The log event of what was decided in a span: its own attributes, flat, beside who it is about. A destination of redacted
 * events gets neither the JSON nor the time: two decisions of one call tell how long it took.
 */
export function auditToLogEvent(
  sent: RedactedAudit,
  { emitter, emittedAtNs }: { readonly emitter: string; readonly emittedAtNs: bigint },
): LogEvent {
  const { tenant, traceId, spanId, item, event, redaction } = sent;
  // Later ones replace earlier ones: no attribute of a sender may stand for what this ledger says.
  const attributes = new Map<string, NewAttribute[1]>([
    ...Object.entries(event.attributes),
    [ATTR_COSTSPAN_AUDIT_EVENT, event.name],
    [ATTR_COSTSPAN_RECORD_EMITTER, emitter],
    [ATTR_COSTSPAN_WORK_ITEM_TENANT, tenant],
    ...optional(ATTR_COSTSPAN_WORK_ITEM_TYPE, item?.type),
    ...optional(ATTR_COSTSPAN_WORK_ITEM_ID, item?.id),
    [ATTR_COSTSPAN_ENTRY_SPAN_ID, spanId],
    ...optional(ATTR_COSTSPAN_AUDIT_AT, redaction === undefined ? event.atNs : undefined),
    ...optional(ATTR_COSTSPAN_RECORD_REDACTED, redaction?.join(',')),
    ...optional(ATTR_COSTSPAN_AUDIT_JSON, redaction === undefined ? JSON.stringify(auditJson(sent)) : undefined),
  ]);
  return {
    eventName: EVENT_COSTSPAN_AUDIT,
    timeUnixNs: emittedAtNs,
    severityNumber: severity.info,
    body: `${item === undefined ? 'no item named' : `${item.type} ${item.id}`}: ${event.name}`,
    traceId,
    attributes: [...attributes],
  };
}

/** A decision as JSON: nanoseconds are decimal text. */
function auditJson({ tenant, traceId, spanId, number, spanEndNs, item, event }: SentAudit): object {
  return {
    tenant,
    trace_id: traceId,
    span_id: spanId,
    number,
    span_end_ns: String(spanEndNs),
    ...item,
    name: event.name,
    at_ns: String(event.atNs),
    attributes: event.attributes,
  };
}

function optional(key: string, value: NewAttribute[1] | undefined): readonly NewAttribute[] {
  return value === undefined ? [] : [[key, value]];
}
