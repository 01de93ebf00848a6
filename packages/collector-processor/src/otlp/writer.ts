/** Protobuf bytes in the making: `bytes` up to `length` are written. */
export type Writer = {
  bytes: Buffer;
  length: number;
};

/** An empty writer with room for `capacity` bytes; it grows by itself. */
export function createWriter(capacity: number, allocate: (byteCount: number) => Buffer = Buffer.allocUnsafeSlow): Writer {
  return { bytes: allocate(Math.max(capacity, 64)), length: 0 };
}

/** What has been written, without a copy: the writer must not be used afterwards. */
export function finishWriter(writer: Writer): Buffer {
  return writer.bytes.subarray(0, writer.length);
}

/** Makes room for `count` more bytes. */
export function reserve(writer: Writer, count: number): void {
  if (writer.length + count <= writer.bytes.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(writer.bytes.length * 2, writer.length + count));
  writer.bytes.copy(larger, 0, 0, writer.length);
  writer.bytes = larger;
}

/** Writes a varint from 0 to 2^53 - 1: tags, lengths, small counts. */
export function writeVarint(writer: Writer, value: number): void {
  reserve(writer, 10);
  const { bytes } = writer;
  let { length } = writer;
  let rest = value;
  while (rest >= 0x80) {
    bytes[length] = (rest % 0x80) + 0x80;
    length += 1;
    rest = Math.floor(rest / 0x80);
  }
  bytes[length] = rest;
  writer.length = length + 1;
}

/** Writes a 64-bit varint; a negative value as its two's complement of ten bytes. */
export function writeVarint64(writer: Writer, value: bigint): void {
  let rest = BigInt.asUintN(64, value);
  reserve(writer, 10);
  while (rest > 0x1f_ffff_ffff_ffffn) {
    writer.bytes[writer.length] = Number(rest & 0x7fn) | 0x80;
    writer.length += 1;
    rest >>= 7n;
  }
  writeVarint(writer, Number(rest));
}

/** Writes 8 bytes, least first. Signed and unsigned are the same bits. */
export function writeFixed64(writer: Writer, value: bigint): void {
  reserve(writer, 8);
  writer.bytes.writeBigUInt64LE(BigInt.asUintN(64, value), writer.length);
  writer.length += 8;
}

/** Writes 4 bytes, least first. */
export function writeFixed32(writer: Writer, value: number): void {
  reserve(writer, 4);
  writer.bytes.writeUInt32LE(value >>> 0, writer.length);
  writer.length += 4;
}

/** Writes an IEEE 754 double. */
export function writeDouble(writer: Writer, value: number): void {
  reserve(writer, 8);
  writer.bytes.writeDoubleLE(value, writer.length);
  writer.length += 8;
}

/** Texts of up to this many UTF-16 units take at most 127 bytes, so their length is one byte and can be filled in afterwards. */
const shortTextUnitsMax = 42;

/** Writes the length of a text and its UTF-8. */
export function writeText(writer: Writer, text: string): void {
  if (text.length <= shortTextUnitsMax) writeShortText(writer, text);
  else {
    const count = Buffer.byteLength(text);
    writeVarint(writer, count);
    reserve(writer, count);
    writer.length += writer.bytes.write(text, writer.length, count, 'utf8');
  }
}

function writeShortText(writer: Writer, text: string): void {
  reserve(writer, 1 + 3 * shortTextUnitsMax);
  const { bytes } = writer;
  const start = writer.length + 1;
  let seen = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    seen |= unit;
    bytes[start + index] = unit;
  }
  const count = seen < 0x80 ? text.length : bytes.write(text, start, 'utf8');
  bytes[start - 1] = count;
  writer.length = start + count;
}

/** Writes the length of some bytes and the bytes. */
export function writeBytes(writer: Writer, bytes: Uint8Array): void {
  writeVarint(writer, bytes.length);
  writeRaw(writer, bytes);
}

/** Writes bytes as they are. */
export function writeRaw(writer: Writer, bytes: Uint8Array): void {
  reserve(writer, bytes.length);
  writer.bytes.set(bytes, writer.length);
  writer.length += bytes.length;
}

/** Writes what another writer has written from `start` to `end`. Few bytes are copied here: a native copy costs as much as some fifty. */
export function writeWritten(writer: Writer, source: Writer, start: number, end: number): void {
  const count = end - start;
  reserve(writer, count);
  const { bytes, length } = writer;
  if (count > fewBytesMax) source.bytes.copy(bytes, length, start, end);
  else for (let index = 0; index < count; index += 1) bytes[length + index] = source.bytes[start + index]!;
  writer.length = length + count;
}

const fewBytesMax = 48;

/** Writes once more what has been written from `start` to `end`. */
export function copyWritten(writer: Writer, start: number, end: number): void {
  reserve(writer, end - start);
  writer.bytes.copyWithin(writer.length, start, end);
  writer.length += end - start;
}

/** Writes the tag of a message field; returns what {@link closeMessage} needs once the content is written. */
export function openMessage(writer: Writer, tag: number): number {
  writeVarint(writer, tag);
  reserve(writer, 1);
  writer.length += 1;
  return writer.length;
}

/** Fills in the length of a message opened before. A length of more than one byte moves the content: cheaper than measuring first. */
export function closeMessage(writer: Writer, contentStart: number): void {
  const count = writer.length - contentStart;
  if (count < 0x80) {
    writer.bytes[contentStart - 1] = count;
    return;
  }
  const contentEnd = writer.length;
  const extra = count < 0x4000 ? 1 : count < 0x20_0000 ? 2 : count < 0x1000_0000 ? 3 : 4;
  reserve(writer, extra + 10);
  writer.bytes.copyWithin(contentStart + extra, contentStart, contentEnd);
  writer.length = contentStart - 1;
  writeVarint(writer, count);
  writer.length = contentEnd + extra;
}
