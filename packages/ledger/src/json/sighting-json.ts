import type { Claim } from '../claim.ts';
import type { Sighting } from '../sighting.ts';

/** A sighting as JSON: nanoseconds are decimal text. It travels in log events `costspan.sighting`. */
export type SightingJson = {
  readonly first_ns: string;
  readonly last_ns: string;
  readonly outcome?: ClaimJson;
  readonly parent_id?: ClaimJson;
  readonly dimensions: Readonly<Record<string, ClaimJson>>;
};

/** Something one span says, with when and where it says it. */
export type ClaimJson = {
  readonly value: string;
  readonly at_ns: string;
  readonly trace_id: string;
  readonly span_id: string;
};

/** The JSON of a sighting, without the item it is about. */
export function sightingJson({ firstNs, lastNs, outcome, parentId, dimensions }: Sighting): SightingJson {
  return {
    first_ns: String(firstNs),
    last_ns: String(lastNs),
    ...(outcome !== undefined && { outcome: claimJson(outcome) }),
    ...(parentId !== undefined && { parent_id: claimJson(parentId) }),
    dimensions: Object.fromEntries(Object.entries(dimensions).map(([key, claim]) => [key, claimJson(claim)])),
  };
}

function claimJson({ value, atNs, traceId, spanId }: Claim): ClaimJson {
  return { value, at_ns: String(atNs), trace_id: traceId, span_id: spanId };
}
