import { sightingJson } from '@costspan/ledger';
import {
  ATTR_COSTSPAN_RECORD_EMITTER,
  ATTR_COSTSPAN_RECORD_REDACTED,
  ATTR_COSTSPAN_SIGHTING_JSON,
  ATTR_COSTSPAN_WORK_ITEM_ID,
  ATTR_COSTSPAN_WORK_ITEM_OUTCOME,
  ATTR_COSTSPAN_WORK_ITEM_OUTCOME_AT,
  ATTR_COSTSPAN_WORK_ITEM_PARENT_ID,
  ATTR_COSTSPAN_WORK_ITEM_TENANT,
  ATTR_COSTSPAN_WORK_ITEM_TYPE,
  EVENT_COSTSPAN_SIGHTING,
} from '@costspan/semconv';
import type { Redaction } from '../config/config.ts';
import type { LogEvent } from '../otlp/codec.ts';
import type { NewAttribute } from '../otlp/span-view.ts';
import { severity } from './event-severity.ts';
import type { SentSighting } from './received-events.ts';

/**
 * The log event of what one trace says about an item. A later one of the same ledger, trace and item replaces it. A destination
 * of redacted entries is no ledger: it gets no JSON, which would tell how long the trace took.
 */
export function sightingToLogEvent(
  { emitter, traceId, sequence, state, sighting }: SentSighting,
  emittedAtNs: bigint,
  redaction: Redaction = [],
): LogEvent {
  const { item, outcome, parentId } = sighting;
  const json = { emitter, trace_id: traceId, sequence: String(sequence), state, ...item, ...sightingJson(sighting) };
  return {
    eventName: EVENT_COSTSPAN_SIGHTING,
    timeUnixNs: emittedAtNs,
    severityNumber: severity.info,
    body: `${item.type} ${item.id}: ${outcome === undefined ? 'seen' : outcome.value}`,
    traceId,
    attributes: [
      [ATTR_COSTSPAN_RECORD_EMITTER, emitter],
      [ATTR_COSTSPAN_WORK_ITEM_TENANT, item.tenant],
      [ATTR_COSTSPAN_WORK_ITEM_TYPE, item.type],
      [ATTR_COSTSPAN_WORK_ITEM_ID, item.id],
      ...optional(ATTR_COSTSPAN_WORK_ITEM_PARENT_ID, parentId?.value),
      ...optional(ATTR_COSTSPAN_WORK_ITEM_OUTCOME, outcome?.value),
      ...optional(ATTR_COSTSPAN_WORK_ITEM_OUTCOME_AT, outcome && String(outcome.atNs)),
      ...optional(ATTR_COSTSPAN_RECORD_REDACTED, redaction.length === 0 ? undefined : redaction.join(',')),
      ...optional(ATTR_COSTSPAN_SIGHTING_JSON, redaction.length === 0 ? JSON.stringify(json) : undefined),
    ],
  };
}

function optional(key: string, value: string | undefined): readonly NewAttribute[] {
  return value === undefined ? [] : [[key, value]];
}
