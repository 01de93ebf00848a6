import type { SpanFact } from './span-fact.ts';

/** What is above a span in its trace. */
export type Above = {
  /** The nearest ancestor that is one of those looked for. */
  readonly nearest?: SpanFact;
  /** Span id of the ancestor that is not there, where the way up ends before a root and before `nearest`. */
  readonly missing?: string;
};

/**
 * Returns what is above each span of a trace. Each span is walked over once, however many lie below it. In a circle of
 * parents the spans looked for are found, but a span is never above itself.
 */
export function ancestry(facts: ReadonlyMap<string, SpanFact>, isWanted: (fact: SpanFact) => boolean): (fact: SpanFact) => Above {
  const known = new Map<string, Above>();
  return (fact) => {
    const path = new Set<string>();
    let at = fact;
    let above = known.get(at.spanId);
    while (above === undefined) {
      path.add(at.spanId);
      const parent = facts.get(at.parentSpanId);
      if (parent === undefined) above = at.parentSpanId === '' ? nothing : { missing: at.parentSpanId };
      else if (isWanted(parent)) above = { nearest: parent };
      else if (path.has(parent.spanId)) above = nothing;
      else {
        above = known.get(parent.spanId);
        at = parent;
      }
    }
    for (const spanId of path) known.set(spanId, above);
    return above.nearest?.spanId === fact.spanId ? nothing : above;
  };
}

const nothing: Above = {};
