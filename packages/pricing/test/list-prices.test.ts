import { expect, test } from 'vitest';
import { listPrices } from '../src/index.ts';
import { bookOf, compiled, inputRow, noon, outputRow, perMillion } from './support/books.ts';

const book = compiled([
  bookOf(
    [
      inputRow('3'),
      inputRow('6', { when: { input_above: 200_000 } }),
      outputRow('15', { output_tokens_max: 64_000 }),
      perMillion('model', 'images', '1', { valid_to: '2020-01-01' }),
    ],
    { modifiers: [{ id: 'us', when: { region: 'us' }, factor: '1.1' }] },
  ),
]);
const query = { atMs: noon('2026-03-01'), provider: 'acme', model: 'model' };
const price = { per: '1000000', currency: 'USD', layer: 'organisation' };

test('lists what would be taken, what would not and why, and the limit of the model', () => {
  expect(listPrices(query, book)).toEqual({
    prices: [
      { ...price, unit: 'input_text_tokens', priceId: 'acme/model/input_text_tokens', amount: '3' },
      { ...price, unit: 'output_text_tokens', priceId: 'acme/model/output_text_tokens', amount: '15' },
    ],
    missing: [{ unit: 'images', reason: 'no-price-at-time' }],
    limits: { outputTokensMax: 64_000 },
  });
});

test('for the size, region and snapshot asked for', () => {
  const { prices } = listPrices({ ...query, model: 'model-2099-01-01', region: 'us', inputTokens: 300_000 }, book);
  expect(prices[0]).toMatchObject({ amount: '6', factor: '1.1', reason: 'snapshot-unknown' });
});

test('says why a model has no price', () => {
  expect(listPrices({ ...query, model: 'new' }, book)).toEqual({ unknown: 'model-unknown', prices: [], missing: [], limits: {} });
});
