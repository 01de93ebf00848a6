import { ancestry } from './ancestry.ts';
import type { CostFact } from './decision.ts';
import type { SpanFact } from './span-fact.ts';

/**
 * Sums whose calls did not come: span ids of the aggregates without a call, and without another sum, below them. A call whose
 * ancestors are not all there counts as below every sum that was open when it started and may be one of them: counting it
 * twice would be worse than leaving the sum out.
 */
export function standingSums(facts: ReadonlyMap<string, SpanFact>, costFacts: readonly CostFact[]): ReadonlySet<string> {
  const sums = new Map(costFacts.filter(isSum).map((sum) => [sum.spanId, sum]));
  if (sums.size === 0) return noSums;
  const aboveOf = ancestry(facts, (fact) => sums.has(fact.spanId));
  const standing = new Map(sums);
  const missingAbove = new Map<string, string | undefined>();
  const orphans: Orphan[] = [];
  for (const fact of costFacts) {
    if (fact.observation.role !== 'call' && !isSum(fact)) continue;
    const path: string[] = [];
    let above = aboveOf(fact);
    while (above.nearest !== undefined) {
      const { spanId } = above.nearest;
      standing.delete(spanId);
      if (missingAbove.has(spanId)) break;
      path.push(spanId);
      missingAbove.set(spanId, undefined);
      above = aboveOf(above.nearest);
    }
    const missing = above.nearest === undefined ? above.missing : missingAbove.get(above.nearest.spanId);
    for (const spanId of path) missingAbove.set(spanId, missing);
    if (isSum(fact)) missingAbove.set(fact.spanId, missing);
    else if (missing !== undefined) orphans.push({ startNs: fact.startNs, missing });
  }
  const startsWithin = indexOrphans(orphans);
  for (const sum of standing.values()) if (startsWithin(sum, missingAbove.get(sum.spanId))) standing.delete(sum.spanId);
  return new Set(standing.keys());
}

/** A call some ancestor of which is not there: `missing` is the span id of the lowest that is not. */
type Orphan = { readonly startNs: bigint; readonly missing: string };

/**
 * Returns whether some orphan started while a sum was open. One whose missing ancestor is above the sum too is not below it.
 * `orphans` are in the order of their start.
 */
function indexOrphans(orphans: readonly Orphan[]): (sum: CostFact, missingAboveSum: string | undefined) => boolean {
  // Where the next orphan of another missing ancestor is, so that a run of one ancestor is skipped at once.
  const nextOther: number[] = [];
  for (let index = orphans.length - 1; index >= 0; index -= 1) {
    const isRun = orphans[index]?.missing === orphans[index + 1]?.missing;
    nextOther[index] = isRun ? (nextOther[index + 1] ?? orphans.length) : index + 1;
  }
  return ({ startNs, endNs }, missingAboveSum) => {
    let [low, high] = [0, orphans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((orphans[middle]?.startNs ?? 0n) < startNs) low = middle + 1;
      else high = middle;
    }
    const index = orphans[low]?.missing === missingAboveSum ? (nextOther[low] ?? low) : low;
    const orphan = orphans[index];
    return orphan !== undefined && orphan.startNs <= endNs;
  };
}

const noSums: ReadonlySet<string> = new Set();

function isSum({ observation }: CostFact): boolean {
  return observation.role === 'aggregate';
}
