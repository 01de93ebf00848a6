import { divideHalfEven, formatDecimal } from './money.ts';

/** Decimal text with exactly `digits` digits after the point. */
const formatFixed = (coefficient: bigint, digits: number): string => {
  const text = (coefficient < 0n ? -coefficient : coefficient).toString().padStart(digits + 1, '0');
  const sign = coefficient < 0n ? '-' : '';
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
};

/**
 * `total` split in proportion to `weights`, so that the parts sum to `total` exactly: each part is rounded down, then the
 * units left over go to the largest remainders. Ties go to the smaller key, or without keys to the earlier index, so pass
 * keys where the order of the weights is accidental. Weights must not be negative, and not all 0 unless `total` is 0.
 */
export const allocateByLargestRemainder = (
  total: bigint,
  weights: readonly bigint[],
  keys?: readonly string[],
): readonly bigint[] => {
  if (total < 0n) return allocateByLargestRemainder(-total, weights, keys).map((part) => -part);
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0n);
  if (weights.some((weight) => weight < 0n)) throw new RangeError('allocate: weights must not be negative');
  if (weightSum === 0n) {
    if (total !== 0n) throw new RangeError(`allocate: ${total} units cannot be split by weights that sum to 0`);
    return weights.map(() => 0n);
  }
  const parts = weights.map((weight) => (total * weight) / weightSum);
  const left = Number(total - parts.reduce((sum, part) => sum + part, 0n));
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (total * weight) % weightSum, key: keys?.[index] ?? '' }))
    .sort((a, b) => {
      if (a.remainder !== b.remainder) return a.remainder > b.remainder ? -1 : 1;
      if (a.key !== b.key) return a.key < b.key ? -1 : 1;
      return a.index - b.index;
    });
  for (const { index } of byRemainder.slice(0, left)) parts[index] = (parts[index] ?? 0n) + 1n;
  return parts;
};

/**
 * Percentages of `parts` as texts with `digits` digits that sum to exactly 100, or all 0 when the parts sum to 0:
 * `[18n, 8n, 56n]` with 2 digits is 21.95, 9.76, 68.29. Parts must not be negative; ties as in {@link allocateByLargestRemainder}.
 */
export const sharesByLargestRemainder = (
  parts: readonly bigint[],
  digits: number,
  keys?: readonly string[],
): readonly string[] => {
  const isEmpty = parts.every((part) => part === 0n);
  const hundred = isEmpty ? 0n : 100n * 10n ** BigInt(digits);
  return allocateByLargestRemainder(hundred, parts, keys).map((share) => formatFixed(share, digits));
};

/** Percentage that `part` is of `whole`, half-even, as text with `digits` digits; undefined when `whole` is 0. */
export const shareOf = (part: bigint, whole: bigint, digits: number): string | undefined =>
  whole === 0n ? undefined : formatFixed(divideHalfEven(part * 100n * 10n ** BigInt(digits), whole), digits);

/** Pico units rounded half-even to `digits` (0 to 12) digits after the point, as text that keeps its zeros: "0.80". */
export const formatPicoFixed = (pico: bigint, digits: number): string =>
  digits >= 12
    ? formatFixed(pico * 10n ** BigInt(digits - 12), digits)
    : formatFixed(divideHalfEven(pico, 10n ** BigInt(12 - digits)), digits);

/** Quotient of two amounts as canonical decimal text with at most `digits` digits, half-even; undefined when dividing by 0. */
export const ratioText = (numerator: bigint, denominator: bigint, digits: number): string | undefined =>
  denominator === 0n
    ? undefined
    : formatDecimal({ coefficient: divideHalfEven(numerator * 10n ** BigInt(digits), denominator), scale: digits });
