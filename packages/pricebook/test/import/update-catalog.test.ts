import { updateCatalog } from '@costspan/pricebook/import';
import type { PriceBook, PriceRow } from '@costspan/pricing';
import { expect, test } from 'vitest';
import { rowId } from '../../src/import/row-id.ts';

type Price = readonly [amount: string, from?: string | undefined, to?: string];

const series = (name: string, prices: readonly Price[], provider = 'p'): readonly PriceRow[] =>
  prices.map(([amount, from, to]) => {
    const match = { exact: name };
    const dated = { unit: 'u', ...(from !== undefined && { valid_from: from }) };
    return {
      id: rowId(provider, match, dated),
      provider,
      match,
      ...dated,
      amount,
      per: '1',
      ...(to !== undefined && { valid_to: to }),
      status: 'list',
    };
  });

const book = (...rows: readonly (readonly PriceRow[])[]): PriceBook => ({
  book: 'c',
  version: '1',
  layer: 'catalog',
  currency: 'USD',
  prices: rows.flat(),
});

const D = '2026-09-01';

const cases: readonly (readonly [
  what: string,
  published: readonly Price[],
  current: readonly Price[],
  merged: readonly Price[],
])[] = [
  ['an unchanged price stays one row', [['1']], [['1']], [['1']]],
  [
    'a changed price ends, the new one starts that day',
    [['1']],
    [['2']],
    [
      ['1', undefined, D],
      ['2', D],
    ],
  ],
  ['a price that vanished ends that day', [['1']], [], [['1', undefined, D]]],
  ['a new price has no beginning that we know of', [], [['1']], [['1']]],
  [
    'a change that upstream dates holds from its date',
    [['1']],
    [
      ['1', undefined, '2026-07-01'],
      ['2', '2026-07-01'],
    ],
    [
      ['1', undefined, '2026-07-01'],
      ['2', '2026-07-01'],
    ],
  ],
  [
    'a change upstream announces is taken as announced',
    [['1']],
    [
      ['1', undefined, '2027-01-01'],
      ['2', '2027-01-01'],
    ],
    [
      ['1', undefined, '2027-01-01'],
      ['2', '2027-01-01'],
    ],
  ],
  [
    'an announced change that is called off leaves one row',
    [
      ['1', undefined, '2027-01-01'],
      ['2', '2027-01-01'],
    ],
    [['1']],
    [['1']],
  ],
  [
    'history that upstream forgets is kept',
    [
      ['1', undefined, '2026-05-01'],
      ['2', '2026-05-01'],
    ],
    [['2']],
    [
      ['1', undefined, '2026-05-01'],
      ['2', '2026-05-01'],
    ],
  ],
  [
    'a price that comes back leaves a gap',
    [['1', undefined, '2026-05-01']],
    [['1']],
    [
      ['1', undefined, '2026-05-01'],
      ['1', D],
    ],
  ],
  ['what ended stays ended', [['1', undefined, '2026-05-01']], [], [['1', undefined, '2026-05-01']]],
];

test.each(cases)('%s', (_what, published, current, merged) => {
  const update = updateCatalog(book(series('m', published)), book(series('m', current)), D);
  expect(update.book.prices).toEqual(series('m', merged));
});

test.each(cases)('and a second update with the same data changes nothing: %s', (_what, published, current) => {
  const once = updateCatalog(book(series('m', published)), book(series('m', current)), D).book;
  const twice = updateCatalog(once, book(series('m', current)), '2026-10-01');
  expect(twice.book).toEqual(once);
  expect([twice.added, twice.changed, twice.vanished]).toEqual([[], [], []]);
});

test('a row keeps its first source while its price stands', () => {
  const sourced = (at: string): PriceBook =>
    book(series('m', [['1']]).map((row) => ({ ...row, source: { url: 'u', retrieved_at: at } })));
  expect(updateCatalog(sourced('2026-01-01'), sourced(D), D).book.prices[0]?.source?.retrieved_at).toBe('2026-01-01');
});

test('lists what is new, changed and gone on the day', () => {
  const update = updateCatalog(
    book(series('a', [['1']]), series('b', [['1']]), series('c', [['4']])),
    book(series('b', [['2']]), series('c', [['4']]), series('d', [['3']])),
    D,
  );
  expect({ added: update.added, changed: update.changed, vanished: update.vanished, doubts: update.doubts }).toEqual({
    added: [{ price: 'p/d/u', after: { amount: '3', per: '1' } }],
    changed: [{ price: 'p/b/u', before: { amount: '1', per: '1' }, after: { amount: '2', per: '1' } }],
    vanished: [{ price: 'p/a/u', before: { amount: '1', per: '1' } }],
    doubts: [],
  });
});

test.each([
  ['1', '3', []],
  ['1', '3.01', ['p/m/u: changes from 1 to 3.01 per 1, by more than a factor of 3']],
  ['3', '1', []],
  ['3.1', '1', ['p/m/u: changes from 3.1 to 1 per 1, by more than a factor of 3']],
  ['0', '1', ['p/m/u: changes from 0 to 1 per 1, by more than a factor of 3']],
  ['1', '0', ['p/m/u: changes from 1 to 0 per 1, by more than a factor of 3']],
])('from %s to %s a person looks at %j', (before, after, doubts) => {
  expect(updateCatalog(book(series('m', [[before]])), book(series('m', [[after]])), D).doubts).toEqual(doubts);
});

test('a provider of which nothing is left is a doubt, once', () => {
  const before = book(series('m', [['1']]), series('x', [['1']], 'q'), series('y', [['1']], 'q'));
  const after = book(series('m', [['1']]));
  const update = updateCatalog(before, after, D);
  expect(update.doubts).toEqual(['q: all prices of this provider are gone (2 names)']);
  expect(updateCatalog(update.book, after, '2026-10-01').doubts).toEqual([]);
});
