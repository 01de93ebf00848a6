import type { CallGroup, CallGroups } from './call-groups.ts';
import type { CostFact } from './decision.ts';
import { groupBy } from './group-by.ts';
import { siblingsComparedMax } from './limits.ts';
import { haveDifferentIds, inputText, isSameKind, isSameModel, tellsUsage, useText } from './same-call.ts';
import type { SpanFact } from './span-fact.ts';

/**
 * Joins spans of one parent that tell one call: of different instrumentations, at the same time, of one model and with the same
 * use. Spans of one instrumentation are calls of their own, however equal their numbers. `calls` are in the order of their start.
 */
export function joinSiblings(facts: ReadonlyMap<string, SpanFact>, calls: readonly CostFact[], groups: CallGroups): void {
  for (const siblings of groupBy(calls, ({ parentSpanId }) => parentSpanId).values()) {
    if (siblings.length < 2 || siblings[0]?.parentSpanId === '') continue;
    if (siblings.every(({ observation }) => observation.scopeName === siblings[0]?.observation.scopeName)) continue;
    for (const { keyOf, isPair } of evidence) {
      for (const alike of groupBy(siblings, keyOf).values()) joinPairs(alike, isPair, groups);
    }
  }
  joinOrphans(calls, ({ parentSpanId }) => parentSpanId !== '' && !facts.has(parentSpanId), groups);
}

/** Joins spans whose parent is missing with spans of the same call elsewhere: some instrumentations lose the span in between. */
function joinOrphans(calls: readonly CostFact[], isOrphan: (call: CostFact) => boolean, groups: CallGroups): void {
  const orphans = new Set(calls.filter(isOrphan));
  if (orphans.size === 0) return;
  for (const { keyOf, isPair } of evidence) {
    const isPairOfOrphan = (earlier: CostFact, later: CostFact): boolean =>
      (orphans.has(earlier) || orphans.has(later)) && isNested(earlier, later) && isPair(earlier, later);
    for (const alike of groupBy(calls, keyOf).values()) joinPairs(alike, isPairOfOrphan, groups);
  }
}

type Evidence = {
  /** Only spans of one key are compared. */
  readonly keyOf: (fact: CostFact) => string;
  readonly isPair: (earlier: CostFact, later: CostFact) => boolean;
};

/** Ways to know that two siblings tell one call, the surest first. */
const evidence: readonly Evidence[] = [
  { keyOf: useText, isPair: (earlier, later) => tellsUsage(later) && overlap(earlier, later) },
  // An estimated output is a few tokens off; the input is not.
  { keyOf: inputText, isPair: (earlier, later) => isEstimatedOnce(earlier, later) && isNested(earlier, later) },
  {
    keyOf: () => '',
    isPair: (earlier, later) => !(tellsUsage(earlier) && tellsUsage(later)) && isNested(earlier, later),
  },
];

function joinPairs(alike: readonly CostFact[], isPair: Evidence['isPair'], groups: CallGroups): void {
  for (const [index, later] of alike.entries()) {
    for (let at = Math.max(0, index - siblingsComparedMax); at < index; at += 1) {
      const earlier = alike[at];
      if (earlier === undefined || shareScope(groups.of(earlier), groups.of(later))) continue;
      if (isPair(earlier, later) && areAlike(earlier, later)) groups.join(earlier, later);
    }
  }
}

function shareScope({ scopes: one }: CallGroup, { scopes: other }: CallGroup): boolean {
  for (const scope of one) if (other.has(scope)) return true;
  return false;
}

function areAlike(one: CostFact, other: CostFact): boolean {
  return (
    isSameKind(one, other) &&
    !haveDifferentIds(one, other) &&
    (one.observation.category === 'vector' || isSameModel(one.observation.model, other.observation.model))
  );
}

function isEstimatedOnce({ observation: one }: CostFact, { observation: other }: CostFact): boolean {
  const [isOne, isOther] = [one, other].map(({ receipt }) => receipt.status === 'estimated');
  return isOne !== isOther && Object.keys(one.usage).length > 0;
}

function overlap(earlier: CostFact, later: CostFact): boolean {
  return later.startNs <= earlier.endNs;
}

/** Whether one span was open all the time the other one was. `later` starts no earlier. */
function isNested(earlier: CostFact, later: CostFact): boolean {
  return later.endNs <= earlier.endNs || later.startNs === earlier.startNs;
}
