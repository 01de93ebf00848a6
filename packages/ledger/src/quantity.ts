import { type Decimal, formatDecimal, parseDecimal } from '@costspan/pricing';

/** Sum of two quantities of one unit as canonical decimal text, exact. A quantity that is no number counts as none. */
export function addQuantities(left: number | string, right: number | string): string {
  return combine(left, right, 1n);
}

/** Difference of two quantities of one unit as canonical decimal text, exact. */
export function subtractQuantities(left: number | string, right: number | string): string {
  return combine(left, right, -1n);
}

function combine(left: number | string, right: number | string, sign: 1n | -1n): string {
  const whole = wholeOf(left) + (sign === 1n ? 1 : -1) * wholeOf(right);
  if (Number.isSafeInteger(whole)) return String(whole);
  const [one, other] = [decimalOf(left), decimalOf(right)];
  const scale = Math.max(one.scale, other.scale);
  return formatDecimal({ coefficient: coefficientAt(one, scale) + sign * coefficientAt(other, scale), scale });
}

function decimalOf(quantity: number | string): Decimal {
  return parseDecimal(String(quantity)) ?? { coefficient: 0n, scale: 0 };
}

function coefficientAt({ coefficient, scale }: Decimal, wantedScale: number): bigint {
  return coefficient * 10n ** BigInt(wantedScale - scale);
}

/** A quantity that is a whole number in its usual spelling and small enough to be exact, which nearly all are; else NaN. */
function wholeOf(quantity: number | string): number {
  const whole = Number(quantity);
  return Number.isSafeInteger(whole) && (typeof quantity === 'number' || String(whole) === quantity) ? whole : Number.NaN;
}
