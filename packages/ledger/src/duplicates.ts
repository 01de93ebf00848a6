import type { CostFact } from './decision.ts';

/**
 * Which cost-bearing spans of a trace repeat what another one reports: span id -> entry id of the one that is priced.
 *
 * - Spans of different instrumentation scopes with one call id: the scope that knows most about the call is priced. Within
 *   a scope nothing is a duplicate: some servers give every answer the same id.
 * - Handoffs with one handoff id: a finished one before an open one, then the first to end. Finishing twice charges once.
 *
 * Aggregates take no part: they are never priced, so they repeat nothing.
 */
export function duplicatesOf(facts: readonly CostFact[]): ReadonlyMap<string, string> {
  const priced = facts.filter(({ observation }) => observation.role !== 'aggregate');
  const duplicates = new Map<string, string>();
  for (const call of groupBy(priced, ({ observation }) => observation.callId)) {
    const best = call.reduce(richer);
    for (const { spanId, observation } of call) {
      if (observation.scopeName !== best.observation.scopeName) duplicates.set(spanId, best.observation.entryId);
    }
  }
  for (const handoff of groupBy(priced, ({ observation }) => observation.human?.handoffId)) {
    const first = handoff.reduce(finishedFirst);
    for (const { spanId } of handoff) {
      if (spanId !== first.spanId) duplicates.set(spanId, first.observation.entryId);
    }
  }
  return duplicates;
}

/** Groups of two or more. */
function groupBy(facts: readonly CostFact[], keyOf: (fact: CostFact) => string | undefined): Iterable<readonly CostFact[]> {
  const groups = new Map<string, CostFact[]>();
  for (const fact of facts) {
    const key = keyOf(fact);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [fact]);
    else group.push(fact);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** The fact that knows more: a complete receipt, more units of usage told apart, then the smaller (scope, span). */
function richer(left: CostFact, right: CostFact): CostFact {
  const [one, other] = [left.observation, right.observation];
  if (one.receipt.complete !== other.receipt.complete) return one.receipt.complete ? left : right;
  const units = Object.keys(one.usage).length - Object.keys(other.usage).length;
  if (units !== 0) return units > 0 ? left : right;
  if (one.scopeName !== other.scopeName) return one.scopeName < other.scopeName ? left : right;
  return left.spanId < right.spanId ? left : right;
}

function finishedFirst(left: CostFact, right: CostFact): CostFact {
  const finished = isFinished(left);
  if (finished !== isFinished(right)) return finished ? left : right;
  if (left.endNs !== right.endNs) return left.endNs < right.endNs ? left : right;
  return left.spanId < right.spanId ? left : right;
}

function isFinished({ observation }: CostFact): boolean {
  return observation.human?.touchMs !== undefined || observation.human?.decision !== undefined;
}
