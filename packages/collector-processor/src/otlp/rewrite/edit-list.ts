import { createWriter, type Writer, writeVarint } from '../writer.ts';

/** Changes to a request, in the order of their place: some bytes removed, some of `inserted` put there. */
export type EditList = {
  count: number;
  /** Four numbers per edit: position, bytes removed, start and end of the bytes put there, in `inserted`. */
  numbers: Int32Array;
  readonly inserted: Writer;
};

const width = 4;

/** An empty list. */
export function createEditList(): EditList {
  return { count: 0, numbers: new Int32Array(1_024 * width), inserted: createWriter(65_536) };
}

/** Forgets all edits; memory stays. */
export function clearEdits(edits: EditList): void {
  edits.count = 0;
  edits.inserted.length = 0;
}

/** Adds an edit behind all others; returns its number. What it inserts is `inserted` from `insertStart` to `insertEnd`. */
export function addEdit(edits: EditList, position: number, removed: number, insertStart: number, insertEnd: number): number {
  const base = edits.count * width;
  if (base === edits.numbers.length) {
    const larger = new Int32Array(edits.numbers.length * 2);
    larger.set(edits.numbers);
    edits.numbers = larger;
  }
  edits.numbers[base] = position;
  edits.numbers[base + 1] = removed;
  edits.numbers[base + 2] = insertStart;
  edits.numbers[base + 3] = insertEnd;
  edits.count += 1;
  return edits.count - 1;
}

/**
 * Holds the place of a message's length before its content is looked at. Close it with {@link closeLength}; on the wire the
 * length comes first, but only the edits inside tell whether it changes.
 */
export function openLength(edits: EditList, lengthStart: number, contentStart: number): number {
  return addEdit(edits, lengthStart, contentStart - lengthStart, 0, 0);
}

/**
 * Fills in the length of a message whose content grew by `growth` bytes; returns by how much the message with its length grew.
 * Without any edit inside, the place is given back and the bytes stay as they came, even a length in an unusual spelling.
 */
export function closeLength(edits: EditList, edit: number, contentLength: number, growth: number): number {
  if (edits.count === edit + 1) {
    edits.count = edit;
    return 0;
  }
  const start = edits.inserted.length;
  writeVarint(edits.inserted, contentLength + growth);
  const base = edit * width;
  edits.numbers[base + 2] = start;
  edits.numbers[base + 3] = edits.inserted.length;
  return growth + (edits.inserted.length - start) - edits.numbers[base + 1]!;
}

/** Writes the request with all edits made to `output`, which has exactly its length. */
export function applyEdits(edits: EditList, body: Buffer, output: Buffer): void {
  let read = 0;
  let written = 0;
  for (let base = 0; base < edits.count * width; base += width) {
    const position = edits.numbers[base]!;
    const insertStart = edits.numbers[base + 2]!;
    const insertEnd = edits.numbers[base + 3]!;
    written += copyBytes(body, read, position, output, written);
    written += copyBytes(edits.inserted.bytes, insertStart, insertEnd, output, written);
    read = position + edits.numbers[base + 1]!;
  }
  copyBytes(body, read, body.length, output, written);
}

/** Few bytes are copied here, many natively: the call costs as much as some thirty bytes. */
function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  if (end - start > 32) source.copy(target, at, start, end);
  else for (let index = start; index < end; index += 1) target[at + index - start] = source[index]!;
  return end - start;
}
