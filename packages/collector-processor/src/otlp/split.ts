import { strict as assert } from 'node:assert';
import type { CodecResult, Signal } from './codec.ts';
import { countItem } from './count-items.ts';
import { type Group, readGroup } from './split/group.ts';
import { type Planned, planParts } from './split/plan-parts.ts';
import { validateRequest } from './validate-request.ts';
import { createWriter, finishWriter, type Writer, writeRaw, writeVarint } from './writer.ts';

/** A request in parts that a destination takes. */
export type SplitRequest = {
  /** The request itself where it is small enough. Empty when every item is too large alone. */
  readonly parts: readonly Uint8Array[];
  /** Spans, log records or data points left out because one alone, with its resource and scope, is over the bound. */
  readonly oversizeCount: number;
};

/**
 * Splits a request at the borders of its spans, log records or metrics so that no part is over `bytesMax` bytes. Every part
 * repeats resource and scope; items leave in their order, byte for byte. Groups without items are left out of parts.
 */
export function splitByBytes(signal: Signal, body: Uint8Array, bytesMax: number): CodecResult<SplitRequest> {
  if (body.length <= bytesMax) return { kind: 'ok', parts: [body], oversizeCount: 0 };
  const valid = validateRequest(signal, body);
  if (valid.kind !== 'ok') return valid;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const whole = { start: 0, end: bytes.length };
  const { parts, oversize } = planParts(readGroup(bytes, whole, whole, 0), bytesMax);
  return {
    kind: 'ok',
    parts: parts.map((part) => writePart(bytes, part)),
    oversizeCount: oversize.reduce((sum, { content }) => sum + countItem(signal, bytes, content.start, content.end), 0),
  };
}

function writePart(bytes: Buffer, part: Planned): Buffer {
  const writer = createWriter(part.contentBytes);
  writeContent(writer, bytes, part, 0);
  assert(writer.length === part.contentBytes, `split: planned ${part.contentBytes} bytes, wrote ${writer.length}`);
  return finishWriter(writer);
}

/** Tags of the members of a request, a resource group and a scope group. */
const memberTags = [0x0a, 0x12, 0x12];

function writeContent(writer: Writer, bytes: Buffer, { group, members }: Planned, level: number): void {
  for (const { start, end } of group.envelope) writeRaw(writer, bytes.subarray(start, end));
  for (const member of members) {
    if (level === memberTags.length - 1) writeWhole(writer, bytes, member.group);
    else {
      writeVarint(writer, memberTags[level]!);
      writeVarint(writer, member.contentBytes);
      writeContent(writer, bytes, member, level + 1);
    }
  }
}

function writeWhole(writer: Writer, bytes: Buffer, { whole }: Group): void {
  writeRaw(writer, bytes.subarray(whole.start, whole.end));
}
