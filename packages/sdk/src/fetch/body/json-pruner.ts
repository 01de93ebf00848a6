import { jsonKeyBytesMax, listItemsMax } from '../../limits.ts';
import { createCapture, type JsonCapture } from './json-capture.ts';

/** What to keep of a JSON value: `true` the whole value, an object its named fields, `*` each element of a list. */
export type Pick = true | { readonly [field: string]: Pick };

/** Reads JSON in pieces and keeps only what was asked for. It judges nothing: of broken JSON it keeps what it understood. */
export type JsonPruner = {
  readonly feed: (bytes: Uint8Array) => void;
  /** The kept part of everything fed since the last call, and a fresh start. Undefined when no value was seen. */
  readonly take: () => unknown;
};

/**
 * A pruner for `pick`. It costs about a nanosecond a byte, holds nothing but what it keeps, and never holds text that
 * was not asked for: prompts and answers run through it unseen.
 */
export const createJsonPruner = (pick: Pick): JsonPruner => {
  const state: State = { ...freshState(), pick, capture: createCapture() };
  return {
    feed: (bytes) => feed(state, bytes),
    take: () => {
      if (state.run === 'captured-word') endCapture(state, new Uint8Array(0), 0);
      const { value } = state.root;
      state.capture.drop();
      Object.assign(state, freshState());
      return value;
    },
  };
};

type Frame = { readonly pick: Exclude<Pick, true>; readonly target: Record<string, unknown> | unknown[]; key: string };

type State = {
  readonly pick: Pick;
  readonly capture: JsonCapture;
  /** Objects and lists that are kept in part, from the outside in. */
  frames: Frame[];
  root: { value?: unknown };
  /** Depth inside a value that is skipped, or captured as a whole; 0 while the frames are in charge. */
  depth: number;
  /** What the next byte continues: a string, or a number or word, which ends before the next delimiter. */
  run: 'none' | 'key' | 'string' | 'captured-word' | 'skipped-word';
  isEscaped: boolean;
  expectsKey: boolean;
  keyText: string;
};

const freshState = (): Omit<State, 'pick' | 'capture'> => ({
  frames: [],
  root: {},
  depth: 0,
  run: 'none',
  isEscaped: false,
  expectsKey: false,
  keyText: '',
});

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isOpening = (byte: number): boolean => byte === OPEN_OBJECT || byte === OPEN_LIST;
const isClosing = (byte: number): boolean => byte === CLOSE_OBJECT || byte === CLOSE_LIST;
const isDelimiter = (byte: number): boolean => byte === COMMA || isClosing(byte) || byte <= 0x20;

const feed = (state: State, bytes: Uint8Array): void => {
  state.capture.resume();
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (state.run === 'key' || state.run === 'string') {
      at = readString(state, bytes, at);
    } else if (state.run !== 'none') {
      if (isDelimiter(byte)) endWord(state, bytes, at);
      else at += 1;
    } else {
      if (byte === QUOTE) startString(state, at);
      else if (state.depth > 0) skip(state, bytes, at);
      else if (byte > 0x20) structure(state, byte, at);
      at += 1;
    }
  }
  state.capture.suspend(bytes);
};

/** Takes one byte outside of strings, at the level of the frames. */
const structure = (state: State, byte: number, at: number): void => {
  if (isOpening(byte)) {
    openValue(state, byte, at);
  } else if (isClosing(byte)) {
    state.frames.pop();
    state.expectsKey = false;
  } else if (byte === COMMA) {
    const frame = state.frames.at(-1);
    state.expectsKey = frame !== undefined && !Array.isArray(frame.target);
  } else if (byte !== COLON) {
    const isWanted = childPick(state) === true;
    if (isWanted) state.capture.start(at);
    state.run = isWanted ? 'captured-word' : 'skipped-word';
  }
};

/** Takes one byte outside of strings, inside a value that is skipped or captured. */
const skip = (state: State, bytes: Uint8Array, at: number): void => {
  const byte = bytes[at] ?? 0;
  if (isOpening(byte)) state.depth += 1;
  else if (isClosing(byte)) {
    state.depth -= 1;
    if (state.depth === 0 && state.capture.isOpen()) endCapture(state, bytes, at + 1);
  }
};

const openValue = (state: State, byte: number, at: number): void => {
  const wanted = childPick(state);
  if (wanted === true) state.capture.start(at);
  if (wanted === undefined || wanted === true) {
    state.depth = 1;
    return;
  }
  // Without a prototype a field named __proto__ is a field.
  const target: Frame['target'] = byte === OPEN_LIST ? [] : (Object.create(null) as Record<string, unknown>);
  put(state, target);
  state.frames.push({ pick: wanted, target, key: '' });
  state.expectsKey = byte === OPEN_OBJECT;
};

const childPick = (state: State): Pick | undefined => {
  const frame = state.frames.at(-1);
  if (frame === undefined) return 'value' in state.root ? undefined : state.pick;
  if (!Array.isArray(frame.target)) return Object.hasOwn(frame.pick, frame.key) ? frame.pick[frame.key] : undefined;
  return frame.target.length < listItemsMax ? frame.pick['*'] : undefined;
};

const put = (state: State, value: unknown): void => {
  const frame = state.frames.at(-1);
  if (frame === undefined) state.root = { value };
  else if (Array.isArray(frame.target)) frame.target.push(value);
  else frame.target[frame.key] = value;
};

const startString = (state: State, at: number): void => {
  state.run = state.expectsKey && state.depth === 0 ? 'key' : 'string';
  state.keyText = '';
  if (state.run === 'string' && state.depth === 0 && childPick(state) === true) state.capture.start(at);
};

/** Reads on inside a string; returns the index behind its closing quote, or the length of the piece. */
const readString = (state: State, bytes: Uint8Array, from: number): number => {
  const end = endOfString(state, bytes, from);
  if (state.run === 'key' && state.keyText.length < jsonKeyBytesMax) state.keyText += latin1(bytes, from, end);
  if (end === bytes.length) return end;
  if (state.run === 'key') {
    const frame = state.frames.at(-1);
    if (frame !== undefined) frame.key = keyOf(state.keyText);
    state.expectsKey = false;
  } else if (state.depth === 0 && state.capture.isOpen()) {
    endCapture(state, bytes, end + 1);
  }
  state.run = 'none';
  return end + 1;
};

/** Index of the quote that closes the string, or the length of the piece. */
const endOfString = (state: State, bytes: Uint8Array, from: number): number => {
  const start = state.isEscaped ? from + 1 : from;
  state.isEscaped = false;
  let search = start;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, search);
    const end = quote === -1 ? bytes.length : quote;
    let backslashes = 0;
    while (end - backslashes > start && bytes[end - backslashes - 1] === BACKSLASH) backslashes += 1;
    if (quote === -1) state.isEscaped = backslashes % 2 === 1;
    if (quote === -1 || backslashes % 2 === 0) return end;
    search = quote + 1;
  }
};

const endWord = (state: State, bytes: Uint8Array, at: number): void => {
  const isCaptured = state.run === 'captured-word';
  state.run = 'none';
  if (isCaptured) endCapture(state, bytes, at);
};

const endCapture = (state: State, bytes: Uint8Array, end: number): void => {
  const captured = state.capture.finish(bytes, end);
  if (captured !== undefined) put(state, captured.json);
};

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, to - from)).toString('latin1');

// A key may spell its letters as escapes; the wanted keys are ASCII.
const keyOf = (text: string): string => {
  if (!text.includes('\\')) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
};
