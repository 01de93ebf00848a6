import type { AttributeValue, KeyId, KeyShape, OwnWords, SpanEvent, SpanView, SpanWire } from '../span-view.ts';
import type { Walk } from '../walk.ts';
import { readInt32 } from '../wire.ts';
import {
  type AttributeSet,
  copyAkin,
  copyValue,
  hasValue,
  isAkin,
  isWritten,
  isWrittenAs,
  valuesUnder,
  valueUnder,
} from './attribute-set.ts';
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
export function createSpanView(walk: Walk, places: SpanPlaces, attributes: ViewedAttributes): SpanView {
  return new SpanCursor(walk, places, attributes);
}

/**
 * A class, because its accessors are then one object's, the prototype's: V8 keeps objects that are given accessors of their own as
 * dictionaries from the second on, and each look at a span becomes a search.
 */
class SpanCursor implements SpanView {
  readonly wire: SpanWire;
  private readonly walk: Walk;
  private readonly places: SpanPlaces;
  private readonly spanAttributes: AttributeSet;
  private readonly resourceAttributes: AttributeSet;
  private readonly prefixes = new Map<string, Uint8Array>();

  constructor(walk: Walk, places: SpanPlaces, { spanAttributes, resourceAttributes, shapes }: ViewedAttributes) {
    this.walk = walk;
    this.places = places;
    this.spanAttributes = spanAttributes;
    this.resourceAttributes = resourceAttributes;
    this.wire = new SpanWireCursor(walk, places, spanAttributes, shapes);
  }

  get traceId(): string {
    return readId(this.walk.cursor.bytes, this.places.traceIdStart, 16);
  }

  get spanId(): string {
    return readId(this.walk.cursor.bytes, this.places.spanIdStart, 8);
  }

  get parentSpanId(): string {
    return readId(this.walk.cursor.bytes, this.places.parentSpanIdStart, 8);
  }

  get hasIds(): boolean {
    const { bytes } = this.walk.cursor;
    return isId(bytes, this.places.traceIdStart, 16) && isId(bytes, this.places.spanIdStart, 8);
  }

  get traceState(): string {
    return readText(this.walk, this.places.traceStateStart, this.places.traceStateEnd);
  }

  get byteLength(): number {
    return this.places.spanEnd - this.places.spanStart;
  }

  get startUnixNs(): bigint {
    return readTime(this.walk.cursor.bytes, this.places.startTimeStart);
  }

  get endUnixNs(): bigint {
    return readTime(this.walk.cursor.bytes, this.places.endTimeStart);
  }

  get name(): string {
    return readText(this.walk, this.places.nameStart, this.places.nameEnd);
  }

  get kind(): number {
    const { kindStart } = this.places;
    return kindStart < 0 ? 0 : readInt32(this.walk.cursor.bytes, kindStart);
  }

  get statusCode(): number {
    const { statusCodeStart } = this.places;
    return statusCodeStart < 0 ? 0 : readInt32(this.walk.cursor.bytes, statusCodeStart);
  }

  get groupNumber(): number {
    return this.places.groupNumber;
  }

  get scopeName(): string {
    return readText(this.walk, this.places.scopeNameStart, this.places.scopeNameEnd);
  }

  get scopeVersion(): string {
    return readText(this.walk, this.places.scopeVersionStart, this.places.scopeVersionEnd);
  }

  get(key: KeyId): AttributeValue | undefined {
    return valueUnder(this.spanAttributes, this.walk, key);
  }

  resource(key: KeyId): AttributeValue | undefined {
    return valueUnder(this.resourceAttributes, this.walk, key);
  }

  copyTraceId(target: DataView, at: number): void {
    const { traceIdStart } = this.places;
    copyEight(this.walk.view, traceIdStart, target, at);
    copyEight(this.walk.view, traceIdStart < 0 ? -1 : traceIdStart + 8, target, at + 8);
  }

  copyLink(target: DataView, at: number): void {
    copyEight(this.walk.view, this.places.spanIdStart, target, at);
    copyEight(this.walk.view, this.places.parentSpanIdStart, target, at + 8);
  }

  copyTimes(target: DataView, at: number): void {
    copyEight(this.walk.view, this.places.startTimeStart, target, at);
    copyEight(this.walk.view, this.places.endTimeStart, target, at + 8);
  }

  withPrefix(prefix: string): ReadonlyArray<readonly [string, AttributeValue]> {
    return valuesUnder(this.spanAttributes, this.walk, prefixBytes(this.prefixes, prefix));
  }

  resourceWithPrefix(prefix: string): ReadonlyArray<readonly [string, AttributeValue]> {
    return valuesUnder(this.resourceAttributes, this.walk, prefixBytes(this.prefixes, prefix));
  }

  eventsNamed(prefix: string): readonly SpanEvent[] {
    const { firstEventStart, spanEnd } = this.places;
    if (firstEventStart < 0) return noEvents;
    return readEvents(this.walk.cursor.bytes, firstEventStart, spanEnd, prefixBytes(this.prefixes, prefix));
  }
}

class SpanWireCursor implements SpanWire {
  private readonly walk: Walk;
  private readonly places: SpanPlaces;
  private readonly attributes: AttributeSet;
  private readonly shapes: KeyShapes;

  constructor(walk: Walk, places: SpanPlaces, attributes: AttributeSet, shapes: KeyShapes) {
    this.walk = walk;
    this.places = places;
    this.attributes = attributes;
    this.shapes = shapes;
  }

  get shape(): KeyShape | undefined {
    const { attributes } = this;
    if (!attributes.isShaped) {
      attributes.isShaped = true;
      attributes.shape = shapeOf(this.shapes, attributes.found, attributes.foundCount, attributes.openCount > 0);
    }
    return attributes.shape;
  }

  get hasEvents(): boolean {
    return this.places.firstEventStart >= 0;
  }

  get nameBytes(): number {
    return this.places.nameEnd - this.places.nameStart;
  }

  isNamed(spellings: readonly Uint8Array[]): boolean {
    const { nameStart, nameEnd } = this.places;
    const length = nameEnd - nameStart;
    for (let index = 0; index < spellings.length; index += 1) {
      const spelling = spellings[index]!;
      if (spelling.length === length && startsWithBytes(this.walk.cursor.bytes, nameStart, length, spelling)) return true;
    }
    return false;
  }

  has(key: KeyId): boolean {
    return hasValue(this.attributes, this.walk, key);
  }

  isWritten(key: KeyId, bytes: Uint8Array | undefined): boolean {
    return isWritten(this.attributes, this.walk, key, bytes);
  }

  isWrittenAs(key: KeyId, words: Int32Array, at: number, byteCount: number): boolean {
    return isWrittenAs(this.attributes, this.walk, key, words, at, byteCount);
  }

  copyValue(key: KeyId): Uint8Array | undefined {
    return copyValue(this.attributes, this.walk, key);
  }

  hasOwnWords(words: OwnWords): boolean {
    return isAkin(this.attributes, this.walk, words);
  }

  copyOwnWords(into: OwnWords): boolean {
    return copyAkin(this.attributes, this.walk, into);
  }
}

const noEvents: readonly SpanEvent[] = [];

/** Copies eight bytes, zeros where there is no start. Read before anything is written: only so V8 makes a store of a write. */
function copyEight(source: DataView, start: number, target: DataView, at: number): void {
  const first = start < 0 ? 0 : source.getInt32(start, true);
  const second = start < 0 ? 0 : source.getInt32(start + 4, true);
  target.setInt32(at, first, true);
  target.setInt32(at + 4, second, true);
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
