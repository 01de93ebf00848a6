import { jsonKeyBytesMax, listItemsMax } from '../../limits.ts';
import { createCapture, type JsonCapture } from './json-capture.ts';
import { type CompiledPick, compilePick, fieldAt, fieldNamed, type Pick } from './pick.ts';

/** Reads JSON in pieces and keeps only what was asked for. It judges nothing: of broken JSON it keeps what it understood. */
export type JsonPruner = {
  readonly feed: (bytes: Uint8Array) => void;
  /** The kept part of everything fed since the last call, and a fresh start. Undefined when no value was seen. */
  readonly take: () => unknown;
};

/**
 * A pruner for `pick`. It costs a few nanoseconds a byte and next to nothing inside of texts, holds only what it keeps, and
 * so never holds text that was not asked for: prompts and answers run through it unseen.
 */
export const createJsonPruner = (pick: Pick): JsonPruner => {
  const state: State = { ...freshState(), pick: compilePick(pick), capture: createCapture() };
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

/** An object or list that is kept in part. */
type Frame = {
  readonly pick: CompiledPick;
  readonly target: Record<string, unknown> | unknown[];
  /** Name and pick of the field whose value comes next; undefined while it is not wanted. */
  key: string;
  child: CompiledPick | undefined;
};

type State = {
  readonly pick: CompiledPick;
  readonly capture: JsonCapture;
  /** From the outside in. */
  frames: Frame[];
  root: { value?: unknown };
  /** Depth inside a value that is skipped, or captured as a whole; 0 while the frames are in charge. */
  depth: number;
  /** What the next byte continues: a string, or a number or word, which ends before the next delimiter. */
  run: 'none' | 'key' | 'string' | 'captured-word' | 'skipped-word';
  isEscaped: boolean;
  expectsKey: boolean;
  /** The beginning of a key that is spread over pieces. */
  keyStart: string;
};

const freshState = (): Omit<State, 'pick' | 'capture'> => ({
  frames: [],
  root: {},
  depth: 0,
  run: 'none',
  isEscaped: false,
  expectsKey: false,
  keyStart: '',
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
    if (state.run === 'key' || state.run === 'string') at = readString(state, bytes, at);
    else if (state.run !== 'none') at = readWord(state, bytes, at);
    else if (state.depth > 0) at = skip(state, bytes, at);
    else at = structure(state, bytes, at);
  }
  state.capture.suspend(bytes);
};

/** Takes one byte outside of strings, at the level of the frames. */
const structure = (state: State, bytes: Uint8Array, at: number): number => {
  const byte = bytes[at] ?? 0;
  if (byte === QUOTE) {
    startString(state, at);
  } else if (isOpening(byte)) {
    openValue(state, byte, at);
  } else if (isClosing(byte)) {
    state.frames.pop();
    state.expectsKey = false;
  } else if (byte === COMMA) {
    const frame = state.frames.at(-1);
    state.expectsKey = frame !== undefined && !Array.isArray(frame.target);
  } else if (byte > 0x20 && byte !== COLON) {
    const isWanted = nextPick(state)?.isWhole === true;
    if (isWanted) state.capture.start(at);
    state.run = isWanted ? 'captured-word' : 'skipped-word';
  }
  return at + 1;
};

/** Reads on inside a value that is skipped or captured, up to a string or the end of the value. */
const skip = (state: State, bytes: Uint8Array, from: number): number => {
  let { depth } = state;
  let at = from;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    // Digits and blanks, of which long lists are made, are below or between the bytes that mean anything.
    if (byte === QUOTE) {
      state.run = 'string';
      at += 1;
      break;
    }
    if (byte < OPEN_LIST) continue;
    if (isOpening(byte)) depth += 1;
    else if (isClosing(byte)) {
      depth -= 1;
      if (depth > 0) continue;
      at += 1;
      if (state.capture.isOpen()) endCapture(state, bytes, at);
      break;
    }
  }
  state.depth = depth;
  return at;
};

const openValue = (state: State, byte: number, at: number): void => {
  const wanted = nextPick(state);
  if (wanted === undefined || wanted.isWhole) {
    if (wanted !== undefined) state.capture.start(at);
    state.depth = 1;
    return;
  }
  // Without a prototype a field named __proto__ is a field.
  const target: Frame['target'] = byte === OPEN_LIST ? [] : (Object.create(null) as Record<string, unknown>);
  put(state, target);
  state.frames.push({ pick: wanted, target, key: '', child: undefined });
  state.expectsKey = byte === OPEN_OBJECT;
};

/** What to keep of the value that comes next. */
const nextPick = (state: State): CompiledPick | undefined => {
  const frame = state.frames.at(-1);
  if (frame === undefined) return 'value' in state.root ? undefined : state.pick;
  if (!Array.isArray(frame.target)) return frame.child;
  return frame.target.length < listItemsMax ? frame.pick.element : undefined;
};

const put = (state: State, value: unknown): void => {
  const frame = state.frames.at(-1);
  if (frame === undefined) state.root = { value };
  else if (Array.isArray(frame.target)) frame.target.push(value);
  else frame.target[frame.key] = value;
};

const startString = (state: State, at: number): void => {
  state.run = state.expectsKey ? 'key' : 'string';
  state.keyStart = '';
  if (!state.expectsKey && nextPick(state)?.isWhole === true) state.capture.start(at);
};

/** Reads on inside a string; returns the index behind its closing quote, or the length of the piece. */
const readString = (state: State, bytes: Uint8Array, from: number): number => {
  const end = endOfString(state, bytes, from);
  if (end === bytes.length) {
    if (state.run === 'key' && state.keyStart.length < jsonKeyBytesMax) state.keyStart += latin1(bytes, from, end);
    return end;
  }
  if (state.run === 'key') {
    readKey(state, bytes, from, end);
  } else if (state.depth === 0 && state.capture.isOpen()) {
    endCapture(state, bytes, end + 1);
  }
  state.run = 'none';
  return end + 1;
};

const readKey = (state: State, bytes: Uint8Array, from: number, end: number): void => {
  state.expectsKey = false;
  const frame = state.frames.at(-1);
  if (frame === undefined) return;
  const isSimple = state.keyStart === '' && bytes.subarray(from, end).indexOf(BACKSLASH) === -1;
  const field = isSimple
    ? fieldAt(frame.pick, bytes, from, end)
    : fieldNamed(frame.pick, unescaped(state.keyStart + latin1(bytes, from, end)));
  frame.key = field?.name ?? '';
  frame.child = field?.pick;
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

const readWord = (state: State, bytes: Uint8Array, from: number): number => {
  let at = from;
  while (at < bytes.length && !isDelimiter(bytes[at] ?? 0)) at += 1;
  if (at === bytes.length) return at;
  const isCaptured = state.run === 'captured-word';
  state.run = 'none';
  if (isCaptured) endCapture(state, bytes, at);
  return at;
};

const endCapture = (state: State, bytes: Uint8Array, end: number): void => {
  const captured = state.capture.finish(bytes, end);
  if (captured !== undefined) put(state, captured.json);
};

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, to - from)).toString('latin1');

// A key may be spelled with escapes, and a wanted one may need them.
const unescaped = (text: string): string => {
  try {
    return String(JSON.parse(`"${Buffer.from(text, 'latin1').toString('utf8')}"`));
  } catch {
    return text;
  }
};
