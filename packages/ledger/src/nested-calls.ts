import { ancestry } from './ancestry.ts';
import type { CallGroup, CallGroups } from './call-groups.ts';
import type { CostFact } from './decision.ts';
import { haveDifferentIds, haveSameTokens, isSameKind, isSameModel, tellsUsage } from './same-call.ts';
import type { SpanFact } from './span-fact.ts';

/**
 * Joins calls with the calls below them. No model call contains another one, so both tell one call, seen by two
 * instrumentations or on both sides of a gateway. A call above several that were answered, such as one of a gateway that tried
 * again, repeats the last or the sum of them: either they are counted or it is, never both.
 */
export function joinNested(
  facts: ReadonlyMap<string, SpanFact>,
  calls: readonly CostFact[],
  groups: CallGroups,
): { readonly supersede: () => void } {
  const inner = innerCalls(facts, calls);
  for (const [outer, within] of inner) {
    const answered = answeredGroups(outer, within, groups);
    const [only] = answered;
    if (only !== undefined && answered.length === 1) groups.join(outer, only.best);
  }
  return {
    supersede: () => {
      for (const [outer, within] of inner) supersede(outer, answeredGroups(outer, within, groups), groups);
    },
  };
}

/** By call, the nearest calls below it that may be the same one. */
function innerCalls(
  facts: ReadonlyMap<string, SpanFact>,
  calls: readonly CostFact[],
): ReadonlyMap<CostFact, readonly CostFact[]> {
  const bySpan = new Map(calls.map((call) => [call.spanId, call]));
  const aboveOf = ancestry(facts, ({ spanId }) => bySpan.has(spanId));
  const inner = new Map<CostFact, CostFact[]>();
  for (const call of calls) {
    const { nearest } = aboveOf(call);
    const outer = nearest === undefined ? undefined : bySpan.get(nearest.spanId);
    if (outer === undefined || !isSameCall(outer, call)) continue;
    const within = inner.get(outer);
    if (within === undefined) inner.set(outer, [call]);
    else within.push(call);
  }
  return inner;
}

/** Whether a call and one below it may be the same one. */
export function isSameCall(outer: CostFact, inner: CostFact): boolean {
  if (!isSameKind(outer, inner)) return false;
  const [one, other] = [outer.observation, inner.observation];
  if (one.callId !== undefined && one.callId === other.callId) return true;
  if (one.scopeName !== other.scopeName) {
    const isOneModel = one.category === 'vector' || isSameModel(one.model, other.model);
    return isOneModel || haveSameTokens(outer, inner);
  }
  // One instrumentation may nest calls of its own, such as those of an agent whose outermost call is open all the time.
  return !haveDifferentIds(outer, inner) && haveSameTokens(outer, inner);
}

/** Calls below that the provider answered; what it refused was tried again. All of them where it answered none. */
function answeredGroups(outer: CostFact, within: readonly CostFact[], groups: CallGroups): readonly CallGroup[] {
  const answered = within.filter((call) => !isUnbilled(call));
  if (answered.length === 0 && !isUnbilled(outer) && tellsUsage(outer)) return [];
  const own = groups.of(outer);
  const all = new Set((answered.length === 0 ? within : answered).map(groups.of));
  return [...all].filter((group) => group !== own);
}

function isUnbilled({ observation }: CostFact): boolean {
  return observation.receipt.status === 'non_billable';
}

function supersede(outer: CostFact, answered: readonly CallGroup[], groups: CallGroups): void {
  const [first] = answered;
  if (first === undefined || answered.length < 2) return;
  const own = groups.of(outer);
  const isWhole = ({ best }: CallGroup): boolean => best.observation.receipt.complete;
  if (answered.every(isWhole) || !isWhole(own)) groups.supersede(own, first);
  else for (const group of answered) groups.supersede(group, own);
}
