import type { Keys } from '../dialects/dialect.ts';
import type { KeyId, KeyShape, KeyTable, SpanView } from '../otlp/span-view.ts';
import { ASKED_LISTS_MAX } from './limits.ts';

/** Numbers of those keys of a list that the span under the cursor carries, if only empty: no other has a value. */
export type CarriedAmong = (keys: Keys) => readonly KeyId[];

/** A list that spans of one shape were asked for. What was asked next of the span before is the first guess. */
type Asked = {
  readonly keys: Keys | undefined;
  readonly shape: KeyShape | undefined;
  readonly carried: readonly KeyId[];
  readonly others: Map<Keys, Asked>;
  guess: Asked | undefined;
};

/**
 * Readers ask for the same lists in the same order on span after span, and of most there is nothing: what a shape carries of a
 * list is worked out once, and a list is known by being the one that is always asked for next.
 */
export const createCarriedAmong = (span: SpanView, table: KeyTable): CarriedAmong => {
  const starts = new Map<KeyShape | undefined, Asked>();
  let count = 0;
  let last: Asked = newAsked(undefined, undefined, table, new Map());
  const startOf = (shape: KeyShape | undefined): Asked => {
    const known = starts.get(shape);
    if (known !== undefined) return known;
    const start = newAsked(undefined, shape, table, new Map());
    count += 1;
    starts.set(shape, start);
    return start;
  };
  const take = (before: Asked, keys: Keys): Asked => {
    // A list may be made anew for each span, and senders choose shapes. What is in use is soon known again.
    if (count > ASKED_LISTS_MAX) {
      starts.clear();
      count = 0;
    }
    const { others, shape } = count === 0 ? startOf(before.shape) : before;
    let next = others.get(keys);
    if (next === undefined) {
      next = newAsked(keys, shape, table, others);
      others.set(keys, next);
      count += 1;
    }
    before.guess = next;
    return next;
  };
  return (keys) => {
    const shape = span.wire?.shape;
    if (shape !== last.shape) last = startOf(shape);
    const { guess } = last;
    last = guess !== undefined && guess.keys === keys ? guess : take(last, keys);
    return last.carried;
  };
};

const newAsked = (keys: Keys | undefined, shape: KeyShape | undefined, table: KeyTable, others: Map<Keys, Asked>): Asked => {
  const names = keys === undefined ? [] : typeof keys === 'string' ? [keys] : keys;
  const ids = names.map((key) => table.idOf(key)).filter((id) => id !== undefined);
  const carried = shape === undefined ? ids : ids.filter((id) => shape.keys.includes(id));
  return { keys, shape, carried, others, guess: undefined };
};
