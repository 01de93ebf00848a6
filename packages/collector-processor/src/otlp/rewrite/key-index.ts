import type { KeyId, KeyTable } from '../span-view.ts';

/** Places of the hash table: a power of two, at least twice the keys there may be. */
const places = 4_096;

/** A key table laid out for looking bytes up: no string is made to find out that nobody asked for a key. */
export type KeyIndex = {
  readonly keyCount: number;
  /** By length, one bit for the two bytes a key is judged by first: says of most foreign keys at once that nobody asked for them. */
  readonly firstLook: Int32Array;
  /** First key of a hash place, plus one; 0 where there is none. */
  readonly firstPlusOne: Int16Array;
  /** Next key of the same place, plus one. */
  readonly nextPlusOne: Int16Array;
  /** Whole hash of each key: tells nearly all foreign keys apart without a look at their bytes. */
  readonly hashes: Int32Array;
  readonly keys: readonly Spelling[];
};

/** Some bytes to compare with, as they are and for reading four at a time. */
export type Spelling = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
};

/** The UTF-8 of a text. */
export function spell(text: string): Spelling {
  const bytes = new Uint8Array(Buffer.from(text));
  return { bytes, view: new DataView(bytes.buffer) };
}

const indexes = new WeakMap<KeyTable, KeyIndex>();

/** The byte index of a key table, made once per table. */
export function indexKeys(table: KeyTable): KeyIndex {
  const known = indexes.get(table);
  if (known !== undefined) return known;
  const keys = table.keys.map(spell);
  const hashes = Int32Array.from(keys, ({ bytes, view }) => hashOf(bytes, view, 0, bytes.length));
  const firstPlusOne = new Int16Array(places);
  const nextPlusOne = new Int16Array(keys.length);
  for (const [id, hash] of hashes.entries()) {
    nextPlusOne[id] = firstPlusOne[hash & (places - 1)]!;
    firstPlusOne[hash & (places - 1)] = id + 1;
  }
  const firstLook = new Int32Array(firstLookLengths);
  for (const { bytes } of keys) firstLook[Math.min(bytes.length, firstLookLengths - 1)]! |= bitOf(bytes, 0, bytes.length);
  const index = { keyCount: keys.length, firstLook, firstPlusOne, nextPlusOne, hashes, keys };
  indexes.set(table, index);
  return index;
}

/** Number of the key of `length` bytes written at `start`, or -1. */
export function findKey(index: KeyIndex, bytes: Uint8Array, view: DataView, start: number, length: number): KeyId {
  const looked = index.firstLook[length < firstLookLengths ? length : firstLookLengths - 1]!;
  if ((looked & bitOf(bytes, start, length)) === 0) return -1;
  const hash = hashOf(bytes, view, start, length);
  let idPlusOne = index.firstPlusOne[hash & (places - 1)]!;
  while (idPlusOne !== 0) {
    if (index.hashes[idPlusOne - 1] === hash && isSpelled(index.keys[idPlusOne - 1]!, bytes, view, start, length))
      return idPlusOne - 1;
    idPlusOne = index.nextPlusOne[idPlusOne - 1]!;
  }
  return -1;
}

/** Lengths of keys that are told apart at first look; all longer ones are as one. */
const firstLookLengths = 64;

/** The bit of a key: its middle and its last byte tell most apart. */
function bitOf(bytes: Uint8Array, start: number, length: number): number {
  return length === 0 ? 1 : 1 << ((bytes[start + (length >> 1)]! * 5 + bytes[start + length - 1]!) & 31);
}

/** Length, the last four bytes and four in the middle: keys share their beginnings. */
function hashOf(bytes: Uint8Array, view: DataView, start: number, length: number): number {
  if (length < 8) return length === 0 ? 0 : length + bytes[start]! * 67 + bytes[start + length - 1]! * 8_191;
  const mixed =
    Math.imul(view.getInt32(start + length - 4, true), 0x9e37_79b1) ^
    Math.imul(view.getInt32(start + (length >> 1) - 2, true), 0x85eb_ca6b);
  return (mixed ^ (mixed >>> 15)) + length;
}

/** True when the `length` bytes at `start` are exactly these; four at a time, the last four overlapping. */
export function isSpelled(expected: Spelling, bytes: Uint8Array, view: DataView, start: number, length: number): boolean {
  if (expected.bytes.length !== length) return false;
  if (length < 4) return startsWithBytes(bytes, start, length, expected.bytes);
  const last = length - 4;
  for (let index = 0; index < last; index += 4) {
    if (expected.view.getInt32(index, true) !== view.getInt32(start + index, true)) return false;
  }
  return expected.view.getInt32(last, true) === view.getInt32(start + last, true);
}

/** True when the `length` bytes at `start` begin with `prefix`; compares from its end, where keys differ. */
export function startsWithBytes(bytes: Uint8Array, start: number, length: number, prefix: Uint8Array): boolean {
  if (length < prefix.length) return false;
  for (let index = prefix.length - 1; index >= 0; index -= 1) {
    if (bytes[start + index] !== prefix[index]) return false;
  }
  return true;
}
