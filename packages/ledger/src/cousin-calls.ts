import type { CallGroup, CallGroups } from './call-groups.ts';
import type { CostFact } from './decision.ts';
import { groupBy } from './group-by.ts';
import { siblingsComparedMax } from './limits.ts';
import { parentsOf } from './parents-of.ts';
import { haveDifferentIds, haveSameTokens, isSameKind, isSameModel, useText } from './same-call.ts';
import type { SpanFact } from './span-fact.ts';

/**
 * Joins calls of different instrumentations of which one stands beside a span above the other: kits such as LangChain report
 * their chains and calls without making them the parent of what happens in them, so that the span of the client hangs where the
 * outermost chain does. Only calls of one model with the same tokens at the same time are taken for one. `calls` are in the order
 * of their start.
 */
export function joinCousins(facts: ReadonlyMap<string, SpanFact>, calls: readonly CostFact[], groups: CallGroups): void {
  if (calls.every(({ observation }) => observation.scopeName === calls[0]?.observation.scopeName)) return;
  for (const alike of groupBy(calls, useText).values()) {
    for (const [index, later] of alike.entries()) {
      for (const earlier of alike.slice(Math.max(0, index - siblingsComparedMax), index)) {
        if (shareScope(groups.of(earlier), groups.of(later)) || !areAlike(earlier, later)) continue;
        if (isBeside(facts, earlier, later) || isBeside(facts, later, earlier)) groups.join(earlier, later);
      }
    }
  }
}

function areAlike(earlier: CostFact, later: CostFact): boolean {
  return (
    later.startNs <= earlier.endNs &&
    haveSameTokens(earlier, later) &&
    isSameKind(earlier, later) &&
    isSameModel(earlier.observation.model, later.observation.model) &&
    !haveDifferentIds(earlier, later)
  );
}

/** Whether the parent of a call is above the other one. */
function isBeside(facts: ReadonlyMap<string, SpanFact>, { parentSpanId }: CostFact, other: CostFact): boolean {
  if (parentSpanId === '') return false;
  for (const above of parentsOf(facts, other)) if (above === parentSpanId) return true;
  return false;
}

function shareScope({ scopes: one }: CallGroup, { scopes: other }: CallGroup): boolean {
  for (const scope of one) if (other.has(scope)) return true;
  return false;
}
