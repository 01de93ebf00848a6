import { type CostFact, contributionsOf, decidePlainTrace } from '@costspan/ledger';
import { entryIdOf } from '../facts/entry-id.ts';
import { type PackedContext, readPlainContext } from '../facts/plain-context.ts';
import { readBriefFacts } from '../facts/read-brief-facts.ts';
import { contextFactsOf, type PackedTrace } from '../facts/read-packed-facts.ts';
import type { SpanCommitContext } from './commit-trace.ts';

/**
 * Keeps a new trace in which there is nothing to weigh, as most traces of agents are, without making a fact of each span: it is
 * decided as any other trace would be. Returns false, having written nothing, for any other trace, and for one that is known.
 * What ended before `prunedBeforeNs` may have been counted already, so that is left to be looked at span by span.
 */
export function commitPlainTrace(context: SpanCommitContext, packed: PackedTrace, prunedBeforeNs: bigint): boolean {
  const { file, traces, entries, contributions, items, open, kept, nowNs } = context;
  const { costs, spanCount } = packed;
  if (open.get(packed) !== undefined) return false;
  const costFacts = readBriefFacts(packed);
  const plain = readPlainContext(packed, costFacts);
  if (plain === undefined || (prunedBeforeNs > 0n && endsBefore(costFacts, plain, prunedBeforeNs))) return false;
  const decision = decidePlainTrace(costFacts, plain, { currency: file.currency, entryIdOf });
  if (decision === undefined) return false;
  const [contribution] = contributionsOf(decision);
  const row = { state: 'open', facts: spanCount, sums: 0, unnamed: decision.unnamed, rooted: plain.rooted } as const;
  const itemKey = contribution && items.keyOf(contribution.sighting.item);
  const body = contribution && contributions.keep(contribution);
  const news = {
    context: spanCount === costs.length ? undefined : kept.keepContext(() => contextFactsOf(packed), packed),
    contributed: itemKey === undefined || body === undefined ? undefined : { itemKey, body },
  };
  const traceKey = traces.writeNew({ tenant: packed.tenant, traceId: packed.traceId, ...row, ...news }, nowNs);
  if (traceKey === undefined) return false;
  const spans = decision.spans.map(({ fact, decision: decided, booking }) => {
    const record = costs[costFacts.indexOf(fact)];
    // What spans cost as telemetry came in no record.
    if (record === undefined) return { fact, decision: decided, booking };
    return { fact, decision: decided, booking, packed: { record, words: packed.words } };
  });
  entries.writeNew(traceKey, { spans, itemKeyOf: items.keyOf, nowNs });
  if (contribution !== undefined && itemKey !== undefined) items.change(itemKey, { after: contribution });
  return true;
}

function endsBefore(costFacts: readonly CostFact[], { firstEndNs }: PackedContext, instantNs: bigint): boolean {
  return (firstEndNs !== undefined && firstEndNs <= instantNs) || costFacts.some(({ endNs }) => endNs <= instantNs);
}
