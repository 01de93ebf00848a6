import { span, spanStatus } from '../messages/traces.ts';
import { skipField } from '../skip-field.ts';
import { isAscii } from '../text.ts';
import { checkIdLength, checkText, validateField, validateMessage } from '../validate-message.ts';
import type { Walk } from '../walk.ts';
import { readLength, readTag, skipBytes, skipVarint } from '../wire.ts';
import { type AttributeSet, clearAttributes } from './attribute-set.ts';
import { scanAttribute, scanUsualAttributes } from './scan-attribute.ts';
import type { SpanPlaces } from './workspace.ts';

/** Levels above a span's own fields: request, ResourceSpans, ScopeSpans. */
const spanDepth = 3;

/**
 * Validates the span from the cursor to `end` and notes where its fields stand. Of a field that comes twice the last one counts;
 * pieces of a status merge. Leaves the cursor at `end`.
 *
 *      1 trace_id              bytes 16     9 attributes                KeyValue repeated
 *      2 span_id               bytes 8     10 dropped_attributes_count  uint32
 *      3 trace_state           string      11 events                    Event repeated
 *      4 parent_span_id        bytes 8     12 dropped_events_count      uint32
 *      5 name                  string      13 links                     Link repeated
 *      6 kind                  enum        14 dropped_links_count       uint32
 *      7 start_time_unix_nano  fixed64     15 status                    Status
 *      8 end_time_unix_nano    fixed64     16 flags                     fixed32
 */
export function scanSpan(walk: Walk, end: number, places: SpanPlaces, attributes: AttributeSet): void {
  const { cursor } = walk;
  resetPlaces(places);
  places.spanStart = cursor.position;
  places.spanEnd = end;
  clearAttributes(attributes);
  while (cursor.position < end) {
    const start = cursor.position;
    scanUsualFields(walk, end, places);
    scanUsualAttributes(walk, attributes, 0x4a, end, spanDepth + 1);
    if (cursor.position === start) scanField(walk, end, places, attributes);
  }
}

/** Scans fields as long as they are written the usual way: ids of full length, short ASCII texts, one-byte kinds, no status. */
function scanUsualFields({ cursor, view }: Walk, end: number, places: SpanPlaces): void {
  const { bytes } = cursor;
  let start = cursor.position;
  while (end - start >= 2) {
    const contentStart = start + 2;
    const length = bytes[start + 1]!;
    const contentEnd = contentStart + length;
    switch (bytes[start]) {
      case 0x0a:
        if (length !== 16 || contentEnd > end) break;
        places.traceIdStart = contentStart;
        start = contentEnd;
        continue;
      case 0x12:
        if (length !== 8 || contentEnd > end) break;
        places.spanIdStart = contentStart;
        start = contentEnd;
        continue;
      case 0x22:
        if (length !== 8 || contentEnd > end) break;
        places.parentSpanIdStart = contentStart;
        start = contentEnd;
        continue;
      case 0x1a:
      case 0x2a:
        if (length >= 0x80 || contentEnd > end || !isAscii(bytes, view, contentStart, contentEnd)) break;
        if (bytes[start] === 0x2a) {
          places.nameStart = contentStart;
          places.nameEnd = contentEnd;
        } else {
          places.traceStateStart = contentStart;
          places.traceStateEnd = contentEnd;
        }
        start = contentEnd;
        continue;
      case 0x30:
        if (length >= 0x80) break;
        places.kindStart = start + 1;
        start += 2;
        continue;
      case 0x39:
        if (start + 9 > end) break;
        places.startTimeStart = start + 1;
        start += 9;
        continue;
      case 0x41:
        if (start + 9 > end) break;
        places.endTimeStart = start + 1;
        start += 9;
        continue;
      case 0x7a:
        if (length !== 0) break;
        start += 2;
        continue;
      case 0x85:
        if (length !== 1 || start + 6 > end) break;
        start += 6;
        continue;
      default:
    }
    break;
  }
  cursor.position = start;
}

/** Scans one field in any legal spelling. */
function scanField(walk: Walk, end: number, places: SpanPlaces, attributes: AttributeSet): void {
  const { cursor } = walk;
  const start = cursor.position;
  const tag = readTag(cursor, end);
  switch (tag) {
    case 0x4a:
      scanAttribute(walk, attributes, start, readLength(cursor, end) + cursor.position, spanDepth + 1);
      break;
    case 0x0a:
      places.traceIdStart = scanId(walk, end, 16);
      break;
    case 0x12:
      places.spanIdStart = scanId(walk, end, 8);
      break;
    case 0x22:
      places.parentSpanIdStart = scanId(walk, end, 8);
      break;
    case 0x1a:
      places.traceStateStart = scanText(walk, end);
      places.traceStateEnd = cursor.position;
      break;
    case 0x2a:
      places.nameStart = scanText(walk, end);
      places.nameEnd = cursor.position;
      break;
    case 0x30:
      places.kindStart = cursor.position;
      skipVarint(cursor, end);
      break;
    case 0x39:
      places.startTimeStart = cursor.position;
      skipBytes(cursor, end, 8);
      break;
    case 0x41:
      places.endTimeStart = cursor.position;
      skipBytes(cursor, end, 8);
      break;
    case 0x7a:
      scanStatus(walk, readLength(cursor, end) + cursor.position, places);
      break;
    case 0x85:
      skipBytes(cursor, end, 4);
      break;
    case 0x5a:
      if (places.firstEventStart < 0) places.firstEventStart = start;
      validateField(walk, end, tag, span, spanDepth);
      break;
    default:
      validateField(walk, end, tag, span, spanDepth);
  }
}

/** Status: 2 message string · 3 code enum. */
function scanStatus(walk: Walk, end: number, places: SpanPlaces): void {
  const { cursor } = walk;
  const start = cursor.position;
  if (start === end) return;
  validateMessage(walk, end, spanStatus, spanDepth + 1);
  cursor.position = start;
  while (cursor.position < end) {
    const tag = readTag(cursor, end);
    if (tag === 0x18) places.statusCodeStart = cursor.position;
    skipField(cursor, end, tag, spanDepth + 1);
  }
}

/** Start of an id's bytes, or -1 when it has none. */
function scanId(walk: Walk, end: number, expected: number): number {
  const { cursor } = walk;
  const start = cursor.position;
  const length = readLength(cursor, end);
  checkIdLength(start, length, expected);
  cursor.position += length;
  return length === 0 ? -1 : cursor.position - length;
}

/** Start of a text; the cursor is left at its end. */
function scanText(walk: Walk, end: number): number {
  const { cursor } = walk;
  const length = readLength(cursor, end);
  const start = cursor.position;
  cursor.position = start + length;
  checkText(walk, start, cursor.position);
  return start;
}

function resetPlaces(places: SpanPlaces): void {
  places.traceIdStart = -1;
  places.spanIdStart = -1;
  places.parentSpanIdStart = -1;
  places.traceStateStart = 0;
  places.traceStateEnd = 0;
  places.nameStart = 0;
  places.nameEnd = 0;
  places.kindStart = -1;
  places.startTimeStart = -1;
  places.endTimeStart = -1;
  places.statusCodeStart = -1;
  places.firstEventStart = -1;
}
