import { parsedEventBytesMax } from '../../limits.ts';
import { createJsonPruner, type JsonPruner } from './json-pruner.ts';
import type { Pick } from './pick.ts';

/** Reads server-sent events in pieces and hands over the JSON data of each: of a short one all of it, of others the kept part. */
export type SseReader = {
  readonly feed: (bytes: Uint8Array) => void;
  /** Hands over an event that the end of the stream left without its blank line. */
  readonly end: () => void;
};

/** Whether some events may matter; a quick look, of which a yes is allowed to be wrong. */
export type MayMatter = (events: Uint8Array) => boolean;

/** What an event that nothing more is wanted of is not parsed for. */
export type SseShortcuts = {
  readonly mayMatter: MayMatter;
  /** Is handed the first event, where that is a piece of its own that need not matter: whoever wants it parses it later. */
  readonly first: (event: Uint8Array) => void;
  /** Takes all that a later event says from a look at it; false where it has to be parsed. */
  readonly glance: (event: Uint8Array) => boolean;
};

/**
 * A reader that calls `onEvent` with the data of each event, of which at least `pick` is kept. `[DONE]` comes as an empty list. With
 * `shortcuts`, a piece of whole events that cannot matter is passed over unread: in a stream nearly all of them are.
 */
export const createSseReader = (pick: Pick, onEvent: (data: unknown) => void, shortcuts?: SseShortcuts): SseReader => {
  // Most streams come as whole events, which need none.
  let pruner: JsonPruner | undefined;
  // The first bytes of a line, until they tell whether it is a `data:` line.
  let head = '';
  let line: 'start' | 'data' | 'other' = 'start';
  let hasData = false;
  let hasSeenEvent = false;
  let isAfterReturn = false;

  const end = (): void => {
    if (!hasData) return;
    hasData = false;
    hasSeenEvent = true;
    onEvent(pruner?.take());
  };

  const endLine = (): void => {
    const isBlank = line === 'start' && head === '';
    line = 'start';
    head = '';
    if (isBlank) end();
  };

  const startLine = (byte: number): void => {
    head += String.fromCharCode(byte);
    if (head === FIELD) {
      line = 'data';
      hasData = true;
    } else if (!FIELD.startsWith(head)) line = 'other';
  };

  const feed = (bytes: Uint8Array): void => {
    const isBetweenEvents = line === 'start' && head === '' && !hasData;
    if (isBetweenEvents && shortcuts !== undefined && !isLast(bytes)) {
      if (!hasSeenEvent && isShortEvent(bytes) && !shortcuts.mayMatter(bytes)) {
        hasSeenEvent = true;
        isAfterReturn = false;
        shortcuts.first(bytes);
        return;
      }
      if (hasSeenEvent && endsWithBlankLine(bytes) && (shortcuts.glance(bytes) || !shortcuts.mayMatter(bytes))) return;
    }
    const parsed = isBetweenEvents ? parseShortEvent(bytes) : undefined;
    if (parsed !== undefined) {
      hasSeenEvent = true;
      isAfterReturn = false;
      onEvent(parsed.json);
      return;
    }
    let at = 0;
    while (at < bytes.length) {
      const byte = bytes[at] ?? 0;
      if (byte === LINE_FEED || byte === RETURN) {
        // A return and a line feed are one line break, also when a piece ends between them.
        if (byte === RETURN || !isAfterReturn) endLine();
        isAfterReturn = byte === RETURN;
        at += 1;
      } else if (line === 'start') {
        isAfterReturn = false;
        startLine(byte);
        at += 1;
      } else {
        const stop = endOfLine(bytes, at);
        if (line === 'data') {
          pruner ??= createJsonPruner(pick);
          pruner.feed(bytes.subarray(at, stop));
        }
        at = stop;
      }
    }
  };
  return { feed, end };
};

/** The data of a piece that is one short event of one line: parsed as a whole it is read in a fraction of the time. */
export const parseShortEvent = (bytes: Uint8Array): { readonly json: unknown } | undefined => {
  const { length } = bytes;
  if (isLast(bytes)) return { json: [] };
  if (!isShortEvent(bytes)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('utf8');
  if (!text.startsWith(EVENT) || text.includes('\r')) return undefined;
  try {
    return { json: JSON.parse(text.slice(FIELD.length)) as unknown };
  } catch {
    return undefined;
  }
};

const isShortEvent = (bytes: Uint8Array): boolean => {
  const { length } = bytes;
  return length <= parsedEventBytesMax && bytes[length - 1] === LINE_FEED && bytes.indexOf(LINE_FEED) === length - 2;
};

const FIELD = 'data:';
const EVENT = 'data: {';
const LAST = Buffer.from('data: [DONE]\n\n');
const LINE_FEED = 0x0a;
const RETURN = 0x0d;

const isLast = (bytes: Uint8Array): boolean => bytes.length === LAST.length && LAST.every((byte, index) => bytes[index] === byte);

const endsWithBlankLine = (bytes: Uint8Array): boolean => {
  const { length } = bytes;
  if (bytes[length - 1] !== LINE_FEED) return false;
  return bytes[length - 2] === LINE_FEED || (bytes[length - 2] === RETURN && bytes[length - 3] === LINE_FEED);
};

const endOfLine = (bytes: Uint8Array, from: number): number => {
  const feed = bytes.indexOf(LINE_FEED, from);
  const end = feed === -1 ? bytes.length : feed;
  return end > from && bytes[end - 1] === RETURN ? end - 1 : end;
};
