import type { Match, PriceBook, PriceRow, Shelf, ShelvedBook, Source, When } from '@costspan/pricing';
import { rowId } from '../import/row-id.ts';

/**
 * A catalog as shipped: what rows have in common is said once. Names that share every price form a group, a price is a
 * tuple of places in the lists of units, conditions and sources, and identifiers are left out because they follow from the
 * rest. About a tenth of the size of the rows, and as much faster to read.
 */
export type PackedCatalog = {
  readonly head: Omit<PriceBook, 'prices' | 'limits'>;
  readonly units: readonly string[];
  readonly whens: readonly When[];
  readonly sources: readonly Source[];
  readonly statuses: readonly PriceRow['status'][];
  readonly groups: readonly PackedGroup[];
};

/** Provider, names (`=exact`, `^prefix`, `~pattern`), prices. */
type PackedGroup = readonly [provider: string, names: readonly string[], prices: readonly PackedPrice[]];

/** Places in the lists; `when` is -1 for none, dates are empty for none. */
type PackedPrice = readonly [
  unit: number,
  amount: string,
  per: string,
  when: number,
  from: string,
  to: string,
  status: number,
  source: number,
];

/** Packs a book whose row identifiers are those of {@link rowId}. Throws when a row holds what the form cannot say. */
export function packCatalog({ prices, ...head }: Omit<PriceBook, 'limits'>): PackedCatalog {
  const units = createPlaces<string>();
  const whens = createPlaces<When>();
  const sources = createPlaces<Source>();
  const statuses = createPlaces<PriceRow['status']>();
  const byName = new Map<string, { readonly provider: string; readonly name: string; readonly prices: PackedPrice[] }>();
  for (const row of prices) {
    const {
      id,
      provider,
      match,
      unit,
      amount,
      per,
      when,
      status,
      source,
      valid_from: from = '',
      valid_to: to = '',
      ...rest
    } = row;
    if (Object.keys(rest).length > 0 || source === undefined)
      throw new Error(`${id}: the packed catalog cannot hold ${Object.keys(rest)}`);
    if (id !== rowId(provider, match, row)) throw new Error(`${id}: expected the identifier ${rowId(provider, match, row)}`);
    const name = packMatch(match);
    const key = `${provider}\n${name}`;
    const entry = byName.get(key) ?? { provider, name, prices: [] };
    byName.set(key, entry);
    entry.prices.push([
      units.placeOf(unit),
      amount,
      per,
      when === undefined ? -1 : whens.placeOf(when),
      from,
      to,
      statuses.placeOf(status),
      sources.placeOf(source),
    ]);
  }
  const groups = new Map<string, [string, string[], readonly PackedPrice[]]>();
  for (const { provider, name, prices: packed } of byName.values()) {
    const key = JSON.stringify([provider, packed]);
    const group = groups.get(key) ?? [provider, [], packed];
    groups.set(key, group);
    group[1].push(name);
  }
  return {
    head,
    units: units.list,
    whens: whens.list,
    sources: sources.list,
    statuses: statuses.list,
    groups: [...groups.values()],
  };
}

/** The book of a packed catalog, all rows made. */
export function unpackCatalog(packed: PackedCatalog): PriceBook {
  return { ...packed.head, prices: shelveCatalog(packed).shelves.flatMap(({ rows }) => rows()) };
}

/** The book of a packed catalog, rows made name by name when they are needed. They share what they have in common. */
export function shelveCatalog(packed: PackedCatalog): ShelvedBook {
  const shelves = packed.groups.flatMap(([provider, names, prices]) =>
    names.map((name): Shelf => {
      const match = unpackMatch(name);
      return { provider, match, rowCount: prices.length, rows: () => unpackRows(provider, match, prices, packed) };
    }),
  );
  return { ...packed.head, shelves };
}

function unpackRows(provider: string, match: Match, prices: readonly PackedPrice[], packed: PackedCatalog): readonly PriceRow[] {
  const { units, whens, sources, statuses } = packed;
  return prices.map(([unit, amount, per, when, from, to, status, source]) => {
    const key = {
      unit: at(units, unit),
      ...(when !== -1 && { when: at(whens, when) }),
      ...(from !== '' && { valid_from: from }),
    };
    return {
      id: rowId(provider, match, key),
      provider,
      match,
      ...key,
      amount,
      per,
      ...(to !== '' && { valid_to: to }),
      status: at(statuses, status),
      source: at(sources, source),
    };
  });
}

/** The value at a place of a list; a packed book that names another place is damaged. */
export function at<T>(list: readonly T[], place: number): T {
  const value = list[place];
  if (value === undefined) throw new RangeError(`packed catalog: no value at ${place}`);
  return value;
}

/** A list of distinct values, and the place of each in it. */
export function createPlaces<T>(): { readonly list: readonly T[]; readonly placeOf: (value: T) => number } {
  const list: T[] = [];
  const places = new Map<string, number>();
  return {
    list,
    placeOf: (value) => {
      const key = JSON.stringify(value);
      const place = places.get(key) ?? list.push(value) - 1;
      places.set(key, place);
      return place;
    },
  };
}

/** A match as one text: `=exact`, `^prefix`, `~pattern`. */
export function packMatch(match: Match): string {
  if ('exact' in match) return `=${match.exact}`;
  return 'prefix' in match ? `^${match.prefix}` : `~${match.pattern}`;
}

/** The match of {@link packMatch}. */
export function unpackMatch(name: string): Match {
  const text = name.slice(1);
  if (name.startsWith('=')) return { exact: text };
  return name.startsWith('^') ? { prefix: text } : { pattern: text };
}
