import { type PriceRequest, price, type Receipt } from '@costspan/pricing';
import { expect, test } from 'vitest';
import { mergeReceipts } from '../../src/stages/merge-receipts.ts';
import { testBook } from './book.ts';

const book = testBook();
const receipt = (request: Partial<PriceRequest>): Receipt =>
  price({ atMs: 0, provider: 'openai', model: 'gpt-5', usage: { input_text_tokens: 1000 }, ...request }, book);

test('one receipt stays itself', () => {
  const only = receipt({});
  expect(mergeReceipts([only])).toBe(only);
});

test('lines, amounts and the worst status come together', () => {
  // 1000 x 1.25 / 1,000,000 = 0.00125; 2 x 5 / 1,000,000 = 0.00001
  const merged = mergeReceipts([
    receipt({}),
    receipt({ provider: 'anthropic', model: 'claude-opus-5', usage: { input_text_tokens: 2 } }),
    receipt({ model: 'gpt-99', usage: { output_text_tokens: 7 } }),
  ]);
  expect(merged).toMatchObject({
    status: 'unpriced',
    complete: false,
    amount: '0.00126',
    amountPico: 1_260_000_000n,
    lowPico: 1_260_000_000n,
    highPico: 1_260_000_000n,
    reasons: ['model-unknown'],
  });
  expect(merged.lines.map(({ unit }) => unit)).toEqual(['input_text_tokens', 'input_text_tokens', 'output_text_tokens']);
});

test('bounds add up', () => {
  const possible = receipt({ assumption: { reason: 'attempt-possible', lowZero: true } });
  expect(mergeReceipts([receipt({}), possible])).toMatchObject({
    status: 'estimated',
    complete: true,
    amountPico: 2_500_000_000n,
    lowPico: 1_250_000_000n,
    highPico: 2_500_000_000n,
  });
});
