import { describe, expect, test } from 'vitest';
import type { PriceRequest, PriceRow, Usage } from '../src/index.ts';
import {
  at,
  bookOf,
  brief,
  compiled,
  inputRow as input,
  inputCost,
  million,
  noon,
  outputRow as output,
  perMillion,
  priceOf,
} from './support/books.ts';

describe('context tiers', () => {
  const rows = (more: object = {}): readonly PriceRow[] => [
    input('1'),
    output('2'),
    input('10', { when: { input_above: 200_000, ...more } }),
    output('20', { when: { input_above: 200_000, ...more } }),
  ];
  const cost = (usage: Usage, more: object = {}): string => priceOf(usage, compiled([bookOf(rows(more))])).amount;

  test.each([
    [200_000, {}, '0.2'],
    [200_001, {}, '2.00001'],
    [200_000, { threshold_inclusive: true }, '2'],
    [199_999, { threshold_inclusive: true }, '0.199999'],
    [200_000, { threshold_inclusive: false }, '0.2'],
  ])('%i tokens with %j cost %s', (tokens, rule, expected) => {
    expect(cost({ input_text_tokens: tokens }, rule)).toBe(expected);
  });

  test('are decided by all input, cache reads and writes included, and hold for the whole request', () => {
    const cached: Usage = {
      input_text_tokens: 1,
      input_cache_read_text_tokens: 150_000,
      input_cache_write_5m_tokens: 50_000,
      output_text_tokens: 1_000,
    };
    const book = compiled([
      bookOf([
        ...rows(),
        perMillion('model', 'input_cache_read_text_tokens', '0.1'),
        perMillion('model', 'input_cache_write_5m_tokens', '1.25'),
      ]),
    ]);
    expect(brief(priceOf(cached, book))).toBe(
      'priced 0.09751 | input_text_tokens 0.00001 | input_cache_read_text_tokens 0.015 | input_cache_write_5m_tokens 0.0625 | output_text_tokens 0.02',
    );
  });

  test('are not decided by output', () => {
    expect(cost({ input_text_tokens: 1, output_text_tokens: 1_000_000 })).toBe('2.000001');
  });

  test('take the highest threshold that is met, whatever its date', () => {
    const three = [
      input('1'),
      input('2', { when: { input_above: 128_000 }, valid_from: '2026-02-01' }),
      input('3', { when: { input_above: 256_000 }, valid_from: '2026-01-01' }),
    ];
    expect(inputCost(three)).toBe('priced 3: 3');
  });
});

describe('service tiers', () => {
  const rows = [input('4'), input('2', { when: { service_tier: 'flex' } }), input('8', { when: { service_tier: 'priority' } })];

  test.each([
    [undefined, 'priced 4: 4'],
    ['default', 'priced 4: 4'],
    ['standard', 'priced 4: 4'],
    ['on_demand', 'priced 4: 4'],
    ['flex', 'priced 2: 2'],
    ['PRIORITY', 'priced 8: 8'],
    ['batch', 'unpriced 0: no-price-for-tier'],
    ['provisioned', 'unpriced 0: no-price-for-tier'],
    ['auto', 'estimated 4: 4 service-tier-unknown'],
  ])('served as %s: %s', (serviceTier, expected) => {
    expect(inputCost(rows, serviceTier === undefined ? {} : { serviceTier })).toBe(expected);
  });

  test('a row of a tier never prices the standard tier', () => {
    expect(inputCost([input('2', { when: { service_tier: 'flex' } })])).toBe('unpriced 0: no-price-for-tier');
  });

  test('a tier priced by a factor takes the row of the standard tier', () => {
    const modifiers = [{ id: 'batch', when: { service_tier: 'batch' }, factor: '0.5' }];
    expect(inputCost([input('4')], { serviceTier: 'batch' }, { modifiers })).toBe('priced 2: 2');
    expect(inputCost([input('4')], {}, { modifiers })).toBe('priced 4: 4');
    expect(inputCost([input('4')], { serviceTier: 'flex' }, { modifiers })).toBe('unpriced 0: no-price-for-tier');
  });

  test('a row of the tier goes before the factor, which is not applied to it', () => {
    const modifiers = [{ id: 'flex', when: { service_tier: 'flex' }, factor: '0.5' }];
    expect(inputCost(rows, { serviceTier: 'flex' }, { modifiers })).toBe('priced 2: 2');
  });

  test('a factor that is not in force makes no tier', () => {
    const modifiers = [{ id: 'batch', when: { service_tier: 'batch' }, factor: '0.5', valid_from: '2026-04-01' }];
    expect(inputCost([input('4')], { serviceTier: 'batch' }, { modifiers })).toBe('unpriced 0: no-price-for-tier');
    expect(inputCost([input('4')], { serviceTier: 'batch', atMs: noon('2026-04-01') }, { modifiers })).toBe('priced 2: 2');
  });

  test('combine with context tiers by rows: a flat row of a tier does not cover what the standard tier prices apart', () => {
    const long = [...rows, input('6', { when: { input_above: 200_000 } })];
    expect(inputCost(long)).toBe('priced 6: 6');
    expect(inputCost(long, { serviceTier: 'priority' })).toBe('unpriced 0: no-price-for-context');
    const both = [...long, input('12', { when: { service_tier: 'priority', input_above: 200_000 } })];
    expect(inputCost(both, { serviceTier: 'priority' })).toBe('priced 12: 12');
  });

  test('combine with context tiers by factors', () => {
    const modifiers = [{ id: 'batch', when: { service_tier: 'batch' }, factor: '0.5' }];
    const long = [input('4'), input('6', { when: { input_above: 200_000 } })];
    expect(inputCost(long, { serviceTier: 'batch' }, { modifiers })).toBe('priced 3: 3');
  });

  test('do not reach the fees of tools, unless a row says so', () => {
    const fee = { ...perMillion('model', 'web_searches', '10'), per: '1000' };
    const batch = { ...fee, id: 'batch', amount: '5', when: { service_tier: 'batch' } };
    const usage: Usage = { web_searches: 1 };
    expect(priceOf(usage, compiled([bookOf([fee])]), { serviceTier: 'batch' })).toMatchObject({
      status: 'priced',
      amount: '0.01',
    });
    expect(priceOf(usage, compiled([bookOf([fee, batch])]), { serviceTier: 'batch' })).toMatchObject({
      status: 'priced',
      amount: '0.005',
    });
  });

  test('a tier requested, not known to be served, is an estimate', () => {
    const assumption = { reason: 'tier-requested', lowZero: false };
    expect(inputCost(rows, { serviceTier: 'flex', assumption })).toBe('estimated 2: 2 tier-requested');
  });
});

describe('regions', () => {
  test('a row without a region holds everywhere, one with a region goes before it', () => {
    const rows = [input('1'), input('2', { when: { region: 'eu' } })];
    expect(inputCost(rows)).toBe('priced 1: 1');
    expect(inputCost(rows, { region: 'us' })).toBe('priced 1: 1');
    expect(inputCost(rows, { region: 'EU' })).toBe('priced 2: 2');
    expect(inputCost(rows.slice(1))).toBe('unpriced 0: no-price-for-region');
  });

  test('a published surcharge is a factor', () => {
    const modifiers = [{ id: 'us', when: { region: 'us' }, factor: '1.1' }];
    const receipt = priceOf(million, compiled([bookOf([input('3')], { modifiers })]), { region: 'us' });
    expect(receipt.lines[0]).toMatchObject({ amount: '3', factor: '1.1', cost: '3.3' });
  });

  test('a surcharge does not touch a row that has it in its price', () => {
    const modifiers = [{ id: 'us', when: { region: 'us' }, factor: '1.1' }];
    expect(inputCost([input('3'), input('3.3', { when: { region: 'us' } })], { region: 'us' }, { modifiers })).toBe(
      'priced 3.3: 3.3',
    );
  });

  test('factors multiply, and the line shows the product', () => {
    const modifiers = [
      { id: 'us', when: { region: 'us' }, factor: '1.1' },
      { id: 'batch', when: { service_tier: 'batch' }, factor: '0.5' },
    ];
    const receipt = priceOf(million, compiled([bookOf([input('3')], { modifiers })]), { region: 'us', serviceTier: 'batch' });
    expect(receipt.lines[0]).toMatchObject({ factor: '0.55', cost: '1.65' });
  });

  test('factors reach tokens alone unless they name units', () => {
    const rows = [input('3'), { ...perMillion('model', 'web_searches', '10'), per: '1000' }];
    const usage: Usage = { input_text_tokens: 1_000_000, web_searches: 1 };
    const factor = (units?: string[]) => [{ id: 'eu', factor: '2', ...(units === undefined ? {} : { units }) }];
    expect(priceOf(usage, compiled([bookOf(rows, { modifiers: factor() })])).amount).toBe('6.01');
    expect(priceOf(usage, compiled([bookOf(rows, { modifiers: factor(['web_searches']) })])).amount).toBe('3.02');
  });

  test('factors reach the providers, models, hours and sizes they name', () => {
    const cost = (modifier: object, more: Partial<PriceRequest> = {}): string =>
      priceOf(million, compiled([bookOf([input('1')], { modifiers: [{ id: 'm', factor: '2', ...modifier }] })]), more).amount;
    expect(cost({ provider: 'acme', match: { prefix: 'mod' } })).toBe('2');
    expect(cost({ provider: 'other' })).toBe('1');
    expect(cost({ match: { exact: 'mod' } })).toBe('1');
    expect(cost({ when: { input_above: 999_999 } })).toBe('2');
    expect(cost({ when: { input_above: 1_000_000 } })).toBe('1');
    expect(cost({ when: { time_of_day: { from: '12:00', to: '13:00' } } })).toBe('2');
    expect(cost({ when: { time_of_day: { from: '12:00', to: '13:00' } } }, { atMs: noon('2026-03-01') + 3_600_000 })).toBe('1');
  });
});

describe('the price in force', () => {
  const rows = [input('1', { valid_to: '2026-02-01' }), input('2', { valid_from: '2026-02-01', valid_to: '2026-06-01' })];

  test.each([
    ['2026-01-31T23:59:59.999Z', 'priced 1: 1'],
    ['2026-02-01T00:00:00Z', 'priced 2: 2'],
    ['2026-05-31T23:59:59.999Z', 'priced 2: 2'],
    ['2026-06-01T00:00:00Z', 'unpriced 0: no-price-at-time'],
    ['1999-01-01', 'priced 1: 1'],
  ])('at %s: %s', (instant, expected) => {
    expect(inputCost(rows, { atMs: at(instant) })).toBe(expected);
  });

  test('is the one that began last', () => {
    const overlapping = [input('1'), input('2', { valid_from: '2026-01-01' }), input('3', { valid_from: '2027-01-01' })];
    expect(inputCost(overlapping)).toBe('priced 2: 2');
    expect(inputCost(overlapping, { atMs: noon('2025-12-31') })).toBe('priced 1: 1');
  });

  test('has hours of the day in UTC, over midnight too', () => {
    const offPeak = [input('4'), input('1', { when: { time_of_day: { from: '16:30', to: '00:30' } } })];
    expect(inputCost(offPeak, { atMs: at('2026-03-01T16:29:59.999Z') })).toBe('priced 4: 4');
    expect(inputCost(offPeak, { atMs: at('2026-03-01T16:30:00Z') })).toBe('priced 1: 1');
    expect(inputCost(offPeak, { atMs: at('2026-03-02T00:29:59.999Z') })).toBe('priced 1: 1');
    expect(inputCost(offPeak, { atMs: at('2026-03-02T00:30:00Z') })).toBe('priced 4: 4');
    expect(inputCost(offPeak.slice(1))).toBe('unpriced 0: no-price-for-conditions');
  });
});
