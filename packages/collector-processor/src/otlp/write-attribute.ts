import { strict as assert } from 'node:assert';
import type { NewAttribute } from './span-view.ts';
import { closeMessage, openMessage, type Writer, writeDouble, writeText, writeVarint, writeVarint64 } from './writer.ts';

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/**
 * Writes one attribute as the field `tag` of its owner.
 *
 *     1 key    string
 *     2 value  AnyValue
 */
export function writeAttribute(writer: Writer, tag: number, key: string, value: NewAttribute[1]): void {
  const start = openMessage(writer, tag);
  writeVarint(writer, 0x0a);
  writeText(writer, key);
  const valueStart = openMessage(writer, 0x12);
  writeAnyValue(writer, value);
  closeMessage(writer, valueStart);
  closeMessage(writer, start);
}

/**
 * Writes the content of an AnyValue: a bigint as an int, a number as a double.
 *
 *     1 string_value  string        3 int_value     int64
 *     2 bool_value    bool          4 double_value  double
 */
export function writeAnyValue(writer: Writer, value: NewAttribute[1]): void {
  switch (typeof value) {
    case 'string':
      writeVarint(writer, 0x0a);
      writeText(writer, value);
      break;
    case 'boolean':
      writeVarint(writer, 0x10);
      writeVarint(writer, value ? 1 : 0);
      break;
    case 'bigint':
      assert(value >= int64Min && value <= int64Max, `attribute value: expected an int64, found ${value}; write it as text`);
      writeVarint(writer, 0x18);
      writeVarint64(writer, value);
      break;
    default:
      writeVarint(writer, 0x21);
      writeDouble(writer, value);
  }
}
