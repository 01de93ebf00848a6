import { rememberedTextBytesMax, rememberedTextsMax } from '../limits.ts';

// The same few model names, operations and item ids come span after span. Comparing bytes with a text already made costs a
// quarter of making it again. Direct-mapped: a new text takes the place of the one with the same hash.
const arena = new Uint8Array(rememberedTextsMax * rememberedTextBytesMax);
const texts: string[] = new Array<string>(rememberedTextsMax).fill('');
const lengths = new Uint8Array(rememberedTextsMax);

/** The text between two offsets, read as UTF-8; bytes that are not come as U+FFFD. */
export function readText(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length === 0) return '';
  if (length > rememberedTextBytesMax) return bytes.toString('utf8', start, end);
  const place = placeOf(bytes, start, length);
  const arenaStart = place * rememberedTextBytesMax;
  let same = lengths[place] === length;
  for (let index = 0; same && index < length; index += 1) same = arena[arenaStart + index] === bytes[start + index];
  if (same) return texts[place]!;
  const text = bytes.toString('utf8', start, end);
  for (let index = 0; index < length; index += 1) arena[arenaStart + index] = bytes[start + index]!;
  lengths[place] = length;
  texts[place] = text;
  return text;
}

function placeOf(bytes: Uint8Array, start: number, length: number): number {
  const middle = bytes[start + (length >> 1)]! * 131 + bytes[start + (length >> 2)]! * 65_537;
  const hash = length * 2_654_435_761 + bytes[start]! * 31 + bytes[start + length - 1]! * 8_191 + middle;
  return (hash ^ (hash >>> 15)) & (rememberedTextsMax - 1);
}
