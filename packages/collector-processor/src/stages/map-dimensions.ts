import { type DimensionMap, isInForce, type KeySet, type RankedRow, valuesText } from '../dimensions/dimension-map.ts';
import type { KeyId, KeyTable, SpanView } from '../otlp/span-view.ts';
import type { Identity } from './identify-item.ts';
import { DIMENSIONS_MAX } from './limits.ts';
import { textOf } from './span-fields.ts';

/** Adds to what a span says about its item the dimensions that a file gives it. What the span says itself stays. */
export type MapDimensions = (span: SpanView, identity: Identity) => Identity;

/** Builds the stage: a pure function of the span, its start and the file. Without a file nothing is added. */
export const createMapDimensions = (map: DimensionMap | undefined, table: KeyTable): MapDimensions => {
  if (map === undefined) return (_span, identity) => identity;
  const keySets = map.keySets.map((set) => ({ ...set, ids: set.keys.flatMap((key) => table.idOf(key) ?? []) }));
  // Spans that say the same share one object, which tells the ledger that it is the same; so do those that are added to.
  const known = new WeakMap<Identity, Map<string, Identity>>();
  return (span, identity) => {
    const added = dimensionsOf(keySets.flatMap((set) => rowsFor(span, set)));
    if (added.length === 0) return identity;
    const text = JSON.stringify(added);
    const byText = known.get(identity) ?? new Map<string, Identity>();
    known.set(identity, byText);
    const found = byText.get(text) ?? { ...identity, dimensions: merge(identity.dimensions ?? {}, added) };
    byText.set(text, found);
    return found;
  };
};

type Dimension = readonly [key: string, value: string];

const rowsFor = (span: SpanView, { ids, rows }: KeySet & { readonly ids: readonly KeyId[] }): readonly RankedRow[] => {
  const values: string[] = [];
  for (const id of ids) {
    const value = textOf(span.get(id)) ?? textOf(span.resource(id));
    if (value === undefined) return [];
    values.push(value);
  }
  return (rows.get(valuesText(values)) ?? []).filter((row) => isInForce(row, span.startUnixNs));
};

/** Sorted by key: of rows that say the same dimension the one of the least rank counts. */
const dimensionsOf = (rows: readonly RankedRow[]): readonly Dimension[] => {
  if (rows.length === 0) return [];
  const byRank = rows.toSorted((one, other) => other.rank - one.rank);
  return sorted(Object.entries(Object.assign({}, ...byRank.map(({ set }) => set)) as Record<string, string>));
};

/** The span's own dimensions come first, also where there are more than are kept. */
const merge = (own: Readonly<Record<string, string>>, added: readonly Dimension[]): Readonly<Record<string, string>> => {
  const others = added.filter(([key]) => own[key] === undefined);
  return Object.fromEntries(sorted([...Object.entries(own), ...others].slice(0, DIMENSIONS_MAX)));
};

const sorted = (dimensions: readonly Dimension[]): readonly Dimension[] =>
  dimensions.toSorted(([one], [other]) => (one < other ? -1 : 1));
