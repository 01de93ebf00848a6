import { strict as assert } from 'node:assert';
import type { LogEvent } from './codec.ts';
import type { NewAttribute } from './span-view.ts';
import { writeAnyValue, writeAttribute } from './write-attribute.ts';
import {
  closeMessage,
  createWriter,
  finishWriter,
  openMessage,
  type Writer,
  writeBytes,
  writeFixed64,
  writeText,
  writeVarint,
} from './writer.ts';

/** Who the events come from. */
export type LogSource = {
  readonly resourceAttributes: readonly NewAttribute[];
  readonly scopeName: string;
  readonly scopeVersion: string;
};

/**
 * An ExportLogsServiceRequest with one resource, one scope and a record for each event, in the order given.
 *
 *     request: 1 resource_logs · ResourceLogs: 1 resource, 2 scope_logs · ScopeLogs: 1 scope, 2 log_records
 */
export function encodeLogEvents(source: LogSource, events: readonly LogEvent[]): Buffer {
  const writer = createWriter(256 + events.length * 512);
  const resourceLogs = openMessage(writer, 0x0a);
  const resource = openMessage(writer, 0x0a);
  for (const [key, value] of source.resourceAttributes) writeAttribute(writer, 0x0a, key, value);
  closeMessage(writer, resource);
  const scopeLogs = openMessage(writer, 0x12);
  writeScope(writer, source);
  for (const event of events) writeLogRecord(writer, event);
  closeMessage(writer, scopeLogs);
  closeMessage(writer, resourceLogs);
  return finishWriter(writer);
}

/** InstrumentationScope: 1 name string · 2 version string. */
function writeScope(writer: Writer, source: LogSource): void {
  const scope = openMessage(writer, 0x0a);
  writeVarint(writer, 0x0a);
  writeText(writer, source.scopeName);
  writeVarint(writer, 0x12);
  writeText(writer, source.scopeVersion);
  closeMessage(writer, scope);
}

/** Names of the severities, each in four steps: 1 to 4 TRACE, 5 to 8 DEBUG ... */
const severityTexts = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/**
 * Writes one record. It is observed when it happens: the event is our own.
 *
 *     1 time_unix_nano   fixed64   6 attributes               KeyValue repeated
 *     2 severity_number  enum      9 trace_id                 bytes 16
 *     3 severity_text    string   11 observed_time_unix_nano  fixed64
 *     5 body             AnyValue 12 event_name               string
 */
function writeLogRecord(writer: Writer, event: LogEvent): void {
  const record = openMessage(writer, 0x12);
  writeVarint(writer, 0x09);
  writeFixed64(writer, event.timeUnixNs);
  writeVarint(writer, 0x10);
  writeVarint(writer, event.severityNumber);
  writeVarint(writer, 0x1a);
  writeText(writer, severityTexts[(event.severityNumber - 1) >> 2] ?? '');
  const body = openMessage(writer, 0x2a);
  writeAnyValue(writer, event.body);
  closeMessage(writer, body);
  for (const [key, value] of event.attributes) writeAttribute(writer, 0x32, key, value);
  if (event.traceId !== undefined) writeTraceId(writer, event.traceId);
  writeVarint(writer, 0x59);
  writeFixed64(writer, event.timeUnixNs);
  writeVarint(writer, 0x62);
  writeText(writer, event.eventName);
  closeMessage(writer, record);
}

function writeTraceId(writer: Writer, traceId: string): void {
  const bytes = Buffer.from(traceId, 'hex');
  assert(bytes.length === 16, `log event: traceId: expected 32 hex digits, found ${traceId.length} characters`);
  writeVarint(writer, 0x4a);
  writeBytes(writer, bytes);
}
