import { addExact, decimalToAtto, type ExactAmount, exactToPico, formatExact, parseDecimal } from './money.ts';
import type { Receipt, ReceiptLine } from './receipt.ts';
import { type CostedLine, tally } from './tally.ts';

/**
 * One receipt for the parts of one call: a provider that ran several models for an answer bills each at its own prices.
 * Lines follow each other, sums are made from their texts at 1e-18 and rounded once. All receipts must share currency and
 * book; the comparisons with other figures stay with the parts and are left out.
 */
export const sumReceipts = (first: Receipt, ...rest: readonly Receipt[]): Receipt => {
  if (rest.length === 0) return first;
  const receipts = [first, ...rest];
  const sums = tally(receipts.flatMap(({ lines }) => lines.map(costedAgain)));
  const complete = receipts.every((receipt) => receipt.complete);
  const missing = receipts.find(({ status }) => status === 'usage_missing');
  const worst = receipts.find(({ status }) => status === 'invalid_usage') ?? missing;
  const { compared: _compared, ...kept } = first;
  return {
    ...kept,
    status: worst?.status ?? sums.status,
    complete,
    source: receipts.every(({ source }) => source === first.source) ? first.source : 'price_book',
    amount: formatExact(sums.amount),
    amountPico: exactToPico(sums.amount),
    lowPico: exactToPico(sums.low),
    highPico: exactToPico(sums.high),
    lines: sums.lines,
    reasons: [...new Set(receipts.flatMap(({ reasons }) => reasons))].sort(),
  };
};

const costedAgain = (line: ReceiptLine): CostedLine => ({
  line,
  cost: exactOf(line.cost),
  low: exactOf(line.low),
  high: exactOf(line.high),
});

const exactOf = (text: string | undefined): ExactAmount | undefined => {
  const decimal = text === undefined ? undefined : parseDecimal(text);
  return decimal === undefined ? undefined : addExact(0, decimalToAtto(decimal));
};
