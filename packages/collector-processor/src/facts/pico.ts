import { type Writer, writeText, writeVarint } from '../otlp/writer.ts';
import { type FactReader, readNumber, readText } from './fact-reader.ts';

const safeMax = BigInt(Number.MAX_SAFE_INTEGER);

/** Writes an amount: 0 and a varint where it fits 53 bits, else 1 and decimal text. */
export function writePico(body: Writer, amount: bigint): void {
  if (amount >= 0n && amount <= safeMax) {
    writeVarint(body, 0);
    writeVarint(body, Number(amount));
  } else {
    writeVarint(body, 1);
    writeText(body, String(amount));
  }
}

/** What {@link writePico} wrote. */
export function readPico(reader: FactReader): bigint {
  return readNumber(reader) === 0 ? BigInt(readNumber(reader)) : BigInt(readText(reader));
}
