import { messageDepthMax } from './limits.ts';
import type { Field, FieldType, Message } from './messages/message.ts';
import { skipField } from './skip-field.ts';
import { isText } from './text.ts';
import type { Walk } from './walk.ts';
import {
  type Cursor,
  failAt,
  readLength,
  readTag,
  skipBytes,
  skipVarint,
  wireBytes,
  wireFixed32,
  wireFixed64,
  wireVarint,
} from './wire.ts';

/**
 * Checks that the bytes from the cursor to `end` are this message, down to the last nested value: tags, wire types, lengths,
 * varints, length of ids, depth. A known field of another wire type is refused, as the Collector refuses it; unknown fields
 * only have to be well formed. Leaves the cursor at `end`, or throws a `WireFault`.
 */
export function validateMessage(walk: Walk, end: number, message: Message, depth: number): void {
  const { cursor } = walk;
  if (depth > messageDepthMax) failAt(cursor.position - 1, `nested deeper than ${messageDepthMax} levels`);
  while (cursor.position < end) {
    const tag = readTag(cursor, end);
    const field = message.byTag[tag];
    if (field === undefined) validateOther(cursor, end, tag, message, depth);
    else validateKnown(walk, end, field, depth);
  }
}

/** Checks the field whose `tag` has just been read; `message` is the one it belongs to, at level `depth`. */
export function validateField(walk: Walk, end: number, tag: number, message: Message, depth: number): void {
  const field = message.byTag[tag];
  if (field === undefined) validateOther(walk.cursor, end, tag, message, depth);
  else validateKnown(walk, end, field, depth);
}

function validateKnown(walk: Walk, end: number, field: Field, depth: number): void {
  const { cursor } = walk;
  switch (field.wireType) {
    case wireVarint:
      skipVarint(cursor, end);
      break;
    case wireFixed64:
      skipBytes(cursor, end, 8);
      break;
    case wireFixed32:
      skipBytes(cursor, end, 4);
      break;
    default: {
      const start = cursor.position;
      const contentEnd = readLength(cursor, end) + cursor.position;
      if (field.type === 'message') validateMessage(walk, contentEnd, field.message!(), depth + 1);
      else validateContent(walk, start, contentEnd, field.type);
    }
  }
}

/** `start` is where the length stands; the cursor is behind it and is left at `contentEnd`. */
function validateContent(walk: Walk, start: number, contentEnd: number, type: FieldType): void {
  const { cursor } = walk;
  if (type === 'string') checkText(walk, cursor.position, contentEnd);
  else if (type === 'id16') checkIdLength(start, contentEnd - cursor.position, 16);
  else if (type === 'id8') checkIdLength(start, contentEnd - cursor.position, 8);
  cursor.position = contentEnd;
}

/** A field that is not in the table under this tag: unknown, packed, or of a wrong wire type. */
function validateOther(cursor: Cursor, end: number, tag: number, message: Message, depth: number): void {
  const field = message.byNumber[tag >>> 3];
  if (field === undefined) skipField(cursor, end, tag, depth);
  else if (field.packable && (tag & 7) === wireBytes) validatePacked(cursor, end, field);
  else failAt(cursor.position - 1, `expected wire type ${field.wireType}, found ${tag & 7}`);
}

/** Counts a text that is not UTF-8. */
export function checkText(walk: Walk, start: number, end: number): void {
  if (!isText(walk.cursor.bytes, walk.view, start, end)) walk.tally.invalidUtf8Count += 1;
}

/** An id is absent or complete: a Collector refuses the whole request for any other length. */
export function checkIdLength(start: number, length: number, expected: number): void {
  if (length !== 0 && length !== expected) failAt(start, `expected an id of ${expected} bytes, found ${length}`);
}

function validatePacked(cursor: Cursor, end: number, field: Field): void {
  const start = cursor.position;
  const length = readLength(cursor, end);
  const packedEnd = cursor.position + length;
  if (field.wireType === wireVarint) {
    while (cursor.position < packedEnd) skipVarint(cursor, packedEnd);
    return;
  }
  const width = field.wireType === wireFixed64 ? 8 : 4;
  if (length % width !== 0) failAt(start, `expected a multiple of ${width} bytes, found ${length}`);
  cursor.position = packedEnd;
}
