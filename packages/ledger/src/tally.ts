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
  let [totalPico, lowPico, highPico, wastePico] = [0n, 0n, 0n, 0n];
  const categories: Record<string, CategoryTally> = {};
  const usage: Record<string, number | string> = {};
  const spans: Record<string, number> = {};
  const unpriced: Record<string, number> = {};
  const books: Record<string, number> = {};
  for (const entry of entries) {
    const { status, amountPico } = entry;
    count(spans, status);
    if (isExcluded(status)) continue;
    totalPico += amountPico;
    lowPico += entry.lowPico;
    highPico += entry.highPico;
    if (entry.waste) wastePico += amountPico;
    addToCategory(categories, entry);
    if (status !== 'invalid_usage') addUsage(usage, entry.usage);
    if (isUnpriced(status)) for (const reason of unpricedReasonsOf(entry)) count(unpriced, reason);
    count(books, entry.book.version);
  }
  return {
    ...{ totalPico, lowPico, highPico, wastePico },
    categories: sortedFields(categories),
    usage: sortedFields(usageTexts(usage)),
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

function count(counts: Record<string, number>, key: string): void {
  putField(counts, key, (fieldOf(counts, key) ?? 0) + 1);
}

function addToCategory(
  categories: Record<string, CategoryTally>,
  { category, amountPico, status }: Pick<Countable, 'category' | 'amountPico' | 'status'>,
): void {
  const sum = fieldOf(categories, category) ?? noCategory;
  categories[category] = {
    amountPico: sum.amountPico + amountPico,
    entries: sum.entries + 1,
    unpriced: sum.unpriced + (isUnpriced(status) ? 1 : 0),
  };
}

/** Whole counts are summed as numbers while that is exact, which they nearly always are. */
function addUsage(sums: Record<string, number | string>, usage: Countable['usage']): void {
  for (const unit in usage) {
    const quantity = usage[unit];
    if (quantity === undefined) continue;
    const sum = fieldOf(sums, unit) ?? 0;
    const whole = typeof sum === 'number' && typeof quantity === 'number' ? sum + quantity : Number.NaN;
    putField(sums, unit, Number.isSafeInteger(whole) ? whole : addQuantities(sum, quantity));
  }
}

/** The canonical text of each sum; units of which nothing was used go. */
function usageTexts(sums: Readonly<Record<string, number | string>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const unit in sums) {
    const text = addQuantities(fieldOf(sums, unit) ?? 0, 0);
    if (text !== '0') putField(texts, unit, text);
  }
  return texts;
}

/** A field by a name that senders choose: only what is there counts. */
function fieldOf<Value>(fields: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function putField<Value>(fields: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__') Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
  else fields[key] = value;
}

/** The fields sorted by name: themselves if they are, as most are. */
function sortedFields<Value>(fields: Record<string, Value>): Record<string, Value> {
  let before = '';
  for (const key in fields) {
    if (key < before) return Object.fromEntries(Object.entries(fields).sort(byName));
    before = key;
  }
  return fields;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
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
  for (const key in right) {
    const known = key === '__proto__' ? undefined : fieldOf(left, key);
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
  return Object.fromEntries([...sums].sort(byName));
}
