import type { DatabaseSync } from 'node:sqlite';
import type { Contribution } from '@costspan/ledger';
import { createFactWriter, finishRecord } from '../facts/fact-writer.ts';
import { readContribution, writeContribution } from '../facts/packed-contribution.ts';
import { createWriter } from '../otlp/writer.ts';
import { keptWords } from './kept-words.ts';

/** Contributions as a ledger file keeps them: packed, with the words of the file. Equal ones have equal bytes. */
export type KeptContributions = {
  readonly read: (body: Uint8Array) => Contribution;
  /** Valid until the next is kept: to be bound to a statement, or copied. */
  readonly keep: (contribution: Contribution) => Uint8Array;
};

/** Prepares reading and writing the contributions of an open file. */
export function prepareKeptContributions(database: DatabaseSync): KeptContributions {
  const words = keptWords(database);
  const writer = createFactWriter(words);
  const out = createWriter(512);
  return {
    read: (body) => readContribution(body, words.all()),
    keep: (contribution) => {
      writeContribution(writer, contribution);
      out.length = 0;
      finishRecord(writer, out);
      return out.bytes.subarray(0, out.length);
    },
  };
}

/** Whether two records are the same, byte by byte. */
export function isSameRecord(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
