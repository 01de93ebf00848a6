import type { Dialect } from '../dialects/dialect.ts';
import { wordsOf } from '../otlp/rewrite/key-index.ts';
import type { KeyId, SpanView, SpanWire } from '../otlp/span-view.ts';
import { KNOWN_ANSWER_BYTES_MAX, KNOWN_ANSWERS_MAX, KNOWN_QUESTIONS_MAX, QUESTIONS_FIRST_MAX } from './limits.ts';
import type { Candidates } from './signatures.ts';

/**
 * What choosing a dialect and reading a span asks of it, in the order of asking, with the answers that were given so far. Both
 * are pure, so spans of one scope and shape that give the same answers come to the same end: those that were found to bear no
 * cost need not be read again. Answers are compared byte for byte.
 */
export type KnownAnswers = {
  /** How it ends for the span; undefined where one of its answers is new. */
  readonly recall: (candidates: Candidates, span: SpanView, wire: SpanWire) => Ending | undefined;
  /** Remembers what a span told, and what came of it. */
  readonly learn: (candidates: Candidates, told: readonly Told[], result: Result) => void;
};

/**
 * What can be asked of a span, and how it can end: it bears no cost, or it has to be read. Numbers, because every span is led by
 * them and comparing texts would cost as much as the rest.
 */
export const asks = { value: 0, has: 1, kind: 2, status: 3, prefix: 4, bearsNone: 5, read: 6, nothingKnown: 7 } as const;

/** The dialect is there where it is certain. */
export type Ending = { readonly asks: typeof asks.bearsNone | typeof asks.read; readonly dialect: Dialect | undefined };

/** A question and the answer of a span: a number, or the bytes of a value. */
export type Told = {
  readonly asks: typeof asks.value | typeof asks.has | typeof asks.kind | typeof asks.status | typeof asks.prefix;
  /** Key of a question about an attribute. */
  readonly key: KeyId;
  readonly number: number;
  readonly value: Uint8Array | undefined;
  /** Prefix of a question whether there are such attributes; '' of others. */
  readonly prefix: string;
};

/** The dialect was chosen after so many questions. */
export type Result = {
  readonly dialect: Dialect | undefined;
  readonly chosenAfter: number;
  /** False too where more was asked than was told. */
  readonly bearsNone: boolean;
};

/**
 * The order of asking as numbers, because every span is led through it: places, and the answers at each as a chain.
 *
 *     place   0 what is asked, or how it ends · 1 key, number of a prefix, or of an ending · 2 where its first answer stands, or 0
 *     answer  0 where the next stands, or 0 · 1 the place it leads to · 2 the number, or the bytes of a value, -1 of an absent
 *             one · 3 those bytes, as `wordsOf` packs them
 */
type Program = {
  words: Int32Array;
  length: number;
  placeCount: number;
  readonly prefixes: string[];
  readonly endings: Ending[];
};

const answerWords = 3;

/** Nothing known yet. */
export const createKnownAnswers = (): KnownAnswers => {
  const starts = new Map<Candidates, number>();
  const program: Program = { words: new Int32Array(1_024), length: 1, placeCount: 0, prefixes: [], endings: [] };
  let lastCandidates: Candidates | undefined;
  let lastStart: number | undefined;
  const startFor = (candidates: Candidates): number => {
    // Senders choose the answers. What is in use is soon known again.
    if (program.placeCount > KNOWN_QUESTIONS_MAX) {
      starts.clear();
      program.length = 1;
      program.placeCount = 0;
      program.prefixes.length = 0;
      lastCandidates = undefined;
    }
    const start = starts.get(candidates) ?? addPlace(program);
    starts.set(candidates, start);
    return start;
  };
  return {
    recall: (candidates, span, wire) => {
      if (candidates !== lastCandidates) [lastCandidates, lastStart] = [candidates, starts.get(candidates)];
      return lastStart === undefined ? undefined : follow(program, lastStart, span, wire);
    },
    learn: (candidates, told, result) => {
      let at = startFor(candidates);
      if (candidates === lastCandidates) lastStart = at;
      const few = told.length > QUESTIONS_FIRST_MAX ? told.slice(0, QUESTIONS_FIRST_MAX) : told;
      for (const [index, each] of few.entries()) {
        const next = takeAnswer(program, at, each);
        if (next === undefined) {
          end(program, at, asks.read, index >= result.chosenAfter ? result.dialect : undefined);
          return;
        }
        at = next;
      }
      const isWhole = few.length === told.length;
      end(
        program,
        at,
        isWhole && result.bearsNone ? asks.bearsNone : asks.read,
        few.length >= result.chosenAfter ? result.dialect : undefined,
      );
    },
  };
};

const follow = ({ words, prefixes, endings }: Program, start: number, span: SpanView, wire: SpanWire): Ending | undefined => {
  let at = start;
  for (;;) {
    const asked = words[at]!;
    const key = words[at + 1]!;
    let answer = words[at + 2]!;
    if (asked === asks.value) {
      while (answer !== 0 && !wire.isWrittenAs(key, words, answer + answerWords, words[answer + 2]!)) answer = words[answer]!;
    } else if (asked >= asks.bearsNone) {
      return asked === asks.nothingKnown ? undefined : endings[key];
    } else {
      const number = numberOf(asked, key, prefixes, span, wire);
      while (answer !== 0 && words[answer + 2] !== number) answer = words[answer]!;
    }
    if (answer === 0) return undefined;
    at = words[answer + 1]!;
  }
};

/** What a span answers to a question that is not for a value. */
const numberOf = (asked: number, key: KeyId, prefixes: readonly string[], span: SpanView, wire: SpanWire): number => {
  if (asked === asks.has) return wire.has(key) ? 1 : 0;
  if (asked === asks.kind) return span.kind;
  if (asked === asks.status) return span.statusCode;
  return span.withPrefix(prefixes[key]!).length > 0 ? 1 : 0;
};

/** The place the answer leads to; undefined where it is not kept: there are too many different ones, or it is too long. */
const takeAnswer = (program: Program, at: number, told: Told): number | undefined => {
  if (program.words[at] === asks.nothingKnown) {
    program.words[at] = told.asks;
    program.words[at + 1] = told.asks === asks.prefix ? indexIn(program.prefixes, told.prefix) : told.key;
  }
  // A dialect that asks spans which said the same for different things is not pure, and nothing is foreseen of it.
  if (program.words[at] !== told.asks || !isAbout(program, program.words[at + 1]!, told)) return undefined;
  const { number, content } = packed(told);
  let count = 0;
  let link = at + 2;
  for (let answer = program.words[link]!; answer !== 0; answer = program.words[answer]!) {
    if (program.words[answer + 2] === number && isContent(program.words, answer + answerWords, content))
      return program.words[answer + 1];
    link = answer;
    count += 1;
  }
  if (count === KNOWN_ANSWERS_MAX || (told.value?.length ?? 0) > KNOWN_ANSWER_BYTES_MAX) return undefined;
  const next = addPlace(program);
  // Appending may give the program larger memory.
  const added = append(program, [0, next, number, ...content]);
  program.words[link] = added;
  return next;
};

const isAbout = ({ prefixes }: Program, key: number, told: Told): boolean =>
  told.asks === asks.prefix ? prefixes[key] === told.prefix : key === told.key;

/** An answer as the program has it. */
const packed = ({ asks: asked, number, value }: Told): { readonly number: number; readonly content: readonly number[] } => {
  if (asked !== asks.value) return { number, content: [] };
  if (value === undefined) return { number: -1, content: [] };
  return { number: value.length, content: wordsOf({ bytes: value, view: new DataView(value.buffer, value.byteOffset) }) };
};

const isContent = (words: Int32Array, at: number, content: readonly number[]): boolean =>
  content.every((word, index) => words[at + index] === word);

const addPlace = (program: Program): number => {
  program.placeCount += 1;
  return append(program, [asks.nothingKnown, -1, 0]);
};

/** Writes some numbers behind all others; returns where they stand. */
const append = (program: Program, numbers: readonly number[]): number => {
  const at = program.length;
  if (at + numbers.length > program.words.length) {
    const larger = new Int32Array(program.words.length * 2);
    larger.set(program.words);
    program.words = larger;
  }
  program.words.set(numbers, at);
  program.length = at + numbers.length;
  return at;
};

/** Place of a text in a list, behind all others if it is not there yet: dialects ask for a handful. */
const indexIn = (texts: string[], text: string): number => {
  const known = texts.indexOf(text);
  return known >= 0 ? known : texts.push(text) - 1;
};

const end = ({ words, endings }: Program, at: number, how: Ending['asks'], dialect: Dialect | undefined): void => {
  const known = endings.findIndex((ending) => ending.asks === how && ending.dialect === dialect);
  words[at] = how;
  words[at + 1] = known >= 0 ? known : endings.push({ asks: how, dialect }) - 1;
  words[at + 2] = 0;
};
