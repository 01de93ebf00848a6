import { type Attribution, attributionOf, frozenAttribution, onlyItem, type Unnamed } from './attribution.ts';
import { bearsCost, type CostFact, type DecidedSpan, type Decision, entryOf } from './decision.ts';
import { duplicatesOf } from './duplicates.ts';
import { collectSightings, type Sighting } from './sighting.ts';
import type { SpanFact } from './span-fact.ts';
import { uniqueFacts } from './unique-facts.ts';

export type DecideOptions = {
  /** ISO 4217: the reporting currency of the ledger. */
  readonly currency: string;
  /** Present once the trace has closed: what was decided about it, which stays. */
  readonly closed?: ClosedTrace;
};

/** What is kept of a trace that has closed. Its links are gone; what was attributed stays attributed. */
export type ClosedTrace = {
  /** Attribution of spans that name no item and have no ancestor that does, as it was when the trace closed. */
  readonly unnamed: Unnamed;
  /** What was decided about a span; undefined for one that comes late. */
  readonly attributionOf: (spanId: string) => Pick<Decision, keyof Attribution | 'late'> | undefined;
};

/** Everything the ledger knows from one trace. */
export type TraceDecision = {
  /** Cost-bearing spans by (start, span id). */
  readonly spans: readonly DecidedSpan[];
  /** By item. */
  readonly sightings: readonly Sighting[];
  /** Attribution of spans that name no item and have no ancestor that does. */
  readonly unnamed: Unnamed;
};

/**
 * Decides which spans of one trace of one tenant cost something and whose cost that is. A pure function of the set of
 * facts: their order and repetition change nothing. Of a trace that has closed, hand in the facts that came late and those
 * cost-bearing ones that share a call or handoff id with them.
 */
export function decideTrace(facts: Iterable<SpanFact>, { currency, closed }: DecideOptions): TraceDecision {
  const bySpan = uniqueFacts(facts);
  const unnamed = closed?.unnamed ?? onlyItem(bySpan.values());
  const attribute = closed === undefined ? attributionOf(bySpan, unnamed) : frozenAttribution(closed);
  const costFacts = [...bySpan.values()].filter(bearsCost).sort(byStart);
  const duplicates = duplicatesOf(costFacts);
  const spans = costFacts.map((fact) => {
    const decision = { ...attribute(fact), ...verdictOn(fact, duplicates.get(fact.spanId), currency) };
    return { fact, decision, entry: entryOf(fact, decision, currency) };
  });
  return { spans, sightings: sightingsOf(bySpan.values(), attribute), unnamed };
}

/** What is decided about a cost-bearing span besides whose cost it is. */
function verdictOn(
  { observation }: CostFact,
  duplicateOf: string | undefined,
  currency: string,
): Pick<Decision, 'excluded' | 'currencyProblem'> {
  if (observation.role === 'aggregate') return { excluded: { status: 'aggregate' } };
  if (duplicateOf !== undefined) return { excluded: { status: 'duplicate', duplicateOf } };
  return observation.receipt.currency === currency ? {} : { currencyProblem: 'currency-differs' };
}

function sightingsOf(facts: Iterable<SpanFact>, attribute: (fact: SpanFact) => Attribution): readonly Sighting[] {
  const sightings = collectSightings();
  for (const fact of facts) {
    if (fact.item === undefined && fact.outcome === undefined && fact.observation === undefined) continue;
    const { item, dimensions } = attribute(fact);
    if (item !== undefined) sightings.add(fact, item, dimensions);
  }
  return sightings.all();
}

function byStart(left: SpanFact, right: SpanFact): number {
  if (left.startNs !== right.startNs) return left.startNs < right.startNs ? -1 : 1;
  return left.spanId < right.spanId ? -1 : 1;
}
