import { describe, expect, test } from 'vitest';
import type { Usage } from '../src/index.ts';
import { bookOf, brief, compiled, inputRow as input, million, outputRow as output, priceOf } from './support/books.ts';

describe('a cost that somebody states', () => {
  const book = compiled([
    bookOf([input('3'), input('3', { id: 'router', provider: 'openrouter' })], {
      fx: [{ from: 'EUR', to: 'USD', rate: '1.1', date: '2026-01-01', source: 'ECB' }],
    }),
  ]);
  const dollars = (amount: string) => ({ amount, currency: 'USD' });

  test('is taken from a router, with the calculation and the difference beside it', () => {
    const receipt = priceOf(million, book, { provider: 'openrouter', reportedCost: dollars('3.165') });
    expect(brief(receipt)).toBe('provider_reported 3.165 | reported_cost 3.165');
    expect(receipt).toMatchObject({
      source: 'provider',
      complete: true,
      compared: { kind: 'calculated', status: 'priced', complete: true, amount: '3', difference: '0.165' },
    });
  });

  test('is kept beside the calculation of a direct provider', () => {
    const receipt = priceOf(million, book, { reportedCost: dollars('2.9') });
    expect(brief(receipt)).toBe('priced 3 | input_text_tokens 3');
    expect(receipt).toMatchObject({ source: 'price_book', compared: { kind: 'reported', amount: '2.9', difference: '0.1' } });
  });

  test('is taken from a direct provider where the calculation is incomplete', () => {
    const receipt = priceOf(million, book, { model: 'new-model', reportedCost: dollars('2.9') });
    expect(brief(receipt)).toBe('provider_reported 2.9 | reported_cost 2.9');
    expect(receipt).toMatchObject({
      complete: true,
      reasons: [],
      compared: { kind: 'calculated', status: 'unpriced', complete: false },
    });
    expect(receipt.compared).not.toHaveProperty('difference');
  });

  test('is enough without usage', () => {
    expect(priceOf({}, book, { provider: 'openrouter', reportedCost: dollars('0') })).toMatchObject({
      status: 'provider_reported',
      amount: '0',
    });
  });

  test('that makes no sense leaves the list price of a router as an estimate', () => {
    expect(brief(priceOf(million, book, { provider: 'openrouter', reportedCost: dollars('-1') }))).toBe(
      'estimated 3 | input_text_tokens 3 reported-cost-invalid',
    );
    expect(brief(priceOf(million, book, { provider: 'openrouter', reportedCost: { amount: '3', currency: 'CHF' } }))).toBe(
      'estimated 3 | input_text_tokens 3 no-fx',
    );
    expect(brief(priceOf(million, book, { reportedCost: dollars('NaN') }))).toBe('priced 3 | input_text_tokens 3');
  });

  test('is taken from the providers an organisation names', () => {
    const trusting = compiled([bookOf([input('3')])], { reportedWins: ['acme'] });
    expect(priceOf(million, trusting, { reportedCost: dollars('2.9') }).source).toBe('provider');
  });

  test('by the application goes before all others', () => {
    const receipt = priceOf(million, book, { provider: 'openrouter', declaredCost: dollars('5'), reportedCost: dollars('4') });
    expect(brief(receipt)).toBe('declared 5 | declared_cost 5');
    expect(receipt).toMatchObject({ source: 'declared', compared: { kind: 'calculated', amount: '3', difference: '2' } });
    expect(priceOf({}, book, { declaredCost: dollars('5') })).not.toHaveProperty('compared');
  });

  test('by the application is never negative, and never guessed at', () => {
    expect(brief(priceOf(million, book, { declaredCost: dollars('-5') }))).toBe(
      'invalid_usage 0 | declared_cost declared-cost-invalid',
    );
    expect(brief(priceOf(million, book, { declaredCost: dollars('5 dollars') }))).toBe(
      'invalid_usage 0 | declared_cost declared-cost-invalid',
    );
  });

  test('in another currency is converted, and its native amount kept', () => {
    const receipt = priceOf({}, book, { declaredCost: { amount: '5.00', currency: 'EUR' } });
    expect(receipt.lines[0]).toMatchObject({ cost: '5.5', native: { currency: 'EUR', cost: '5', rate: '1.1' } });
    expect(brief(priceOf({}, book, { declaredCost: { amount: '5', currency: 'CHF' } }))).toBe('unpriced 0 | declared_cost no-fx');
  });
});

describe('a call that is not billed', () => {
  const book = compiled([bookOf([input('3')], { discounts: [{ id: 'ten', percent: '10' }] })]);

  test('costs nothing and keeps what it would cost at list price', () => {
    const receipt = priceOf(million, book, { nonBillable: true });
    expect(brief(receipt)).toBe('non_billable 0 | input_text_tokens 0 not-billable');
    expect(receipt).toMatchObject({ complete: true, compared: { kind: 'list_price', amount: '2.7', difference: '-2.7' } });
  });

  test('needs neither price nor usage', () => {
    expect(priceOf(million, book, { nonBillable: true, model: 'new' })).toMatchObject({
      status: 'non_billable',
      complete: true,
      amount: '0',
    });
    expect(priceOf({}, book, { nonBillable: true })).toMatchObject({ status: 'non_billable', complete: true, amount: '0' });
  });

  test('is not billed whatever was declared', () => {
    expect(priceOf(million, book, { nonBillable: true, declaredCost: { amount: '1', currency: 'USD' } }).amount).toBe('0');
  });
});

describe('an assumption', () => {
  const book = compiled([bookOf([input('3'), output('6', { status: 'estimate' })])]);

  test('makes the whole receipt an estimate and may bring its lower bound to 0', () => {
    const receipt = priceOf(million, book, { assumption: { reason: 'attempt-possible', lowZero: true } });
    expect(brief(receipt)).toBe('estimated 3 | input_text_tokens 3 attempt-possible');
    expect(receipt).toMatchObject({ amountPico: 3_000_000_000_000n, lowPico: 0n, highPico: 3_000_000_000_000n });
  });

  test('leaves other reasons visible', () => {
    const usage: Usage = { ...million, output_text_tokens: 1 };
    expect(priceOf(usage, book, { assumption: { reason: 'tier-requested', lowZero: false } }).reasons).toEqual([
      'price-is-estimate',
      'tier-requested',
    ]);
  });

  test('does not make something of nothing', () => {
    const assumption = { reason: 'attempt-possible', lowZero: true };
    expect(brief(priceOf(million, book, { model: 'new', assumption }))).toBe('unpriced 0 | input_text_tokens model-unknown');
    expect(priceOf({}, book, { assumption }).status).toBe('usage_missing');
    expect(priceOf(million, book, { nonBillable: true, assumption }).status).toBe('non_billable');
  });

  test('makes an estimate of what was declared', () => {
    expect(
      priceOf({}, book, {
        declaredCost: { amount: '1', currency: 'USD' },
        assumption: { reason: 'attempt-possible', lowZero: true },
      }),
    ).toMatchObject({
      status: 'estimated',
      source: 'declared',
      lowPico: 0n,
    });
  });
});
