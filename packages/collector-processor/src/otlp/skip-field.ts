import { messageDepthMax } from './limits.ts';
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
  wireGroupEnd,
  wireGroupStart,
  wireVarint,
} from './wire.ts';

/** Moves past the value of a field nobody knows; `cursor` stands after its tag. Groups must be closed by their own number. */
export function skipField(cursor: Cursor, end: number, tag: number, depth: number): void {
  switch (tag & 7) {
    case wireVarint:
      skipVarint(cursor, end);
      break;
    case wireFixed64:
      skipBytes(cursor, end, 8);
      break;
    case wireBytes:
      skipBytes(cursor, end, readLength(cursor, end));
      break;
    case wireGroupStart:
      skipGroup(cursor, end, tag >>> 3, depth + 1);
      break;
    case wireGroupEnd:
      failAt(cursor.position - 1, `group ${tag >>> 3} ends but never began`);
      break;
    case wireFixed32:
      skipBytes(cursor, end, 4);
      break;
    default:
      failAt(cursor.position - 1, `wire type ${tag & 7} does not exist`);
  }
}

function skipGroup(cursor: Cursor, end: number, number: number, depth: number): void {
  if (depth > messageDepthMax) failAt(cursor.position - 1, `nested deeper than ${messageDepthMax} levels`);
  for (;;) {
    if (cursor.position >= end) failAt(cursor.position - 1, `group ${number} never ends`);
    const tag = readTag(cursor, end);
    if ((tag & 7) !== wireGroupEnd) skipField(cursor, end, tag, depth);
    else if (tag >>> 3 === number) return;
    else failAt(cursor.position - 1, `group ${number} is closed as group ${tag >>> 3}`);
  }
}
