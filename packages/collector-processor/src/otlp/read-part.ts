import { skipField } from './skip-field.ts';
import { type Cursor, readLength, readTag, wireBytes } from './wire.ts';

/** A field of validated bytes: its number, where it begins with its tag, and where its content stands. */
export type Part = {
  number: number;
  fieldStart: number;
  start: number;
  end: number;
};

/** A part to read into; one serves a whole message. */
export function createPart(): Part {
  return { number: 0, fieldStart: 0, start: 0, end: 0 };
}

/** Reads the next field of validated bytes into `part` and moves past it; false at the end. */
export function readPart(cursor: Cursor, end: number, part: Part): boolean {
  if (cursor.position >= end) return false;
  part.fieldStart = cursor.position;
  const tag = readTag(cursor, end);
  const at = cursor.position;
  skipField(cursor, end, tag, 0);
  part.number = tag >>> 3;
  part.start = at;
  part.end = cursor.position;
  if ((tag & 7) === wireBytes) {
    cursor.position = at;
    part.start = part.end - readLength(cursor, end);
    cursor.position = part.end;
  }
  return true;
}
