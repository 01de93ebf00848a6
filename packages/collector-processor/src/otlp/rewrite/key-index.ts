import type { KeyId, KeyTable } from '../span-view.ts';

/** Places of the hash table: a power of two, and so many that a key nobody asked for mostly falls on an empty one. */
const places = 8_192;

/** A key table laid out for looking bytes up: no string is made to find out that nobody asked for a key. */
export type KeyIndex = {
  readonly keyCount: number;
  /** First key of a hash place, plus one; 0 where there is none, which tells most foreign keys at once. */
  readonly firstPlusOne: Int16Array;
  /** Next key of the same place, plus one. */
  readonly nextPlusOne: Int16Array;
  /** Where the words of a key start, and its bytes. */
  readonly wordsAt: Int32Array;
  readonly lengths: Int32Array;
  /** Keys four bytes at a time, least first; the last four of each overlap those before. Those under four bytes are filled up. */
  readonly words: Int32Array;
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
  const firstPlusOne = new Int16Array(places);
  const nextPlusOne = new Int16Array(keys.length);
  const wordsAt = new Int32Array(keys.length);
  const words: number[] = [];
  for (const [id, key] of keys.entries()) {
    const { bytes } = key;
    const place = placeOf(bytes, 0, bytes.length);
    nextPlusOne[id] = firstPlusOne[place]!;
    firstPlusOne[place] = id + 1;
    wordsAt[id] = words.length;
    words.push(...wordsOf(key));
  }
  const lengths = Int32Array.from(keys, ({ bytes }) => bytes.length);
  const index = { keyCount: keys.length, firstPlusOne, nextPlusOne, wordsAt, lengths, words: Int32Array.from(words) };
  indexes.set(table, index);
  return index;
}

/** Bytes four at a time, least first; the last four overlap those before. Fewer than four are filled up. */
export function wordsOf({ bytes, view }: Spelling): readonly number[] {
  if (bytes.length < 4) return [shortWord(bytes, 0, bytes.length)];
  const last = bytes.length - 4;
  return Array.from({ length: Math.ceil(last / 4) + 1 }, (_, word) => view.getInt32(Math.min(word * 4, last), true));
}

function shortWord(bytes: Uint8Array, start: number, length: number): number {
  let word = 0;
  for (let index = 0; index < length; index += 1) word |= bytes[start + index]! << (8 * index);
  return word;
}

/** Number of the key of `length` bytes written at `start`, or -1. */
export function findKey(index: KeyIndex, bytes: Uint8Array, view: DataView, start: number, length: number): KeyId {
  let idPlusOne = index.firstPlusOne[placeOf(bytes, start, length)]!;
  while (idPlusOne !== 0) {
    if (isKey(index, idPlusOne - 1, bytes, view, start, length)) return idPlusOne - 1;
    idPlusOne = index.nextPlusOne[idPlusOne - 1]!;
  }
  return -1;
}

function isKey(index: KeyIndex, id: KeyId, bytes: Uint8Array, view: DataView, start: number, length: number): boolean {
  return index.lengths[id] === length && areWords(index.words, index.wordsAt[id]!, bytes, view, start, length);
}

/** Whether the `length` bytes at `start` are those that {@link wordsOf} made the words from `wordsAt` on of. */
export function areWords(
  words: Int32Array,
  wordsAt: number,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  length: number,
): boolean {
  let word = wordsAt;
  if (length < 4) return words[word] === shortWord(bytes, start, length);
  const last = start + length - 4;
  for (let position = start; position < last; position += 4, word += 1) {
    if (words[word] !== view.getInt32(position, true)) return false;
  }
  return words[word] === view.getInt32(last, true);
}

/** The place of a key: its length, its middle and its last byte tell most apart, while keys share their beginnings. */
function placeOf(bytes: Uint8Array, start: number, length: number): number {
  if (length === 0) return 0;
  const looked = bytes[start + (length >> 1)]! | (bytes[start + length - 1]! << 8) | (length << 16);
  return Math.imul(looked, 0x9e37_79b1) >>> 19;
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
