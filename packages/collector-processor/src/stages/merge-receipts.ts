import { attoToPico, decimalToAtto, formatAtto, parseDecimal, type Receipt, sumPico } from '@costspan/pricing';
import { STATUSES } from '@costspan/semconv';

/** One receipt for an answer that several models worked on: their lines together, rounded once. At least one is given. */
export const mergeReceipts = (receipts: readonly [Receipt, ...Receipt[]]): Receipt => {
  const [first] = receipts;
  if (receipts.length === 1) return first;
  const amountAtto = receipts.reduce((sum, { amount }) => sum + attoOf(amount), 0n);
  const isExact = receipts.every(({ amountPico, lowPico, highPico }) => lowPico === amountPico && highPico === amountPico);
  const amountPico = attoToPico(amountAtto);
  return {
    ...first,
    status: receipts.map(({ status }) => status).reduce((worst, status) => (isWorse(status, worst) ? status : worst)),
    complete: receipts.every(({ complete }) => complete),
    amount: formatAtto(amountAtto),
    amountPico,
    lowPico: isExact ? amountPico : sumPico(receipts.map(({ lowPico }) => lowPico)),
    highPico: isExact ? amountPico : sumPico(receipts.map(({ highPico }) => highPico)),
    lines: receipts.flatMap(({ lines }) => lines),
    reasons: [...new Set(receipts.flatMap(({ reasons }) => reasons))].sort(),
  };
};

const attoOf = (text: string): bigint => {
  const decimal = parseDecimal(text);
  return decimal === undefined ? 0n : decimalToAtto(decimal);
};

const isWorse = (status: Receipt['status'], than: Receipt['status']): boolean =>
  STATUSES.indexOf(status) < STATUSES.indexOf(than);
