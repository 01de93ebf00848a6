import { decodeAnyValue } from '../any-value.ts';
import { attributesPerOwnerMax } from '../limits.ts';
import type { AttributeValue, KeyId, KeyShape, OwnWords } from '../span-view.ts';
import type { Walk } from '../walk.ts';
import { failAt } from '../wire.ts';
import { areWords, findKey, type KeyIndex, startsWithBytes } from './key-index.ts';
import { readText } from './remembered-texts.ts';

/** Where one attribute stands in the request: offsets, each end behind the last byte. */
export type AttributePlace = {
  fieldStart: number;
  fieldEnd: number;
  keyStart: number;
  keyEnd: number;
  valueStart: number;
  valueEnd: number;
  /** The value where it came in pieces, merged; `valueStart` and `valueEnd` are offsets in it. */
  merged: Buffer | undefined;
};

/** Serial numbers start anew before they leave 31 bits. */
const serialMax = 0x3fff_ffff;

/** The attributes of one span or resource. One set is reused for all; emptying it is adding to a number. */
export type AttributeSet = {
  count: number;
  /** Numbers of the attributes whose key has the first four bytes of the owned prefix: all of our own words do. */
  akin: Int32Array;
  akinCount: number;
  /** Those four bytes as a number; 0 where the owned prefix has fewer, and all count as akin. */
  readonly kin: number;
  /** How many of them have a key that nobody asked for as such: the owned ones, and those of open sets. */
  openCount: number;
  /** How many of them carry a key under the owned prefix. */
  ownedCount: number;
  /** Where each starts, if written the usual way: the rest follows from its lengths. Else -1 - place in `unusual`. */
  starts: Int32Array;
  readonly unusual: AttributePlace[];
  /** Numbers of the keys found, one for each attribute whose key somebody asked for. */
  found: Int16Array;
  foundCount: number;
  /** Shape of these keys, once somebody asked for it. */
  shape: KeyShape | undefined;
  isShaped: boolean;
  /** Per key number: serial number of the last attribute with that key. Those of earlier spans are below `firstSerial`. */
  readonly lastSerialOf: Int32Array;
  firstSerial: number;
  readonly index: KeyIndex;
  readonly ownedPrefix: Uint8Array;
};

/** An empty set over the keys of a table. No attribute counts as owned when the prefix is empty. */
export function createAttributeSet(index: KeyIndex, ownedPrefix: Uint8Array): AttributeSet {
  return {
    count: 0,
    akin: new Int32Array(64),
    akinCount: 0,
    openCount: 0,
    kin: kinOf(ownedPrefix),
    ownedCount: 0,
    starts: new Int32Array(64),
    unusual: [],
    found: new Int16Array(64),
    foundCount: 0,
    shape: undefined,
    isShaped: false,
    lastSerialOf: new Int32Array(index.keyCount),
    firstSerial: 1,
    index,
    ownedPrefix,
  };
}

/** Empties the set for the next span or resource. */
export function clearAttributes(set: AttributeSet): void {
  set.firstSerial += set.count;
  set.count = 0;
  set.foundCount = 0;
  set.isShaped = false;
  set.akinCount = 0;
  set.openCount = 0;
  set.ownedCount = 0;
  if (set.unusual.length > 0) set.unusual.length = 0;
  if (set.firstSerial > serialMax) {
    set.lastSerialOf.fill(0);
    set.firstSerial = 1;
  }
}

/** Finds out which keys the attributes from number `first` on have, all written the usual way. */
export function indexUsualAttributes(set: AttributeSet, walk: Walk, first: number): void {
  const { bytes } = walk.cursor;
  const { count, starts } = set;
  for (let attribute = first; attribute < count; attribute += 1) {
    const start = starts[attribute]!;
    indexAttribute(set, walk, attribute, start + 4, bytes[start + 3]!);
  }
}

function indexAttribute(set: AttributeSet, walk: Walk, attribute: number, keyStart: number, keyLength: number): void {
  const { bytes } = walk.cursor;
  const id = findKey(set.index, bytes, walk.view, keyStart, keyLength);
  if (id >= 0) {
    set.lastSerialOf[id] = set.firstSerial + attribute;
    set.found[set.foundCount] = id;
    set.foundCount += 1;
  }
  if (set.kin === 0 || (keyLength >= 4 && walk.view.getInt32(keyStart, true) === set.kin)) {
    addAkin(set, bytes, attribute, keyStart, keyLength);
    if (id < 0) set.openCount += 1;
  }
}

function addAkin(set: AttributeSet, bytes: Uint8Array, attribute: number, keyStart: number, keyLength: number): void {
  const { ownedPrefix } = set;
  if (ownedPrefix.length > 0 && startsWithBytes(bytes, keyStart, keyLength, ownedPrefix)) set.ownedCount += 1;
  set.akin[set.akinCount] = attribute;
  set.akinCount += 1;
}

/** The first four bytes as they are read from a request. */
function kinOf(prefix: Uint8Array): number {
  if (prefix.length < 4) return 0;
  return prefix[0]! | (prefix[1]! << 8) | (prefix[2]! << 16) | (prefix[3]! << 24);
}

/** What every key has that counts as akin to the owned prefix; '' where that is too short to tell anything. */
export function ownWordsOf(ownedPrefix: string): string {
  const words = ownedPrefix.slice(0, 4);
  return Buffer.byteLength(words) === 4 ? words : '';
}

/** Adds an attribute in any other legal spelling. */
export function addUnusualAttribute(set: AttributeSet, walk: Walk, place: AttributePlace): void {
  const { count } = set;
  if (count === set.starts.length) growStarts(set, place.fieldStart);
  set.unusual.push(place);
  set.starts[count] = -set.unusual.length;
  set.count = count + 1;
  indexAttribute(set, walk, count, place.keyStart, place.keyEnd - place.keyStart);
}

/** Makes room for as many attributes again; the next one stands at `fieldStart`. */
export function growStarts(set: AttributeSet, fieldStart: number): void {
  if (set.count >= attributesPerOwnerMax) failAt(fieldStart, `more than ${attributesPerOwnerMax} attributes`);
  const larger = new Int32Array(set.starts.length * 2);
  larger.set(set.starts);
  set.starts = larger;
  const largerFound = new Int16Array(larger.length);
  largerFound.set(set.found);
  set.found = largerFound;
  const largerAkin = new Int32Array(larger.length);
  largerAkin.set(set.akin);
  set.akin = largerAkin;
}

const usualPlace: AttributePlace = {
  fieldStart: 0,
  fieldEnd: 0,
  keyStart: 0,
  keyEnd: 0,
  valueStart: 0,
  valueEnd: 0,
  merged: undefined,
};

/** Where an attribute stands. The object is reused: read it before asking for another one. */
export function placeOf(set: AttributeSet, bytes: Uint8Array, attribute: number): Readonly<AttributePlace> {
  const start = set.starts[attribute]!;
  if (start < 0) return set.unusual[-1 - start]!;
  usualPlace.fieldStart = start;
  usualPlace.fieldEnd = start + 2 + bytes[start + 1]!;
  usualPlace.keyStart = start + 4;
  usualPlace.keyEnd = start + 4 + bytes[start + 3]!;
  usualPlace.valueStart = usualPlace.keyEnd + 2;
  usualPlace.valueEnd = usualPlace.fieldEnd;
  return usualPlace;
}

/** Value of the last attribute with this key; undefined when there is none or it is empty. */
export function valueUnder(set: AttributeSet, walk: Walk, key: KeyId): AttributeValue | undefined {
  const attribute = set.lastSerialOf[key]! - set.firstSerial;
  if (attribute < 0) return undefined;
  const { bytes } = walk.cursor;
  const start = set.starts[attribute]!;
  if (start < 0) return decodeAt(walk, set.unusual[-1 - start]!);
  return decodeValue(walk, start + 6 + bytes[start + 3]!, start + 2 + bytes[start + 1]!);
}

/** Whether there is an attribute with this key, if only an empty one. */
export function hasKey(set: AttributeSet, key: KeyId): boolean {
  return set.lastSerialOf[key]! >= set.firstSerial;
}

/** Whether there is a value with this key, if only `false` or an empty text. */
export function hasValue(set: AttributeSet, walk: Walk, key: KeyId): boolean {
  const attribute = set.lastSerialOf[key]! - set.firstSerial;
  if (attribute < 0) return false;
  const { bytes } = walk.cursor;
  const start = set.starts[attribute]!;
  // A value that begins with a scalar has it, whatever follows; the usual way of writing leaves two bytes at least.
  if (start >= 0 && isScalarTag(bytes[start + 6 + bytes[start + 3]!]!)) return true;
  return valueUnder(set, walk, key) !== undefined;
}

function isScalarTag(tag: number): boolean {
  return tag === 0x0a || tag === 0x10 || tag === 0x18 || tag === 0x21;
}

/** Whether the last value with this key is written with these bytes; with undefined, whether there is no such attribute. */
export function isWritten(set: AttributeSet, walk: Walk, key: KeyId, expected: Uint8Array | undefined): boolean {
  const attribute = set.lastSerialOf[key]! - set.firstSerial;
  if (attribute < 0 || expected === undefined) return attribute < 0 && expected === undefined;
  const { bytes } = walk.cursor;
  const start = set.starts[attribute]!;
  if (start < 0) return copyOf(bytes, set.unusual[-1 - start]!).equals(expected);
  const valueStart = start + 6 + bytes[start + 3]!;
  const { length } = expected;
  if (start + 2 + bytes[start + 1]! - valueStart !== length) return false;
  for (let index = length - 1; index >= 0; index -= 1) if (bytes[valueStart + index] !== expected[index]) return false;
  return true;
}

/** The same with bytes as `wordsOf` packs them; with -1 of them, whether there is no such attribute. */
export function isWrittenAs(
  set: AttributeSet,
  walk: Walk,
  key: KeyId,
  words: Int32Array,
  wordsAt: number,
  byteCount: number,
): boolean {
  const attribute = set.lastSerialOf[key]! - set.firstSerial;
  if (attribute < 0 || byteCount < 0) return attribute < 0 && byteCount < 0;
  const { bytes } = walk.cursor;
  const start = set.starts[attribute]!;
  if (start < 0) return areUnusual(copyOf(bytes, set.unusual[-1 - start]!), words, wordsAt, byteCount);
  const valueStart = start + 6 + bytes[start + 3]!;
  return (
    start + 2 + bytes[start + 1]! - valueStart === byteCount && areWords(words, wordsAt, bytes, walk.view, valueStart, byteCount)
  );
}

function areUnusual(bytes: Buffer, words: Int32Array, wordsAt: number, byteCount: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return bytes.length === byteCount && areWords(words, wordsAt, bytes, view, 0, byteCount);
}

/** A copy of the bytes of the last value with this key; undefined without such an attribute. */
export function copyValue(set: AttributeSet, walk: Walk, key: KeyId): Uint8Array | undefined {
  const attribute = set.lastSerialOf[key]! - set.firstSerial;
  return attribute < 0 ? undefined : new Uint8Array(copyOf(walk.cursor.bytes, placeOf(set, walk.cursor.bytes, attribute)));
}

/** Copies the attributes in our own words as they stand in the request, one after the other; false where one is unusual or there are too many. */
export function copyAkin(set: AttributeSet, walk: Walk, into: OwnWords): boolean {
  const { bytes } = walk.cursor;
  into.length = 0;
  for (let index = 0; index < set.akinCount; index += 1) {
    const start = set.starts[set.akin[index]!]!;
    if (start < 0) return false;
    const length = 2 + bytes[start + 1]!;
    if (into.length + length > into.view.byteLength) return false;
    for (let at = 0; at < length; at += 1) into.view.setUint8(into.length + at, bytes[start + at]!);
    into.length += length;
  }
  return true;
}

/** Whether the attributes in our own words are these, as {@link copyAkin} copied them: byte for byte, and no others. */
export function isAkin(set: AttributeSet, walk: Walk, expected: OwnWords): boolean {
  const { bytes } = walk.cursor;
  let at = 0;
  for (let index = 0; index < set.akinCount; index += 1) {
    const start = set.starts[set.akin[index]!]!;
    if (start < 0) return false;
    const length = 2 + bytes[start + 1]!;
    if (at + length > expected.length || !isSameRun(expected.view, at, walk.view, start, length)) return false;
    at += length;
  }
  return at === expected.length;
}

/** Four bytes at a time, the last four overlapping: an attribute with a key of our own has more than four. */
function isSameRun(one: DataView, oneAt: number, other: DataView, otherAt: number, length: number): boolean {
  const last = length - 4;
  for (let index = 0; index < last; index += 4) {
    if (one.getInt32(oneAt + index, true) !== other.getInt32(otherAt + index, true)) return false;
  }
  return one.getInt32(oneAt + last, true) === other.getInt32(otherAt + last, true);
}

function copyOf(bytes: Buffer, { valueStart, valueEnd, merged }: Readonly<AttributePlace>): Buffer {
  return (merged ?? bytes).subarray(valueStart, valueEnd);
}

/** Every attribute with a value whose key starts with the prefix, in wire order. */
export function valuesUnder(set: AttributeSet, walk: Walk, prefix: Uint8Array): ReadonlyArray<readonly [string, AttributeValue]> {
  // Where the prefix is one of ours, only attributes in our own words can have it.
  const isAkin = set.kin !== 0 && kinOf(prefix) === set.kin;
  const count = isAkin ? set.akinCount : set.count;
  let found: Array<readonly [string, AttributeValue]> | undefined;
  const { bytes } = walk.cursor;
  for (let index = 0; index < count; index += 1) {
    const attribute = isAkin ? set.akin[index]! : index;
    const start = set.starts[attribute]!;
    if (start >= 0 && !startsWithBytes(bytes, start + 4, bytes[start + 3]!, prefix)) continue;
    const place = placeOf(set, bytes, attribute);
    if (start < 0 && !startsWithBytes(bytes, place.keyStart, place.keyEnd - place.keyStart, prefix)) continue;
    const key = readText(walk, place.keyStart, place.keyEnd);
    const value = decodeAt(walk, place);
    if (value === undefined) continue;
    if (found === undefined) found = [[key, value]];
    else found.push([key, value]);
  }
  return found ?? nothing;
}

const nothing: ReadonlyArray<readonly [string, AttributeValue]> = [];

function decodeAt(walk: Walk, { valueStart, valueEnd, merged }: Readonly<AttributePlace>): AttributeValue | undefined {
  return merged === undefined ? decodeValue(walk, valueStart, valueEnd) : decodeAnyValue(merged, valueStart, valueEnd);
}

/** The forms nearly all values have are decoded here: one text, one integer below 2^28, a list of one text. */
function decodeValue(walk: Walk, start: number, end: number): AttributeValue | undefined {
  const { bytes } = walk.cursor;
  if (end - start < 2) return decodeAnyValue(bytes, start, end);
  const tag = bytes[start]!;
  if (tag === 0x0a && bytes[start + 1]! < 0x80 && start + 2 + bytes[start + 1]! === end) return readText(walk, start + 2, end);
  if (tag === 0x2a && isListOfOneText(bytes, start, end)) return [readText(walk, start + 6, end)];
  if (tag === 0x18 && end - start <= 5) return readSmallVarint(bytes, start + 1, end) ?? decodeAnyValue(bytes, start, end);
  return decodeAnyValue(bytes, start, end);
}

/** A list that holds one text, each with a length of one byte: 0x2a length | 0x0a length | 0x0a length text. */
function isListOfOneText(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  return (
    length >= 6 &&
    length < 0x80 &&
    bytes[start + 1] === length - 2 &&
    bytes[start + 2] === 0x0a &&
    bytes[start + 3] === length - 4 &&
    bytes[start + 4] === 0x0a &&
    bytes[start + 5] === length - 6
  );
}

/** A validated varint of at most four bytes that is all there is between two offsets; undefined when there is more. */
function readSmallVarint(bytes: Uint8Array, start: number, end: number): number | undefined {
  let value = bytes[end - 1]!;
  for (let position = end - 2; position >= start; position -= 1) {
    if (bytes[position]! < 0x80) return undefined;
    value = (value << 7) | (bytes[position]! & 0x7f);
  }
  return value < 0 || bytes[end - 1]! >= 0x80 ? undefined : value;
}
