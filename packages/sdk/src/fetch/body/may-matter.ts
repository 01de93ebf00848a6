import type { MayMatter } from './sse-reader.ts';

const USAGE = Buffer.from('"usage"');
const MARKS = [Buffer.from('"error"'), Buffer.from('[DONE]'), Buffer.from('"usageMetadata"')];
const NULL_USAGE = Buffer.from(',"usage":null}\n\n');
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const LINE_FEED = 0x0a;

/**
 * Whether events of any of the known APIs may say something about cost: one has a usage object, an error, or is the last.
 * Inside of texts the quotes are escaped, so an answer that talks about usage does not look like it.
 */
export const mayTellUsage: MayMatter = (events) => {
  // Nearly every piece of a stream whose usage is asked for, told by its end alone.
  if (isOneLine(events) && endsWithNullUsage(events)) return false;
  const bytes = Buffer.from(events.buffer, events.byteOffset, events.length);
  return hasUsageObject(bytes) || MARKS.some((mark) => bytes.includes(mark));
};

const isOneLine = (events: Uint8Array): boolean => events.indexOf(LINE_FEED) === events.length - 2;

const endsWithNullUsage = (events: Uint8Array): boolean => {
  const start = events.length - NULL_USAGE.length;
  for (let index = 0; index < NULL_USAGE.length; index += 1) {
    if (events[start + index] !== NULL_USAGE[index]) return false;
  }
  return true;
};

// Most streams say `"usage":null` in every event.
const hasUsageObject = (bytes: Buffer): boolean => {
  for (let found = bytes.indexOf(USAGE); found !== -1; found = bytes.indexOf(USAGE, found + USAGE.length)) {
    let at = found + USAGE.length;
    while (at < bytes.length && ((bytes[at] ?? 0) <= 0x20 || bytes[at] === COLON)) at += 1;
    if (bytes[at] === OPEN_OBJECT) return true;
  }
  return false;
};
