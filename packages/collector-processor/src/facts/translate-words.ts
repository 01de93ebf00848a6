import { Buffer } from 'node:buffer';

/** Number of a word in another table; -1 when that table has no room for it. */
export type Translate = (number: number) => number;

/** A copy of a record with the numbers of another table; undefined when that table has no room for one of its words. */
export function translateRecord(record: Uint8Array, translate: Translate): Uint8Array | undefined {
  const copy = Buffer.from(record);
  return translateAt(copy, 0, translate) ? copy : undefined;
}

/** A copy of the context of a trace with the numbers of another table; undefined when that table has no room for one. */
export function translateContext(context: Uint8Array, translate: Translate): Uint8Array | undefined {
  const copy = Buffer.from(context);
  const cursor = { at: 0 };
  for (let left = readVarint(copy, cursor) >>> 1; left > 0; left -= 1) {
    const length = readVarint(copy, cursor);
    if (!translateAt(copy, cursor.at, translate)) return undefined;
    cursor.at += length;
  }
  return copy;
}

function translateAt(bytes: Uint8Array, start: number, translate: Translate): boolean {
  const end = start + 2 + 2 * ((bytes[start] ?? 0) | ((bytes[start + 1] ?? 0) << 8));
  for (let at = start + 2; at < end; at += 2) {
    const number = translate((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
    if (number < 0) return false;
    bytes[at] = number & 0xff;
    bytes[at + 1] = number >>> 8;
  }
  return true;
}

function readVarint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[cursor.at] ?? 0;
    cursor.at += 1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}
