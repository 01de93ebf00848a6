import type { Field } from '../messages/message.ts';
import { closeMessage, openMessage, reserve, type Writer, writeDouble, writeVarint } from '../writer.ts';
import { scanInteger, writeInteger } from './scan-integer.ts';
import {
  backslash,
  type JsonCursor,
  minus,
  numberEnd,
  plainStringEnd,
  quote,
  scanBoolean,
  skipSpace,
  unusual,
} from './scan-tokens.ts';

/** Writes the value at the cursor as a scalar field with its tag, unless it is a default that is left out. */
export function scanScalar(cursor: JsonCursor, writer: Writer, field: Field): void {
  const start = writer.length;
  if (field.type === 'string') scanString(cursor, writer, field.tag);
  else {
    writeVarint(writer, field.tag);
    scanScalarContent(cursor, writer, field);
  }
  if (!field.writesDefault && isDefault(writer, start, field)) writer.length = start;
}

/** Writes the value at the cursor without a tag. */
export function scanScalarContent(cursor: JsonCursor, writer: Writer, field: Field): void {
  switch (field.type) {
    case 'bool':
      writeVarint(writer, scanBoolean(cursor) ? 1 : 0);
      break;
    case 'double':
      writeDouble(writer, scanDouble(cursor));
      break;
    case 'id16':
      scanHex(cursor, writer, 16);
      break;
    case 'id8':
      scanHex(cursor, writer, 8);
      break;
    case 'string':
    case 'bytes':
    case 'sint32':
      throw unusual;
    default:
      scanInteger(cursor, field);
      writeInteger(writer, field);
  }
}

/** Defaults are all zeros after the tag: no length, no number, false. */
function isDefault({ bytes, length }: Writer, start: number, { tag }: Field): boolean {
  const contentStart = start + (tag < 0x80 ? 1 : 2);
  if (length - contentStart > 8) return false;
  for (let at = contentStart; at < length; at += 1) if (bytes[at] !== 0) return false;
  return true;
}

/** Copying a short text byte by byte costs less than a call into the engine. */
const shortTextBytesMax = 64;

function scanString(cursor: JsonCursor, writer: Writer, tag: number): void {
  const { bytes } = cursor;
  if (skipSpace(cursor) !== quote) throw unusual;
  const start = cursor.position + 1;
  const end = plainStringEnd(cursor);
  if (end < 0) {
    scanEscaped(cursor, writer, tag);
    return;
  }
  const count = end - start;
  writeVarint(writer, tag);
  writeVarint(writer, count);
  reserve(writer, count);
  if (count <= shortTextBytesMax) {
    const { bytes: output, length } = writer;
    for (let index = 0; index < count; index += 1) output[length + index] = bytes[start + index]!;
  } else bytes.copy(writer.bytes, writer.length, start, end);
  writer.length += count;
}

const escapes: ReadonlyArray<number | undefined> = Object.entries({
  '"': 0x22,
  '\\': 0x5c,
  '/': 0x2f,
  b: 0x08,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
}).reduce<Array<number | undefined>>((table, [letter, byte]) => {
  table[letter.charCodeAt(0)] = byte;
  return table;
}, []);

/** A text with escapes never gets longer by unescaping. */
function scanEscaped(cursor: JsonCursor, writer: Writer, tag: number): void {
  const { bytes } = cursor;
  const contentStart = openMessage(writer, tag);
  let { position } = cursor;
  for (let runStart = position; ; ) {
    const byte = bytes[position];
    if (byte === undefined || byte < 0x20) throw unusual;
    if (byte !== quote && byte !== backslash) {
      position += 1;
      continue;
    }
    reserve(writer, position - runStart + 4);
    writer.length += bytes.copy(writer.bytes, writer.length, runStart, position);
    if (byte === quote) break;
    cursor.position = position + 1;
    writeEscape(cursor, writer);
    position = cursor.position;
    runStart = position;
  }
  cursor.position = position + 1;
  closeMessage(writer, contentStart);
}

/** Moves past what follows a backslash and writes what it stands for. */
function writeEscape(cursor: JsonCursor, writer: Writer): void {
  const letter = cursor.bytes[cursor.position] ?? 0;
  cursor.position += 1;
  const byte = escapes[letter];
  if (byte !== undefined) {
    writer.bytes[writer.length] = byte;
    writer.length += 1;
    return;
  }
  if (letter !== 0x75) throw unusual;
  let point = scanUnit(cursor);
  if (point >= 0xd800 && point <= 0xdfff) {
    // Half a pair has no UTF-8; what becomes of it is the parser's business.
    if (point >= 0xdc00 || cursor.bytes[cursor.position] !== backslash || cursor.bytes[cursor.position + 1] !== 0x75)
      throw unusual;
    cursor.position += 2;
    const low = scanUnit(cursor);
    if (low < 0xdc00 || low > 0xdfff) throw unusual;
    point = 0x1_0000 + ((point - 0xd800) << 10) + (low - 0xdc00);
  }
  writer.length += writer.bytes.write(String.fromCodePoint(point), writer.length, 'utf8');
}

/** Four hex digits. */
function scanUnit(cursor: JsonCursor): number {
  let unit = 0;
  for (let index = 0; index < 4; index += 1) {
    const digit = hexValue(cursor.bytes[cursor.position + index]);
    if (digit < 0) throw unusual;
    unit = unit * 16 + digit;
  }
  cursor.position += 4;
  return unit;
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function scanHex(cursor: JsonCursor, writer: Writer, byteCount: number): void {
  if (skipSpace(cursor) !== quote) throw unusual;
  const start = cursor.position + 1;
  const end = plainStringEnd(cursor);
  if (end === start) {
    writeVarint(writer, 0);
    return;
  }
  if (end - start !== byteCount * 2) throw unusual;
  writeVarint(writer, byteCount);
  reserve(writer, byteCount);
  const { bytes } = cursor;
  for (let index = 0; index < byteCount; index += 1) {
    const [high, low] = [hexValue(bytes[start + index * 2]), hexValue(bytes[start + index * 2 + 1])];
    if (high < 0 || low < 0) throw unusual;
    writer.bytes[writer.length + index] = high * 16 + low;
  }
  writer.length += byteCount;
}

/** Powers of ten that a double holds exactly, up to as many digits as it always holds. */
const powersOfTen: readonly number[] = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

function scanDouble(cursor: JsonCursor): number {
  const byte = skipSpace(cursor);
  if (byte === quote) throw unusual;
  const { bytes, position } = cursor;
  const { end } = numberEnd(cursor);
  cursor.position = end;
  // Up to 15 digits and a power of ten are both exact, so that their quotient is the nearest double.
  let digits = 0;
  let value = 0;
  let fractionDigits = -1;
  for (let at = byte === minus ? position + 1 : position; at < end; at += 1) {
    const digit = bytes[at]! - 0x30;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits += 1;
      if (fractionDigits >= 0) fractionDigits += 1;
    } else if (bytes[at] === 0x2e) fractionDigits = 0;
    else digits = powersOfTen.length;
  }
  const number =
    digits < powersOfTen.length
      ? (byte === minus ? -value : value) / powersOfTen[Math.max(fractionDigits, 0)]!
      : Number(bytes.toString('latin1', position, end));
  if (!Number.isFinite(number)) throw unusual;
  return number;
}
