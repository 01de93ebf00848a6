import { defaultCompiledBook } from '@costspan/pricebook';
import fc from 'fast-check';
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

test('a stated cost counts once, whatever it is and however many models wrote the answer', () => {
  const part = fc.record({
    model: fc.constantFrom('claude-sonnet-5', 'claude-opus-5', 'claude-unheard-of'),
    usage: fc.record({ input_text_tokens: fc.nat(), output_text_tokens: fc.nat() }),
  });
  const cents = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), cents, fc.boolean(), (parts, amount, isDeclared) => {
      const stated = { amount: `${amount}`, currency: 'USD' };
      const answer: NormalizedSpan = { ...span, usage: { kind: 'ok', parts } };
      const receipt = priceSpan({ ...answer, [isDeclared ? 'declaredCost' : 'reportedCost']: stated }, 0n);
      const isTaken = isDeclared || parts.some(({ model }) => model === 'claude-unheard-of');
      expect(receipt.amount).toBe(isTaken ? stated.amount : priceSpan(answer, 0n).amount);
      expect(receipt.lines.filter(({ unit }) => unit.endsWith('_cost'))).toHaveLength(isTaken ? 1 : 0);
    }),
  );
});

test('usage read under an assumption is estimated for that reason', () => {
  const assumed: NormalizedSpan = {
    ...span,
    usage: { kind: 'ok', parts: [{ usage: { input_text_tokens: 1000 }, assumption: 'router-fee-excluded' }] },
  };
  expect(priceSpan(assumed, 0n)).toMatchObject({ status: 'estimated', amount: '0.002', reasons: ['router-fee-excluded'] });
});

test('what a call costs that did not end well is for the book to say', () => {
  const refused: NormalizedSpan = {
    ...span,
    outcome: 'refused',
    usage: { kind: 'ok', parts: [{ usage: { input_text_tokens: 1000 } }] },
  };
  expect(priceSpan(refused, 0n)).toMatchObject({ status: 'priced', amount: '0.002' });
  const atDefaults = createPriceSpan({ book: defaultCompiledBook(), trust });
  const startNs = BigInt(Date.parse('2026-11-01')) * 1_000_000n;
  expect(atDefaults({ ...refused, model: 'claude-sonnet-4-5' }, startNs)).toMatchObject({
    status: 'non_billable',
    amount: '0',
    reasons: ['outcome-not-billed'],
    compared: { kind: 'list_price', amount: '0.003' },
  });
});
