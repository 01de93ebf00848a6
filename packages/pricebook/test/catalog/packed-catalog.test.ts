import type { PriceBook, PriceRow } from '@costspan/pricing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packCatalog, unpackCatalog } from '../../src/catalog/packed-catalog.ts';
import { rowId } from '../../src/import/row-id.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/);
const row = fc
  .record({
    provider: fc.constantFrom('openai', 'aws'),
    match: fc.oneof(
      fc.record({ exact: name }),
      fc.record({ prefix: name }),
      fc.record({ pattern: name.map((text) => `*${text}#`) }),
    ),
    unit: fc.constantFrom('input_text_tokens', 'output_text_tokens', 'pages'),
    amount: fc.constantFrom('2.5', '0', '10'),
    when: fc.option(
      fc.constantFrom(
        { input_above: 200_000 },
        { input_above: 9, threshold_inclusive: true },
        { service_tier: 'flex', region: 'eu' },
        { time_of_day: { from: '01:00', to: '04:00' } },
      ),
      { nil: undefined },
    ),
    from: fc.option(fc.constantFrom('2026-01-01', '2026-02-01'), { nil: undefined }),
    to: fc.option(fc.constantFrom('2027-01-01'), { nil: undefined }),
    status: fc.constantFrom<PriceRow['status']>('list', 'estimate'),
    source: fc.constantFrom(
      { url: 'https://a', retrieved_at: '2026-01-01' },
      { url: 'https://b', retrieved_at: '2026-01-01', note: 'n' },
    ),
  })
  .map(({ when, from, to, ...rest }): PriceRow => {
    const bare = {
      ...rest,
      per: '1000000',
      ...(when && { when }),
      ...(from && { valid_from: from }),
      ...(to && { valid_to: to }),
    };
    return { id: rowId(bare.provider, bare.match, bare), ...bare };
  });

test('packing and unpacking gives back every row', () => {
  fc.assert(
    fc.property(fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 40 }), (prices) => {
      const book: PriceBook = { book: 'b', version: '1', currency: 'USD', layer: 'catalog', prices };
      const { prices: back, ...head } = unpackCatalog(JSON.parse(JSON.stringify(packCatalog(book))));
      expect(head).toEqual({ book: 'b', version: '1', currency: 'USD', layer: 'catalog' });
      const byId = (left: PriceRow, right: PriceRow): number => (left.id < right.id ? -1 : 1);
      expect([...back].sort(byId)).toEqual([...prices].sort(byId));
    }),
  );
});

test('refuses a row that the packed form would change', () => {
  const base: PriceRow = {
    id: 'openai/m/u',
    provider: 'openai',
    match: { exact: 'm' },
    unit: 'u',
    amount: '1',
    per: '1',
    status: 'list',
    source: { url: 'u', retrieved_at: '2026-01-01' },
  };
  const pack = (changed: Partial<PriceRow>): unknown =>
    packCatalog({ book: 'b', version: '1', currency: 'USD', prices: [{ ...base, ...changed }] });
  expect(() => pack({ id: 'other' })).toThrow('other: expected the identifier openai/m/u');
  expect(() => pack({ currency: 'EUR' })).toThrow('openai/m/u: the packed catalog cannot hold currency');
  expect(() => pack({})).not.toThrow();
});
