import { decodeAnyValue, decodeKeyValue } from './any-value.ts';
import type { CodecResult } from './codec.ts';
import { createPart, type Part, readPart } from './read-part.ts';
import type { AttributeValue } from './span-view.ts';
import { type ValidRequest, validateRequest } from './validate-request.ts';
import { readInt32 } from './wire.ts';

/** One log record, decoded where asked for. Valid only inside the callback it is handed to. */
export type LogRecordView = {
  /** '' for a record that is no event. */
  readonly eventName: string;
  /** When it happened; 0 when the sender did not know. */
  readonly timeUnixNs: bigint;
  /** When the sender's pipeline saw it; 0 when not said. */
  readonly observedTimeUnixNs: bigint;
  /** 1 to 24, 0 unspecified. */
  readonly severityNumber: number;
  /** 32 lower-case hex digits, or ''. */
  readonly traceId: string;
  /** 16 lower-case hex digits, or ''. */
  readonly spanId: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly body: () => AttributeValue | undefined;
  /** By key; the last one wins where a sender repeated it. Empty values are left out. */
  readonly attributes: () => ReadonlyMap<string, AttributeValue>;
  readonly resourceAttributes: () => ReadonlyMap<string, AttributeValue>;
};

/** Shows each record of an ExportLogsServiceRequest, in request order, once the whole request has been found valid. */
export function visitLogRecords(body: Uint8Array, onRecord: (record: LogRecordView) => void): CodecResult<ValidRequest> {
  const valid = validateRequest('logs', body);
  if (valid.kind !== 'ok') return valid;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  forEachPart(bytes, 0, bytes.length, 1, (resourceLogs) => visitResourceLogs(bytes, resourceLogs, onRecord));
  return valid;
}

/** ResourceLogs: 1 resource Resource · 2 scope_logs ScopeLogs repeated. ScopeLogs: 2 log_records LogRecord repeated. */
function visitResourceLogs(bytes: Buffer, { start, end }: Part, onRecord: (record: LogRecordView) => void): void {
  let decoded: Map<string, AttributeValue> | undefined;
  const resourceAttributes = (): ReadonlyMap<string, AttributeValue> => {
    if (decoded !== undefined) return decoded;
    const attributes = new Map<string, AttributeValue>();
    // The resource may come in pieces, and behind its records.
    forEachPart(bytes, start, end, 1, (resource) => addAttributes(bytes, resource.start, resource.end, 1, attributes));
    decoded = attributes;
    return attributes;
  };
  forEachPart(bytes, start, end, 2, (scopeLogs) => {
    const scope = readScope(bytes, scopeLogs);
    forEachPart(bytes, scopeLogs.start, scopeLogs.end, 2, (record) =>
      onRecord(readLogRecord(bytes, record, { scope, resourceAttributes })),
    );
  });
}

type Scope = Pick<LogRecordView, 'scopeName' | 'scopeVersion'>;

/** ScopeLogs: 1 scope InstrumentationScope. InstrumentationScope: 1 name string · 2 version string. */
function readScope(bytes: Buffer, { start, end }: Part): Scope {
  const scope = { scopeName: '', scopeVersion: '' };
  forEachPart(bytes, start, end, 1, (part) => {
    forEachPart(bytes, part.start, part.end, 1, (name) => {
      scope.scopeName = bytes.toString('utf8', name.start, name.end);
    });
    forEachPart(bytes, part.start, part.end, 2, (version) => {
      scope.scopeVersion = bytes.toString('utf8', version.start, version.end);
    });
  });
  return scope;
}

/**
 * Reads the fields of a record that tell whether anyone wants it; body and attributes wait until they are asked for.
 *
 *     1 time_unix_nano   fixed64    9 trace_id                 bytes 16
 *     2 severity_number  enum      10 span_id                  bytes 8
 *     5 body             AnyValue  11 observed_time_unix_nano  fixed64
 *     6 attributes       KeyValue  12 event_name               string
 */
function readLogRecord(
  bytes: Buffer,
  { start, end }: Pick<Part, 'start' | 'end'>,
  { scope, resourceAttributes }: { readonly scope: Scope; readonly resourceAttributes: LogRecordView['resourceAttributes'] },
): LogRecordView {
  const read = { eventName: '', timeUnixNs: 0n, observedTimeUnixNs: 0n, severityNumber: 0, traceId: '', spanId: '' };
  const cursor = { bytes, position: start };
  const part = createPart();
  while (readPart(cursor, end, part)) {
    switch (part.number) {
      case 1:
        read.timeUnixNs = bytes.readBigUInt64LE(part.start);
        break;
      case 2:
        read.severityNumber = readInt32(bytes, part.start);
        break;
      case 9:
        read.traceId = bytes.toString('hex', part.start, part.end);
        break;
      case 10:
        read.spanId = bytes.toString('hex', part.start, part.end);
        break;
      case 11:
        read.observedTimeUnixNs = bytes.readBigUInt64LE(part.start);
        break;
      case 12:
        read.eventName = bytes.toString('utf8', part.start, part.end);
        break;
      default:
    }
  }
  return {
    ...read,
    ...scope,
    body: () => decodeBody(bytes, start, end),
    attributes: () => addAttributes(bytes, start, end, 6, new Map()),
    resourceAttributes,
  };
}

function decodeBody(bytes: Buffer, start: number, end: number): AttributeValue | undefined {
  const pieces: Buffer[] = [];
  forEachPart(bytes, start, end, 5, (body) => pieces.push(bytes.subarray(body.start, body.end)));
  const merged = Buffer.concat(pieces);
  return decodeAnyValue(merged, 0, merged.length);
}

function addAttributes(
  bytes: Buffer,
  start: number,
  end: number,
  number: number,
  into: Map<string, AttributeValue>,
): Map<string, AttributeValue> {
  forEachPart(bytes, start, end, number, (attribute) => {
    const [key, value] = decodeKeyValue(bytes, attribute.start, attribute.end);
    if (value !== undefined) into.set(key, value);
    else into.delete(key);
  });
  return into;
}

function forEachPart(bytes: Buffer, start: number, end: number, number: number, visit: (part: Part) => void): void {
  const cursor = { bytes, position: start };
  const part = createPart();
  while (readPart(cursor, end, part)) if (part.number === number) visit(part);
}
