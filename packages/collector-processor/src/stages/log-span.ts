import { hash } from 'node:crypto';
import type { LogDialect } from '../dialects/log-dialect.ts';
import type { AttributeValue, KeyTable, SpanView } from '../otlp/span-view.ts';
import type { LogRecordView } from '../otlp/visit-log-records.ts';
import { textOf } from './span-fields.ts';

/** What names of events look like. Some senders put a place in their source where the name belongs. */
const NAME = /^[a-z_]+(\.[a-z_]+)+$/;

/** The name of an event: where OpenTelemetry puts it, else its body, else the attribute that held it before. */
export const eventNameOf = (record: LogRecordView): string => {
  if (NAME.test(record.eventName)) return record.eventName;
  const body = record.body();
  if (typeof body === 'string' && body.length < NAME_CHARACTERS_MAX && NAME.test(body)) return body;
  return textOf(record.attributes().get('event.name')) ?? '';
};

const NAME_CHARACTERS_MAX = 64;
const NS_PER_MS = 1_000_000;

/**
 * A log event as the span of the call it tells. It ends when the event was written, and is a child of the span the event
 * stands in. Its own ids, and the trace of an event that stands in none, follow from what tells the event from every other one:
 * sent again, it is the same span.
 */
export const openLogSpan = (record: LogRecordView, name: string, table: KeyTable, dialect?: LogDialect): SpanView => {
  const attributes = record.attributes();
  const endUnixNs = record.timeUnixNs === 0n ? record.observedTimeUnixNs : record.timeUnixNs;
  const durationMs = dialect?.durationMs === undefined ? undefined : attributes.get(dialect.durationMs);
  const durationNs = nanosecondsOf(durationMs);
  const digits = dialect === undefined ? '' : identityOf(record, dialect, attributes);
  const at = (values: ReadonlyMap<string, AttributeValue>, key: number): AttributeValue | undefined => {
    const keyName = table.keys[key];
    return keyName === undefined ? undefined : countOf(values.get(keyName));
  };
  const isInTrace = isId(record.traceId, 32) && isId(record.spanId, 16);
  return {
    // An event of no dialect is only looked at.
    hasIds: digits !== '',
    traceId: isInTrace ? record.traceId : digits.slice(0, 32),
    spanId: digits.slice(32, 48),
    parentSpanId: isInTrace ? record.spanId : '',
    traceState: '',
    byteLength: 0,
    // An event whose clock stands near 1970 began no earlier.
    startUnixNs: endUnixNs > durationNs ? endUnixNs - durationNs : 0n,
    endUnixNs,
    name,
    kind: 0,
    statusCode: 0,
    groupNumber: Number.NaN,
    scopeName: record.scopeName,
    scopeVersion: record.scopeVersion,
    get: (key) => at(attributes, key),
    resource: (key) => at(record.resourceAttributes(), key),
    wire: undefined,
    // Facts of events are packed from their fields.
    copyTraceId: () => undefined,
    copyLink: () => undefined,
    copyTimes: () => undefined,
    eventsNamed: () => [],
    withPrefix: (prefix) => [...attributes].filter(([key]) => key.startsWith(prefix)),
    resourceWithPrefix: (prefix) => [...record.resourceAttributes()].filter(([key]) => key.startsWith(prefix)),
  };
};

/** A value, as a number where it is one written as text, as some senders write every value. */
const countOf = (value: AttributeValue | undefined): AttributeValue | undefined =>
  typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;

/** Whether an id is of the right length and not all zeros, which stands for none. */
const isId = (id: string, digits: number): boolean => id.length === digits && /[1-9a-f]/.test(id);

/** 64 hex digits. Where an event carries none of what identifies it, everything it says does. */
const identityOf = (
  record: LogRecordView,
  { id, identity }: LogDialect,
  attributes: ReadonlyMap<string, AttributeValue>,
): string => {
  const named = identity.flatMap((key) => textOf(attributes.get(key)) ?? []);
  const said = named.length > 0 ? named : [...attributes].map(([key, value]) => `${key}=${String(value)}`).sort();
  const time = named.length > 0 ? [] : [String(record.timeUnixNs)];
  return hash('sha256', JSON.stringify([id, ...said, ...time]), 'hex');
};

const nanosecondsOf = (durationMs: AttributeValue | undefined): bigint => {
  const duration = Number(durationMs ?? 0);
  return duration > 0 && duration < DURATION_MS_MAX ? BigInt(Math.round(duration * NS_PER_MS)) : 0n;
};

/** A day: no call takes longer, and a number without a bound would reach into other price periods. */
const DURATION_MS_MAX = 86_400_000;
