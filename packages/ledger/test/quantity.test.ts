import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addQuantities, subtractQuantities } from '../src/quantity.ts';

test.each([
  [1, 2, '3'],
  ['0.1', '0.2', '0.3'],
  [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, '18014398509481982'],
  ['1.50', 0, '1.5'],
  ['not a number', 2, '2'],
])('%s and %s of a unit are %s', (left, right, sum) => {
  expect(addQuantities(left, right)).toBe(sum);
});

test('what was added can be taken away again', () => {
  const quantity = fc.oneof(
    fc.nat(),
    fc.tuple(fc.nat(), fc.nat(999_999)).map(([whole, micro]) => `${whole}.${String(micro).padStart(6, '0')}`),
  );
  fc.assert(
    fc.property(quantity, quantity, (left, right) => {
      expect(subtractQuantities(addQuantities(left, right), right)).toBe(addQuantities(left, 0));
    }),
  );
});
