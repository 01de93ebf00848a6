import type { ExplainedSpan } from '@costspan/collector-processor';
import { isTooLarge } from '@costspan/ledger';

/**
 * What became of a span. `unidentified`: without a valid trace or span id nothing can be kept of it. `ordinary`: no dialect
 * recognises it. `no_cost`: one does, but such spans bear none. `sum` and `duplicate` repeat what another span is priced for.
 */
export type Verdict =
  | 'priced'
  | 'estimated'
  | 'unpriced'
  | 'not_billed'
  | 'sum'
  | 'duplicate'
  | 'unidentified'
  | 'no_cost'
  | 'ordinary';

/** What became of a span, once all of its trace are known. */
export function verdictOn({ fact, dialect, decision }: ExplainedSpan): Verdict {
  if (fact.observation === undefined) return dialect === undefined ? 'ordinary' : 'no_cost';
  if (decision === undefined) return 'unidentified';
  if (decision.excluded !== undefined) return decision.excluded.status === 'aggregate' ? 'sum' : 'duplicate';
  const { receipt } = fact.observation;
  if (receipt.status === 'non_billable') return 'not_billed';
  if (!receipt.complete || decision.currencyProblem !== undefined || isTooLarge(receipt)) return 'unpriced';
  return receipt.status === 'estimated' ? 'estimated' : 'priced';
}

/** Why a span is not plainly priced, each reason once. Empty for those that are, and for those that are not to be. */
export function reasonsOf(span: ExplainedSpan): readonly string[] {
  const { fact, decision } = span;
  const verdict = verdictOn(span);
  if (verdict === 'unidentified') return ['span-id-invalid'];
  if (fact.observation === undefined || verdict === 'sum' || verdict === 'duplicate') return [];
  const { role, dialect, receipt } = fact.observation;
  return [
    ...receipt.reasons,
    ...(role === 'call' && dialect.startsWith('http-attempt@') ? ['request-untold'] : []),
    ...(decision?.currencyProblem === undefined ? [] : [decision.currencyProblem]),
    ...(isTooLarge(receipt) ? ['amount-too-large'] : []),
  ];
}
