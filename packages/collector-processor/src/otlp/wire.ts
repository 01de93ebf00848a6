/** Wire types of protobuf: how the bytes after a tag are laid out. */
export const wireVarint = 0;
export const wireFixed64 = 1;
export const wireBytes = 2;
export const wireGroupStart = 3;
export const wireGroupEnd = 4;
export const wireFixed32 = 5;

/** A place in protobuf bytes. Reading functions move `position`; none reads a byte at or past the `end` it is given. */
export type Cursor = {
  bytes: Buffer;
  position: number;
};

/** Bytes that are not the message they should be. Never leaves the codec: {@link CodecResult} carries it to callers. */
export class WireFault extends Error {
  readonly offset: number;

  constructor(offset: number, problem: string) {
    super(problem);
    this.offset = offset;
  }
}

/** Throws a {@link WireFault}; `offset` is a byte of the faulty field, so that its path can be found. */
export function failAt(offset: number, problem: string): never {
  throw new WireFault(offset, problem);
}

/**
 * Reads the tag of a field: field number times 8 plus wire type. Non-minimal spellings are legal.
 *
 *     varint  up to 10 bytes, value below 2^32, field number from 1
 */
export function readTag(cursor: Cursor, end: number): number {
  const start = cursor.position;
  const first = start < end ? cursor.bytes[start]! : failAt(end - 1, 'ends where a tag should be');
  let tag = first;
  if (first < 0x80) cursor.position = start + 1;
  else tag = readLongVarint(cursor, end);
  if (tag > 0xffff_ffff) failAt(start, 'field number over 536870911');
  if (tag < 8) failAt(start, 'field number 0');
  return tag;
}

/**
 * Reads the length of a string, bytes or message field and checks that so many bytes follow.
 *
 *     varint  up to 10 bytes, value up to what is left before `end`
 */
export function readLength(cursor: Cursor, end: number): number {
  const start = cursor.position;
  const first = start < end ? cursor.bytes[start]! : failAt(end - 1, 'ends where a length should be');
  let length = first;
  if (first < 0x80) cursor.position = start + 1;
  else length = readLongVarint(cursor, end);
  if (length > end - cursor.position) failAt(start, `length ${length} is more than the ${end - cursor.position} bytes left`);
  return length;
}

/** Reads a varint as a number: exact below 2^53, rounded above (enough for what is compared with a bound). */
function readLongVarint(cursor: Cursor, end: number): number {
  const { bytes } = cursor;
  const start = cursor.position;
  if (end - start >= 2 && bytes[start + 1]! < 0x80) {
    cursor.position = start + 2;
    return (bytes[start]! & 0x7f) | (bytes[start + 1]! << 7);
  }
  skipVarint(cursor, end);
  let value = 0;
  for (let position = cursor.position - 1; position >= start; position -= 1) {
    value = value * 128 + (bytes[position]! & 0x7f);
  }
  return value;
}

/** Moves past a varint: at most 10 bytes, at most 64 bits. */
export function skipVarint(cursor: Cursor, end: number): void {
  const { bytes } = cursor;
  const start = cursor.position;
  const last = Math.min(end, start + 10);
  let position = start;
  while (position < last && bytes[position]! >= 0x80) position += 1;
  if (position >= last)
    failAt(Math.min(start, end - 1), position >= end ? 'ends inside a varint' : 'varint longer than 10 bytes');
  if (position === start + 9 && bytes[position]! > 1) failAt(start, 'varint over 64 bits');
  cursor.position = position + 1;
}

/** Moves past a fixed number of bytes. */
export function skipBytes(cursor: Cursor, end: number, count: number): void {
  if (count > end - cursor.position) failAt(cursor.position - 1, `needs ${count} bytes, ${end - cursor.position} are left`);
  cursor.position += count;
}

/** Reads a varint that has been validated, as the 64 bits it carries. */
export function readVarint64(bytes: Uint8Array, position: number): bigint {
  let low = 0;
  let high = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[position + index]!;
    if (index < 4) low += (byte & 0x7f) * 2 ** (7 * index);
    else high += (byte & 0x7f) * 2 ** (7 * (index - 4));
    if (byte < 0x80) break;
  }
  return BigInt.asUintN(64, BigInt(low) + (BigInt(high) << 28n));
}

/** Reads a validated varint as a signed 32-bit number, the way enums and int32 are kept: the low 32 bits. */
export function readInt32(bytes: Uint8Array, position: number): number {
  const first = bytes[position]!;
  return first < 0x80 ? first : Number(BigInt.asIntN(32, readVarint64(bytes, position)));
}
