import { Buffer } from 'node:buffer';
import { inlineWord } from './words.ts';

/**
 * A record that is being read. It reads only what {@link FactWriter} wrote, in this process or into its own ledger file, and
 * trusts it.
 */
export type FactReader = {
  readonly bytes: Buffer;
  readonly words: readonly string[];
  wordAt: number;
  at: number;
};

/** Opens the record that starts at `start`. */
export function openRecord(source: Uint8Array, start: number, words: readonly string[]): FactReader {
  const bytes = Buffer.isBuffer(source) ? source : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const wordCount = bytes.readUInt16LE(start);
  return { bytes, words, wordAt: start + 2, at: start + 2 + 2 * wordCount };
}

/** The next word. */
export function readWord(reader: FactReader): string {
  const { bytes } = reader;
  const number = (bytes[reader.wordAt] ?? 0) | ((bytes[reader.wordAt + 1] ?? 0) << 8);
  reader.wordAt += 2;
  return number === inlineWord ? readText(reader) : (reader.words[number] ?? '');
}

/** The next varint, below 2^53. */
export function readNumber(reader: FactReader): number {
  const { bytes } = reader;
  let byte = bytes[reader.at] ?? 0;
  reader.at += 1;
  if (byte < 0x80) return byte;
  let value = byte & 0x7f;
  let factor = 0x80;
  do {
    byte = bytes[reader.at] ?? 0;
    reader.at += 1;
    value += (byte & 0x7f) * factor;
    factor *= 0x80;
  } while (byte >= 0x80);
  return value;
}

/** The next text. */
export function readText(reader: FactReader): string {
  const length = readNumber(reader);
  const start = reader.at;
  reader.at += length;
  return length === 0 ? '' : reader.bytes.toString('utf8', start, reader.at);
}

/** The next `length` bytes as lower-case hex. */
export function readHex(reader: FactReader, length: number): string {
  const start = reader.at;
  reader.at += length;
  return reader.bytes.toString('hex', start, reader.at);
}

/**
 * The next eight bytes as Unix nanoseconds. OTLP has room for 584 years since 1970 and SQLite for 292: what lies beyond is no
 * time of anything, and becomes the last instant a ledger file can hold rather than a request that is refused for ever.
 */
export function readInstant(reader: FactReader): bigint {
  const value = reader.bytes.readBigUInt64LE(reader.at);
  reader.at += 8;
  return value > lastInstantNs ? lastInstantNs : value;
}

const lastInstantNs: bigint = 2n ** 63n - 1n;

/** Passes over the next word. */
export function skipWord(reader: FactReader): void {
  const { bytes } = reader;
  const number = (bytes[reader.wordAt] ?? 0) | ((bytes[reader.wordAt + 1] ?? 0) << 8);
  reader.wordAt += 2;
  if (number === inlineWord) skipText(reader);
}

/** Passes over the next text. */
export function skipText(reader: FactReader): void {
  const length = readNumber(reader);
  reader.at += length;
}
