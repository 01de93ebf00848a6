import { formatPico } from '@costspan/pricing';
import { contributionsOf, decideTrace, rollUp, type SpanFact, type TraceDecision } from '../../src/index.ts';
import { entryIdOf } from './facts.ts';
import { type DecisionWithEntries, withEntries } from './with-entries.ts';

/** The decision about a trace in US dollars. */
export function decide(facts: Iterable<SpanFact>): DecisionWithEntries {
  return withEntries(decideTrace(facts, { currency: 'USD', entryIdOf }));
}

/** One line per cost-bearing span, as a ledger would print it: `llm1 ticket/T-1 by ancestor 0.18 priced`. */
export function lines(decision: TraceDecision): readonly string[] {
  return withEntries(decision).spans.map(line);
}

/** The records a trace alone would give. */
export function records(decision: TraceDecision): readonly ReturnType<typeof rollUp>[] {
  return contributionsOf(decision).map((contribution) =>
    rollUp(contribution, { currency: 'USD', state: 'open', emitter: 'E', revision: 1n }),
  );
}

function line({ entry }: DecisionWithEntries['spans'][number]): string {
  const whose = entry.item
    ? `${entry.item.type}/${entry.item.id} by ${entry.itemSource}`
    : `unattributed: ${entry.unattributedReason}`;
  const marks = [entry.waste ? ' waste' : '', ...entry.reasons.map((reason) => ` (${reason})`)].join('');
  return `${entry.spanName} ${whose} ${formatPico(entry.amountPico)} ${entry.status}${marks}`;
}
