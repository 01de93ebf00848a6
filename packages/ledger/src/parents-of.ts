import { ancestorsComparedMax } from './limits.ts';
import type { SpanFact } from './span-fact.ts';

/** Span ids of what is above a span, its parent first and at most as many as are compared; the last one may not be there. */
export function* parentsOf(facts: ReadonlyMap<string, SpanFact>, fact: SpanFact): Iterable<string> {
  let at: SpanFact | undefined = fact;
  for (let steps = 0; at !== undefined && at.parentSpanId !== '' && steps < ancestorsComparedMax; steps += 1) {
    yield at.parentSpanId;
    at = facts.get(at.parentSpanId);
  }
}
