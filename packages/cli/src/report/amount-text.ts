import { type CategorySum, type CostSums, isUnknown } from '@costspan/ledger';
import { formatPicoFixed, minorDigitsOf } from '@costspan/pricing';

/** Writes amounts of one table alike. */
export type AmountText = (amountPico: bigint) => string;

/** Digits beyond the minor unit: single calls cost fractions of a cent. */
const extraDigits = 2;

/** From this many whole units on, fractions of a cent say nothing any more. */
const largeFrom = 10_000n * 1_000_000_000_000n;

/**
 * How to write these amounts for people: two digits more than the currency's minor unit, or the minor unit alone once an
 * amount is large. What is not 0 never looks like 0: `<0.0001`. Exact amounts are what `--json` is for.
 */
export function amountText(currency: string, amountsPico: Iterable<bigint>): AmountText {
  const minorDigits = minorDigitsOf(currency);
  const digits = [...amountsPico].some((amount) => amount >= largeFrom || -amount >= largeFrom)
    ? minorDigits
    : minorDigits + extraDigits;
  const smallest = `0.${'0'.repeat(Math.max(digits - 1, 0))}1`;
  return (amountPico) => {
    const text = formatPicoFixed(amountPico, digits);
    if (amountPico !== 0n && !/[1-9]/.test(text)) return amountPico < 0n ? `>-${smallest}` : `<${digits === 0 ? '1' : smallest}`;
    return grouped(text);
  };
}

/** An amount and how many spans of it have no price: `0.1800 +1?`, or `1?` when nothing of it is known. */
export function sumText(sum: CategorySum, write: AmountText): string {
  if (sum.unpriced === 0) return write(sum.amountPico);
  return isUnknown(sum) ? `${sum.unpriced}?` : `${write(sum.amountPico)} +${sum.unpriced}?`;
}

/** A figure that is made of such a sum, as `≥ 0.1800` where something of the sum has no price, or `?` where nothing has. */
export function atLeastText(amountPico: bigint, { totalPico, unpricedSpans }: CostSums, write: AmountText): string {
  if (unpricedSpans === 0) return write(amountPico);
  return isUnknown({ amountPico: totalPico, unpriced: unpricedSpans }) ? '?' : `≥ ${write(amountPico)}`;
}

/** Decimal text with commas between thousands of its whole part: `1234567.80` is `1,234,567.80`. */
export function grouped(decimalText: string): string {
  const [whole = '', fraction] = decimalText.split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}
