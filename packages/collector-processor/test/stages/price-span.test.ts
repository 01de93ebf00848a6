import { expect, test } from 'vitest';
import type { NormalizedSpan } from '../../src/stages/normalize.ts';
import { createPriceSpan } from '../../src/stages/price-span.ts';
import { testBook } from './book.ts';

const trust = { declaredCost: true, providerCost: true, billable: true };
const priceSpan = createPriceSpan({ book: testBook(), trust });

/** An answer that two models worked on: 1000 x 2 / 1,000,000 + 100 x 5 / 1,000,000 = 0.0025. */
const span: NormalizedSpan = {
  dialect: 'test@1',
  role: 'call',
  category: 'other',
  ownCategory: 'other',
  provider: 'anthropic',
  model: 'claude-sonnet-5',
  failed: false,
  usage: {
    kind: 'ok',
    parts: [{ usage: { input_text_tokens: 1000 } }, { model: 'claude-opus-5', usage: { input_text_tokens: 100 } }],
  },
};

test('the parts of an answer are priced with their own models and added', () => {
  expect(priceSpan(span, 0n)).toMatchObject({ status: 'priced', amount: '0.0025' });
});

test('a declared cost is that of the whole span, however many models worked on it', () => {
  expect(priceSpan({ ...span, declaredCost: { amount: '0.05', currency: 'USD' } }, 0n)).toMatchObject({
    status: 'declared',
    source: 'declared',
    amount: '0.05',
  });
});

test('a cost the provider reported for the whole span is not added once a part', () => {
  const reported = { ...span, reportedCost: { amount: '0.004', currency: 'USD' } };
  expect(priceSpan(reported, 0n)).toMatchObject({ status: 'priced', amount: '0.0025' });
  const unknown: NormalizedSpan = {
    ...reported,
    usage: {
      kind: 'ok',
      parts: [{ usage: { input_text_tokens: 1000 } }, { model: 'claude-unheard-of', usage: { input_text_tokens: 100 } }],
    },
  };
  expect(priceSpan(unknown, 0n)).toMatchObject({ status: 'provider_reported', source: 'provider', amount: '0.004' });
});
