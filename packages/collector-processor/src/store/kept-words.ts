import type { DatabaseSync } from 'node:sqlite';
import { inlineWord, type WordTable, wordsMax } from '../facts/words.ts';
import { prepare } from './sql.ts';

/** The words of a ledger file: names that many of its facts repeat, such as models, units and prices, are kept once. */
export type KeptWords = WordTable & {
  /** By number; another list after {@link KeptWords.reload}. */
  readonly all: () => readonly string[];
  /** Forgets what was added since the file last kept it: to be called when a transaction failed. */
  readonly reload: () => void;
};

const ofDatabase = new WeakMap<DatabaseSync, KeptWords>();

/** The words of the file a connection has open, read when they are first asked for. */
export function keptWords(database: DatabaseSync): KeptWords {
  const known = ofDatabase.get(database);
  if (known !== undefined) return known;
  const words = openWords(database);
  ofDatabase.set(database, words);
  return words;
}

function openWords(database: DatabaseSync): KeptWords {
  const select = prepare<{ word: string }>(database, 'SELECT word FROM words ORDER BY number');
  const insert = prepare(database, 'INSERT INTO words (number, word) VALUES (?, ?)');
  const numbers = new Map<string, number>();
  let all: string[] | undefined;
  const loaded = (): string[] => {
    if (all !== undefined) return all;
    all = select.all().map(({ word }) => word);
    numbers.clear();
    for (const [number, word] of all.entries()) numbers.set(word, number);
    return all;
  };
  return {
    all: loaded,
    onlyGrows: false,
    reload: () => {
      all = undefined;
    },
    numberOf: (word) => {
      const words = loaded();
      const known = numbers.get(word);
      if (known !== undefined) return known;
      if (words.length === wordsMax) return inlineWord;
      insert.run(words.length, word);
      numbers.set(word, words.length);
      words.push(word);
      return words.length - 1;
    },
  };
}
