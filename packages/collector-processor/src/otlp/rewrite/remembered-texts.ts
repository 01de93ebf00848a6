import { rememberedTextBytesMax, rememberedTextsMax, shortTextsMax } from '../limits.ts';
import type { Walk } from '../walk.ts';

// The same few model names, operations and item ids come span after span. Comparing bytes with a text already made costs a
// fraction of making it again. Direct-mapped: a new text takes the place of the one with the same hash.
const arena = new Uint8Array(rememberedTextsMax * rememberedTextBytesMax);
const arenaView = new DataView(arena.buffer);
const texts: string[] = new Array<string>(rememberedTextsMax).fill('');
const lengths = new Uint8Array(rememberedTextsMax);

/** The text between two offsets, read as UTF-8; bytes that are not come as U+FFFD. */
export function readText({ cursor, view }: Walk, start: number, end: number): string {
  const length = end - start;
  if (length > rememberedTextBytesMax) return cursor.bytes.toString('utf8', start, end);
  if (length < 4) return length === 0 ? '' : readShortText(cursor.bytes, start, length);
  const place = placeOf(view, start, length);
  if (lengths[place] === length && isRemembered(view, start, length, place * rememberedTextBytesMax)) return texts[place]!;
  const text = cursor.bytes.toString('utf8', start, end);
  for (let index = 0; index < length; index += 1) arena[place * rememberedTextBytesMax + index] = cursor.bytes[start + index]!;
  lengths[place] = length;
  texts[place] = text;
  return text;
}

const shortTexts: string[] = new Array<string>(shortTextsMax).fill('');
const shortSpellings = new Int32Array(shortTextsMax);

/** One to three bytes, told apart by their number. */
function readShortText(bytes: Buffer, start: number, length: number): string {
  let spelling = length;
  for (let index = start; index < start + length; index += 1) spelling = (spelling << 8) | bytes[index]!;
  const place = (spelling ^ (spelling >>> 7)) & (shortTextsMax - 1);
  if (shortSpellings[place] !== spelling) {
    shortSpellings[place] = spelling;
    shortTexts[place] = bytes.toString('utf8', start, start + length);
  }
  return shortTexts[place]!;
}

/** Four bytes at a time, the last four overlapping. */
function isRemembered(view: DataView, start: number, length: number, arenaStart: number): boolean {
  const last = length - 4;
  for (let index = 0; index < last; index += 4) {
    if (arenaView.getInt32(arenaStart + index, true) !== view.getInt32(start + index, true)) return false;
  }
  return arenaView.getInt32(arenaStart + last, true) === view.getInt32(start + last, true);
}

function placeOf(view: DataView, start: number, length: number): number {
  const ends =
    Math.imul(view.getInt32(start, true), 0x85eb_ca6b) ^ Math.imul(view.getInt32(start + length - 4, true), 0x9e37_79b1);
  const mixed = Math.imul(view.getInt32(start + (length >> 1) - 2, true), 0xc2b2_ae35) ^ ends;
  return (mixed ^ (mixed >>> 15) ^ length) & (rememberedTextsMax - 1);
}
