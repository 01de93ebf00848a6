import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addExact,
  attoToPico,
  costOfCount,
  costOfDecimal,
  decimalToAtto,
  divideHalfEven,
  exactToAtto,
  exactToPico,
  formatAtto,
  formatDecimal,
  formatExact,
  formatPico,
  joinPico,
  multiplyRate,
  negateExact,
  parseDecimal,
  parsePico,
  percentOf,
  picoToDouble,
  rateOf,
  splitPico,
  sumPico,
} from '../src/money.ts';

Decimal.set({ precision: 400, toExpNeg: -400, toExpPos: 400, rounding: Decimal.ROUND_HALF_EVEN });

const decimal = (text: string) => {
  const parsed = parseDecimal(text);
  if (parsed === undefined) throw new Error(`not a decimal: ${text}`);
  return parsed;
};

/** Decimal texts as books and providers write them: up to 15 digits on either side. */
const decimalText = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.stringMatching(/^\d{0,15}$/))
  .map(([whole, fraction]) => (fraction === '' ? `${whole}` : `${whole}.${fraction}`));
const positiveText = decimalText.filter((text) => !new Decimal(text).isZero());
const pico = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });

describe('reads decimal text', () => {
  test.each([
    ['0', 0n, 0],
    ['2.50', 250n, 2],
    ['-0.25', -25n, 2],
    ['+7', 7n, 0],
    ['007.0', 70n, 1],
  ])('%s', (text, coefficient, scale) => {
    expect(parseDecimal(text)).toEqual({ coefficient, scale });
  });

  test.each(['', ' 1', '1 ', '.5', '5.', '1e3', '1,5', '1_000', '--1', 'NaN', 'Infinity', '0x10', '１', '1'.repeat(65)])(
    'and refuses %j',
    (text) => {
      expect(parseDecimal(text)).toBeUndefined();
    },
  );
});

describe('divides half-even', () => {
  test.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [5n, -2n, -2n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [-2n, 3n, -1n],
    [0n, 9n, 0n],
  ])('%s / %s = %s', (numerator, denominator, quotient) => {
    expect(divideHalfEven(numerator, denominator)).toBe(quotient);
  });

  test('as decimal.js does', () => {
    const nonZero = pico.filter((value) => value !== 0n);
    fc.assert(
      fc.property(pico, nonZero, (numerator, denominator) => {
        const quotient = new Decimal(numerator.toString()).div(denominator.toString());
        expect(divideHalfEven(numerator, denominator).toString()).toBe(quotient.toFixed(0).replace(/^-0$/, '0'));
      }),
    );
  });
});

describe('writes canonical decimal text', () => {
  test.each([
    [820_000_000_000n, '0.82'],
    [0n, '0'],
    [1n, '0.000000000001'],
    [-1n, '-0.000000000001'],
    [1_000_000_000_000n, '1'],
    [-1_500_000_000_000n, '-1.5'],
    [123_456_789_000_000_000_000n, '123456789'],
  ])('%s pico units as %s', (amount, text) => {
    expect(formatPico(amount)).toBe(text);
    expect(parsePico(text)).toBe(amount);
  });

  test('every amount, on either side of the safe integers, as its digits with the point put in', () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger().map(BigInt), fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })), (amount) => {
        expect(formatPico(amount)).toBe(formatDecimal({ coefficient: amount, scale: 12 }));
      }),
    );
  });

  test('parsePico refuses what is finer than a pico unit instead of rounding it', () => {
    expect(parsePico('0.0000000000010')).toBe(1n);
    expect(parsePico('0.0000000000015')).toBeUndefined();
    expect(parsePico('1e-12')).toBeUndefined();
  });

  test('decimal text comes back the same, without its empty zeros', () => {
    fc.assert(
      fc.property(decimalText, (text) => {
        expect(formatDecimal(decimal(text))).toBe(new Decimal(text).toFixed());
      }),
    );
  });

  test('the number lane writes what the bigint lane writes', () => {
    const safe = fc.oneof(
      fc.maxSafeNat(),
      fc.nat(2_000_000),
      fc.nat(9_000).map((whole) => whole * 1e12 + 999_999_999_999),
    );
    fc.assert(
      fc.property(safe, (amount) => {
        expect(formatExact(amount)).toBe(formatAtto(BigInt(amount) * 1_000_000n));
        expect(formatExact(negateExact(amount))).toBe(formatAtto(BigInt(amount) * -1_000_000n));
      }),
      { numRuns: 2_000 },
    );
  });

  test('just below every whole unit that is safe', () => {
    for (let whole = 1; whole <= 9_007; whole += 1) expect(formatExact(whole * 1e12 - 1)).toBe(`${whole - 1}.999999999999`);
  });

  test.each([999_999_999_999, 1_000_000_000_000, 9_000_999_999_999_999, Number.MAX_SAFE_INTEGER, 1_001_000, 1_000_000, 100])(
    'at the edges of its look-ups: %s',
    (amount) => {
      expect(formatExact(amount)).toBe(formatAtto(BigInt(amount) * 1_000_000n));
    },
  );
});

describe('keeps amounts whole', () => {
  test('split into whole and pico and joined again', () => {
    fc.assert(
      fc.property(pico, (amount) => {
        const { whole, pico: rest } = splitPico(amount);
        expect(rest >= 0n && rest < 1_000_000_000_000n).toBe(true);
        expect(joinPico(whole, rest)).toBe(amount);
      }),
    );
  });

  test('columns of both parts can be summed apart', () => {
    fc.assert(
      fc.property(fc.array(pico), (amounts) => {
        const parts = amounts.map(splitPico);
        expect(joinPico(sumPico(parts.map(({ whole }) => whole)), sumPico(parts.map((part) => part.pico)))).toBe(
          sumPico(amounts),
        );
      }),
    );
  });

  test('pairs order as amounts do', () => {
    fc.assert(
      fc.property(pico, pico, (a, b) => {
        const [left, right] = [splitPico(a), splitPico(b)];
        const isLess = left.whole < right.whole || (left.whole === right.whole && left.pico < right.pico);
        expect(isLess).toBe(a < b);
      }),
    );
  });

  test('atto units round half-even to pico units', () => {
    expect([500_000n, 1_500_000n, -500_000n, 500_001n].map(attoToPico)).toEqual([0n, 2n, 0n, 1n]);
  });

  test('decimals finer than an atto unit round half-even', () => {
    expect(decimalToAtto(decimal('0.0000000000000000005'))).toBe(0n);
    expect(decimalToAtto(decimal('0.0000000000000000015'))).toBe(2n);
    expect(decimalToAtto(decimal('1.5'))).toBe(1_500_000_000_000_000_000n);
  });

  test('the double for dashboards is the one nearest to the exact amount', () => {
    expect(picoToDouble(111_750_000_000n)).toBe(0.11175);
    expect(picoToDouble(100_000_000_000n)).toBe(0.1);
    expect(picoToDouble(-2_875_000_000n)).toBe(-0.002875);
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger().map(BigInt), fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })), (amount) => {
        expect(picoToDouble(amount)).toBe(Number(formatDecimal({ coefficient: amount, scale: 12 })));
      }),
    );
  });
});

describe('prices', () => {
  test.each([
    ['a price per million', '2.50', '1000000', 1_000, '0.0025'],
    ['a machine hour of 600 seconds, divided last', '21.957642', '3600', 600, '3.659607'],
    ['a third of a cent', '0.01', '3', 1, '0.003333333333333333'],
    ['a batch of cached tokens finer than nano', '0.0025', '1000000', 1, '0.0000000025'],
    ['finer than pico, in the bigint lane', '0.0000001', '1000000', 7, '0.0000000000007'],
    ['more dong than a number of pico units can count', '25000', '1', 9_007_199_254_740_991, '225179981368524775000'],
  ])('%s', (_name, amount, per, count, cost) => {
    expect(formatExact(costOfCount(rateOf(decimal(amount), decimal(per)), count))).toBe(cost);
  });

  test('as decimal.js does, for any amount, per, factor and count', () => {
    fc.assert(
      fc.property(decimalText, positiveText, decimalText, fc.maxSafeNat(), (amount, per, factor, count) => {
        const rate = multiplyRate(rateOf(decimal(amount), decimal(per)), decimal(factor));
        const expected = new Decimal(count).mul(amount).mul(factor).div(per).toDecimalPlaces(18);
        expect(formatExact(costOfCount(rate, count))).toBe(expected.toFixed());
      }),
      { numRuns: 1_000 },
    );
  });

  test('decimal quantities as decimal.js does', () => {
    fc.assert(
      fc.property(decimalText, positiveText, decimalText, (amount, per, quantity) => {
        const expected = new Decimal(quantity).mul(amount).div(per).toDecimalPlaces(18);
        expect(formatExact(costOfDecimal(rateOf(decimal(amount), decimal(per)), decimal(quantity)))).toBe(expected.toFixed());
      }),
    );
  });

  test('a share of an amount as decimal.js does', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), decimalText, (amount, percent) => {
        const expected = new Decimal(amount).div(1e12).mul(percent).div(100).toDecimalPlaces(18);
        expect(formatExact(percentOf(amount, decimal(percent)))).toBe(expected.toFixed());
      }),
    );
  });

  test('sums in any order and lane are the same', () => {
    const exact = fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 0n, max: 10n ** 24n }));
    fc.assert(
      fc.property(fc.array(exact), fc.infiniteStream(fc.nat()), (amounts, random) => {
        const shuffled = amounts
          .map((amount) => ({ amount, key: random.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ amount }) => amount);
        const sum = amounts.reduce(addExact, 0);
        const expected = amounts.reduce<bigint>((total, amount) => total + exactToAtto(amount), 0n);
        expect(exactToAtto(sum)).toBe(expected);
        expect(exactToAtto(shuffled.reduce(addExact, 0))).toBe(expected);
        expect(exactToPico(sum)).toBe(attoToPico(expected));
      }),
    );
  });
});
