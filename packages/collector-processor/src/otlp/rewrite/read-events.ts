import { decodeKeyValue } from '../any-value.ts';
import { createPart, type Part, readPart } from '../read-part.ts';
import type { AttributeValue, SpanEvent } from '../span-view.ts';

/** The events from `start` to `end` of a validated span whose name starts with the prefix, in wire order. */
export function readEvents(bytes: Buffer, start: number, end: number, prefix: Uint8Array): readonly SpanEvent[] {
  const events: SpanEvent[] = [];
  const cursor = { bytes, position: start };
  const part = createPart();
  while (readPart(cursor, end, part)) {
    if (part.number === 11 && hasName(bytes, part, prefix)) events.push(readEvent(bytes, part));
  }
  return events;
}

/** Event: 2 name string. Most spans with events have exceptions and messages in them, which are not decoded. */
function hasName(bytes: Buffer, event: Part, prefix: Uint8Array): boolean {
  const cursor = { bytes, position: event.start };
  const part = createPart();
  let found = false;
  while (readPart(cursor, event.end, part)) {
    if (part.number === 2) found = startsWith(bytes, part, prefix);
  }
  return found;
}

function startsWith(bytes: Buffer, { start, end }: Part, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false;
  for (let index = 0; index < prefix.length; index += 1) if (bytes[start + index] !== prefix[index]) return false;
  return true;
}

/**
 *     1 time_unix_nano  fixed64     3 attributes                KeyValue repeated
 *     2 name            string      4 dropped_attributes_count  uint32
 */
function readEvent(bytes: Buffer, event: Part): SpanEvent {
  const cursor = { bytes, position: event.start };
  const part = createPart();
  const attributes = new Map<string, AttributeValue>();
  let name = '';
  let timeUnixNs = 0n;
  while (readPart(cursor, event.end, part)) {
    if (part.number === 1) timeUnixNs = bytes.readBigUInt64LE(part.start);
    else if (part.number === 2) name = bytes.toString('utf8', part.start, part.end);
    else if (part.number === 3) {
      const [key, value] = decodeKeyValue(bytes, part.start, part.end);
      if (value !== undefined) attributes.set(key, value);
    }
  }
  return { name, timeUnixNs, attributes };
}
