import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalText } from '../../src/readers/decimal-text.ts';

test.each([
  [0, '0'],
  [1, '1'],
  [0.5, '0.5'],
  [2.53e-5, '0.0000253'],
  [1e-7, '0.0000001'],
  [1.25e-10, '0.000000000125'],
  [9.25, '9.25'],
  [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ['0.10', '0.10'],
] as const)('writes %s as %s', (value, text) => {
  expect(decimalText(value)).toBe(text);
});

test.each([-1, -0.1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1e3', '-1', '', ' 1', '1.', null, undefined, true, {}])(
  'refuses %s',
  (value) => {
    expect(decimalText(value)).toBeUndefined();
  },
);

test('reads back as the same number', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e15, noNaN: true }), (value) => {
      const text = decimalText(value);
      expect(text).toMatch(/^\d+(\.\d+)?$/);
      expect(Number(text)).toBe(value);
    }),
  );
});
