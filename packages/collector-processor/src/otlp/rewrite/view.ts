import type { AttributeValue, KeyId, SpanEvent, SpanView, SpanWire } from '../span-view.ts';
import type { Walk } from '../walk.ts';
import { readInt32 } from '../wire.ts';
import { type AttributeSet, copyAkin, copyValue, hasValue, isAkin, isWritten, valuesUnder, valueUnder } from './attribute-set.ts';
import { startsWithBytes } from './key-index.ts';
import { type KeyShapes, shapeOf } from './key-shapes.ts';
import { readEvents } from './read-events.ts';
import { readText } from './remembered-texts.ts';
import type { SpanPlaces } from './workspace.ts';

/** What a view shows besides the fields of a span. */
type ViewedAttributes = {
  readonly spanAttributes: AttributeSet;
  readonly resourceAttributes: AttributeSet;
  readonly shapes: KeyShapes;
};

/** The cursor stages see: it reads what `places` and the two attribute sets point at, when asked. */
export function createSpanView(
  walk: Walk,
  places: SpanPlaces,
  { spanAttributes, resourceAttributes, shapes }: ViewedAttributes,
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
    get hasIds() {
      const { bytes } = walk.cursor;
      return isId(bytes, places.traceIdStart, 16) && isId(bytes, places.spanIdStart, 8);
    },
    get traceState() {
      return readText(walk, places.traceStateStart, places.traceStateEnd);
    },
    get byteLength() {
      return places.spanEnd - places.spanStart;
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
    get groupNumber() {
      return places.groupNumber;
    },
    get scopeName() {
      return readText(walk, places.scopeNameStart, places.scopeNameEnd);
    },
    get scopeVersion() {
      return readText(walk, places.scopeVersionStart, places.scopeVersionEnd);
    },
    wire: createSpanWire(walk, places, spanAttributes, shapes),
    get: (key: KeyId): AttributeValue | undefined => valueUnder(spanAttributes, walk, key),
    resource: (key: KeyId): AttributeValue | undefined => valueUnder(resourceAttributes, walk, key),
    copyIds: (target: Int32Array, at: number) => {
      const { view } = walk;
      const { traceIdStart } = places;
      copyEight(view, traceIdStart, target, at);
      copyEight(view, traceIdStart < 0 ? -1 : traceIdStart + 8, target, at + 2);
      copyEight(view, places.spanIdStart, target, at + 4);
      copyEight(view, places.parentSpanIdStart, target, at + 6);
    },
    copyTimes: (target: Int32Array, at: number) => {
      copyEight(walk.view, places.startTimeStart, target, at);
      copyEight(walk.view, places.endTimeStart, target, at + 2);
    },
    withPrefix: (prefix: string) => valuesUnder(spanAttributes, walk, prefixBytes(prefixes, prefix)),
    resourceWithPrefix: (prefix: string) => valuesUnder(resourceAttributes, walk, prefixBytes(prefixes, prefix)),
    eventsNamed: (prefix: string) =>
      places.firstEventStart < 0
        ? noEvents
        : readEvents(walk.cursor.bytes, places.firstEventStart, places.spanEnd, prefixBytes(prefixes, prefix)),
  };
}

function createSpanWire(walk: Walk, places: SpanPlaces, attributes: AttributeSet, shapes: KeyShapes): SpanWire {
  return {
    get shape() {
      if (!attributes.isShaped) {
        attributes.isShaped = true;
        attributes.shape = shapeOf(shapes, attributes.found, attributes.foundCount, attributes.openCount > 0);
      }
      return attributes.shape;
    },
    get hasEvents() {
      return places.firstEventStart >= 0;
    },
    get nameBytes() {
      return places.nameEnd - places.nameStart;
    },
    isNamed: (spellings) => {
      const { nameStart, nameEnd } = places;
      const length = nameEnd - nameStart;
      for (let index = 0; index < spellings.length; index += 1) {
        const spelling = spellings[index]!;
        if (spelling.length === length && startsWithBytes(walk.cursor.bytes, nameStart, length, spelling)) return true;
      }
      return false;
    },
    has: (key) => hasValue(attributes, walk, key),
    isWritten: (key, bytes) => isWritten(attributes, walk, key, bytes),
    copyValue: (key) => copyValue(attributes, walk, key),
    hasOwnWords: (words) => isAkin(attributes, walk, words),
    copyOwnWords: (into) => copyAkin(attributes, walk, into),
  };
}

const noEvents: readonly SpanEvent[] = [];

/** Copies eight bytes as two numbers, zeros where there is no start. */
function copyEight(source: DataView, start: number, target: Int32Array, at: number): void {
  target[at] = start < 0 ? 0 : source.getInt32(start, true);
  target[at + 1] = start < 0 ? 0 : source.getInt32(start + 4, true);
}

/** Lower-case hex; '' for an id that is absent or all zeros, which OTLP calls invalid: it identifies nothing. */
function readId(bytes: Buffer, start: number, length: number): string {
  return isId(bytes, start, length) ? bytes.toString('hex', start, start + length) : '';
}

/** False for an id that is absent or all zeros. */
function isId(bytes: Buffer, start: number, length: number): boolean {
  if (start < 0) return false;
  for (let index = start; index < start + length; index += 1) if (bytes[index] !== 0) return true;
  return false;
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
