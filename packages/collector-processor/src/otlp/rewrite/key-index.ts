import type { KeyId, KeyTable } from '../span-view.ts';

/** Places of the hash table, a power of two and at least twice the keys there may be. */
const places = 4_096;

/** A key table laid out for looking bytes up: no string is made to find out that nobody asked for a key. */
export type KeyIndex = {
  /** First key of a hash place, plus one; 0 where there is none. */
  readonly firstPlusOne: Int16Array;
  /** Next key of the same place, plus one. */
  readonly nextPlusOne: Int16Array;
  readonly keyBytes: readonly Uint8Array[];
};

const indexes = new WeakMap<KeyTable, KeyIndex>();

/** The byte index of a key table, made once per table. */
export function indexKeys(table: KeyTable): KeyIndex {
  const known = indexes.get(table);
  if (known !== undefined) return known;
  const keyBytes = table.keys.map((key) => new Uint8Array(Buffer.from(key)));
  const firstPlusOne = new Int16Array(places);
  const nextPlusOne = new Int16Array(keyBytes.length);
  for (const [id, bytes] of keyBytes.entries()) {
    const place = placeOf(bytes, 0, bytes.length);
    nextPlusOne[id] = firstPlusOne[place]!;
    firstPlusOne[place] = id + 1;
  }
  const index = { firstPlusOne, nextPlusOne, keyBytes };
  indexes.set(table, index);
  return index;
}

/** Number of the key written at `start`, or -1. Almost every foreign key is told apart by its length and two bytes. */
export function findKey(index: KeyIndex, bytes: Uint8Array, start: number, length: number): KeyId {
  let idPlusOne = index.firstPlusOne[placeOf(bytes, start, length)]!;
  while (idPlusOne !== 0) {
    if (sameBytes(index.keyBytes[idPlusOne - 1]!, bytes, start, length)) return idPlusOne - 1;
    idPlusOne = index.nextPlusOne[idPlusOne - 1]!;
  }
  return -1;
}

/** True when `length` bytes at `start` are exactly `expected`. */
export function sameBytes(expected: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  return expected.length === length && startsWithBytes(bytes, start, length, expected);
}

/** True when the `length` bytes at `start` begin with `prefix`; compares from its end, where keys differ. */
export function startsWithBytes(bytes: Uint8Array, start: number, length: number, prefix: Uint8Array): boolean {
  if (length < prefix.length) return false;
  for (let index = prefix.length - 1; index >= 0; index -= 1) {
    if (bytes[start + index] !== prefix[index]) return false;
  }
  return true;
}

function placeOf(bytes: Uint8Array, start: number, length: number): number {
  if (length === 0) return 0;
  return (length * 67 + bytes[start + length - 1]! * 31 + bytes[start + (length >> 1)]! * 509) & (places - 1);
}
