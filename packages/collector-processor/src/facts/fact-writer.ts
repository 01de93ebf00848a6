import { strict as assert } from 'node:assert';
import { createWriter, reserve, type Writer, writeText, writeWritten } from '../otlp/writer.ts';
import { inlineWord, type WordTable } from './words.ts';

/**
 * A record in the making. Words, which repeat from fact to fact, are numbers at its front; everything else follows in the
 * order of writing.
 *
 *     0 word count u16 · 2 words u16 each · then the body
 */
export type FactWriter = {
  readonly body: Writer;
  words: Uint16Array;
  /** Words of the records before, by their place: most records have the same words in the same places. */
  readonly places: string[];
  wordCount: number;
  table: WordTable;
};

/** A writer whose words get their numbers from a table. */
export function createFactWriter(table: WordTable): FactWriter {
  return { body: createWriter(1_024), words: new Uint16Array(256), places: [], wordCount: 0, table };
}

/** Begins with another table, whose numbers are its own. */
export function restartWords(writer: FactWriter, table: WordTable): void {
  writer.table = table;
  writer.places.length = 0;
}

/** Writes a text that repeats from fact to fact. One that the table has no room for is written out. */
export function writeWord(writer: FactWriter, word: string): void {
  const place = writer.wordCount;
  if (place === writer.words.length) {
    const larger = new Uint16Array(writer.words.length * 2);
    larger.set(writer.words);
    writer.words = larger;
  }
  writer.wordCount = place + 1;
  if (writer.table.onlyGrows) {
    if (writer.places[place] === word && writer.words[place] !== inlineWord) return;
    writer.places[place] = word;
  }
  const number = writer.table.numberOf(word);
  writer.words[place] = number;
  if (number === inlineWord) writeText(writer.body, word);
}

/** Appends what was written to `out` as one record and begins anew. */
export function finishRecord(writer: FactWriter, out: Writer): void {
  const { body, words, wordCount } = writer;
  assert(wordCount <= 0xffff, `facts: expected at most 65535 words in a record, found ${wordCount}`);
  reserve(out, 2 + 2 * wordCount + body.length);
  const { bytes } = out;
  let at = out.length;
  bytes[at] = wordCount & 0xff;
  bytes[at + 1] = wordCount >>> 8;
  at += 2;
  for (let index = 0; index < wordCount; index += 1, at += 2) {
    const number = words[index] ?? 0;
    bytes[at] = number & 0xff;
    bytes[at + 1] = number >>> 8;
  }
  out.length = at;
  writeWritten(out, body, 0, body.length);
  body.length = 0;
  writer.wordCount = 0;
}
