import { describe, expect, test } from 'vitest';
import type { PriceBook, PriceRequest, PriceRow } from '../src/index.ts';
import { at, bookOf, brief, compiled, inputRow as input, million, noon, perMillion, priceOf } from './support/books.ts';

describe('layers', () => {
  const layered = (...books: readonly [PriceBook['layer'], readonly PriceRow[]][]) =>
    compiled(books.map(([layer, rows]) => bookOf(rows, layer === undefined ? {} : { layer })));

  test('override before contract before organisation before catalog', () => {
    const layers = ['catalog', undefined, 'contract', 'override'] as const;
    layers.forEach((_, count) => {
      const books = layers
        .slice(0, count + 1)
        .map((layer, index): [PriceBook['layer'], PriceRow[]] => [layer, [input(String(index))]]);
      expect(priceOf(million, layered(...books)).amount).toBe(String(count));
      expect(priceOf(million, layered(...books.toReversed())).amount).toBe(String(count));
    });
  });

  test('win per unit: what a contract leaves out has its list price, not the contract price of its parent', () => {
    const cached = perMillion('model', 'input_cache_read_text_tokens', '0.3');
    const book = layered(['catalog', [input('3'), cached]], ['contract', [input('2')]]);
    const receipt = priceOf({ input_text_tokens: 1_000_000, input_cache_read_text_tokens: 1_000_000 }, book);
    expect(brief(receipt)).toBe('priced 2.3 | input_text_tokens 2 | input_cache_read_text_tokens 0.3');
    expect(receipt.lines.map(({ layer }) => layer)).toEqual(['contract', 'catalog']);
  });

  test('a higher layer that is not in force leaves the lower one', () => {
    expect(
      priceOf(million, layered(['catalog', [input('3')]], ['contract', [input('2', { valid_from: '2026-04-01' })]])).amount,
    ).toBe('3');
  });

  test('a pattern of a contract goes before an exact name of the catalog', () => {
    expect(
      priceOf(million, layered(['catalog', [input('3')]], ['contract', [input('2', { match: { pattern: '*' } })]])).amount,
    ).toBe('2');
  });

  test('a flat contract price covers long inputs that the list prices apart', () => {
    const long = input('6', { when: { input_above: 200_000 } });
    expect(priceOf(million, layered(['catalog', [input('3'), long]], ['contract', [input('2')]])).amount).toBe('2');
  });
});

describe('discounts', () => {
  const discounted = (
    discounts: PriceBook['discounts'],
    more: Partial<PriceRequest> = {},
    modifiers: PriceBook['modifiers'] = [],
  ) => priceOf(million, compiled([bookOf([input('3')], { discounts: discounts ?? [], modifiers })]), more);

  test('stand on their own lines and keep the list price visible', () => {
    const receipt = discounted([{ id: 'ten', percent: '10' }]);
    expect(brief(receipt)).toBe('priced 2.7 | input_text_tokens 3 | discount -0.3');
    expect(receipt.lines[1]).toEqual({
      unit: 'input_text_tokens',
      quantity: '1000000',
      kind: 'discount',
      priceId: 'ten',
      amount: '3',
      per: '1000000',
      factor: '-0.1',
      cost: '-0.3',
      status: 'priced',
      layer: 'organisation',
    });
  });

  test('come after factors and take off what the ones before left', () => {
    const receipt = discounted(
      [
        { id: 'ten', percent: '10' },
        { id: 'half', percent: '50' },
      ],
      { region: 'us' },
      [{ id: 'us', when: { region: 'us' }, factor: '1.1' }],
    );
    expect(brief(receipt)).toBe('priced 1.485 | input_text_tokens 3.3 | discount -0.33 | discount -1.485');
    expect(receipt.lines.map(({ factor }) => factor)).toEqual(['1.1', '-0.11', '-0.495']);
  });

  test('reach the provider, model, unit and time they name', () => {
    const amount = (discount: object): string => discounted([{ id: 'd', percent: '100', ...discount }]).amount;
    expect(amount({})).toBe('0');
    expect(amount({ provider: 'acme', match: { prefix: 'mod' }, units: ['input_text_tokens'], valid_from: '2026-03-01' })).toBe(
      '0',
    );
    expect(amount({ provider: 'openai' })).toBe('3');
    expect(amount({ match: { exact: 'other' } })).toBe('3');
    expect(amount({ units: ['output_text_tokens'] })).toBe('3');
    expect(amount({ valid_to: '2026-03-01' })).toBe('3');
  });

  test('lower the bounds of an estimate with it', () => {
    const rows = [
      perMillion('model', 'input_cache_write_5m_tokens', '4'),
      perMillion('model', 'input_cache_write_1h_tokens', '6'),
    ];
    const book = compiled([bookOf(rows, { discounts: [{ id: 'half', percent: '50' }] })]);
    expect(priceOf({ input_cache_write_other_tokens: 1_000_000 }, book)).toMatchObject({
      amount: '2',
      lowPico: 2_000_000_000_000n,
      highPico: 3_000_000_000_000n,
    });
  });
});

describe('currencies', () => {
  const fx = [
    { from: 'CNY', to: 'USD', rate: '0.14', date: '2026-02-27', source: 'ECB' },
    { from: 'CNY', to: 'USD', rate: '0.15', date: '2026-03-02', source: 'ECB' },
  ];
  const glm = (atMs: number, more: Partial<PriceBook> = {}) =>
    priceOf(million, compiled([bookOf([input('2', { currency: 'CNY' })], { fx, ...more })]), { atMs });

  test('are converted at the rate in force on the day, and the native amount is kept', () => {
    const receipt = glm(noon('2026-03-01'));
    expect(brief(receipt)).toBe('priced 0.28 | input_text_tokens 0.28');
    expect(receipt.currency).toBe('USD');
    expect(receipt.lines[0]?.native).toEqual({
      currency: 'CNY',
      cost: '2',
      rate: '0.14',
      rateDate: '2026-02-27',
      rateSource: 'ECB',
    });
    expect(glm(at('2026-03-02')).amount).toBe('0.3');
    expect(glm(at('2026-03-02') - 1).amount).toBe('0.28');
  });

  test('without a rate in force leave the line unpriced', () => {
    expect(brief(glm(noon('2026-02-26')))).toBe('unpriced 0 | input_text_tokens no-fx');
    expect(brief(glm(noon('2026-03-01'), { fx: [] }))).toBe('unpriced 0 | input_text_tokens no-fx');
  });

  test('take a rate for as long as the book allows', () => {
    expect(glm(noon('2027-01-01')).amount).toBe('0.3');
    expect(glm(at('2026-03-07') - 1, { fx_days_max: 4 }).amount).toBe('0.3');
    expect(brief(glm(at('2026-03-07'), { fx_days_max: 4 }))).toBe('unpriced 0 | input_text_tokens no-fx');
  });

  test('are converted and priced with one division', () => {
    const row = { ...input('1', { currency: 'CNY' }), per: '3' };
    const rate = [{ from: 'CNY', to: 'USD', rate: '3', date: '2026-01-01', source: 'test' }];
    expect(priceOf({ input_text_tokens: 1 }, compiled([bookOf([row], { fx: rate })])).amount).toBe('1');
  });

  test('of a whole contract book are converted too', () => {
    const books = [bookOf([], { layer: 'catalog' }), bookOf([input('2')], { currency: 'CNY', layer: 'contract', fx })];
    expect(priceOf(million, compiled(books)).amount).toBe('0.28');
  });
});
