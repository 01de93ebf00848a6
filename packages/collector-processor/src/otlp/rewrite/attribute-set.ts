import { decodeAnyValue } from '../any-value.ts';
import { attributesPerOwnerMax } from '../limits.ts';
import type { AttributeValue, KeyId } from '../span-view.ts';
import { failAt } from '../wire.ts';
import { findKey, type KeyIndex, startsWithBytes } from './key-index.ts';
import { readText } from './remembered-texts.ts';

// Numbers kept of one attribute: offsets in the request. A value that came in pieces is merged aside; its start is then
// -1 - index in `mergedValues` and its end the length.
const fieldStartSlot = 0;
const fieldEndSlot = 1;
const keyStartSlot = 2;
const keyLengthSlot = 3;
const valueStartSlot = 4;
const valueEndSlot = 5;
const slots = 6;

/** Where the attributes of one span or resource stand in the request. One set is reused for all: clearing is counting on. */
export type AttributeSet = {
  count: number;
  /** How many of them carry a key under the owned prefix. */
  ownedCount: number;
  records: Int32Array;
  readonly mergedValues: Buffer[];
  /** Per key number: the last attribute with that key, valid where its stamp is the current one. */
  readonly lastOf: Int32Array;
  readonly stamps: Float64Array;
  stamp: number;
  readonly index: KeyIndex;
  readonly ownedPrefix: Uint8Array;
};

/** An empty set over the keys of a table. No attribute counts as owned when the prefix is empty. */
export function createAttributeSet(index: KeyIndex, ownedPrefix: Uint8Array): AttributeSet {
  return {
    count: 0,
    ownedCount: 0,
    records: new Int32Array(64 * slots),
    mergedValues: [],
    lastOf: new Int32Array(index.keyBytes.length),
    stamps: new Float64Array(index.keyBytes.length),
    stamp: 1,
    index,
    ownedPrefix,
  };
}

/** Empties the set for the next span or resource. */
export function clearAttributes(set: AttributeSet): void {
  set.count = 0;
  set.ownedCount = 0;
  set.stamp += 1;
  if (set.mergedValues.length > 0) set.mergedValues.length = 0;
}

/** Adds an attribute by its offsets. Returns true when its key is one of the table: then the key's text is known to be UTF-8. */
export function addAttribute(
  set: AttributeSet,
  bytes: Uint8Array,
  fieldStart: number,
  fieldEnd: number,
  keyStart: number,
  keyLength: number,
  valueStart: number,
  valueEnd: number,
): boolean {
  if (set.count >= attributesPerOwnerMax) failAt(fieldStart, `more than ${attributesPerOwnerMax} attributes`);
  const base = set.count * slots;
  if (base === set.records.length) set.records = grow(set.records);
  const { records } = set;
  records[base + fieldStartSlot] = fieldStart;
  records[base + fieldEndSlot] = fieldEnd;
  records[base + keyStartSlot] = keyStart;
  records[base + keyLengthSlot] = keyLength;
  records[base + valueStartSlot] = valueStart;
  records[base + valueEndSlot] = valueEnd;
  const id = findKey(set.index, bytes, keyStart, keyLength);
  if (id >= 0) {
    set.lastOf[id] = set.count;
    set.stamps[id] = set.stamp;
  }
  if (isOwned(set, bytes, keyStart, keyLength)) set.ownedCount += 1;
  set.count += 1;
  return id >= 0;
}

function grow(records: Int32Array): Int32Array {
  const larger = new Int32Array(records.length * 2);
  larger.set(records);
  return larger;
}

function isOwned(set: AttributeSet, bytes: Uint8Array, keyStart: number, keyLength: number): boolean {
  return set.ownedPrefix.length > 0 && startsWithBytes(bytes, keyStart, keyLength, set.ownedPrefix);
}

/** True when the attribute's key is under the owned prefix. */
export function isOwnedAttribute(set: AttributeSet, bytes: Uint8Array, attribute: number): boolean {
  return set.ownedCount > 0 && isOwned(set, bytes, keyStartOf(set, attribute), keyLengthOf(set, attribute));
}

/** Offset where the attribute's field starts, tag included. */
export function fieldStartOf(set: AttributeSet, attribute: number): number {
  return set.records[attribute * slots + fieldStartSlot]!;
}

/** Offset where the attribute's field ends. */
export function fieldEndOf(set: AttributeSet, attribute: number): number {
  return set.records[attribute * slots + fieldEndSlot]!;
}

/** Offset of the attribute's key. */
export function keyStartOf(set: AttributeSet, attribute: number): number {
  return set.records[attribute * slots + keyStartSlot]!;
}

/** Length of the attribute's key in bytes. */
export function keyLengthOf(set: AttributeSet, attribute: number): number {
  return set.records[attribute * slots + keyLengthSlot]!;
}

/** Value of the last attribute with this key; undefined when there is none or it is empty. */
export function valueUnder(set: AttributeSet, bytes: Buffer, key: KeyId): AttributeValue | undefined {
  return set.stamps[key] === set.stamp ? decodeAttribute(set, bytes, set.lastOf[key]!) : undefined;
}

/** Every attribute with a value whose key starts with the prefix, in wire order. */
export function valuesUnder(set: AttributeSet, bytes: Buffer, prefix: Uint8Array): Array<readonly [string, AttributeValue]> {
  const found: Array<readonly [string, AttributeValue]> = [];
  for (let attribute = 0; attribute < set.count; attribute += 1) {
    const keyStart = keyStartOf(set, attribute);
    const keyLength = keyLengthOf(set, attribute);
    if (!startsWithBytes(bytes, keyStart, keyLength, prefix)) continue;
    const value = decodeAttribute(set, bytes, attribute);
    if (value !== undefined) found.push([readText(bytes, keyStart, keyStart + keyLength), value]);
  }
  return found;
}

function decodeAttribute(set: AttributeSet, bytes: Buffer, attribute: number): AttributeValue | undefined {
  const start = set.records[attribute * slots + valueStartSlot]!;
  const end = set.records[attribute * slots + valueEndSlot]!;
  if (start < 0) return decodeAnyValue(set.mergedValues[-1 - start]!, 0, end);
  // The two forms nearly all values have are decoded here: one short text, one small integer.
  if (end - start >= 2) {
    const tag = bytes[start]!;
    const first = bytes[start + 1]!;
    if (tag === 0x0a && first < 0x80 && start + 2 + first === end) return readText(bytes, start + 2, end);
    if (tag === 0x18 && first < 0x80 && start + 2 === end) return first;
  }
  return decodeAnyValue(bytes, start, end);
}
