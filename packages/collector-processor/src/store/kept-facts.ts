import { Buffer } from 'node:buffer';
import type { DatabaseSync } from 'node:sqlite';
import type { CostFact, SpanFact } from '@costspan/ledger';
import { placeBytes } from '../facts/cost-fact-fields.ts';
import { createFactWriter, finishRecord } from '../facts/fact-writer.ts';
import { packContext } from '../facts/pack-facts.ts';
import { readCostFact } from '../facts/read-cost-fact.ts';
import { contextFactsOf, type PackedTrace } from '../facts/read-packed-facts.ts';
import { translateContext, translateRecord } from '../facts/translate-words.ts';
import { inlineWord } from '../facts/words.ts';
import { copyPlaceOf, writeCostFact } from '../facts/write-cost-fact.ts';
import { createWriter, finishWriter } from '../otlp/writer.ts';
import { keptWords } from './kept-words.ts';

/** Facts as a ledger file keeps them: packed, with the words of the file. */
export type KeptFacts = {
  readonly readCost: (body: Uint8Array) => CostFact;
  readonly readContext: (trace: Pick<PackedTrace, 'tenant' | 'traceId'>, body: Uint8Array) => readonly SpanFact[];
  /** A fact as the file keeps it, from its record in a request if there is one. */
  readonly keepCost: (fact: CostFact, packed?: { readonly record: Uint8Array; readonly words: readonly string[] }) => Uint8Array;
  /** Facts that bear no cost as the file keeps them; `packed` when they are the whole context of a packed trace. */
  readonly keepContext: (facts: () => readonly SpanFact[], packed?: Pick<PackedTrace, 'context' | 'words'>) => Uint8Array;
};

/** Prepares reading and writing the facts of an open file. */
export function prepareKeptFacts(database: DatabaseSync): KeptFacts {
  const words = keptWords(database);
  const writer = createFactWriter(words);
  const place = Buffer.alloc(placeBytes);
  // Traces of one request come one after the other, so one translation at a time is enough.
  let [from, to]: [readonly string[], readonly string[]] = [[], []];
  let numbers = new Int32Array(0);
  const translate = (source: readonly string[]): ((number: number) => number) => {
    if (source !== from || words.all() !== to) {
      [from, to] = [source, words.all()];
      numbers = new Int32Array(source.length).fill(-1);
    }
    return (number) => {
      if (number === inlineWord) return inlineWord;
      const known = numbers[number] ?? -1;
      if (known >= 0) return known;
      const kept = words.numberOf(source[number] ?? '');
      numbers[number] = kept;
      return kept === inlineWord ? -1 : kept;
    };
  };
  const write = (fact: CostFact): Uint8Array => {
    copyPlaceOf(fact, place, 0);
    writeCostFact(writer, place, fact);
    const out = createWriter(512);
    finishRecord(writer, out);
    return finishWriter(out);
  };
  return {
    readCost: (body) => readCostFact(body, 0, words.all()),
    readContext: (trace, body) => contextFactsOf({ ...trace, context: body, words: words.all() }),
    keepCost: (fact, packed) => {
      const translated = packed && translateRecord(packed.record, translate(packed.words));
      return translated ?? write(fact);
    },
    keepContext: (facts, packed) => {
      const translated = packed && translateContext(packed.context, translate(packed.words));
      return translated ?? packContext(facts(), words);
    },
  };
}
