import { READING_REASONS } from '@costspan/collector-processor';
import { ASSUMPTIONS, REASONS } from '@costspan/pricing';

const MEANINGS: Readonly<Record<string, string>> = {
  ...REASONS,
  ...ASSUMPTIONS,
  ...READING_REASONS,
  'request-untold': 'Only the request is seen: no other span of its trace tells the call. Instrument the client that sent it.',
  'amount-too-large': 'More than 10^15 of the currency: its price, its count or the stated cost cannot be what was meant.',
  'currency-differs': 'The cost is in a currency the ledger does not keep, so it cannot be added.',
};

/** What a reason means; '' for one that a sender made up. */
export function explainReason(reason: string): string {
  return Object.hasOwn(MEANINGS, reason) ? (MEANINGS[reason] ?? '') : '';
}
