import type { Category, Status } from '@costspan/semconv';
import type { DecidedEntry } from './decision.ts';
import { addQuantities, subtractQuantities } from './quantity.ts';

/** Exact sums over entries. Tallies add and subtract, so that a change costs what changed and not what there is. */
export type Tally = {
  readonly totalPico: bigint;
  readonly lowPico: bigint;
  readonly highPico: bigint;
  readonly wastePico: bigint;
  /** Only categories that some entry fed. */
  readonly categories: Readonly<Partial<Record<Category, CategoryTally>>>;
  /** Disjoint usage of everything that was not excluded, decimal text by unit. */
  readonly usage: Readonly<Record<string, string>>;
  readonly spans: Readonly<Partial<Record<Status, number>>>;
  /** Entries without a price, by reason; one with several reasons counts under each. */
  readonly unpriced: Readonly<Record<string, number>>;
  /** Entries by version of the price book. */
  readonly books: Readonly<Record<string, number>>;
};

export type CategoryTally = { readonly amountPico: bigint; readonly entries: number; readonly unpriced: number };

/** The tally of no entries. */
export const emptyTally: Tally = {
  totalPico: 0n,
  lowPico: 0n,
  highPico: 0n,
  wastePico: 0n,
  categories: {},
  usage: {},
  spans: {},
  unpriced: {},
  books: {},
};

type Countable = Pick<
  DecidedEntry,
  'amountPico' | 'lowPico' | 'highPico' | 'waste' | 'category' | 'usage' | 'status' | 'reasons' | 'lines' | 'book'
>;

/** Sums of live entries of one currency. Every map is sorted by key, so equal sums have equal text. */
export function tallyOf(entries: Iterable<Countable>): Tally {
  let tally = emptyTally;
  for (const entry of entries) tally = addTallies(tally, tallyOfOne(entry));
  return tally;
}

/** Sum of two tallies. */
export function addTallies(left: Tally, right: Tally): Tally {
  return combine(left, right, 1);
}

/** What `left` has more than `right`: the inverse of {@link addTallies}. Keys that count nothing any more go. */
export function subtractTallies(left: Tally, right: Tally): Tally {
  return combine(left, right, -1);
}

/** True when the status means that a billable span has no cost. */
export function isUnpriced(status: Status): boolean {
  return status === 'unpriced' || status === 'usage_missing' || status === 'invalid_usage';
}

/** True when the entry is evidence only: its cost is carried by other entries. */
export function isExcluded(status: Status): boolean {
  return status === 'aggregate' || status === 'duplicate';
}

/** Why an entry has no price or not its whole price, sorted; empty when it has one. */
export function unpricedReasonsOf({
  status,
  reasons,
  lines,
}: Pick<Countable, 'status' | 'reasons' | 'lines'>): readonly string[] {
  if (!isUnpriced(status)) return [];
  const ofLines = lines.flatMap((line) => (isUnpriced(line.status) && line.reason !== undefined ? [line.reason] : []));
  if (ofLines.length > 0) return [...new Set(ofLines)].sort();
  return reasons.length > 0 ? reasons : [status];
}

function tallyOfOne(entry: Countable): Tally {
  const spans = { [entry.status]: 1 };
  if (isExcluded(entry.status)) return { ...emptyTally, spans };
  const unpriced = isUnpriced(entry.status);
  return {
    totalPico: entry.amountPico,
    lowPico: entry.lowPico,
    highPico: entry.highPico,
    wastePico: entry.waste ? entry.amountPico : 0n,
    categories: { [entry.category]: { amountPico: entry.amountPico, entries: 1, unpriced: unpriced ? 1 : 0 } },
    usage: entry.status === 'invalid_usage' ? {} : usageTexts(entry.usage),
    spans,
    unpriced: Object.fromEntries(unpricedReasonsOf(entry).map((reason) => [reason, 1])),
    books: { [entry.book.version]: 1 },
  };
}

function usageTexts(usage: Countable['usage']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(usage).map(([unit, quantity]) => [unit, addQuantities(quantity ?? 0, 0)]));
}

function combine(left: Tally, right: Tally, sign: 1 | -1): Tally {
  const factor = BigInt(sign);
  const counts = (one: number, other: number): number => one + sign * other;
  return {
    totalPico: left.totalPico + factor * right.totalPico,
    lowPico: left.lowPico + factor * right.lowPico,
    highPico: left.highPico + factor * right.highPico,
    wastePico: left.wastePico + factor * right.wastePico,
    categories: merged(
      left.categories,
      right.categories,
      noCategory,
      (one, other) => ({
        amountPico: one.amountPico + factor * other.amountPico,
        entries: counts(one.entries, other.entries),
        unpriced: counts(one.unpriced, other.unpriced),
      }),
      ({ entries }) => entries === 0,
    ),
    usage: merged(left.usage, right.usage, '0', sign === 1 ? addQuantities : subtractQuantities, (quantity) => quantity === '0'),
    spans: merged(left.spans, right.spans, 0, counts, isZero),
    unpriced: merged(left.unpriced, right.unpriced, 0, counts, isZero),
    books: merged(left.books, right.books, 0, counts, isZero),
  };
}

const noCategory: CategoryTally = { amountPico: 0n, entries: 0, unpriced: 0 };
const isZero = (count: number): boolean => count === 0;

function merged<Value>(
  left: Readonly<Record<string, Value>>,
  right: Readonly<Record<string, Value>>,
  absent: Value,
  add: (one: Value, other: Value) => Value,
  isNothing: (value: Value) => boolean,
): Record<string, Value> {
  const sums = new Map(Object.entries(left));
  for (const [key, value] of Object.entries(right)) sums.set(key, add(sums.get(key) ?? absent, value));
  return Object.fromEntries([...sums].filter(([, value]) => !isNothing(value)).sort(([one], [other]) => (one < other ? -1 : 1)));
}
