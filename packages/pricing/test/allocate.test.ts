import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocateByLargestRemainder, formatPicoFixed, ratioText, shareOf, sharesByLargestRemainder } from '../src/allocate.ts';
import { parsePico, sumPico } from '../src/money.ts';

const picoOf = (text: string): bigint => parsePico(text) ?? 0n;
const weights = fc
  .array(fc.bigInt({ min: 0n, max: 10n ** 20n }), { minLength: 1, maxLength: 40 })
  .filter((parts) => sumPico(parts) > 0n);

describe('shares', () => {
  test('of a ticket of 0.82 sum to exactly 100', () => {
    const parts = ['0.20', '0.08', '0.45', '0.06', '0.03'].map(picoOf);
    expect(sharesByLargestRemainder(parts, 2)).toEqual(['24.39', '9.75', '54.88', '7.32', '3.66']);
    expect(shareOf(picoOf('0.02'), picoOf('0.82'), 2)).toBe('2.44');
  });

  test.each([
    [[1n, 1n, 1n], 2, ['33.34', '33.33', '33.33']],
    [[1n, 1n, 1n], 0, ['34', '33', '33']],
    [[0n, 5n], 2, ['0.00', '100.00']],
    [[0n, 0n], 2, ['0.00', '0.00']],
    [[], 2, []],
  ])('of %s with %i digits are %s', (parts, digits, shares) => {
    expect(sharesByLargestRemainder(parts, digits)).toEqual(shares);
  });

  test('of anything sum to exactly 100, whatever the digits', () => {
    fc.assert(
      fc.property(weights, fc.nat(6), (parts, digits) => {
        const sum = sharesByLargestRemainder(parts, digits).reduce((total, share) => total + BigInt(share.replace('.', '')), 0n);
        expect(sum).toBe(100n * 10n ** BigInt(digits));
      }),
    );
  });

  test('of nothing has no answer', () => {
    expect(shareOf(1n, 0n, 2)).toBeUndefined();
  });
});

describe('allocations', () => {
  test('sum to what was allocated and never differ from proportion by a unit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), weights, (total, parts) => {
        const allocated = allocateByLargestRemainder(total, parts);
        const sum = sumPico(parts);
        expect(sumPico(allocated)).toBe(total);
        for (const [index, part] of allocated.entries()) {
          const error = part * sum - total * (parts[index] ?? 0n);
          expect(error < sum && error > -sum).toBe(true);
        }
      }),
    );
  });

  test('give a tie to the smaller key, whatever the order', () => {
    expect(allocateByLargestRemainder(1n, [1n, 1n], ['b', 'a'])).toEqual([0n, 1n]);
    expect(allocateByLargestRemainder(1n, [1n, 1n], ['a', 'b'])).toEqual([1n, 0n]);
    expect(allocateByLargestRemainder(1n, [1n, 1n])).toEqual([1n, 0n]);
  });

  test('refuse weights that cannot carry a total', () => {
    expect(() => allocateByLargestRemainder(1n, [0n, 0n])).toThrow('cannot be split');
    expect(() => allocateByLargestRemainder(1n, [2n, -1n])).toThrow('must not be negative');
    expect(allocateByLargestRemainder(0n, [0n, 0n])).toEqual([0n, 0n]);
  });
});

test.each([
  [820_000_000_000n, 2, '0.82'],
  [800_000_000_000n, 2, '0.80'],
  [5_000_000_000n, 2, '0.00'],
  [15_000_000_000n, 2, '0.02'],
  [-15_000_000_000n, 2, '-0.02'],
  [1n, 12, '0.000000000001'],
  [2_500_000_000_000n, 0, '2'],
])('prints %s pico units with %i digits as %s', (amount, digits, text) => {
  expect(formatPicoFixed(amount, digits)).toBe(text);
});

test('a ratio is half-even at the digits asked for', () => {
  expect(ratioText(6_600_000_000_000n, 3_000_000_000_000n, 4)).toBe('2.2');
  expect(ratioText(1n, 3n, 4)).toBe('0.3333');
  expect(ratioText(1n, 0n, 4)).toBeUndefined();
});
