import type { Field } from '../messages/message.ts';
import {
  reserve,
  type Writer,
  writeBytes,
  writeDouble,
  writeFixed32,
  writeFixed64,
  writeText,
  writeVarint,
  writeVarint64,
} from '../writer.ts';
import { isInRange, parseInteger } from './integers.ts';
import { InexactInteger, JsonFault } from './json-fault.ts';

/** Writes a JSON value as a scalar field with its tag; a default value of a field without presence is left out, as proto3 does. */
export function writeScalar(writer: Writer, field: Field, value: unknown): void {
  const start = writer.length;
  writeVarint(writer, field.tag);
  const isDefault = writeScalarContent(writer, field, value);
  if (isDefault && !field.writesDefault) writer.length = start;
}

/** Writes a JSON value without a tag. Returns true when it is the default of its type: 0, false, empty. */
export function writeScalarContent(writer: Writer, field: Field, value: unknown): boolean {
  switch (field.type) {
    case 'string':
      return writeString(writer, value);
    case 'bool':
      return writeBool(writer, value);
    case 'double':
      return writeNumber(writer, value);
    case 'bytes':
      return writeBase64(writer, value);
    case 'id16':
      return writeHex(writer, value, 16);
    case 'id8':
      return writeHex(writer, value, 8);
    default:
      return writeInteger(writer, field, field.type === 'enum' ? readEnum(field, value) : readInteger(field, value));
  }
}

function writeString(writer: Writer, value: unknown): boolean {
  if (typeof value !== 'string') throw new JsonFault('a string', value);
  writeText(writer, value);
  return value === '';
}

function writeBool(writer: Writer, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new JsonFault('true or false', value);
  writeVarint(writer, value ? 1 : 0);
  return !value;
}

const namedDoubles: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

const numberPattern = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function writeNumber(writer: Writer, value: unknown): boolean {
  const named = namedDoubles.get(value);
  const isNumber =
    typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && numberPattern.test(value));
  const number = named ?? (isNumber ? Number(value) : undefined);
  if (number === undefined) throw new JsonFault('a number, "NaN", "Infinity" or "-Infinity"', value);
  if (named === undefined && !Number.isFinite(number)) throw new JsonFault('a number that fits a double', value);
  writeDouble(writer, number);
  return Object.is(number, 0);
}

const base64Pattern = /^[A-Za-z0-9+/_-]*={0,2}$/;

function writeBase64(writer: Writer, value: unknown): boolean {
  if (typeof value !== 'string' || !base64Pattern.test(value)) throw new JsonFault('base64', value);
  writeBytes(writer, Buffer.from(value, 'base64'));
  return value === '';
}

function writeHex(writer: Writer, value: unknown, byteCount: number): boolean {
  if (value === '') {
    writeVarint(writer, 0);
    return true;
  }
  if (typeof value !== 'string' || value.length !== byteCount * 2) throw new JsonFault(`${byteCount * 2} hex digits`, value);
  writeVarint(writer, byteCount);
  reserve(writer, byteCount);
  // Decoding stops at the first character that is no hex digit.
  if (writer.bytes.write(value, writer.length, 'hex') !== byteCount) throw new JsonFault(`${byteCount * 2} hex digits`, value);
  writer.length += byteCount;
  return false;
}

function readEnum(field: Field, value: unknown): number | bigint {
  if (typeof value !== 'string') return readInteger(field, value);
  const values = field.values!;
  if (!Object.hasOwn(values, value)) throw new JsonFault('a number or a name of this enum', value);
  return values[value]!;
}

/** Number or string, exact. A number is returned as one only where a double holds it exactly. */
function readInteger(field: Field, value: unknown): number | bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value)) throw new InexactInteger();
  const integer = typeof value === 'string' ? parseInteger(value) : value;
  const isInteger = typeof integer === 'bigint' || (typeof integer === 'number' && Number.isInteger(integer));
  if (!isInteger) throw new JsonFault('an integer', value);
  if (!isInRange(field.type, BigInt(integer))) throw new JsonFault(`a value that fits ${field.type}`, value);
  return integer;
}

function writeInteger(writer: Writer, field: Field, value: number | bigint): boolean {
  switch (field.type) {
    case 'fixed32':
      writeFixed32(writer, Number(value));
      break;
    case 'fixed64':
    case 'sfixed64':
      writeFixed64(writer, BigInt(value));
      break;
    case 'sint32':
      writeVarint(writer, zigZag(Number(value)));
      break;
    default:
      if (typeof value === 'number' && value >= 0) writeVarint(writer, value);
      else writeVarint64(writer, BigInt(value));
  }
  return value === 0 || value === 0n;
}

/** Small negative numbers as small unsigned ones: 0, -1, 1, -2 become 0, 1, 2, 3. */
function zigZag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}
