import { expect, test } from 'vitest';
import { type Receipt, sumReceipts } from '../src/index.ts';
import { bookOf, brief, compiled, inputRow, million, perMillion, priceOf } from './support/books.ts';

const rows = [
  inputRow('3'),
  perMillion('helper', 'input_text_tokens', '1'),
  { ...perMillion('third', 'input_text_tokens', '1'), per: '3' },
];
const book = compiled([bookOf(rows, { discounts: [{ id: 'ten', percent: '10', match: { exact: 'helper' } }] })]);
const sum = (...receipts: [Receipt, ...Receipt[]]): string => brief(sumReceipts(...receipts));

test('the receipts of two models in one answer are one receipt', () => {
  expect(sum(priceOf(million, book), priceOf(million, book, { model: 'helper' }))).toBe(
    'priced 3.9 | input_text_tokens 3 | input_text_tokens 1 | discount -0.1',
  );
});

test('one receipt is itself', () => {
  const receipt = priceOf(million, book);
  expect(sumReceipts(receipt)).toBe(receipt);
});

test('amounts are summed before they are rounded', () => {
  const third = priceOf({ input_text_tokens: 1 }, book, { model: 'third' });
  expect(third).toMatchObject({ amount: '0.333333333333333333', amountPico: 333_333_333_333n });
  expect(sumReceipts(third, third, third, third, third)).toMatchObject({
    amount: '1.666666666666666665',
    amountPico: 1_666_666_666_667n,
  });
});

test('the worst part decides the status, and one without a cost leaves the whole incomplete', () => {
  const priced = priceOf(million, book);
  const unknown = priceOf(million, book, { model: 'new' });
  const missing = priceOf({}, book);
  const invalid = priceOf({ requests: -1 }, book);
  expect(sumReceipts(priced, unknown)).toMatchObject({ status: 'unpriced', complete: false, reasons: ['model-unknown'] });
  expect(sumReceipts(priced, unknown, missing)).toMatchObject({ status: 'usage_missing', complete: false, amount: '3' });
  expect(sumReceipts(priced, missing, invalid)).toMatchObject({
    status: 'invalid_usage',
    reasons: ['count-negative', 'usage-missing'],
  });
});

test('bounds are summed', () => {
  const possible = priceOf(million, book, { assumption: { reason: 'attempt-possible', lowZero: true } });
  expect(sumReceipts(possible, priceOf(million, book))).toMatchObject({
    status: 'estimated',
    lowPico: 3_000_000_000_000n,
    highPico: 6_000_000_000_000n,
  });
});
