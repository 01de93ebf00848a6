import { exactToPico, formatExact } from './money.ts';
import type { Receipt } from './receipt.ts';
import { addBoundedLine, addLine, boundsOf, createTally, exactCostOf } from './tally.ts';

/**
 * One receipt for the parts of one call: a provider that ran several models for an answer bills each at its own prices.
 * Lines follow each other, sums are made from their texts at 1e-18 and rounded once. All receipts must share currency and
 * book; the comparisons with other figures stay with the parts and are left out.
 */
export const sumReceipts = (first: Receipt, ...rest: readonly Receipt[]): Receipt => {
  if (rest.length === 0) return first;
  const receipts = [first, ...rest];
  const sums = createTally();
  for (const line of receipts.flatMap(({ lines }) => lines)) {
    const exact = exactCostOf(line);
    if (exact === undefined || line.low === undefined) addLine(sums, line, exact?.cost);
    else addBoundedLine(sums, line, exact.cost, exact);
  }
  const { low, high } = boundsOf(sums);
  const invalid = receipts.find(({ status }) => status === 'invalid_usage');
  const missing = receipts.find(({ status }) => status === 'usage_missing');
  const { compared: _compared, ...kept } = first;
  return {
    ...kept,
    status: (invalid ?? missing)?.status ?? sums.status,
    complete: receipts.every(({ complete }) => complete),
    source: receipts.every(({ source }) => source === first.source) ? first.source : 'price_book',
    amount: formatExact(sums.amount),
    amountPico: exactToPico(sums.amount),
    lowPico: exactToPico(low),
    highPico: exactToPico(high),
    lines: sums.lines,
    reasons: [...new Set(receipts.flatMap(({ reasons }) => reasons))].sort(),
  };
};
