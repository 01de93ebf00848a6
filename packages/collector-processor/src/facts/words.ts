/** Number in a record that stands for a word written out in its body. */
export const inlineWord = 0xffff;

/** Words a table may hold: numbers have 16 bits, and the greatest one is taken. */
export const wordsMax = 0xffff;

/** Gives texts numbers. */
export type WordTable = {
  /** False when numbers that were given may be taken back. */
  readonly onlyGrows: boolean;
  /** Number of a word, a new one if need be; {@link inlineWord} when the table is full. */
  readonly numberOf: (word: string) => number;
};

/** A table that is filled as words come, and what is in it by number. */
export type GrowingWords = WordTable & { readonly all: readonly string[] };

/** An empty table for one request. */
export function createWords(): GrowingWords {
  const numbers = new Map<string, number>();
  const all: string[] = [];
  return {
    all,
    onlyGrows: true,
    numberOf: (word) => {
      const known = numbers.get(word);
      if (known !== undefined) return known;
      if (all.length === wordsMax) return inlineWord;
      numbers.set(word, all.length);
      all.push(word);
      return all.length - 1;
    },
  };
}
