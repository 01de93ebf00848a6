import type { Field } from '../messages/message.ts';
import { reserve, type Writer, writeFixed32, writeVarint } from '../writer.ts';
import { type JsonCursor, minus, numberEnd, plainStringEnd, quote, skipSpace, unusual } from './scan-tokens.ts';

// The integer scanned last: its magnitude in two halves, and its sign. Kept here because an object for each would cost more
// than the scan.
let high = 0;
let low = 0;
let isNegative = false;

/** No 64-bit integer has more digits. */
const integerDigitsMax = 20;
const half = 0x1_0000_0000;

/** An integer as a number or in a string, exact; of an enum also a name. */
export function scanInteger(cursor: JsonCursor, field: Field): void {
  const isQuoted = skipSpace(cursor) === quote;
  let { position: start } = cursor;
  let end: number;
  if (isQuoted) {
    start += 1;
    end = plainStringEnd(cursor);
    if (end <= start) throw unusual;
  } else {
    const number = numberEnd(cursor);
    if (!number.isWhole) throw unusual;
    end = number.end;
    cursor.position = end;
  }
  const { bytes } = cursor;
  isNegative = bytes[start] === minus;
  const digitsStart = isNegative ? start + 1 : start;
  if (isQuoted && field.type === 'enum' && !isDigit(bytes[digitsStart])) scanEnumName(cursor, field, start, end);
  else scanDigits(bytes, digitsStart, end);
}

function scanDigits(bytes: Uint8Array, start: number, end: number): void {
  if (end - start > integerDigitsMax || end === start) throw unusual;
  high = 0;
  low = 0;
  for (let at = start; at < end; at += 1) {
    if (!isDigit(bytes[at])) throw unusual;
    const next = low * 10 + bytes[at]! - 0x30;
    const carry = Math.floor(next / half);
    low = next - carry * half;
    high = high * 10 + carry;
    if (high >= half) throw unusual;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function scanEnumName({ bytes }: JsonCursor, { values = {} }: Field, start: number, end: number): void {
  const name = bytes.toString('latin1', start, end);
  if (!Object.hasOwn(values, name)) throw unusual;
  high = 0;
  low = values[name]!;
  isNegative = false;
}

/** Writes the integer scanned last as a field of this type holds it. */
export function writeInteger(writer: Writer, { type }: Field): void {
  if (type === 'int64' || type === 'sfixed64') toTwosComplement();
  else if (isNegative) throw unusual;
  switch (type) {
    case 'fixed64':
    case 'sfixed64':
      writeHalves(writer);
      break;
    case 'int64':
    case 'uint64':
      writeVarintOfHalves(writer);
      break;
    case 'fixed32':
      writeFixed32(writer, ofOneHalf(half));
      break;
    case 'uint32':
      writeVarint(writer, ofOneHalf(half));
      break;
    default:
      writeVarint(writer, ofOneHalf(half / 2));
  }
}

/** The magnitude, which must be below the bound. */
function ofOneHalf(bound: number): number {
  if (high > 0 || low >= bound) throw unusual;
  return low;
}

/** A magnitude and a sign become the 64 bits of a signed integer. */
function toTwosComplement(): void {
  const isTooLarge = high > half / 2 || (high === half / 2 && (low > 0 || !isNegative));
  if (isTooLarge) throw unusual;
  if (!isNegative || (high === 0 && low === 0)) return;
  low = half - low;
  high = half - 1 - high;
  if (low === half) {
    low = 0;
    high = (high + 1) % half;
  }
}

function writeHalves(writer: Writer): void {
  reserve(writer, 8);
  writer.bytes.writeUInt32LE(low, writer.length);
  writer.length = writer.bytes.writeUInt32LE(high, writer.length + 4);
}

function writeVarintOfHalves(writer: Writer): void {
  if (high < 0x20_0000) {
    writeVarint(writer, high * half + low);
    return;
  }
  reserve(writer, 10);
  let restHigh = high;
  let restLow = low;
  while (restHigh > 0 || restLow >= 0x80) {
    writer.bytes[writer.length] = (restLow & 0x7f) | 0x80;
    writer.length += 1;
    restLow = Math.floor(restLow / 0x80) + (restHigh & 0x7f) * (half / 0x80);
    restHigh = Math.floor(restHigh / 0x80);
  }
  writer.bytes[writer.length] = restLow;
  writer.length += 1;
}
