import type { AttributeValue, KeyId, SpanEvent, SpanView } from '../span-view.ts';
import type { Walk } from '../walk.ts';
import { readInt32 } from '../wire.ts';
import { type AttributeSet, leastMark, valuesUnder, valueUnder } from './attribute-set.ts';
import { readEvents } from './read-events.ts';
import { readText } from './remembered-texts.ts';
import type { SpanPlaces } from './workspace.ts';

/** The cursor stages see: it reads what `places` and the two attribute sets point at, when asked. */
export function createSpanView(
  walk: Walk,
  places: SpanPlaces,
  spanAttributes: AttributeSet,
  resourceAttributes: AttributeSet,
): SpanView {
  const prefixes = new Map<string, Uint8Array>();
  return {
    get traceId() {
      return readId(walk.cursor.bytes, places.traceIdStart, 16);
    },
    get spanId() {
      return readId(walk.cursor.bytes, places.spanIdStart, 8);
    },
    get parentSpanId() {
      return readId(walk.cursor.bytes, places.parentSpanIdStart, 8);
    },
    get traceState() {
      return readText(walk, places.traceStateStart, places.traceStateEnd);
    },
    get startUnixNs() {
      return readTime(walk.cursor.bytes, places.startTimeStart);
    },
    get endUnixNs() {
      return readTime(walk.cursor.bytes, places.endTimeStart);
    },
    get name() {
      return readText(walk, places.nameStart, places.nameEnd);
    },
    get kind() {
      return places.kindStart < 0 ? 0 : readInt32(walk.cursor.bytes, places.kindStart);
    },
    get statusCode() {
      return places.statusCodeStart < 0 ? 0 : readInt32(walk.cursor.bytes, places.statusCodeStart);
    },
    get scopeName() {
      return readText(walk, places.scopeNameStart, places.scopeNameEnd);
    },
    get scopeVersion() {
      return readText(walk, places.scopeVersionStart, places.scopeVersionEnd);
    },
    get: (key: KeyId): AttributeValue | undefined => valueUnder(spanAttributes, walk, key),
    resource: (key: KeyId): AttributeValue | undefined => valueUnder(resourceAttributes, walk, key),
    leastMark: (marks: Uint8Array) => leastMark(spanAttributes, marks),
    copyPlace: (target: Uint8Array, offset: number) => {
      const { bytes } = walk.cursor;
      copyField(bytes, places.traceIdStart, 16, target, offset);
      copyField(bytes, places.spanIdStart, 8, target, offset + 16);
      copyField(bytes, places.parentSpanIdStart, 8, target, offset + 24);
      copyField(bytes, places.startTimeStart, 8, target, offset + 32);
      copyField(bytes, places.endTimeStart, 8, target, offset + 40);
    },
    withPrefix: (prefix: string) => valuesUnder(spanAttributes, walk, prefixBytes(prefixes, prefix)),
    eventsNamed: (prefix: string) =>
      places.firstEventStart < 0
        ? noEvents
        : readEvents(walk.cursor.bytes, places.firstEventStart, places.spanEnd, prefixBytes(prefixes, prefix)),
  };
}

const noEvents: readonly SpanEvent[] = [];

/** Copies byte by byte: for so few, a call into the engine costs more. */
function copyField(bytes: Uint8Array, start: number, length: number, target: Uint8Array, offset: number): void {
  if (start < 0) target.fill(0, offset, offset + length);
  else for (let index = 0; index < length; index += 1) target[offset + index] = bytes[start + index]!;
}

/** Lower-case hex; '' for an id that is absent or all zeros, which OTLP calls invalid: it identifies nothing. */
function readId(bytes: Buffer, start: number, length: number): string {
  if (start < 0) return '';
  let seen = 0;
  for (let index = start; index < start + length; index += 1) seen |= bytes[index]!;
  return seen === 0 ? '' : bytes.toString('hex', start, start + length);
}

function readTime(bytes: Buffer, start: number): bigint {
  return start < 0 ? 0n : bytes.readBigUInt64LE(start);
}

/** Stages ask for a handful of fixed prefixes; a caller that makes them up only loses the shortcut. */
const prefixesMax = 64;

function prefixBytes(prefixes: Map<string, Uint8Array>, prefix: string): Uint8Array {
  const known = prefixes.get(prefix);
  if (known !== undefined) return known;
  const bytes = new Uint8Array(Buffer.from(prefix));
  if (prefixes.size < prefixesMax) prefixes.set(prefix, bytes);
  return bytes;
}
