import type { MayMatter } from './sse-reader.ts';

const USAGE = '"usage"';
const MARKS = ['"finish_reason":"', '"error"', '[DONE]', '"usageMetadata"'] as const;
const NOTHING_NEW = Buffer.from('"finish_reason":null}],"usage":null}\n\n');
const LINE_FEED = 0x0a;

/**
 * Whether events of any of the known APIs may say something that matters: one has a usage object, an error, the reason why
 * the answer ended, or is the last.
 * Inside of texts the quotes are escaped, so an answer that talks about usage does not look like it.
 */
export const mayTellUsage: MayMatter = (events) => {
  if (saysNothingNew(events)) return false;
  const text = asText(events);
  return hasUsageObject(text) || MARKS.some((mark) => text.includes(mark));
};

/** Whether a piece is an event like nearly every one of a stream whose usage is asked for, which its end alone tells. */
export const saysNothingNew = (event: Uint8Array): boolean =>
  endsWith(event, NOTHING_NEW) && event.indexOf(LINE_FEED) === event.length - 2;

/** Whether a piece ends with these bytes. */
export const endsWith = (piece: Uint8Array, ending: Uint8Array): boolean => {
  const start = piece.length - ending.length;
  if (start < 0) return false;
  for (let index = 0; index < ending.length; index += 1) {
    if (piece[start + index] !== ending[index]) return false;
  }
  return true;
};

/** A piece as text with a character for each byte: to search it costs a fraction of what searching the bytes does. */
export const asText = (piece: Uint8Array): string => Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1');

// Most streams say `"usage":null` in every event.
const hasUsageObject = (text: string): boolean => {
  for (let found = text.indexOf(USAGE); found !== -1; found = text.indexOf(USAGE, found + USAGE.length)) {
    let at = found + USAGE.length;
    while (text.charCodeAt(at) <= 0x20 || text[at] === ':') at += 1;
    if (text[at] === '{') return true;
  }
  return false;
};
