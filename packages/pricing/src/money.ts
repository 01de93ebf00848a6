import { DECIMAL_CHARACTERS_MAX } from './limits.ts';

/**
 * The only arithmetic on money. Amounts are integers: atto units (1e-18 of a currency) while a receipt is computed, pico
 * units (1e-12) from the entry on. Multiply first, divide once, last, half-even.
 */

/** A decimal number as integers: `coefficient` x 10^-`scale`. */
export type Decimal = { readonly coefficient: bigint; readonly scale: number };

/**
 * An exact amount while a receipt is computed. A number counts pico units and is a safe integer; a bigint counts atto
 * units. Both are exact: the number is the fast lane of the common token price, which is whole in pico units per token.
 */
export type ExactAmount = number | bigint;

/** A price of one unit as a fraction: `numerator` / `denominator` atto units, in lowest terms. */
export type Rate = {
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** The same in whole pico units where that is exact and safe, else -1. */
  readonly picoPerUnit: number;
};

const PICO_DIGITS = 12;
const ATTO_DIGITS = 18;
const PICO_PER_WHOLE = 1_000_000_000_000;
const PICO_PER_WHOLE_BIG = 1_000_000_000_000n;
const ATTO_PER_PICO = 1_000_000n;
const ATTO_PER_WHOLE = 10n ** 18n;
const DECIMAL_TEXT = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/**
 * The number a decimal text states, or undefined when it is none. Strict: an optional sign, digits, and a point with
 * digits on both sides; no exponent, no spaces, no separators; at most 64 characters.
 */
export const parseDecimal = (text: string): Decimal | undefined => {
  if (text.length > DECIMAL_CHARACTERS_MAX) return undefined;
  const parts = DECIMAL_TEXT.exec(text);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  const magnitude = BigInt(whole + fraction);
  return { coefficient: sign === '-' ? -magnitude : magnitude, scale: fraction.length };
};

/** Quotient rounded to the nearest integer, halves to the even one. The denominator must not be 0. */
export const divideHalfEven = (numerator: bigint, denominator: bigint): bigint => {
  const positive = denominator < 0n ? -numerator : numerator;
  const divisor = denominator < 0n ? -denominator : denominator;
  const quotient = positive / divisor;
  const remainder = positive % divisor;
  const twice = 2n * (remainder < 0n ? -remainder : remainder);
  if (twice < divisor || (twice === divisor && quotient % 2n === 0n)) return quotient;
  return positive < 0n ? quotient - 1n : quotient + 1n;
};

/** Atto units rounded half-even to pico units. Done once, when a receipt becomes an amount. */
export const attoToPico = (atto: bigint): bigint => divideHalfEven(atto, ATTO_PER_PICO);

/** Atto units of a decimal number, rounded half-even where it is finer than 1e-18. */
export const decimalToAtto = (decimal: Decimal): bigint =>
  decimal.scale <= ATTO_DIGITS
    ? decimal.coefficient * 10n ** BigInt(ATTO_DIGITS - decimal.scale)
    : divideHalfEven(decimal.coefficient, 10n ** BigInt(decimal.scale - ATTO_DIGITS));

/** The count a decimal states, or undefined when it has a fraction or is no safe integer. */
export const decimalToCount = ({ coefficient, scale }: Decimal): number | undefined => {
  const divisor = 10n ** BigInt(scale);
  if (coefficient % divisor !== 0n) return undefined;
  const count = Number(coefficient / divisor);
  return Number.isSafeInteger(count) ? count : undefined;
};

/** Smallest integer not below a decimal that is not negative and not above 2^53 - 1. */
export const ceilDecimal = ({ coefficient, scale }: Decimal): number => {
  const divisor = 10n ** BigInt(scale);
  return Number((coefficient + divisor - 1n) / divisor);
};

/** Whether `a` is above (1), equal to (0) or below (-1) `b`. */
export const compareDecimals = (a: Decimal, b: Decimal): -1 | 0 | 1 => {
  const difference = a.coefficient * 10n ** BigInt(b.scale) - b.coefficient * 10n ** BigInt(a.scale);
  if (difference === 0n) return 0;
  return difference > 0n ? 1 : -1;
};

/** Whether a decimal is above (1), equal to (0) or below (-1) a safe integer. */
export const compareDecimal = (decimal: Decimal, count: number): -1 | 0 | 1 =>
  compareDecimals(decimal, { coefficient: BigInt(count), scale: 0 });

/** Pico units of a decimal text, or undefined when it is no decimal text or finer than 1e-12: nothing is rounded. */
export const parsePico = (text: string): bigint | undefined => {
  const decimal = parseDecimal(text);
  if (decimal === undefined) return undefined;
  if (decimal.scale <= PICO_DIGITS) return decimal.coefficient * 10n ** BigInt(PICO_DIGITS - decimal.scale);
  const finer = 10n ** BigInt(decimal.scale - PICO_DIGITS);
  return decimal.coefficient % finer === 0n ? decimal.coefficient / finer : undefined;
};

/** Canonical decimal text of `coefficient` x 10^-`scale`: no exponent, no trailing zeros, no "-0". */
export const formatDecimal = ({ coefficient, scale }: Decimal): string => {
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${coefficient < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
};

/** Canonical decimal text of pico units: `820000000000n` is "0.82". */
export const formatPico = (pico: bigint): string =>
  isSafe(pico) ? formatExact(Number(pico)) : formatDecimal({ coefficient: pico, scale: PICO_DIGITS });

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

const isSafe = (integer: bigint): boolean => integer <= SAFE_MAX && integer >= -SAFE_MAX;

/** Canonical decimal text of atto units. */
export const formatAtto = (atto: bigint): string => formatDecimal({ coefficient: atto, scale: ATTO_DIGITS });

/**
 * The double nearest to an amount, for dashboards. Never calculate with it. Both sides of the division are exact where it is
 * used, and IEEE 754 rounds a quotient to the nearest double.
 */
export const picoToDouble = (pico: bigint): number => (isSafe(pico) ? Number(pico) / PICO_PER_WHOLE : Number(formatPico(pico)));

/** Sum of amounts in pico units; 0n for none. */
export const sumPico = (amounts: Iterable<bigint>): bigint => {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum;
};

/**
 * Pico units as two integers that fit SQLite's 64 bits: `pico` is from 0 to 1e12 - 1, so that pairs order as amounts do.
 * Sums over columns of both may be handed to {@link joinPico} as they are.
 */
export const splitPico = (amountPico: bigint): { readonly whole: bigint; readonly pico: bigint } => {
  const remainder = amountPico % PICO_PER_WHOLE_BIG;
  const pico = remainder < 0n ? remainder + PICO_PER_WHOLE_BIG : remainder;
  return { whole: (amountPico - pico) / PICO_PER_WHOLE_BIG, pico };
};

/** Inverse of {@link splitPico}; takes column sums too. */
export const joinPico = (whole: bigint, pico: bigint): bigint => whole * PICO_PER_WHOLE_BIG + pico;

const greatestCommonDivisor = (a: bigint, b: bigint): bigint => {
  let [large, small] = [a, b];
  while (small !== 0n) [large, small] = [small, large % small];
  return large;
};

const makeRate = (numerator: bigint, denominator: bigint): Rate => {
  const divisor = greatestCommonDivisor(numerator, denominator);
  const [top, bottom] = divisor === 0n ? [0n, 1n] : [numerator / divisor, denominator / divisor];
  const isWholePico = bottom === 1n && top % ATTO_PER_PICO === 0n;
  const pico = isWholePico ? top / ATTO_PER_PICO : -1n;
  return { numerator: top, denominator: bottom, picoPerUnit: pico <= Number.MAX_SAFE_INTEGER ? Number(pico) : -1 };
};

/** Price of one unit when `amount` pays for `per` units; `per` must be above 0 and `amount` not below. */
export const rateOf = (amount: Decimal, per: Decimal): Rate =>
  makeRate(amount.coefficient * ATTO_PER_WHOLE * 10n ** BigInt(per.scale), per.coefficient * 10n ** BigInt(amount.scale));

/** A rate times a factor that is not below 0: a modifier or an exchange rate. */
export const multiplyRate = (rate: Rate, factor: Decimal): Rate =>
  makeRate(rate.numerator * factor.coefficient, rate.denominator * 10n ** BigInt(factor.scale));

/** Product of two decimals, exact. */
export const multiplyDecimals = (a: Decimal, b: Decimal): Decimal => ({
  coefficient: a.coefficient * b.coefficient,
  scale: a.scale + b.scale,
});

/** Difference of two decimals, exact. */
export const subtractDecimals = (a: Decimal, b: Decimal): Decimal => ({
  coefficient: a.coefficient * 10n ** BigInt(b.scale) - b.coefficient * 10n ** BigInt(a.scale),
  scale: a.scale + b.scale,
});

/** The number 1. */
export const ONE: Decimal = { coefficient: 1n, scale: 0 };

/** The number 0. */
export const ZERO: Decimal = { coefficient: 0n, scale: 0 };

/** A hundredth of a decimal: percent as a fraction. */
export const hundredthOf = ({ coefficient, scale }: Decimal): Decimal => ({ coefficient, scale: scale + 2 });

/** Cost of a whole number of units, at 1e-18 half-even. The number lane needs no rounding: a product that reads as safe is exact. */
export const costOfCount = (rate: Rate, count: number): ExactAmount => {
  const pico = rate.picoPerUnit * count;
  if (pico >= 0 && pico <= Number.MAX_SAFE_INTEGER) return pico;
  return divideHalfEven(rate.numerator * BigInt(count), rate.denominator);
};

/** Cost of a decimal quantity, at 1e-18 half-even. */
export const costOfDecimal = (rate: Rate, quantity: Decimal): ExactAmount =>
  divideHalfEven(rate.numerator * quantity.coefficient, rate.denominator * 10n ** BigInt(quantity.scale));

/** Share of an amount, `percent` / 100 of it, at 1e-18 half-even. */
export const percentOf = (amount: ExactAmount, percent: Decimal): ExactAmount =>
  divideHalfEven(exactToAtto(amount) * percent.coefficient, 100n * 10n ** BigInt(percent.scale));

/** The part of an amount that `part` is of `whole`, at 1e-18 half-even; nothing of nothing. `whole` must not be below 0. */
export const shareOfExact = (amount: ExactAmount, part: Decimal, whole: Decimal): ExactAmount =>
  whole.coefficient === 0n
    ? 0
    : divideHalfEven(
        exactToAtto(amount) * part.coefficient * 10n ** BigInt(whole.scale),
        whole.coefficient * 10n ** BigInt(part.scale),
      );

/** Atto units of an exact amount. */
export const exactToAtto = (amount: ExactAmount): bigint =>
  typeof amount === 'bigint' ? amount : BigInt(amount) * ATTO_PER_PICO;

/** Pico units of an exact amount, rounded half-even. */
export const exactToPico = (amount: ExactAmount): bigint => {
  if (amount === 0) return 0n;
  return typeof amount === 'bigint' ? attoToPico(amount) : BigInt(amount);
};

/** Sum of two exact amounts; stays in the number lane while that is safe. */
export const addExact = (a: ExactAmount, b: ExactAmount): ExactAmount => {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return exactToAtto(a) + exactToAtto(b);
};

/** The negative of an exact amount. */
export const negateExact = (amount: ExactAmount): ExactAmount => (isZero(amount) ? 0 : -amount);

/** Whether an exact amount is nothing. */
export const isZero = (amount: ExactAmount): boolean => amount === 0 || amount === 0n;

/** Whether `a` is above `b`. */
export const isAbove = (a: ExactAmount, b: ExactAmount): boolean => exactToAtto(a) > exactToAtto(b);

const TRIPLETS: readonly string[] = Array.from({ length: 1_000 }, (_, index) => String(index).padStart(3, '0'));
const TRIPLETS_STRIPPED: readonly string[] = TRIPLETS.map((digits) => digits.replace(/0+$/, ''));
const ZERO_POINT_TRIPLETS: readonly string[] = TRIPLETS.map((digits) => `0.${digits}`);

/**
 * Canonical decimal text of an exact amount. Twelve digits are four look-ups of three: joining strings is what costs, and
 * this runs for every line of every receipt.
 */
export const formatExact = (amount: ExactAmount): string => {
  if (typeof amount === 'bigint') return formatAtto(amount);
  if (amount < 0) return `-${formatExact(-amount)}`;
  const whole = amount < PICO_PER_WHOLE ? 0 : wholeOf(amount);
  const fraction = amount - whole * PICO_PER_WHOLE;
  if (fraction === 0) return String(whole);
  // A product with the reciprocal is several times faster than a division, and at most one off.
  const near = (fraction * 1e-6) | 0;
  const beyond = fraction - near * 1_000_000;
  const high = beyond < 0 ? near - 1 : beyond >= 1_000_000 ? near + 1 : near;
  const low = (fraction - high * 1_000_000) | 0;
  const a = (high / 1_000) | 0;
  const b = high - a * 1_000;
  if (low === 0 && b === 0) return `${whole}.${TRIPLETS_STRIPPED[a]}`;
  const start = whole === 0 ? ZERO_POINT_TRIPLETS[a]! : `${whole}.${TRIPLETS[a]}`;
  if (low === 0) return start + TRIPLETS_STRIPPED[b];
  const c = (low / 1_000) | 0;
  const d = low - c * 1_000;
  const head = start + TRIPLETS[b];
  return d === 0 ? head + TRIPLETS_STRIPPED[c] : head + TRIPLETS[c] + TRIPLETS_STRIPPED[d];
};

/**
 * Whole units of a safe pico count. The quotient is rounded, but never up to the next integer: below 2^53 / 1e12 = 9007
 * doubles lie less than 2e-12 apart, and a count that is no multiple of 1e12 is at least 1e-12 below the next one.
 */
const wholeOf = (pico: number): number => Math.floor(pico / PICO_PER_WHOLE);
