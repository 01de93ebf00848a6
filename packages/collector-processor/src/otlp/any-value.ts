import { createPart, type Part, readPart } from './read-part.ts';
import type { AttributeValue } from './span-view.ts';
import { readVarint64 } from './wire.ts';

const safeMax = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Decodes the AnyValue from `start` to `end` of validated bytes; undefined when it is empty. Members follow the rules of a
 * oneof: the last one wins, and a list or map that comes in pieces is joined.
 *
 *     1 string_value  string        5 array_value   ArrayValue
 *     2 bool_value    bool          6 kvlist_value  KeyValueList
 *     3 int_value     int64         7 bytes_value   bytes
 *     4 double_value  double
 *
 * Empty values inside a list or map are left out, as a value has no way to say "nothing".
 */
export function decodeAnyValue(bytes: Buffer, start: number, end: number): AttributeValue | undefined {
  const cursor = { bytes, position: start };
  const part = createPart();
  let value: AttributeValue | undefined;
  let items: AttributeValue[] | undefined;
  let entries: Map<string, AttributeValue> | undefined;
  while (readPart(cursor, end, part)) {
    if (part.number < 1 || part.number > 7) continue;
    if (part.number !== 5) items = undefined;
    if (part.number !== 6) entries = undefined;
    switch (part.number) {
      case 5:
        items ??= [];
        addItems(bytes, part, items);
        break;
      case 6:
        entries ??= new Map();
        addEntries(bytes, part, entries);
        break;
      default:
        value = decodeScalar(bytes, part);
    }
  }
  if (entries !== undefined) return Object.fromEntries(entries);
  return items ?? value;
}

function decodeScalar(bytes: Buffer, part: Part): AttributeValue {
  switch (part.number) {
    case 1:
      return bytes.toString('utf8', part.start, part.end);
    case 2:
      return readVarint64(bytes, part.start) !== 0n;
    case 3:
      return toInteger(readVarint64(bytes, part.start));
    case 4:
      return bytes.readDoubleLE(part.start);
    default:
      return new Uint8Array(bytes.subarray(part.start, part.end));
  }
}

/** An int64 as a number where it fits one exactly. */
function toInteger(bits: bigint): number | bigint {
  const value = BigInt.asIntN(64, bits);
  return value <= safeMax && value >= -safeMax ? Number(value) : value;
}

/** ArrayValue: 1 values AnyValue repeated. */
function addItems(bytes: Buffer, list: Part, items: AttributeValue[]): void {
  const cursor = { bytes, position: list.start };
  const part = createPart();
  while (readPart(cursor, list.end, part)) {
    const value = part.number === 1 ? decodeAnyValue(bytes, part.start, part.end) : undefined;
    if (value !== undefined) items.push(value);
  }
}

/** KeyValueList: 1 values KeyValue repeated. A repeated key keeps its last value. */
function addEntries(bytes: Buffer, list: Part, entries: Map<string, AttributeValue>): void {
  const cursor = { bytes, position: list.start };
  const part = createPart();
  while (readPart(cursor, list.end, part)) {
    if (part.number !== 1) continue;
    const [key, value] = decodeKeyValue(bytes, part.start, part.end);
    if (value !== undefined) entries.set(key, value);
  }
}

/**
 * Decodes one KeyValue of validated bytes; its value is undefined when empty or absent.
 *
 *     1 key    string
 *     2 value  AnyValue, pieces merge
 */
export function decodeKeyValue(
  bytes: Buffer,
  start: number,
  end: number,
): readonly [key: string, value: AttributeValue | undefined] {
  const cursor = { bytes, position: start };
  const part = createPart();
  let key = '';
  const pieces: Buffer[] = [];
  while (readPart(cursor, end, part)) {
    if (part.number === 1) key = bytes.toString('utf8', part.start, part.end);
    else if (part.number === 2) pieces.push(bytes.subarray(part.start, part.end));
  }
  // Messages one after the other on the wire are the merged message.
  const merged = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  return [key, decodeAnyValue(merged, 0, merged.length)];
}
