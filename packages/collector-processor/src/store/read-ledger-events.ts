import type { Entry } from '@costspan/ledger';
import {
  ATTR_COSTSPAN_AUDIT_JSON,
  ATTR_COSTSPAN_ENTRY_JSON,
  ATTR_COSTSPAN_SIGHTING_JSON,
  EVENT_COSTSPAN_AUDIT,
  EVENT_COSTSPAN_ENTRY,
  EVENT_COSTSPAN_SIGHTING,
} from '@costspan/semconv';
import type { CodecResult } from '../otlp/codec.ts';
import { type LogRecordView, visitLogRecords } from '../otlp/visit-log-records.ts';
import { withoutLogRecords } from '../otlp/without-log-records.ts';
import { parseAudit } from './parse-audit.ts';
import { parseEntry } from './parse-entry.ts';
import { parseSighting } from './parse-sighting.ts';
import type { ReadLogs, SentAudit, SentSighting } from './received-events.ts';

/**
 * Takes the events of other ledgers out of a logs request. A sender that was authenticated for a tenant speaks for that
 * tenant only. All other records stay as they came.
 */
export function readLedgerEvents(body: Uint8Array, tenant: string | undefined): CodecResult<ReadLogs> {
  const taken = new Set<number>();
  const entries: Entry[] = [];
  const sightings: SentSighting[] = [];
  const audit: SentAudit[] = [];
  const problems: string[] = [];
  let index = 0;
  const read = visitLogRecords(body, (record) => {
    const event = readEvent(record, tenant);
    if (event !== undefined) taken.add(index);
    if (event?.kind === 'entry') entries.push(event.value);
    if (event?.kind === 'sighting') sightings.push(event.value);
    if (event?.kind === 'audit') audit.push(event.value);
    if (event?.kind === 'invalid') problems.push(`${record.eventName}: ${event.problem}`);
    index += 1;
  });
  if (read.kind === 'invalid') return read;
  return {
    kind: 'ok',
    events: { entries, sightings, audit },
    rejectedCount: problems.length,
    problem: problems[0] ?? '',
    rest: taken.size === 0 ? body : withoutLogRecords(body, (each) => taken.has(each)),
    restCount: read.itemCount - taken.size,
    invalidUtf8Count: read.invalidUtf8Count,
  };
}

type Event =
  | { readonly kind: 'entry'; readonly value: Entry }
  | { readonly kind: 'sighting'; readonly value: SentSighting }
  | { readonly kind: 'audit'; readonly value: SentAudit }
  | { readonly kind: 'invalid'; readonly problem: string };

function readEvent(record: LogRecordView, tenant: string | undefined): Event | undefined {
  if (record.eventName === EVENT_COSTSPAN_ENTRY) {
    const text = jsonOf(record, ATTR_COSTSPAN_ENTRY_JSON);
    if (text === undefined) return lacking(ATTR_COSTSPAN_ENTRY_JSON);
    const read = parseEntry(text);
    if (read.kind === 'invalid') return read;
    return foreign(read.value.tenant, tenant) ?? { kind: 'entry', value: read.value };
  }
  if (record.eventName === EVENT_COSTSPAN_SIGHTING) {
    const text = jsonOf(record, ATTR_COSTSPAN_SIGHTING_JSON);
    if (text === undefined) return lacking(ATTR_COSTSPAN_SIGHTING_JSON);
    const read = parseSighting(text);
    if (read.kind === 'invalid') return read;
    return foreign(read.value.sighting.item.tenant, tenant) ?? { kind: 'sighting', value: read.value };
  }
  if (record.eventName === EVENT_COSTSPAN_AUDIT) {
    const text = jsonOf(record, ATTR_COSTSPAN_AUDIT_JSON);
    if (text === undefined) return lacking(ATTR_COSTSPAN_AUDIT_JSON);
    const read = parseAudit(text);
    if (read.kind === 'invalid') return read;
    return foreign(read.value.tenant, tenant) ?? { kind: 'audit', value: read.value };
  }
  return undefined;
}

function jsonOf(record: LogRecordView, key: string): string | undefined {
  const value = record.attributes().get(key);
  return typeof value === 'string' ? value : undefined;
}

function lacking(key: string): Event {
  return {
    kind: 'invalid',
    problem: `expected ${key}, found none; events that were redacted on their way say what something cost, but cannot be booked`,
  };
}

function foreign(found: string, tenant: string | undefined): Event | undefined {
  if (tenant === undefined || tenant === found) return undefined;
  return { kind: 'invalid', problem: `expected tenant ${tenant}, whose key was sent, found ${found}` };
}
