import { listItemsMax } from '../../limits.ts';
import type { Pick, PickedFields } from './pick.ts';

/**
 * What `pick` keeps of the JSON in `text`: the same as a pruner keeps of its bytes, read at once. Whatever else is in it is
 * passed over: a long prompt costs a search for its closing quote. It judges nothing: of broken JSON it keeps what it
 * understands. Undefined when there is nothing.
 */
export const pickText = (text: string, pick: Pick): unknown => {
  const from = afterBlanks(text, 0);
  return pick === true ? parsed(text.slice(from, afterValue(text, from))) : pickedParts(text, from, pick);
};

const picked = (text: string, from: number, to: number, pick: Pick): unknown =>
  pick === true ? parsed(text.slice(from, to)) : pickedParts(text, from, pick);

const pickedParts = (text: string, from: number, pick: PickedFields): unknown => {
  const first = text.charCodeAt(from);
  if (first === OPEN_OBJECT) return pickedFields(text, from, pick);
  return first === OPEN_LIST ? pickedItems(text, from, pick) : undefined;
};

const pickedFields = (text: string, from: number, pick: PickedFields): Readonly<Record<string, unknown>> => {
  const fields: Record<string, unknown> = {};
  for (let at = afterBlanks(text, from + 1); text.charCodeAt(at) === QUOTE; at = afterBlanks(text, at + 1)) {
    const keyEnd = afterString(text, at);
    const colon = afterBlanks(text, keyEnd);
    const start = afterBlanks(text, colon + 1);
    const end = afterValue(text, start);
    if (text.charCodeAt(colon) !== COLON || end === start) break;
    const key = keyAt(text, at, keyEnd);
    const inner = Object.hasOwn(pick, key) ? pick[key] : undefined;
    const value = inner === undefined ? undefined : picked(text, start, end, inner);
    if (value !== undefined) fields[key] = value;
    at = afterBlanks(text, end);
    if (text.charCodeAt(at) !== COMMA) break;
  }
  return fields;
};

const pickedItems = (text: string, from: number, { '*': element }: PickedFields): readonly unknown[] => {
  const items: unknown[] = [];
  let at = element === undefined ? text.length : afterBlanks(text, from + 1);
  while (at < text.length && items.length < listItemsMax) {
    const end = afterValue(text, at);
    if (end === at || element === undefined) break;
    const item = picked(text, at, end, element);
    if (item !== undefined) items.push(item);
    at = afterBlanks(text, end);
    if (text.charCodeAt(at) !== COMMA) break;
    at = afterBlanks(text, at + 1);
  }
  return items;
};

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const afterBlanks = (text: string, from: number): number => {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at += 1;
  return at;
};

/** Index behind the closing quote of the string that begins at `from`, or the length of the text. */
const afterString = (text: string, from: number): number => {
  // Most strings are words, and a search costs as much as looking at the letters of a few.
  const wordEnd = Math.min(from + 1 + WORD, text.length);
  for (let at = from + 1; at < wordEnd; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at += 1;
  }
  return afterLongString(text, from);
};

const WORD = 32;

const afterLongString = (text: string, from: number): number => {
  for (let quote = text.indexOf('"', from + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(quote - backslashes - 1) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
};

/** Index behind the value that begins at `from`; `from` itself where there is none. */
const afterValue = (text: string, from: number): number => {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return afterString(text, from);
  let at = from;
  if (first !== OPEN_OBJECT && first !== OPEN_LIST) {
    while (at < text.length && !isEndOfWord(text.charCodeAt(at))) at += 1;
    return at;
  }
  let depth = 0;
  do {
    const code = text.charCodeAt(at);
    at = code === QUOTE ? afterString(text, at) : at + 1;
    if (code === OPEN_OBJECT || code === OPEN_LIST) depth += 1;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth -= 1;
  } while (depth > 0 && at < text.length);
  return at;
};

const isEndOfWord = (code: number): boolean => code === COMMA || code === CLOSE_OBJECT || code === CLOSE_LIST || code <= 0x20;

// A key may be spelled with escapes.
const keyAt = (text: string, from: number, to: number): string => {
  const key = text.slice(from + 1, to - 1);
  return key.includes('\\') ? String(parsed(text.slice(from, to))) : key;
};

// Parsed even where a slice would do: a slice would keep the whole text, and with it the prompt, for as long as it lives.
const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
};
