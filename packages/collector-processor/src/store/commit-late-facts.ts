import {
  addContributions,
  bearsCost,
  type Contribution,
  type CostFact,
  contributionsOf,
  type DecidedEntry,
  type DecidedSpan,
  type Decision,
  decideTrace,
  entryOf,
  isLink,
  type SpanFact,
  strongerFact,
  subtractTallies,
  tallyOf,
} from '@costspan/ledger';
import { type CommitContext, changeContribution } from './commit-trace.ts';
import type { KeyedSpan, PackedRecord, StoredEntry } from './entry-rows.ts';
import type { IncomingTrace } from './incoming.ts';
import { twinsMax } from './limits.ts';
import type { TraceRow } from './trace-rows.ts';

/** A cost-bearing span that has to be decided now that its trace is closed. `stored` is what was decided before, if anything. */
type Reopened = {
  readonly fact: CostFact;
  /** Where its fact is kept; absent for one that came now. */
  readonly factKey?: bigint;
  readonly packed?: PackedRecord;
  readonly stored?: StoredEntry;
};

/**
 * Adds facts to a trace that has closed. Late spans are decided by what they carry, earlier ones keep their attribution; only
 * whether two spans report one call is looked at again, in a number of steps that does not grow with the trace. Returns how
 * many cost-bearing spans came late.
 */
export function commitLateFacts(context: CommitContext, trace: TraceRow, incoming: IncomingTrace): number {
  const { late, said } = readLate(context, trace, incoming);
  const reopened = withTwins(context, trace.key, late);
  if (reopened.size === 0 && said.length === 0) return 0;

  const { entries, items, nowNs } = context;
  const { currency } = context.file;
  const decision = decideTrace([...said, ...[...reopened.values()].map(({ fact }) => fact)], {
    currency,
    closed: { unnamed: trace.unnamed, decisionOf: (spanId) => decisionIn(reopened.get(spanId)) },
  });
  const stored = [...reopened.values()].flatMap((span) => span.stored ?? []);
  entries.write(trace.key, {
    stored,
    spans: decision.spans.map((span) => ({ ...span, ...keysOf(reopened, span) })),
    itemKeyOf: items.keyOf,
    nowNs,
  });
  const before = stored
    .filter(({ state }) => state === 'live')
    .map(({ fact, decision: decided }) => entryOf(fact, decided, currency));
  const isNews = applyDifference(context, trace.key, { before, after: contributionsOf(decision) });
  if (isNews || late.size > 0) context.traces.write(trace.key, { ...incoming, ...trace, facts: trace.facts + late.size }, nowNs);
  return [...late.values()].filter((span) => span.stored === undefined).length;
}

/** Cost-bearing spans that are new or say more than what is stored, and facts that only say something about an item. */
function readLate(
  { entries }: CommitContext,
  trace: TraceRow,
  incoming: IncomingTrace,
): { readonly late: ReadonlyMap<string, Reopened>; readonly said: readonly SpanFact[] } {
  const late = new Map<string, Reopened>();
  const said: SpanFact[] = [];
  for (const { fact, packed } of incoming.facts) {
    if (!bearsCost(fact)) {
      if (!isLink(fact)) said.push(fact);
      continue;
    }
    const stored = late.get(fact.spanId)?.stored ?? entries.latest(trace.key, fact.observation.entryId);
    const other = late.get(fact.spanId)?.fact ?? stored?.fact;
    if (other !== undefined && strongerFact(other, fact) === other) continue;
    late.set(fact.spanId, {
      fact,
      ...(packed === undefined ? {} : { packed }),
      ...(stored === undefined ? {} : { stored }),
    });
  }
  return { late, said };
}

/** The late spans and those stored ones that share a call or handoff id with them. */
function withTwins(
  { entries }: CommitContext,
  traceKey: bigint,
  late: ReadonlyMap<string, Reopened>,
): ReadonlyMap<string, Reopened> {
  const reopened = new Map(late);
  for (const { fact } of late.values()) {
    const { callId, human } = fact.observation;
    if (callId === undefined && human?.handoffId === undefined) continue;
    for (const twin of entries.twins(traceKey, { callId, handoffId: human?.handoffId }, twinsMax)) {
      if (reopened.has(twin.fact.spanId)) continue;
      reopened.set(twin.fact.spanId, { fact: twin.fact, factKey: twin.factKey, stored: twin });
    }
  }
  return reopened;
}

function decisionIn(span: Reopened | undefined): Omit<Decision, 'currencyProblem'> | undefined {
  if (span?.stored === undefined) return undefined;
  const { currencyProblem: _problem, ...decision } = span.stored.decision;
  return decision;
}

function keysOf(reopened: ReadonlyMap<string, Reopened>, { fact }: DecidedSpan): Pick<KeyedSpan, 'factKey' | 'packed'> {
  const span = reopened.get(fact.spanId);
  if (span === undefined) throw new Error(`ledger: span ${fact.spanId} was decided but not kept`);
  const { factKey, packed } = span;
  return { ...(factKey === undefined ? {} : { factKey }), ...(packed === undefined ? {} : { packed }) };
}

/** Changes contributions by the difference between what some spans cost before and after. Returns whether there is any. */
function applyDifference(
  context: CommitContext,
  traceKey: bigint,
  change: { readonly before: readonly DecidedEntry[]; readonly after: readonly Contribution[] },
): boolean {
  let isNews = false;
  for (const part of change.after) {
    const itemKey = context.items.keyOf(part.sighting.item);
    const before = context.contributions.one(traceKey, itemKey);
    const { type, id } = part.sighting.item;
    const gone = tallyOf(change.before.filter(({ item }) => item?.type === type && item.id === id));
    const rest = before === undefined ? undefined : { ...before, tally: subtractTallies(before.tally, gone) };
    const after = rest === undefined ? part : addContributions(rest, part);
    isNews = changeContribution(context, traceKey, { itemKey, before, after }) || isNews;
  }
  return isNews;
}
