import type { MayMatter } from './sse-reader.ts';

const USAGE = Buffer.from('"usage"');
const MARKS = [Buffer.from('"error"'), Buffer.from('[DONE]'), Buffer.from('"usageMetadata"')];
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;

/**
 * Whether events of any of the known APIs may say something about cost: one has a usage object, an error, or is the last.
 * Inside of texts the quotes are escaped, so an answer that talks about usage does not look like it.
 */
export const mayTellUsage: MayMatter = (events) => {
  const bytes = Buffer.from(events.buffer, events.byteOffset, events.length);
  return hasUsageObject(bytes) || MARKS.some((mark) => bytes.includes(mark));
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
