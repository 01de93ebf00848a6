import { canonicalText } from './canonical-text.ts';
import { bearsCost } from './decision.ts';
import type { SpanFact } from './span-fact.ts';

/** One fact per span id. Which of several facts stays depends on what they say, never on the order they came in. */
export function uniqueFacts(facts: Iterable<SpanFact>): ReadonlyMap<string, SpanFact> {
  const bySpan = new Map<string, SpanFact>();
  for (const fact of facts) {
    const other = bySpan.get(fact.spanId);
    bySpan.set(fact.spanId, other === undefined ? fact : strongerFact(other, fact));
  }
  return bySpan;
}

/**
 * Which of two facts of one span counts: one that bears cost, then one that says something over a mere link, then a link that is
 * counted as telemetry, then a handoff, then the one that ended later, then the one that was priced anew more often, then the
 * greater text, then the greater name. A handoff is charged as it was finished first: finishing it again, with other minutes,
 * changes nothing. Returns `first` when both say the same.
 */
export function strongerFact(first: SpanFact, second: SpanFact): SpanFact {
  if (bearsCost(first) !== bearsCost(second)) return bearsCost(first) ? first : second;
  if (isLink(first) !== isLink(second)) return isLink(first) ? second : first;
  if (isLink(first) && isCounted(first) !== isCounted(second)) return isCounted(first) ? first : second;
  if (isHandoff(first) !== isHandoff(second)) return isHandoff(first) ? first : second;
  if (first.endNs !== second.endNs) {
    const [earlier, later] = first.endNs < second.endNs ? [first, second] : [second, first];
    return isHandoff(first) ? earlier : later;
  }
  const repriced = repricings(first) - repricings(second);
  if (repriced !== 0) return repriced > 0 ? first : second;
  // Names come last: of spans that bear no cost they are not always known.
  const [one, other] = [canonicalText({ ...first, name: '' }), canonicalText({ ...second, name: '' })];
  if (one !== other) return one > other ? first : second;
  return first.name >= second.name ? first : second;
}

function isCounted({ telemetry }: SpanFact): boolean {
  return telemetry !== undefined;
}

function isHandoff({ observation }: SpanFact): boolean {
  return observation?.role === 'handoff';
}

function repricings({ observation }: SpanFact): number {
  return observation?.repriced?.count ?? 0;
}

/** True when the fact says no more than which span is whose child. */
export function isLink(fact: SpanFact): boolean {
  return (
    fact.observation === undefined &&
    fact.item === undefined &&
    fact.itemProblem === undefined &&
    fact.outcome === undefined &&
    fact.dimensions === undefined &&
    fact.events === undefined
  );
}
