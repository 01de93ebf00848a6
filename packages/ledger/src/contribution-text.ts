import type { Claim } from './claim.ts';
import type { Contribution } from './contribution.ts';
import type { Sighting } from './sighting.ts';
import type { Tally } from './tally.ts';

/**
 * JSON text of a contribution for storing; equal contributions have equal text, because tallies and sightings keep their maps
 * sorted. {@link parseContribution} is its inverse.
 */
export function contributionText({ tally, sighting }: Contribution): string {
  const { item, outcome, parentId } = sighting;
  return JSON.stringify({
    tally: {
      totalPico: String(tally.totalPico),
      lowPico: String(tally.lowPico),
      highPico: String(tally.highPico),
      wastePico: String(tally.wastePico),
      categories: mapValues(tally.categories, (sums) => ({ ...sums, amountPico: String(sums.amountPico) })),
      usage: tally.usage,
      spans: tally.spans,
      unpriced: tally.unpriced,
      books: tally.books,
    },
    sighting: {
      item: { tenant: item.tenant, type: item.type, id: item.id },
      firstNs: String(sighting.firstNs),
      lastNs: String(sighting.lastNs),
      outcome: outcome && claimJson(outcome),
      parentId: parentId && claimJson(parentId),
      dimensions: mapValues(sighting.dimensions, claimJson),
    },
  });
}

function claimJson({ value, atNs, traceId, spanId }: Claim): Readonly<Record<string, string>> {
  return { value, atNs: String(atNs), traceId, spanId };
}

/** The contribution that {@link contributionText} wrote. Trusts the text: it reads only what this package wrote. */
export function parseContribution(text: string): Contribution {
  const { tally, sighting }: Contribution = JSON.parse(text);
  return { tally: reviveTally(tally), sighting: reviveSighting(sighting) };
}

function reviveTally(tally: Tally): Tally {
  return {
    ...tally,
    totalPico: BigInt(tally.totalPico),
    lowPico: BigInt(tally.lowPico),
    highPico: BigInt(tally.highPico),
    wastePico: BigInt(tally.wastePico),
    categories: mapValues(tally.categories, (sums) => ({ ...sums, amountPico: BigInt(sums.amountPico) })),
  };
}

function reviveSighting(sighting: Sighting): Sighting {
  return {
    ...sighting,
    firstNs: BigInt(sighting.firstNs),
    lastNs: BigInt(sighting.lastNs),
    ...(sighting.outcome === undefined ? {} : { outcome: reviveClaim(sighting.outcome) }),
    ...(sighting.parentId === undefined ? {} : { parentId: reviveClaim(sighting.parentId) }),
    dimensions: mapValues(sighting.dimensions, reviveClaim),
  };
}

function reviveClaim(claim: Claim): Claim {
  return { ...claim, atNs: BigInt(claim.atNs) };
}

function mapValues<Value, Mapped>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
