import type { CostFact } from './decision.ts';
import { richerCall } from './richer-call.ts';

/** Spans that tell one call. */
export type CallGroup = {
  readonly members: readonly CostFact[];
  readonly scopes: ReadonlySet<string>;
  /** The span that tells most. */
  readonly best: CostFact;
};

/** Which spans of a trace tell one call. Every span starts in a group of its own. */
export type CallGroups = {
  readonly of: (fact: CostFact) => CallGroup;
  /** Says that the calls of two spans are one call. */
  readonly join: (left: CostFact, right: CostFact) => void;
  /** Says that what a group tells is told by another group, or several, of which `by` is one. A circle is left open. */
  readonly supersede: (group: CallGroup, by: CallGroup) => void;
  /** The group that is counted for a span: its own, or the one that supersedes it. */
  readonly countedFor: (fact: CostFact) => CallGroup;
};

type Growing = { readonly members: CostFact[]; readonly scopes: Set<string>; best: CostFact };

/** Opens the groups of some spans. */
export function openCallGroups(facts: readonly CostFact[]): CallGroups {
  const groups = new Map<string, Growing>();
  for (const fact of facts) {
    groups.set(fact.spanId, { members: [fact], scopes: new Set([fact.observation.scopeName]), best: fact });
  }
  const of = (fact: CostFact): Growing => {
    const group = groups.get(fact.spanId);
    if (group === undefined) throw new Error(`call groups: span ${fact.spanId} is none of them`);
    return group;
  };
  // By the best span, which joining may change: supersede only once all are joined.
  const superseding = new Map<string, CallGroup>();
  const last = (group: CallGroup): CallGroup => {
    let at = group;
    for (let next = superseding.get(at.best.spanId); next !== undefined; next = superseding.get(at.best.spanId)) at = next;
    return at;
  };
  return {
    of,
    join: (left, right) => {
      const [one, other] = [of(left), of(right)];
      if (one === other) return;
      // The smaller one moves, so that a span moves seldom however many are joined.
      const [larger, smaller] = one.members.length >= other.members.length ? [one, other] : [other, one];
      for (const member of smaller.members) {
        larger.members.push(member);
        larger.scopes.add(member.observation.scopeName);
        groups.set(member.spanId, larger);
      }
      larger.best = richerCall(larger.best, smaller.best);
    },
    supersede: (group, by) => {
      if (!superseding.has(group.best.spanId) && last(by).best !== group.best) superseding.set(group.best.spanId, by);
    },
    countedFor: (fact) => last(of(fact)),
  };
}
