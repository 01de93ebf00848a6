import {
  type Contribution,
  type CostFact,
  contributionsOf,
  decidePlainTrace,
  isTelemetry,
  type TraceDecision,
} from '@costspan/ledger';
import { entryIdOf } from '../facts/entry-id.ts';
import { type PackedContext, type PlainPart, readPlainContext, readPlainContexts } from '../facts/plain-context.ts';
import { readBriefFacts } from '../facts/read-brief-facts.ts';
import { contextFactsOf, holdsLinksAlone, ownTrace, type PackedTrace, readOwnTrace } from '../facts/read-packed-facts.ts';
import type { SpanCommitContext } from './commit-trace.ts';
import type { KeyedSpan } from './entry-rows.ts';
import { traceFactsMax } from './limits.ts';
import type { PlainTrace } from './plain-traces.ts';

/**
 * Keeps a trace in which there is nothing to weigh, as most traces of agents are, without making a fact of each span: it is
 * decided as any other trace would be. Returns false, having written nothing, for any other trace, and for one that is known
 * unless it was plain when it was written to last.
 * What ended before `prunedBeforeNs` may have been counted already, so that is left to be looked at span by span.
 */
export function commitPlainTrace(context: SpanCommitContext, packed: PackedTrace, prunedBeforeNs: bigint): boolean {
  const known = context.plain.get(packed);
  const isDone = known === undefined ? addPlainTrace(context, packed, prunedBeforeNs) : growPlainTrace(context, packed, known);
  if (!isDone && known !== undefined) context.plain.remove(packed);
  return isDone;
}

function addPlainTrace(context: SpanCommitContext, packed: PackedTrace, prunedBeforeNs: bigint): boolean {
  const { file, traces, entries, items, open, nowNs } = context;
  const { tenant, traceId, spanCount } = packed;
  if (open.get(packed) !== undefined) return false;
  const costFacts = readBriefFacts(packed);
  const plain = readPlainContext(packed, costFacts);
  if (plain === undefined || (prunedBeforeNs > 0n && endsBefore(costFacts, plain, prunedBeforeNs))) return false;
  const decision = decidePlainTrace(costFacts, plain, { currency: file.currency, entryIdOf });
  if (decision === undefined) return false;
  const contributed = contributedBy(context, decision);
  const row = { state: 'open', facts: spanCount, sums: 0, unnamed: decision.unnamed, rooted: plain.rooted } as const;
  const news = { context: keptContext(context, packed), contributed: rowOf(context, contributed) };
  const key = traces.writeNew({ tenant, traceId, ...row, ...news }, nowNs);
  if (key === undefined) return false;
  entries.writeFirst(key, { spans: spansOf(decision, { packed, costFacts }), itemKeyOf: items.keyOf, nowNs });
  if (contributed !== undefined) items.change(contributed.itemKey, { after: contributed.contribution });
  if (!isCounted(decision)) context.plain.put(packed, { key, parts: [ownTrace(packed)] });
  return true;
}

/** Adds a part to a trace: all of it is decided anew, and what is new is written. What was decided before stays as it is. */
function growPlainTrace(context: SpanCommitContext, packed: PackedTrace, known: PlainTrace): boolean {
  const { file, traces, entries, contributions, items, nowNs } = context;
  const { key, parts } = known;
  const brief = [...parts.map(readOwnTrace), packed].map(
    (part): PlainPart => ({ packed: part, costFacts: readBriefFacts(part) }),
  );
  const plain = readPlainContexts(brief);
  const costFacts = brief.flatMap((part) => part.costFacts);
  const saysNothing = brief.every((part) => holdsLinksAlone(part.packed));
  const decision = saysNothing ? noDecision : plain && decidePlainTrace(costFacts, plain, { currency: file.currency, entryIdOf });
  const last = brief.at(-1);
  if (plain === undefined || decision === undefined || last === undefined || isCounted(decision)) return false;
  const contributed = contributedBy(context, decision);
  const facts = brief.reduce((sum, part) => sum + part.packed.spanCount, 0);
  const row = { facts, unnamed: decision.unnamed, rooted: plain.rooted, contributed: rowOf(context, contributed) };
  const before = contributed && contributions.one(key, contributed.itemKey);
  traces.grow(key, row, nowNs);
  const others = keptContext(context, packed);
  if (others !== undefined) traces.addContext(key, facts, others);
  const versions = costFacts.length - last.costFacts.length;
  entries.writeFirst(key, { spans: spansOf(decision, last), itemKeyOf: items.keyOf, nowNs }, versions);
  if (contributed !== undefined) {
    const { itemKey, contribution: after } = contributed;
    items.change(itemKey, before === undefined ? { after } : { before, after });
  }
  context.plain.put(packed, { key, parts: [...parts, ownTrace(packed)] });
  return true;
}

/** Whether spans are counted as telemetry: its sum changes with each of them. */
function isCounted({ spans }: TraceDecision): boolean {
  return spans.some(({ fact }) => isTelemetry(fact));
}

const noDecision: TraceDecision = {
  ...{ spans: [], sightings: [], standingSums: 0 },
  unnamed: { unattributedReason: 'no-item' },
};

/**
 * Keeps a new trace whose spans all say nothing, as most traces of a service that is no agent do: it decides nothing, so it is
 * not even read. Returns false for any other trace, and one that is known.
 */
export function commitLinks({ traces, open, plain, nowNs }: SpanCommitContext, packed: PackedTrace): boolean {
  if (!holdsLinksAlone(packed) || packed.spanCount > traceFactsMax) return false;
  if (open.get(packed) !== undefined || plain.get(packed) !== undefined) return false;
  const key = traces.writeLinks(packed, nowNs);
  if (key !== undefined) plain.put(packed, { key, parts: [ownTrace(packed)] });
  return key !== undefined;
}

type Contributed = { readonly itemKey: bigint; readonly contribution: Contribution };

function contributedBy({ items }: SpanCommitContext, decision: TraceDecision): Contributed | undefined {
  const [contribution] = contributionsOf(decision);
  return contribution && { itemKey: items.keyOf(contribution.sighting.item), contribution };
}

function rowOf(
  { contributions }: SpanCommitContext,
  contributed: Contributed | undefined,
): { readonly itemKey: bigint; readonly body: Uint8Array } | undefined {
  return contributed && { itemKey: contributed.itemKey, body: contributions.keep(contributed.contribution) };
}

/** The spans of a part that bear no cost, as the file keeps them. */
function keptContext({ kept }: SpanCommitContext, packed: PackedTrace): Uint8Array | undefined {
  return packed.spanCount === packed.costs.length ? undefined : kept.keepContext(() => contextFactsOf(packed), packed);
}

/** The decided spans of a part, each with its record, and what spans cost as telemetry, which came in none. */
function spansOf(decision: TraceDecision, { packed, costFacts }: PlainPart): readonly KeyedSpan[] {
  const { costs, words } = packed;
  const spans: KeyedSpan[] = [];
  for (const { fact, decision: decided, booking } of decision.spans) {
    const record = costs[costFacts.indexOf(fact)];
    if (record !== undefined) spans.push({ fact, decision: decided, booking, packed: { record, words } });
    else if (isTelemetry(fact)) spans.push({ fact, decision: decided, booking });
  }
  return spans;
}

function endsBefore(costFacts: readonly CostFact[], { firstEndNs }: PackedContext, instantNs: bigint): boolean {
  return (firstEndNs !== undefined && firstEndNs <= instantNs) || costFacts.some(({ endNs }) => endNs <= instantNs);
}
