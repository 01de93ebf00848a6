import { type DecidedEntry, type DecidedSpan, entryOf, type TraceDecision } from '../../src/index.ts';

/** A decision in US dollars, with the entry that each of its spans makes. */
export type DecisionWithEntries = Omit<TraceDecision, 'spans'> & {
  readonly spans: readonly (DecidedSpan & { readonly entry: DecidedEntry })[];
};

/** Makes the entries of a decision. */
export function withEntries(decision: TraceDecision): DecisionWithEntries {
  return { ...decision, spans: decision.spans.map((span) => ({ ...span, entry: entryOf(span.fact, span.decision, 'USD') })) };
}
