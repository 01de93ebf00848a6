import { canonicalText } from './canonical-text.ts';
import type { Claim } from './claim.ts';
import type { Contribution } from './contribution.ts';
import type { Sighting } from './sighting.ts';
import type { Tally } from './tally.ts';

/** JSON text of a contribution for storing; equal contributions have equal text. {@link parseContribution} is its inverse. */
export function contributionText(contribution: Contribution): string {
  return canonicalText(contribution);
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

function mapValues<Value>(values: Readonly<Record<string, Value>>, map: (value: Value) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
