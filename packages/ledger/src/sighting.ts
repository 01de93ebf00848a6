import { type Claim, laterClaim } from './claim.ts';
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

/** What one span says about the item it belongs to. */
export function sightingOf(fact: SpanFact, item: ItemKey, dimensions: Readonly<Record<string, string>>): Sighting {
  const at = { traceId: fact.traceId, spanId: fact.spanId };
  const { outcome } = fact;
  const parentId = fact.item?.parentId;
  return {
    item,
    firstNs: fact.startNs,
    lastNs: fact.endNs,
    ...(outcome === undefined ? {} : { outcome: { value: outcome.value, atNs: outcome.atNs, ...at } }),
    ...(parentId === undefined ? {} : { parentId: { value: parentId, atNs: fact.startNs, ...at } }),
    dimensions: Object.fromEntries(Object.entries(dimensions).map(([key, value]) => [key, { value, atNs: fact.startNs, ...at }])),
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

function mergeDimensions(left: Sighting['dimensions'], right: Sighting['dimensions']): Sighting['dimensions'] {
  const merged = new Map(Object.entries(left));
  for (const [key, claim] of Object.entries(right)) merged.set(key, laterClaim(merged.get(key), claim) ?? claim);
  return Object.fromEntries(merged);
}
