import { anyValue } from '../messages/common.ts';
import { skipField } from '../skip-field.ts';
import { checkText, validateMessage } from '../validate-message.ts';
import type { Walk } from '../walk.ts';
import { failAt, readLength, readTag, skipVarint } from '../wire.ts';
import { type AttributeSet, addAttribute } from './attribute-set.ts';

/**
 * Validates one KeyValue and notes where it stands. The cursor is at its first byte and is left at `end`; `fieldStart` is where
 * its tag stands in the parent.
 *
 *     1 key    string
 *     2 value  AnyValue
 */
export function scanAttribute(walk: Walk, set: AttributeSet, fieldStart: number, end: number, depth: number): void {
  const { cursor } = walk;
  const { bytes } = cursor;
  const start = cursor.position;
  // As every encoder writes it: a key of under 128 bytes, then one value, then nothing.
  if (end - start >= 4 && bytes[start] === 0x0a && bytes[start + 1]! < 0x80) {
    const keyStart = start + 2;
    const keyLength = bytes[start + 1]!;
    const keyEnd = keyStart + keyLength;
    if (keyEnd + 2 <= end && bytes[keyEnd] === 0x12) {
      cursor.position = keyEnd + 1;
      const valueLength = readLength(cursor, end);
      const valueStart = cursor.position;
      if (valueStart + valueLength === end) {
        scanValue(walk, end, depth + 1);
        const known = addAttribute(set, bytes, fieldStart, end, keyStart, keyLength, valueStart, end);
        if (!known) checkText(walk, keyStart, keyEnd);
        return;
      }
    }
    cursor.position = start;
  }
  scanUnusualAttribute(walk, set, fieldStart, end, depth);
}

/** Any legal order: value before key, either of them missing or repeated, unknown fields between. */
function scanUnusualAttribute(walk: Walk, set: AttributeSet, fieldStart: number, end: number, depth: number): void {
  const { cursor } = walk;
  let keyStart = end;
  let keyLength = 0;
  let valueStart = end;
  let valueEnd = end;
  const pieces: Buffer[] = [];
  while (cursor.position < end) {
    const tagStart = cursor.position;
    const tag = readTag(cursor, end);
    if (tag === 0x0a) {
      keyLength = readLength(cursor, end);
      keyStart = cursor.position;
      checkText(walk, keyStart, keyStart + keyLength);
      cursor.position = keyStart + keyLength;
    } else if (tag === 0x12) {
      const length = readLength(cursor, end);
      valueStart = cursor.position;
      valueEnd = valueStart + length;
      scanValue(walk, valueEnd, depth + 1);
      pieces.push(Buffer.from(cursor.bytes.buffer, cursor.bytes.byteOffset + valueStart, length));
    } else if (tag >>> 3 === 1 || tag >>> 3 === 2) {
      failAt(tagStart, `expected wire type 2, found ${tag & 7}`);
    } else {
      skipField(cursor, end, tag, depth);
    }
  }
  if (pieces.length > 1) {
    const merged = Buffer.concat(pieces);
    valueStart = -1 - set.mergedValues.length;
    valueEnd = merged.length;
    set.mergedValues.push(merged);
  }
  addAttribute(set, cursor.bytes, fieldStart, end, keyStart, keyLength, valueStart, valueEnd);
}

/**
 * Validates the AnyValue from the cursor to `end`; leaves the cursor at `end`.
 *
 *     1 string_value string · 2 bool_value bool · 3 int_value int64 · 4 double_value double · others: the message table
 */
function scanValue(walk: Walk, end: number, depth: number): void {
  const { cursor } = walk;
  const start = cursor.position;
  if (start === end) return;
  switch (cursor.bytes[start]) {
    case 0x0a: {
      cursor.position = start + 1;
      const length = readLength(cursor, end);
      const textStart = cursor.position;
      if (textStart + length !== end) break;
      checkText(walk, textStart, end);
      cursor.position = end;
      return;
    }
    case 0x10:
    case 0x18:
      cursor.position = start + 1;
      skipVarint(cursor, end);
      if (cursor.position === end) return;
      break;
    case 0x21:
      cursor.position = end;
      if (end - start === 9) return;
      break;
    default:
  }
  cursor.position = start;
  validateMessage(walk, end, anyValue, depth);
}
