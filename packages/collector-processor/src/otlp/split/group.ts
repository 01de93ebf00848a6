import { createPart, readPart } from '../read-part.ts';

/** Some bytes of a request, from one offset to another. */
export type Slice = { readonly start: number; readonly end: number };

/**
 * A message taken apart: the fields that hold the next level, and all others, which every part repeats. `members` is empty for
 * an item, which is not taken apart.
 */
export type Group = {
  /** The message with its tag and length. */
  readonly whole: Slice;
  /** Its content. */
  readonly content: Slice;
  /** All fields but the members: resource or scope, schema_url, unknown ones. */
  readonly envelope: readonly Slice[];
  readonly envelopeBytes: number;
  readonly members: readonly Group[];
};

/** Number of the field that holds the members: of a request, a resource group, a scope group. In every signal the same. */
const memberNumbers = [1, 2, 2];

/** Takes a valid request apart, down to its spans, log records or metrics. */
export function readGroup(bytes: Buffer, whole: Slice, content: Slice, level: number): Group {
  const envelope: Slice[] = [];
  const members: Group[] = [];
  if (level === memberNumbers.length) return { whole, content, envelope, envelopeBytes: 0, members };
  const cursor = { bytes, position: content.start };
  const part = createPart();
  while (readPart(cursor, content.end, part)) {
    const field = { start: part.fieldStart, end: part.end };
    if (part.number === memberNumbers[level])
      members.push(readGroup(bytes, field, { start: part.start, end: part.end }, level + 1));
    else envelope.push(field);
  }
  const envelopeBytes = envelope.reduce((sum, field) => sum + field.end - field.start, 0);
  return { whole, content, envelope, envelopeBytes, members };
}

/** Bytes of a message field with this content: a tag of one byte, the length, the content. */
export function sizeOfField(contentBytes: number): number {
  let size = 2 + contentBytes;
  for (let rest = contentBytes; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}
