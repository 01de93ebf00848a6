import { createPart, type Part, readPart } from './read-part.ts';
import { closeMessage, createWriter, finishWriter, openMessage, type Writer, writeRaw } from './writer.ts';

/**
 * A valid ExportLogsServiceRequest without some of its records, counted from 0 in request order. All other bytes stay as they
 * came, but for the lengths around a record that went; a scope or resource that lost its last record goes too.
 *
 *     request: 1 resource_logs · ResourceLogs: 2 scope_logs · ScopeLogs: 2 log_records
 */
export function withoutLogRecords(body: Uint8Array, isDropped: (index: number) => boolean): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const writer = createWriter(bytes.length);
  const copy: Copy = { bytes, writer, isDropped, index: 0 };
  copyLevel(copy, 0, bytes.length, 0);
  return finishWriter(writer);
}

type Copy = {
  readonly bytes: Buffer;
  readonly writer: Writer;
  readonly isDropped: (index: number) => boolean;
  index: number;
};

/** Number of the field that holds the next level: resources, scopes, records. */
const levelFields = [1, 2, 2];

/** Copies the fields of one message. Returns how many records below it stayed and how many went. */
function copyLevel(copy: Copy, start: number, end: number, level: number): { readonly kept: number; readonly dropped: number } {
  const cursor = { bytes: copy.bytes, position: start };
  const part = createPart();
  let [kept, dropped] = [0, 0];
  while (readPart(cursor, end, part)) {
    if (part.number !== levelFields[level]) {
      writeRaw(copy.writer, copy.bytes.subarray(part.fieldStart, part.end));
      continue;
    }
    const below = level === levelFields.length - 1 ? copyRecord(copy, part) : copyGroup(copy, part, level);
    kept += below.kept;
    dropped += below.dropped;
  }
  return { kept, dropped };
}

function copyGroup(copy: Copy, { fieldStart, start, end }: Part, level: number): ReturnType<typeof copyLevel> {
  const { writer, bytes } = copy;
  const before = writer.length;
  const content = openMessage(writer, level === 0 ? 0x0a : 0x12);
  const below = copyLevel(copy, start, end, level + 1);
  if (below.dropped > 0 && below.kept > 0) closeMessage(writer, content);
  else {
    writer.length = before;
    // Nothing went: the group stays byte for byte, however its lengths were written.
    if (below.dropped === 0) writeRaw(writer, bytes.subarray(fieldStart, end));
  }
  return below;
}

function copyRecord(copy: Copy, { fieldStart, end }: Part): ReturnType<typeof copyLevel> {
  const dropped = copy.isDropped(copy.index);
  copy.index += 1;
  if (dropped) return { kept: 0, dropped: 1 };
  writeRaw(copy.writer, copy.bytes.subarray(fieldStart, end));
  return { kept: 1, dropped: 0 };
}
