import { anyValue } from '../messages/common-v1.ts';
import { skipField } from '../skip-field.ts';
import { isAscii } from '../text.ts';
import { checkText, validateMessage } from '../validate-message.ts';
import type { Walk } from '../walk.ts';
import { failAt, readLength, readTag } from '../wire.ts';
import { type AttributeSet, addUnusualAttribute, growStarts, indexUsualAttributes, placeOf } from './attribute-set.ts';

/**
 * Scans attributes as long as they are written the usual way: key, then one text, number or boolean, nothing else, under 128
 * bytes in all. `fieldTag` is the tag of attributes in their owner. Returns where the first other field starts. This loop sees
 * nine bytes of ten of a request, so it reads them in place.
 *
 *     fieldTag length | 0x0a length key | 0x12 length | 0x0a length text, 0x10 or 0x18 varint, 0x21 eight bytes
 */
export function scanUsualAttributes(walk: Walk, set: AttributeSet, fieldTag: number, end: number, depth: number): void {
  const { cursor, view } = walk;
  const { bytes } = cursor;
  const first = set.count;
  let count = first;
  let { starts } = set;
  let start = cursor.position;
  // Tags and lengths between keys and texts are ASCII too, so attributes side by side are checked as one run.
  let runStart = start;
  let runFirst = first;
  while (end - start >= 8) {
    // Four bytes at a time: tag, length, 0x0a and the length of the key; behind it 0x12, length and the first two of the value.
    const head = view.getInt32(start, true);
    if ((head & 0x00ff_80ff) !== (0x000a_0000 | fieldTag)) break;
    const fieldEnd = start + 2 + ((head >>> 8) & 0x7f);
    const keyEnd = start + 4 + (head >>> 24);
    const valueStart = keyEnd + 2;
    if (fieldEnd > end || valueStart + 2 > fieldEnd) break;
    const middle = view.getInt32(keyEnd, true);
    if ((middle & 0xff) !== 0x12 || valueStart + ((middle >>> 8) & 0xff) !== fieldEnd) break;
    const valueTag = (middle >>> 16) & 0xff;
    if (count === starts.length) {
      set.count = count;
      growStarts(set, start);
      starts = set.starts;
    }
    starts[count] = start;
    count += 1;
    start = fieldEnd;
    if (valueTag === 0x0a && valueStart + 2 + (middle >>> 24) === fieldEnd) continue;
    if (isUsualScalar(bytes, valueTag, valueStart + 1, fieldEnd)) {
      if (fieldEnd === valueStart + 2) continue;
    } else {
      cursor.position = valueStart;
      validateMessage(walk, fieldEnd, anyValue, depth + 1);
    }
    set.count = count;
    checkRun(walk, set, runFirst, runStart, keyEnd);
    runStart = fieldEnd;
    runFirst = count;
  }
  set.count = count;
  checkRun(walk, set, runFirst, runStart, start);
  // Which keys they have is found out in a loop of its own: one that does little keeps what it needs at hand.
  indexUsualAttributes(set, walk, first);
  cursor.position = start;
}

/** Checks the keys and texts of the attributes from number `first` on, which stand side by side from `start` to `end`. */
function checkRun(walk: Walk, set: AttributeSet, first: number, start: number, end: number): void {
  const { bytes } = walk.cursor;
  if (isAscii(bytes, walk.view, start, end)) return;
  for (let attribute = first; attribute < set.count; attribute += 1) {
    const { keyStart, keyEnd, valueStart, valueEnd } = placeOf(set, bytes, attribute);
    checkText(walk, keyStart, keyEnd);
    if (bytes[valueStart] === 0x0a && valueStart + 2 + bytes[valueStart + 1]! === valueEnd)
      checkText(walk, valueStart + 2, valueEnd);
  }
}

/** True for one varint or double that ends where the value ends. */
function isUsualScalar(bytes: Uint8Array, valueTag: number, start: number, end: number): boolean {
  if (valueTag === 0x21) return end - start === 8;
  if (valueTag !== 0x18 && valueTag !== 0x10) return false;
  let position = start;
  while (position < end && bytes[position]! >= 0x80) position += 1;
  return position + 1 === end && end - start < 10;
}

/**
 * Validates one KeyValue in any legal spelling and notes where it stands: value before key, either of them missing or repeated,
 * unknown fields between, lengths of any size. The cursor is at its first byte and is left at `end`; its field in the owner
 * starts at `fieldStart`.
 *
 *     1 key    string
 *     2 value  AnyValue
 */
export function scanAttribute(walk: Walk, set: AttributeSet, fieldStart: number, end: number, depth: number): void {
  const { cursor } = walk;
  let keyStart = end;
  let keyEnd = end;
  let valueStart = end;
  let valueEnd = end;
  let pieces: Buffer[] | undefined;
  while (cursor.position < end) {
    const tag = readTag(cursor, end);
    if (tag === 0x0a) {
      keyEnd = readLength(cursor, end) + cursor.position;
      keyStart = cursor.position;
      checkText(walk, keyStart, keyEnd);
      cursor.position = keyEnd;
    } else if (tag === 0x12) {
      if (valueStart < end) pieces = addPiece(pieces, cursor.bytes, valueStart, valueEnd);
      valueEnd = readLength(cursor, end) + cursor.position;
      valueStart = cursor.position;
      validateMessage(walk, valueEnd, anyValue, depth + 1);
    } else if (tag >>> 3 === 1 || tag >>> 3 === 2) {
      failAt(cursor.position - 1, `expected wire type 2, found ${tag & 7}`);
    } else {
      skipField(cursor, end, tag, depth);
    }
  }
  const merged = pieces === undefined ? undefined : Buffer.concat(addPiece(pieces, cursor.bytes, valueStart, valueEnd));
  if (merged !== undefined) [valueStart, valueEnd] = [0, merged.length];
  addUnusualAttribute(set, walk, { fieldStart, fieldEnd: end, keyStart, keyEnd, valueStart, valueEnd, merged });
}

/** Pieces of a message one after the other are, on the wire, the merged message. */
function addPiece(pieces: Buffer[] | undefined, bytes: Buffer, start: number, end: number): Buffer[] {
  const piece = bytes.subarray(start, end);
  if (pieces === undefined) return [piece];
  pieces.push(piece);
  return pieces;
}
