import { expect, test } from 'vitest';
import { decimalText } from '../../src/import/decimal-text.ts';

test.each([
  [2.5, '2.5'],
  [0, '0'],
  [10, '10'],
  [0.0375, '0.0375'],
  [0.000001, '0.000001'],
  [1e-7, '0.0000001'],
  [1.25e-9, '0.00000000125'],
  [1e21, '1000000000000000000000'],
  [1.5e21, '1500000000000000000000'],
])('%d is written %s', (value, text) => {
  expect(decimalText(value)).toBe(text);
});
