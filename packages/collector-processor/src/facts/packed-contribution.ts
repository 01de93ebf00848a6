import type { CategoryTally, Claim, Contribution, Sighting, Tally, TallySums } from '@costspan/ledger';
import { copyWritten, reserve, type Writer, writeFixed64, writeText, writeVarint } from '../otlp/writer.ts';
import {
  type FactReader,
  openRecord,
  readHex,
  readInstant,
  readNumber,
  readText,
  readWord,
  skipText,
  skipWord,
} from './fact-reader.ts';
import { type FactWriter, writeWord } from './fact-writer.ts';
import { readPico, writePico } from './pico.ts';
import { putOwn } from './put-own.ts';

/**
 * Writes what something contributes to an item. Equal contributions have equal bytes, because their maps are sorted.
 *
 *     total, low, high, waste in pico · categories: count, then word, pico, entries, unpriced each ·
 *     usage: count, then unit word and decimal text each · spans, unpriced, books: count, then word and count each ·
 *     item: tenant, type words, id text · first, last instants fixed64 · outcome and parent: 0, or 1 and a claim each ·
 *     dimensions: count, then key word and claim each
 *
 * Counts are varints.
 */
export function writeContribution(writer: FactWriter, { tally, sighting }: Contribution): void {
  const { body } = writer;
  writePico(body, tally.totalPico);
  writePico(body, tally.lowPico);
  writePico(body, tally.highPico);
  writePico(body, tally.wastePico);
  const categories = Object.keys(tally.categories) as (keyof Tally['categories'])[];
  writeVarint(body, categories.length);
  for (const category of categories) {
    const { amountPico, entries, unpriced } = tally.categories[category] as CategoryTally;
    writeWord(writer, category);
    writePico(body, amountPico);
    writeVarint(body, entries);
    writeVarint(body, unpriced);
  }
  const usage = Object.keys(tally.usage);
  writeVarint(body, usage.length);
  for (const unit of usage) {
    writeWord(writer, unit);
    writeText(body, tally.usage[unit] ?? '');
  }
  writeCounts(writer, tally.spans);
  writeCounts(writer, tally.unpriced);
  writeCounts(writer, tally.books);
  writeSighting(writer, sighting);
}

/** The contribution in a record, as {@link writeContribution} wrote it. */
export function readContribution(bytes: Uint8Array, words: readonly string[]): Contribution {
  const reader = openRecord(bytes, 0, words);
  const sums = readSums(reader);
  const usage: Record<string, string> = {};
  for (let left = readNumber(reader); left > 0; left -= 1) {
    const unit = readWord(reader);
    putOwn(usage, unit, readText(reader));
  }
  const [spans, unpriced, books] = [readCounts(reader), readCounts(reader), readCounts(reader)];
  return { tally: { ...sums, usage, spans, unpriced, books }, sighting: readSighting(reader) };
}

/** The sums of the contribution in a record, which stand at its beginning: half of the work of reading all of it. */
export function readContributionSums(bytes: Uint8Array, words: readonly string[]): TallySums {
  const reader = openRecord(bytes, 0, words);
  const sums = readSums(reader);
  for (let left = readNumber(reader); left > 0; left -= 1) {
    skipWord(reader);
    skipText(reader);
  }
  return { ...sums, spans: readCounts(reader) };
}

function readSums(reader: FactReader): Omit<TallySums, 'spans'> {
  const [totalPico, lowPico, highPico, wastePico] = [readPico(reader), readPico(reader), readPico(reader), readPico(reader)];
  const categories: Record<string, Tally['categories'][keyof Tally['categories']]> = {};
  for (let left = readNumber(reader); left > 0; left -= 1) {
    const category = readWord(reader);
    categories[category] = { amountPico: readPico(reader), entries: readNumber(reader), unpriced: readNumber(reader) };
  }
  return { totalPico, lowPico, highPico, wastePico, categories };
}

function writeCounts(writer: FactWriter, counts: Readonly<Record<string, number>>): void {
  const keys = Object.keys(counts);
  writeVarint(writer.body, keys.length);
  for (const key of keys) {
    writeWord(writer, key);
    writeVarint(writer.body, counts[key] ?? 0);
  }
}

function readCounts(reader: FactReader): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let left = readNumber(reader); left > 0; left -= 1) {
    const key = readWord(reader);
    putOwn(counts, key, readNumber(reader));
  }
  return counts;
}

function writeSighting(writer: FactWriter, { item, firstNs, lastNs, outcome, parentId, dimensions }: Sighting): void {
  const { body } = writer;
  writeWord(writer, item.tenant);
  writeWord(writer, item.type);
  writeText(body, item.id);
  writeFixed64(body, firstNs);
  writeFixed64(body, lastNs);
  writeOptionalClaim(body, outcome);
  writeOptionalClaim(body, parentId);
  const keys = Object.keys(dimensions);
  writeVarint(body, keys.length);
  let before: Claim | undefined;
  let beforeEnd = 0;
  for (const key of keys) {
    const claim = dimensions[key] as Claim;
    writeWord(writer, key);
    writeClaim(body, claim, before, beforeEnd);
    before = claim;
    beforeEnd = body.length;
  }
}

function readSighting(reader: FactReader): Sighting {
  const item = { tenant: readWord(reader), type: readWord(reader), id: readText(reader) };
  const [firstNs, lastNs] = [readInstant(reader), readInstant(reader)];
  const outcome = readOptionalClaim(reader);
  const parentId = readOptionalClaim(reader);
  const dimensions: Record<string, Claim> = {};
  for (let left = readNumber(reader); left > 0; left -= 1) {
    const key = readWord(reader);
    putOwn(dimensions, key, readClaim(reader));
  }
  return {
    ...{ item, firstNs, lastNs },
    ...(outcome === undefined ? {} : { outcome }),
    ...(parentId === undefined ? {} : { parentId }),
    dimensions,
  };
}

function writeOptionalClaim(body: Writer, claim: Claim | undefined): void {
  writeVarint(body, claim === undefined ? 0 : 1);
  if (claim !== undefined) writeClaim(body, claim);
}

function readOptionalClaim(reader: FactReader): Claim | undefined {
  return readNumber(reader) === 0 ? undefined : readClaim(reader);
}

/**
 * Value text · instant fixed64 · trace id 16 bytes · span id 8 bytes. Claims of one span, as those of one trace mostly are, end
 * alike: then the end of the one `before`, at `beforeEnd`, is copied.
 */
function writeClaim(body: Writer, claim: Claim, before?: Claim, beforeEnd = 0): void {
  const { value, atNs, traceId, spanId } = claim;
  writeText(body, value);
  if (before?.atNs === atNs && before.spanId === spanId && before.traceId === traceId) {
    copyWritten(body, beforeEnd - claimEndBytes, beforeEnd);
    return;
  }
  writeFixed64(body, atNs);
  reserve(body, 24);
  body.bytes.write(traceId, body.length, 16, 'hex');
  body.bytes.write(spanId, body.length + 16, 8, 'hex');
  body.length += 24;
}

const claimEndBytes = 8 + 16 + 8;

function readClaim(reader: FactReader): Claim {
  return { value: readText(reader), atNs: readInstant(reader), traceId: readHex(reader, 16), spanId: readHex(reader, 8) };
}
