import { type CostFact, contributionsOf, decidePlainTrace } from '@costspan/ledger';
import { type PackedContext, readPlainContext } from '../facts/plain-context.ts';
import { readBriefFacts } from '../facts/read-brief-facts.ts';
import { contextFactsOf, type PackedTrace } from '../facts/read-packed-facts.ts';
import { changeContribution, type SpanCommitContext } from './commit-trace.ts';

/**
 * Keeps a new trace in which there is nothing to weigh, as most traces of agents are, without making a fact of each span: it is
 * decided as any other trace would be. Returns false, having written nothing, for any other trace, and for one that is known.
 * What ended before `prunedBeforeNs` may have been counted already, so that is left to be looked at span by span.
 */
export function commitPlainTrace(context: SpanCommitContext, packed: PackedTrace, prunedBeforeNs: bigint): boolean {
  const { file, traces, entries, items, open, kept, nowNs } = context;
  const { costs, spanCount } = packed;
  if (costs.length === 0 || open.get(packed) !== undefined) return false;
  const costFacts = readBriefFacts(packed);
  const plain = readPlainContext(packed, costFacts);
  if (plain === undefined || (prunedBeforeNs > 0n && endsBefore(costFacts, plain, prunedBeforeNs))) return false;
  const decision = decidePlainTrace(costFacts, plain, file.currency);
  if (decision === undefined) return false;
  const others = spanCount === costs.length ? undefined : kept.keepContext(() => contextFactsOf(packed), packed);
  const { unnamed } = decision;
  const row = { state: 'open', facts: spanCount, sums: 0, unnamed, rooted: plain.rooted, context: others } as const;
  const traceKey = traces.writeNew({ ...row, tenant: packed.tenant, traceId: packed.traceId }, nowNs);
  if (traceKey === undefined) return false;
  const records = new Map(costFacts.map((fact, index) => [fact, costs[index]]));
  const spans = decision.spans.map((span) => {
    const record = records.get(span.fact);
    return record === undefined ? span : { ...span, packed: { record, words: packed.words } };
  });
  entries.writeNew(traceKey, { spans, itemKeyOf: items.keyOf, nowNs });
  for (const after of contributionsOf(decision)) {
    changeContribution(context, traceKey, { itemKey: items.keyOf(after.sighting.item), before: undefined, after });
  }
  return true;
}

function endsBefore(costFacts: readonly CostFact[], { firstEndNs }: PackedContext, instantNs: bigint): boolean {
  return (firstEndNs !== undefined && firstEndNs <= instantNs) || costFacts.some(({ endNs }) => endNs <= instantNs);
}
