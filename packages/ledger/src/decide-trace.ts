import { type Attribution, attributionOf, frozenAttribution, onlyItem, type Unnamed } from './attribution.ts';
import { bearsCost, bookingOf, type CostFact, type DecidedSpan, type Decision } from './decision.ts';
import { duplicatesOf } from './duplicates.ts';
import { itemText } from './item-text.ts';
import { mergedOf } from './merged.ts';
import { collectSightings, type Sighting, type Sightings } from './sighting.ts';
import type { SpanFact } from './span-fact.ts';
import { standingSums } from './standing-sums.ts';
import { decideTelemetry, type TelemetryOptions, telemetrySums, withoutTelemetry } from './telemetry.ts';
import { isAnsweredRequest, toldRequests } from './told-requests.ts';
import { uniqueFacts } from './unique-facts.ts';

export type DecideOptions = {
  /** ISO 4217: the reporting currency of the ledger. */
  readonly currency: string;
  /** Present once the trace has closed: what was decided about it, which stays. */
  readonly closed?: ClosedTrace;
  /**
   * Whether sums whose calls did not come stand for them, which they do once nothing more is waited for. Default: false. All
   * facts of the trace have to be at hand.
   */
  readonly sumsStand?: boolean;
  /** Gives what is no span its identity. Absent: what spans cost as telemetry is not booked. */
  readonly entryIdOf?: TelemetryOptions['entryIdOf'];
};

/** What is kept of a trace that has closed. Its links are gone; what was attributed stays attributed. */
export type ClosedTrace = {
  /** Attribution of spans that name no item and have no ancestor that does, as it was when the trace closed. */
  readonly unnamed: Unnamed;
  /** What was decided about a span; undefined for one that comes late. */
  readonly decisionOf: (spanId: string) => Pick<Decision, keyof Attribution | 'late' | 'merged' | 'excluded'> | undefined;
};

/** Everything the ledger knows from one trace. */
export type TraceDecision = {
  /** Cost-bearing spans by (start, span id), then what all spans cost as telemetry, by item. */
  readonly spans: readonly DecidedSpan[];
  /** By item. */
  readonly sightings: readonly Sighting[];
  /** Attribution of spans that name no item and have no ancestor that does. */
  readonly unnamed: Unnamed;
  /** Sums whose calls did not come: they cost nothing while the calls may still come. */
  readonly standingSums: number;
};

/**
 * Decides which spans of one trace of one tenant cost something and whose cost that is. A pure function of the set of
 * facts: their order and repetition change nothing. Of a trace that has closed, hand in the facts that came late and those
 * cost-bearing ones that share a call or handoff id with them.
 */
export function decideTrace(facts: Iterable<SpanFact>, options: DecideOptions): TraceDecision {
  const { currency, closed, sumsStand = false, entryIdOf } = options;
  const all = uniqueFacts(facts);
  // What spans of a closed trace cost as telemetry stays as it was: nothing could tell which of them were counted.
  const { spans: bySpan, repriced } = closed === undefined ? withoutTelemetry(all) : { spans: all, repriced: noneRepriced };
  const unnamed = closed?.unnamed ?? onlyItem(bySpan.values());
  const costFacts = [...bySpan.values()].filter(bearsCost).sort(byStart);
  const requests = costFacts.filter(isAnsweredRequest);
  const others = requests.length === 0 ? costFacts : costFacts.filter((fact) => !isAnsweredRequest(fact));
  const sums = closed === undefined ? standingSums(bySpan, others) : nothing;
  const standing = sumsStand ? sums : nothing;
  const known = knownDuplicateOf(closed);
  const { duplicateOf, tellers } = duplicatesOf(bySpan, others, { standing, knownDuplicateOf: known });
  const told = toldRequests(bySpan, requests, { others, duplicateOf, standing, knownDuplicateOf: known });
  const own = closed === undefined ? attributionOf(bySpan, unnamed) : frozenAttribution(closed);
  const merged = mergedOf(tellers, bySpan, own);
  const attribute = (fact: SpanFact): Attribution => merged.get(fact.spanId)?.attribution ?? own(fact);
  const spans = costFacts.map((fact) => {
    const names = merged.get(fact.spanId)?.merged;
    const verdict = verdictOn(fact, {
      duplicateOf: duplicateOf.get(fact.spanId) ?? told.get(fact.spanId),
      isStanding: standing.has(fact.spanId),
      currency,
    });
    const decision = { ...attribute(fact), ...verdict, ...(names === undefined ? {} : { merged: names }) };
    return { fact, decision, booking: bookingOf(fact, decision) };
  });
  const sightings = sightingsOf(bySpan.values(), attribute);
  const telemetry =
    entryIdOf === undefined || closed !== undefined
      ? []
      : telemetryIn(bySpan, attribute, { options: { currency, entryIdOf, repriced }, sightings });
  return { spans: [...spans, ...telemetry], sightings: sightings.all(), unnamed, standingSums: sums.size };
}

const nothing: ReadonlySet<string> = new Set();
const noneRepriced: ReadonlyMap<string, CostFact> = new Map();

/** What the spans of a trace cost as telemetry, an entry for each item. It has the dimensions that the trace gives the item. */
function telemetryIn(
  bySpan: ReadonlyMap<string, SpanFact>,
  attribute: (fact: SpanFact) => Attribution,
  { options, sightings }: { readonly options: TelemetryOptions; readonly sightings: Sightings },
): readonly DecidedSpan[] {
  const [any] = bySpan.values();
  const sums = telemetrySums(bySpan.values(), attribute);
  if (any === undefined || sums.length === 0) return [];
  const seen = new Map(sightings.all().map(({ item, dimensions }) => [itemText(item), dimensions]));
  return sums.map((sum) => {
    const claims = sum.item === undefined ? {} : (seen.get(itemText(sum.item)) ?? {});
    const dimensions = Object.fromEntries(Object.entries(claims).map(([key, { value }]) => [key, value]));
    const decided = decideTelemetry(sum, { tenant: any.tenant, traceId: any.traceId, dimensions }, options);
    if (sum.item !== undefined) sightings.add(decided.fact, sum.item, dimensions);
    return decided;
  });
}

function knownDuplicateOf(closed: ClosedTrace | undefined): (spanId: string) => string | undefined {
  return (spanId) => {
    const excluded = closed?.decisionOf(spanId)?.excluded;
    return excluded?.status === 'duplicate' ? excluded.duplicateOf : undefined;
  };
}

type Circumstances = {
  readonly duplicateOf: string | undefined;
  readonly isStanding: boolean;
  readonly currency: string;
};

/** What is decided about a cost-bearing span besides whose cost it is. */
function verdictOn(
  { observation }: CostFact,
  { duplicateOf, isStanding, currency }: Circumstances,
): Pick<Decision, 'excluded' | 'currencyProblem'> {
  if (observation.role === 'aggregate' && !isStanding) return { excluded: { status: 'aggregate' } };
  if (duplicateOf !== undefined) return { excluded: { status: 'duplicate', duplicateOf } };
  return observation.receipt.currency === currency ? {} : { currencyProblem: 'currency-differs' };
}

function sightingsOf(facts: Iterable<SpanFact>, attribute: (fact: SpanFact) => Attribution): Sightings {
  const sightings = collectSightings();
  for (const fact of facts) {
    if (fact.item === undefined && fact.outcome === undefined && fact.observation === undefined) continue;
    const { item, dimensions } = attribute(fact);
    if (item !== undefined) sightings.add(fact, item, dimensions);
  }
  return sightings;
}

function byStart(left: SpanFact, right: SpanFact): number {
  if (left.startNs !== right.startNs) return left.startNs < right.startNs ? -1 : 1;
  return left.spanId < right.spanId ? -1 : 1;
}
