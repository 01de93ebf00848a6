import type { MayMatter } from './sse-reader.ts';

const USAGE = Buffer.from('"usage"');
const MARKS = ['"error"', '[DONE]', '"usageMetadata"', '"finish_reason":"'].map((mark) => Buffer.from(mark));
const NOTHING_NEW = Buffer.from('"finish_reason":null}],"usage":null}\n\n');
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const LINE_FEED = 0x0a;

/**
 * Whether events of any of the known APIs may say something that matters: one has a usage object, an error, the reason why
 * the answer ended, or is the last.
 * Inside of texts the quotes are escaped, so an answer that talks about usage does not look like it.
 */
export const mayTellUsage: MayMatter = (events) => {
  if (saysNothingNew(events)) return false;
  const bytes = Buffer.from(events.buffer, events.byteOffset, events.length);
  return hasUsageObject(bytes) || MARKS.some((mark) => bytes.includes(mark));
};

/** Whether a piece is an event like nearly every one of a stream whose usage is asked for, which its end alone tells. */
export const saysNothingNew = (event: Uint8Array): boolean => {
  const start = event.length - NOTHING_NEW.length;
  for (let index = 0; index < NOTHING_NEW.length; index += 1) {
    if (event[start + index] !== NOTHING_NEW[index]) return false;
  }
  return event.indexOf(LINE_FEED) === event.length - 2;
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
