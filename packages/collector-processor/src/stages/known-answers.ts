import { Buffer } from 'node:buffer';
import type { Dialect } from '../dialects/dialect.ts';
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

/** A place in the order of asking: what is asked here, or how it ends. */
type Place = {
  asks: Told['asks'] | Ending['asks'] | typeof asks.nothingKnown;
  key: KeyId;
  prefix: string;
  /** Answers by what follows on them, of the one kind or the other. */
  readonly numbers: number[];
  readonly values: Array<Uint8Array | undefined>;
  readonly next: Place[];
  dialect: Dialect | undefined;
};

/** Nothing known yet. */
export const createKnownAnswers = (): KnownAnswers => {
  const starts = new Map<Candidates, Place>();
  let count = 0;
  let lastCandidates: Candidates | undefined;
  let lastStart: Place | undefined;
  const addPlace = (): Place => {
    count += 1;
    return { asks: asks.nothingKnown, key: -1, prefix: '', numbers: [], values: [], next: [], dialect: undefined };
  };
  const startFor = (candidates: Candidates): Place => {
    // Senders choose the answers. What is in use is soon known again.
    if (count > KNOWN_QUESTIONS_MAX) {
      starts.clear();
      count = 0;
      lastCandidates = undefined;
    }
    const start = starts.get(candidates) ?? addPlace();
    starts.set(candidates, start);
    return start;
  };
  return {
    recall: (candidates, span, wire) => {
      if (candidates !== lastCandidates) [lastCandidates, lastStart] = [candidates, starts.get(candidates)];
      return lastStart === undefined ? undefined : follow(lastStart, span, wire);
    },
    learn: (candidates, told, result) => {
      let at = startFor(candidates);
      if (candidates === lastCandidates) lastStart = at;
      const few = told.length > QUESTIONS_FIRST_MAX ? told.slice(0, QUESTIONS_FIRST_MAX) : told;
      for (const [index, each] of few.entries()) {
        const next = takeAnswer(at, each, addPlace);
        if (next === undefined) {
          end(at, asks.read, index >= result.chosenAfter ? result.dialect : undefined);
          return;
        }
        at = next;
      }
      const isWhole = few.length === told.length;
      end(
        at,
        isWhole && result.bearsNone ? asks.bearsNone : asks.read,
        few.length >= result.chosenAfter ? result.dialect : undefined,
      );
    },
  };
};

const follow = (start: Place, span: SpanView, wire: SpanWire): Ending | undefined => {
  let at: Place | undefined = start;
  while (at !== undefined) {
    switch (at.asks) {
      case asks.value:
        at = afterValue(at, wire);
        break;
      case asks.has:
        at = afterNumber(at, wire.has(at.key) ? 1 : 0);
        break;
      case asks.kind:
        at = afterNumber(at, span.kind);
        break;
      case asks.status:
        at = afterNumber(at, span.statusCode);
        break;
      case asks.prefix:
        at = afterNumber(at, span.withPrefix(at.prefix).length > 0 ? 1 : 0);
        break;
      case asks.bearsNone:
      case asks.read:
        return at as Ending;
      case asks.nothingKnown:
        return undefined;
      default:
        at.asks satisfies never;
    }
  }
  return undefined;
};

const afterNumber = ({ numbers, next }: Place, answer: number): Place | undefined => {
  for (let index = 0; index < numbers.length; index += 1) if (numbers[index] === answer) return next[index];
  return undefined;
};

const afterValue = ({ key, values, next }: Place, wire: SpanWire): Place | undefined => {
  for (let index = 0; index < values.length; index += 1) if (wire.isWritten(key, values[index])) return next[index];
  return undefined;
};

/** What follows on the answer; undefined where it is not kept: there are too many different ones, or it is too long. */
const takeAnswer = (at: Place, told: Told, addPlace: () => Place): Place | undefined => {
  const { key, prefix, number, value } = told;
  if (at.asks === asks.nothingKnown) [at.asks, at.key, at.prefix] = [told.asks, key, prefix];
  // A dialect that asks spans which said the same for different things is not pure, and nothing is foreseen of it.
  if (at.asks !== told.asks || at.key !== key || at.prefix !== prefix) return undefined;
  const isValue = told.asks === asks.value;
  const known = isValue ? at.values.findIndex((each) => isSame(each, value)) : at.numbers.indexOf(number);
  if (known >= 0) return at.next[known];
  if (at.next.length === KNOWN_ANSWERS_MAX || (value !== undefined && value.length > KNOWN_ANSWER_BYTES_MAX)) return undefined;
  const next = addPlace();
  if (isValue) at.values.push(value);
  else at.numbers.push(number);
  at.next.push(next);
  return next;
};

const isSame = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one === undefined || other === undefined ? one === other : Buffer.compare(one, other) === 0;

const end = (at: Place, how: Ending['asks'], dialect: Dialect | undefined): void => {
  at.asks = how;
  at.dialect = dialect;
  at.key = -1;
  at.numbers.length = 0;
  at.values.length = 0;
  at.next.length = 0;
};
