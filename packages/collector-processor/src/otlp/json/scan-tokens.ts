/** JSON being scanned: where in the bytes. */
export type JsonCursor = { bytes: Buffer; position: number };

/** Thrown where the scan meets what it leaves to the parser: something rare, or no JSON at all. It says nothing about which. */
export const unusual: Error = new Error('left to the parser');

export const quote = 0x22;
const comma = 0x2c;
export const colon = 0x3a;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const backslash = 0x5c;
export const minus = 0x2d;
const [letterT, letterF, letterN] = [0x74, 0x66, 0x6e];

/** Nesting of values nobody reads. Beyond it the parser, which does not recurse, takes over. */
const skippedDepthMax = 200;

/** Moves past white space and returns the byte there; undefined at the end. */
export function skipSpace(cursor: JsonCursor): number | undefined {
  const { bytes } = cursor;
  let { position } = cursor;
  for (;;) {
    const byte = bytes[position];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
      cursor.position = position;
      return byte;
    }
    position += 1;
  }
}

/** Moves past white space and this byte. */
export function expectByte(cursor: JsonCursor, byte: number): void {
  if (skipSpace(cursor) !== byte) throw unusual;
  cursor.position += 1;
}

/** True when another member or element follows; moves past the comma, or past `end`. */
export function hasAnother(cursor: JsonCursor, end: number): boolean {
  const byte = skipSpace(cursor);
  if (byte !== comma && byte !== end) throw unusual;
  cursor.position += 1;
  return byte === comma;
}

/** Moves past an opening bracket; true when something follows before `end`, else moves past that too. */
export function opens(cursor: JsonCursor, start: number, end: number): boolean {
  expectByte(cursor, start);
  if (skipSpace(cursor) !== end) return true;
  cursor.position += 1;
  return false;
}

/** Moves past a string without escapes and returns where its content ends; -1, at the start of the content, when it has escapes. */
export function plainStringEnd(cursor: JsonCursor): number {
  expectByte(cursor, quote);
  const { bytes } = cursor;
  const start = cursor.position;
  let position = start;
  for (;;) {
    const byte = bytes[position];
    if (byte === quote) {
      cursor.position = position + 1;
      return position;
    }
    if (byte === backslash) return -1;
    // A control character, or the end of the bytes.
    if (byte === undefined || byte < 0x20) throw unusual;
    position += 1;
  }
}

/** True, having moved past it, when the value is `null`. */
export function skipNull(cursor: JsonCursor): boolean {
  if (skipSpace(cursor) !== letterN) return false;
  expectWord(cursor, 'null');
  return true;
}

/** The value `true` or `false`. */
export function scanBoolean(cursor: JsonCursor): boolean {
  const byte = skipSpace(cursor);
  if (byte === letterT) expectWord(cursor, 'true');
  else if (byte === letterF) expectWord(cursor, 'false');
  else throw unusual;
  return byte === letterT;
}

function expectWord(cursor: JsonCursor, word: string): void {
  const end = cursor.position + word.length;
  if (cursor.bytes.toString('latin1', cursor.position, end) !== word) throw unusual;
  cursor.position = end;
}

/** Where a number ends that starts here, and whether it has a fraction or an exponent. */
export function numberEnd({ bytes, position }: JsonCursor): { readonly end: number; readonly isWhole: boolean } {
  let end = bytes[position] === minus ? position + 1 : position;
  const wholeStart = end;
  end = digitsEnd(bytes, end);
  // JSON has no number without a digit, nor with a zero in front.
  if (end === wholeStart || (bytes[wholeStart] === 0x30 && end - wholeStart > 1)) throw unusual;
  const wholeEnd = end;
  if (bytes[end] === 0x2e) {
    const fractionStart = end + 1;
    end = digitsEnd(bytes, fractionStart);
    if (end === fractionStart) throw unusual;
  }
  if (bytes[end] === 0x65 || bytes[end] === 0x45) {
    const sign = bytes[end + 1];
    const exponentStart = sign === 0x2b || sign === minus ? end + 2 : end + 1;
    end = digitsEnd(bytes, exponentStart);
    if (end === exponentStart) throw unusual;
  }
  return { end, isWhole: end === wholeEnd };
}

function digitsEnd(bytes: Uint8Array, start: number): number {
  let end = start;
  for (let byte = bytes[end]; byte !== undefined && byte >= 0x30 && byte <= 0x39; byte = bytes[end]) end += 1;
  return end;
}

/** Moves past a value nobody reads, whatever it is. */
export function skipValue(cursor: JsonCursor, depth: number): void {
  if (depth > skippedDepthMax) throw unusual;
  const byte = skipSpace(cursor);
  if (byte === quote) skipString(cursor);
  else if (byte === openBrace) {
    for (let more = opens(cursor, openBrace, closeBrace); more; more = hasAnother(cursor, closeBrace)) {
      skipString(cursor);
      expectByte(cursor, colon);
      skipValue(cursor, depth + 1);
    }
  } else if (byte === openBracket) {
    for (let more = opens(cursor, openBracket, closeBracket); more; more = hasAnother(cursor, closeBracket)) {
      skipValue(cursor, depth + 1);
    }
  } else if (byte === letterT || byte === letterF) scanBoolean(cursor);
  else if (!skipNull(cursor)) cursor.position = numberEnd(cursor).end;
}

/** A string whose escapes would have to be checked is left to the parser. */
function skipString(cursor: JsonCursor): void {
  if (plainStringEnd(cursor) < 0) throw unusual;
}
