import { expect, test } from 'vitest';
import { formatMoney, minorDigitsOf } from '../src/currency.ts';

test.each([
  ['USD', 2, '1234.57 USD'],
  ['JPY', 0, '1235 JPY'],
  ['KWD', 3, '1234.568 KWD'],
  ['CLF', 4, '1234.5678 CLF'],
  ['VND', 0, '1235 VND'],
])('%s is paid with %i digits', (currency, digits, text) => {
  expect(minorDigitsOf(currency)).toBe(digits);
  expect(formatMoney(1_234_567_800_000_000n, currency)).toBe(text);
});

// Where CLDR, which the platform uses, follows ISO 4217. For some currencies it drops minor units nobody uses in cash.
const asInCldr = 'AUD BHD BRL CAD CHF CLP CNY EUR GBP INR ISK JOD JPY KRW KWD LYD OMR PYG RWF TND UGX USD VND XAF XOF XPF'.split(
  ' ',
);

test.each(asInCldr)('%s has the digits the platform knows', (currency) => {
  const { maximumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  expect(minorDigitsOf(currency)).toBe(maximumFractionDigits);
});

test('more digits may be asked for', () => {
  expect(formatMoney(2_875_000_000n, 'USD', 6)).toBe('0.002875 USD');
});
