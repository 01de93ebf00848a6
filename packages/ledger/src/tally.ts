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

/** What of a tally is money, and the spans it is of. */
export type TallySums = Omit<Tally, 'usage' | 'unpriced' | 'books'>;

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
  const sums = { totalPico: 0n, lowPico: 0n, highPico: 0n, wastePico: 0n };
  const categories = new Map<string, CategoryTally>();
  const usage = new Map<string, number | string>();
  const [spans, unpriced, books] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  for (const entry of entries) {
    count(spans, entry.status);
    if (isExcluded(entry.status)) continue;
    sums.totalPico += entry.amountPico;
    sums.lowPico += entry.lowPico;
    sums.highPico += entry.highPico;
    if (entry.waste) sums.wastePico += entry.amountPico;
    addToCategory(categories, entry);
    if (entry.status !== 'invalid_usage') addUsage(usage, entry.usage);
    for (const reason of unpricedReasonsOf(entry)) count(unpriced, reason);
    count(books, entry.book.version);
  }
  return {
    ...sums,
    categories: sortedFields(categories),
    usage: sortedFields(new Map([...usage].map(([unit, quantity]) => [unit, addQuantities(quantity, 0)])), '0'),
    spans: sortedFields(spans),
    unpriced: sortedFields(unpriced),
    books: sortedFields(books),
  };
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

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function addToCategory(categories: Map<string, CategoryTally>, { category, amountPico, status }: Countable): void {
  const sum = categories.get(category) ?? noCategory;
  categories.set(category, {
    amountPico: sum.amountPico + amountPico,
    entries: sum.entries + 1,
    unpriced: sum.unpriced + (isUnpriced(status) ? 1 : 0),
  });
}

/** Whole counts are summed as numbers while that is exact, which they nearly always are. */
function addUsage(sums: Map<string, number | string>, usage: Countable['usage']): void {
  for (const [unit, quantity] of Object.entries(usage)) {
    if (quantity === undefined) continue;
    const sum = sums.get(unit) ?? 0;
    const whole = typeof sum === 'number' && typeof quantity === 'number' ? sum + quantity : Number.NaN;
    sums.set(unit, Number.isSafeInteger(whole) ? whole : addQuantities(sum, quantity));
  }
}

function sortedFields<Value>(values: ReadonlyMap<string, Value>, nothing?: Value): Record<string, Value> {
  const kept = [...values].filter(([, value]) => value !== nothing);
  return Object.fromEntries(kept.length < 2 ? kept : kept.sort(([one], [other]) => (one < other ? -1 : 1)));
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

/** Adds the right to the left, key by key. Most of what is added has keys that are there already: then their order stays. */
function merged<Value>(
  left: Readonly<Record<string, Value>>,
  right: Readonly<Record<string, Value>>,
  absent: Value,
  add: (one: Value, other: Value) => Value,
  isNothing: (value: Value) => boolean,
): Record<string, Value> {
  const sums = { ...left };
  for (const key of Object.keys(right)) {
    const known = Object.hasOwn(left, key) && key !== '__proto__' ? left[key] : undefined;
    if (known === undefined) return mergedAnew(left, right, absent, add, isNothing);
    const sum = add(known, right[key] ?? absent);
    if (isNothing(sum)) return mergedAnew(left, right, absent, add, isNothing);
    sums[key] = sum;
  }
  return sums;
}

function mergedAnew<Value>(
  left: Readonly<Record<string, Value>>,
  right: Readonly<Record<string, Value>>,
  absent: Value,
  add: (one: Value, other: Value) => Value,
  isNothing: (value: Value) => boolean,
): Record<string, Value> {
  const sums = new Map(Object.entries(left));
  for (const [key, value] of Object.entries(right)) {
    const sum = add(sums.get(key) ?? absent, value);
    if (isNothing(sum)) sums.delete(key);
    else sums.set(key, sum);
  }
  return sortedFields(sums);
}
