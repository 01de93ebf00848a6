import { type Claim, laterClaim } from './claim.ts';
import { itemText } from './item-text.ts';
import { earlierNs, laterNs } from './nanoseconds.ts';
import type { ItemKey, SpanFact } from './span-fact.ts';

/** What spans say about one work item besides what they cost. */
export type Sighting = {
  readonly item: ItemKey;
  /** Start of the earliest and end of the latest span that names the item or bears its cost, Unix nanoseconds. */
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  readonly outcome?: Claim;
  readonly parentId?: Claim;
  /** By key; of several values the one whose (start, trace, span) is greatest. */
  readonly dimensions: Readonly<Record<string, Claim>>;
};

/** Collects what spans say, one after the other and in any order, into one sighting per item. */
export type Sightings = {
  readonly add: (fact: SpanFact, item: ItemKey, dimensions: Readonly<Record<string, string>>) => void;
  /** The sightings so far, by item. */
  readonly all: () => readonly Sighting[];
};

/** Creates an empty collection of sightings of one tenant. */
export function collectSightings(): Sightings {
  const byItem = new Map<string, Growing>();
  let last: Growing | undefined;
  return {
    add: (fact, item, dimensions) => {
      // Most spans of a trace belong to one item.
      if (last !== undefined && last.item.type === item.type && last.item.id === item.id) {
        grow(last, fact, dimensions);
        return;
      }
      const key = itemText(item);
      const growing = byItem.get(key) ?? { item, firstNs: fact.startNs, lastNs: fact.endNs, dimensions: new Map() };
      byItem.set(key, growing);
      last = growing;
      grow(growing, fact, dimensions);
    },
    all: () => (last !== undefined && byItem.size === 1 ? [sightingOf(last)] : inOrder(byItem)),
  };
}

function inOrder(byItem: ReadonlyMap<string, Growing>): readonly Sighting[] {
  return [...byItem].sort(byKey).map(([, growing]) => sightingOf(growing));
}

type Growing = {
  readonly item: ItemKey;
  firstNs: bigint;
  lastNs: bigint;
  outcome?: Claim;
  parentId?: Claim;
  readonly dimensions: Map<string, Claim>;
};

function grow(growing: Growing, fact: SpanFact, dimensions: Readonly<Record<string, string>>): void {
  const { startNs: atNs, traceId, spanId, outcome } = fact;
  if (atNs < growing.firstNs) growing.firstNs = atNs;
  if (fact.endNs > growing.lastNs) growing.lastNs = fact.endNs;
  if (outcome !== undefined) {
    growing.outcome = laterClaim(growing.outcome, { value: outcome.value, atNs: outcome.atNs, traceId, spanId });
  }
  if (fact.item?.parentId !== undefined) {
    growing.parentId = laterClaim(growing.parentId, { value: fact.item.parentId, atNs, traceId, spanId });
  }
  for (const key in dimensions) {
    const held = growing.dimensions.get(key);
    // Most spans of an item carry the same dimensions, so most claims lose at the first look.
    if (held !== undefined && held.atNs > atNs) continue;
    growing.dimensions.set(key, laterClaim(held, { value: dimensions[key] ?? '', atNs, traceId, spanId }));
  }
}

function sightingOf({ item, firstNs, lastNs, outcome, parentId, dimensions }: Growing): Sighting {
  return {
    ...{ item, firstNs, lastNs },
    ...(outcome === undefined ? {} : { outcome }),
    ...(parentId === undefined ? {} : { parentId }),
    dimensions: Object.fromEntries(dimensions.size < 2 ? dimensions : [...dimensions].sort(byKey)),
  };
}

/** What two sightings of one item say together. Order and repetition change nothing. */
export function mergeSightings(left: Sighting, right: Sighting): Sighting {
  const outcome = laterClaim(left.outcome, right.outcome);
  const parentId = laterClaim(left.parentId, right.parentId);
  return {
    item: left.item,
    firstNs: earlierNs(left.firstNs, right.firstNs),
    lastNs: laterNs(left.lastNs, right.lastNs),
    ...(outcome === undefined ? {} : { outcome }),
    ...(parentId === undefined ? {} : { parentId }),
    dimensions: mergeDimensions(left.dimensions, right.dimensions),
  };
}

/** True when `newer` says everything that `older` says, or something that outranks it. */
export function outranks(newer: Sighting, older: Sighting): boolean {
  return (
    newer.firstNs <= older.firstNs &&
    newer.lastNs >= older.lastNs &&
    holds(newer.outcome, older.outcome) &&
    holds(newer.parentId, older.parentId) &&
    Object.entries(older.dimensions).every(([key, claim]) => holds(newer.dimensions[key], claim))
  );
}

function holds(newer: Claim | undefined, older: Claim | undefined): boolean {
  return older === undefined || (newer !== undefined && laterClaim(older, newer) === newer) || sameClaim(newer, older);
}

function sameClaim(left: Claim | undefined, right: Claim): boolean {
  return (
    left !== undefined &&
    left.value === right.value &&
    left.atNs === right.atNs &&
    left.traceId === right.traceId &&
    left.spanId === right.spanId
  );
}

/** Most of what is added has the dimensions that are there already: then their order stays. */
function mergeDimensions(left: Sighting['dimensions'], right: Sighting['dimensions']): Sighting['dimensions'] {
  let merged: Record<string, Claim> | undefined;
  for (const key in right) {
    const claim = right[key];
    if (claim === undefined) continue;
    const known = key !== '__proto__' && Object.hasOwn(left, key) ? left[key] : undefined;
    if (known === undefined) return mergedAnew(left, right);
    const later = laterClaim(known, claim);
    if (later === known) continue;
    merged ??= { ...left };
    merged[key] = later;
  }
  return merged ?? left;
}

function mergedAnew(left: Sighting['dimensions'], right: Sighting['dimensions']): Sighting['dimensions'] {
  const merged = new Map(Object.entries(left));
  for (const [key, claim] of Object.entries(right)) merged.set(key, laterClaim(merged.get(key), claim));
  return Object.fromEntries([...merged].sort(byKey));
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}
