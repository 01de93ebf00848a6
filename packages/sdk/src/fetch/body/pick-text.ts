/**
 * The wanted fields of the JSON object that `text` holds; undefined when it holds none. Whatever else is in it is passed over:
 * a long prompt costs a search for its closing quote. It judges nothing: of broken JSON it finds what it understands.
 */
export const topFields = (text: string, wanted: ReadonlySet<string>): Readonly<Record<string, unknown>> | undefined => {
  const fields: Record<string, unknown> = {};
  let at = afterBlanks(text, 0);
  if (text.charCodeAt(at) !== OPEN_OBJECT) return undefined;
  for (;;) {
    at = afterBlanks(text, at + 1);
    if (text.charCodeAt(at) !== QUOTE) return fields;
    const keyEnd = afterString(text, at);
    const key = keyAt(text, at, keyEnd);
    const colon = afterBlanks(text, keyEnd);
    const start = afterBlanks(text, colon + 1);
    const end = afterValue(text, start);
    if (text.charCodeAt(colon) !== COLON || end === start) return fields;
    if (wanted.has(key)) fields[key] = parsed(text.slice(start, end));
    at = afterBlanks(text, end);
    if (text.charCodeAt(at) !== COMMA) return fields;
  }
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
  for (let quote = text.indexOf('"', from + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(quote - backslashes - 1) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
};

/** Index behind the value that begins at `from`. */
const afterValue = (text: string, from: number): number => {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return afterString(text, from);
  let at = from;
  if (first !== OPEN_OBJECT && first !== OPEN_LIST) {
    while (at < text.length && !isEndOfWord(text.charCodeAt(at))) at += 1;
    return at;
  }
  let depth = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = afterString(text, at);
      continue;
    }
    at += 1;
    if (code === OPEN_OBJECT || code === OPEN_LIST) depth += 1;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth -= 1;
    if (depth === 0) return at;
  }
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
