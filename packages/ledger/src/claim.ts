/** Something one span says about a work item, with when and where it says it. Of several, the greatest (at, trace, span) holds. */
export type Claim = {
  readonly value: string;
  /** Unix nanoseconds. */
  readonly atNs: bigint;
  readonly traceId: string;
  readonly spanId: string;
};

/** The claim that holds of two. A span that says two things at once, which a sender may do, is settled by the greater value. */
export function laterClaim(left: Claim | undefined, right: Claim): Claim;
export function laterClaim(left: Claim | undefined, right: Claim | undefined): Claim | undefined;
export function laterClaim(left: Claim | undefined, right: Claim | undefined): Claim | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return isLater(right, left) ? right : left;
}

/** The outcome that holds: the greatest (at, trace, span). undefined without any. */
export function bestOutcome(claims: Iterable<Claim>): Claim | undefined {
  let best: Claim | undefined;
  for (const claim of claims) best = laterClaim(best, claim);
  return best;
}

function isLater(candidate: Claim, other: Claim): boolean {
  if (candidate.atNs !== other.atNs) return candidate.atNs > other.atNs;
  if (candidate.traceId !== other.traceId) return candidate.traceId > other.traceId;
  if (candidate.spanId !== other.spanId) return candidate.spanId > other.spanId;
  return candidate.value > other.value;
}
