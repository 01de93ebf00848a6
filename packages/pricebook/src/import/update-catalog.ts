import type { PriceBook, PriceRow } from '@costspan/pricing';
import { rowId } from './row-id.ts';
import { matchText } from './upstream-match.ts';

/** One price that differs between two states of a catalog, at the day of the update. */
export type PriceChange = {
  /** Who bills what, and under which conditions. */
  readonly price: string;
  /** Decimal text and its `per`; absent: there was no price. */
  readonly before?: { readonly amount: string; readonly per: string };
  /** Absent: there is no price any more. */
  readonly after?: { readonly amount: string; readonly per: string };
};

export type CatalogUpdate = {
  readonly book: PriceBook;
  readonly added: readonly PriceChange[];
  readonly changed: readonly PriceChange[];
  readonly vanished: readonly PriceChange[];
  /** What a person should look at before the update is taken. */
  readonly doubts: readonly string[];
};

/** A change by more than this factor, up or down, is more often a misplaced decimal point than a price. */
export const CHANGE_FACTOR_MAX = 3;

/**
 * A catalog with the history that its upstream does not keep. `imported` is what upstream says today, `previous` what we
 * published. A price that is gone ends on `date`; a price that changed ends on that day, and the new one starts there,
 * unless upstream itself dates the change. What was published about the time before stays as it was.
 */
export function updateCatalog(previous: PriceBook, imported: PriceBook, date: string): CatalogUpdate {
  const before = bySeries(previous.prices);
  const after = bySeries(imported.prices);
  const rows: PriceRow[] = [];
  const added: PriceChange[] = [];
  const changed: PriceChange[] = [];
  const vanished: PriceChange[] = [];
  for (const series of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [published, current] = [before.get(series) ?? [], after.get(series) ?? []];
    rows.push(...mergeSeries(published, current, date));
    const change: PriceChange = { price: series, ...priceAt('before', published, date), ...priceAt('after', current, date) };
    if (change.before === undefined && change.after !== undefined) added.push(change);
    else if (change.before !== undefined && change.after === undefined) vanished.push(change);
    else if (change.before !== undefined && changeFactor(change) !== 1) changed.push(change);
  }
  rows.sort((left, right) => (left.id < right.id ? -1 : 1));
  const doubts = [...vanishedProviders(previous, imported, date), ...changed.filter(isLarge).map(describeLarge)];
  return { book: { ...imported, prices: rows }, added, changed, vanished, doubts };
}

/** Rows that say the same price at different times: who bills what, unit, conditions. */
function bySeries(rows: readonly PriceRow[]): ReadonlyMap<string, readonly PriceRow[]> {
  const series = new Map<string, PriceRow[]>();
  for (const row of rows) {
    const { valid_from: _, ...timeless } = row;
    const key = rowId(row.provider, row.match, timeless);
    series.set(key, [...(series.get(key) ?? []), row]);
  }
  for (const list of series.values()) list.sort((left, right) => (startOf(left) < startOf(right) ? -1 : 1));
  return series;
}

// ISO dates order as text; the empty text stands before every date and after none.
const startOf = (row: PriceRow): string => row.valid_from ?? '';
const holdsAt = (row: PriceRow, date: string): boolean =>
  startOf(row) <= date && (row.valid_to === undefined || date < row.valid_to);

function mergeSeries(published: readonly PriceRow[], current: readonly PriceRow[], date: string): readonly PriceRow[] {
  if (published.length === 0) return joinEqual(current);
  // Upstream dates a change that we had not heard of: from there on its account is better than ours.
  const news = current
    .map(startOf)
    .filter((start) => start !== '' && start < date && !published.some((row) => startOf(row) === start))
    .sort()[0];
  const cut = news ?? date;
  const kept = published.filter((row) => startOf(row) < cut).map((row) => endBy(row, cut));
  const taken = current.filter((row) => row.valid_to === undefined || row.valid_to > cut).map((row) => startFrom(row, cut));
  return joinEqual([...kept, ...taken]);
}

function endBy(row: PriceRow, date: string): PriceRow {
  return row.valid_to !== undefined && row.valid_to <= date ? row : { ...row, valid_to: date };
}

function startFrom(row: PriceRow, date: string): PriceRow {
  if (startOf(row) >= date) return row;
  const started = { ...row, valid_from: date };
  return { ...started, id: rowId(row.provider, row.match, started) };
}

/** Joins a row with the next one where only the dates differ, so that an unchanged price stays one row with its first source. */
function joinEqual(rows: readonly PriceRow[]): readonly PriceRow[] {
  const joined: PriceRow[] = [];
  for (const row of rows) {
    const last = joined.at(-1);
    if (last === undefined || last.valid_to !== row.valid_from || !samePrice(last, row)) {
      joined.push(row);
      continue;
    }
    const { valid_to: _, ...open } = last;
    joined[joined.length - 1] = row.valid_to === undefined ? open : { ...open, valid_to: row.valid_to };
  }
  return joined;
}

const samePrice = (left: PriceRow, right: PriceRow): boolean =>
  left.amount === right.amount && left.per === right.per && left.status === right.status;

function priceAt<Name extends 'before' | 'after'>(
  name: Name,
  rows: readonly PriceRow[],
  date: string,
): Partial<Record<Name, { readonly amount: string; readonly per: string }>> {
  const row = rows.find((candidate) => holdsAt(candidate, date));
  return (row === undefined ? {} : { [name]: { amount: row.amount, per: row.per } }) as Partial<
    Record<Name, { readonly amount: string; readonly per: string }>
  >;
}

// A factor for people to look at, not money: a double is enough.
function changeFactor({ before, after }: PriceChange): number {
  const was = Number(before?.amount) / Number(before?.per);
  const is = Number(after?.amount) / Number(after?.per);
  return was === is ? 1 : is / was;
}

function isLarge(change: PriceChange): boolean {
  const factor = changeFactor(change);
  return !(factor <= CHANGE_FACTOR_MAX && factor >= 1 / CHANGE_FACTOR_MAX);
}

const describeLarge = ({ price, before, after }: PriceChange): string =>
  `${price}: changes from ${before?.amount} to ${after?.amount} per ${after?.per}, by more than a factor of ${CHANGE_FACTOR_MAX}`;

function vanishedProviders(previous: PriceBook, imported: PriceBook, date: string): readonly string[] {
  const present = new Set(imported.prices.map(({ provider }) => provider));
  const gone = new Map<string, Set<string>>();
  for (const row of previous.prices) {
    if (present.has(row.provider) || !holdsAt(row, date)) continue;
    gone.set(row.provider, (gone.get(row.provider) ?? new Set()).add(matchText(row.match)));
  }
  return [...gone].map(([provider, names]) => `${provider}: all prices of this provider are gone (${names.size} names)`);
}
