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

/** Opens the groups of some spans. */
export function openCallGroups(facts: readonly CostFact[]): CallGroups {
  const groups = new Map<string, CallGroup>();
  for (const fact of facts) {
    groups.set(fact.spanId, { members: [fact], scopes: new Set([fact.observation.scopeName]), best: fact });
  }
  const of = (fact: CostFact): CallGroup => {
    const group = groups.get(fact.spanId);
    if (group === undefined) throw new Error(`call groups: span ${fact.spanId} is none of them`);
    return group;
  };
  // By the best span, because joining makes new groups: supersede only once all are joined.
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
      const joined = {
        members: [...one.members, ...other.members],
        scopes: new Set([...one.scopes, ...other.scopes]),
        best: richerCall(one.best, other.best),
      };
      for (const { spanId } of joined.members) groups.set(spanId, joined);
    },
    supersede: (group, by) => {
      if (!superseding.has(group.best.spanId) && last(by).best !== group.best) superseding.set(group.best.spanId, by);
    },
    countedFor: (fact) => last(of(fact)),
  };
}
