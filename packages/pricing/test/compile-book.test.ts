import { describe, expect, test } from 'vitest';
import { compileBook, formatIssue, type PriceBook, type PriceRow } from '../src/index.ts';
import { bookOf, compiled, perMillion, problemsOf } from './support/books.ts';

const row = (id: string, more: Partial<PriceRow> = {}): PriceRow => ({
  ...perMillion('model', 'input_text_tokens', '1'),
  id,
  ...more,
});
const tie = (b: string, a: string, why: string): string =>
  `book 0: prices[1]: tie between ${JSON.stringify(b)} and ${JSON.stringify(a)}: ${why}`;
const same = 'the same match, unit, conditions and valid_from';
const both = 'different conditions that may hold together; add a row that has both';

describe('a tie is a problem, never a guess:', () => {
  test.each<[string, Partial<PriceRow>, Partial<PriceRow>, string | undefined]>([
    ['the same row twice', {}, {}, same],
    ['the same price twice', { amount: '1' }, { amount: '1' }, same],
    ['two exact names that differ in case', {}, { match: { exact: 'MODEL' } }, same],
    ['a later start wins', {}, { valid_from: '2026-01-01' }, undefined],
    ['the same start', { valid_from: '2026-01-01' }, { valid_from: '2026-01-01T00:00:00Z' }, same],
    ['one ends as the other starts', { valid_to: '2026-01-01' }, { valid_from: '2026-01-01' }, undefined],
    ['more conditions win', {}, { when: { region: 'eu' } }, undefined],
    ['different tiers never hold together', { when: { service_tier: 'flex' } }, { when: { service_tier: 'batch' } }, undefined],
    ['two names of the standard tier', { when: { service_tier: 'default' } }, {}, same],
    ['different regions never hold together', { when: { region: 'eu' } }, { when: { region: 'us' } }, undefined],
    ['the higher threshold wins', { when: { input_above: 128_000 } }, { when: { input_above: 256_000 } }, undefined],
    ['the same threshold', { when: { input_above: 128_000 } }, { when: { input_above: 128_000 } }, same],
    ['a region and a threshold', { when: { region: 'eu' } }, { when: { input_above: 128_000 } }, both],
    [
      'a region and a threshold at different times',
      { when: { region: 'eu' }, valid_to: '2026-01-01' },
      { when: { input_above: 128_000 }, valid_from: '2026-01-01' },
      undefined,
    ],
    [
      'windows that meet over midnight',
      { when: { time_of_day: { from: '22:00', to: '02:00' } } },
      { when: { time_of_day: { from: '01:00', to: '05:00' } } },
      same,
    ],
    [
      'windows that follow each other',
      { when: { time_of_day: { from: '22:00', to: '02:00' } } },
      { when: { time_of_day: { from: '02:00', to: '22:00' } } },
      undefined,
    ],
    ['different units', {}, { unit: 'output_text_tokens' }, undefined],
    ['different providers', {}, { provider: 'other' }, undefined],
    ['two names of one provider', { provider: 'aws.bedrock' }, { provider: 'aws' }, same],
    ['exact and prefix', {}, { match: { prefix: 'model' } }, undefined],
    ['a longer prefix wins', { match: { prefix: 'mod' } }, { match: { prefix: 'mode' } }, undefined],
    ['a weightier pattern wins', { match: { pattern: '*mod*' } }, { match: { pattern: '*mode*' } }, undefined],
    ['patterns of one weight that overlap', { match: { pattern: '*mode' } }, { match: { pattern: 'mode*' } }, same],
    ['patterns of one weight that do not', { match: { pattern: '*moda' } }, { match: { pattern: 'mode*' } }, undefined],
    ['a digit is a character', { match: { pattern: 'm#' } }, { match: { pattern: 'm?' } }, same],
  ])('%s', (_name, a, b, why) => {
    expect(problemsOf([bookOf([row('a', a), row('b', b)])])).toEqual(why === undefined ? [] : [tie('b', 'a', why)]);
  });

  test('a row with both conditions decides between rows with one of them', () => {
    const rows = [
      row('region', { when: { region: 'eu' } }),
      row('long', { when: { input_above: 128_000 } }),
      row('both', { when: { region: 'eu', input_above: 128_000 } }),
    ];
    expect(problemsOf([bookOf(rows)])).toEqual([]);
  });

  test('a row with both conditions that ends too early does not', () => {
    const rows = [
      row('region', { when: { region: 'eu' } }),
      row('long', { when: { input_above: 128_000 } }),
      row('both', { when: { region: 'eu', input_above: 128_000 }, valid_to: '2026-01-01' }),
    ];
    expect(problemsOf([bookOf(rows)])).toEqual([tie('long', 'region', both)]);
  });

  test('between books of one layer too, told at the later one', () => {
    const books = [bookOf([row('a')]), bookOf([row('b')], { book: 'second' })];
    expect(problemsOf(books)).toEqual([`book 1: prices[0]: tie between "b" and "a": ${same}`]);
  });

  test('but not between layers', () => {
    expect(problemsOf([bookOf([row('a')], { layer: 'catalog' }), bookOf([row('a')], { layer: 'contract' })])).toEqual([]);
  });

  test('between two rates of a role', () => {
    const roles = [
      { role: 'reviewer', hourly: '40' },
      { role: 'Reviewer', hourly: '50' },
    ];
    expect(problemsOf([bookOf([], { roles })])).toEqual([
      `book 0: roles[1]: tie between "human/Reviewer" and "human/reviewer": ${same}`,
    ]);
  });

  test('between two exchange rates of one day, unless they agree', () => {
    const fx = (...rates: string[]): PriceBook =>
      bookOf([], { fx: rates.map((rate) => ({ from: 'EUR', to: 'USD', rate, date: '2026-03-01', source: 'test' })) });
    expect(problemsOf([fx('1.1', '1.2')])).toEqual(['book 0: fx[1]: tie: 1.2 and 1.1 are both the rate of 2026-03-01']);
    expect(problemsOf([fx('1.1', '1.1')])).toEqual([]);
  });
});

test('all problems of all books come at once', () => {
  const books = [bookOf([row('a'), row('b')]), bookOf([row('c', { provider: 'other' }), row('d', { provider: 'other' })])];
  expect(problemsOf(books).map((problem) => problem.slice(0, 22))).toEqual(['book 0: prices[1]: tie', 'book 1: prices[1]: tie']);
});

test('too many rows of one match are refused, because all pairs of them are checked', () => {
  const rows = Array.from({ length: 2_001 }, (_, index) => row(`row ${index}`, { unit: `unit_${index}` }));
  expect(problemsOf([bookOf(rows)])).toEqual([
    'book 0: prices[2000]: expected at most 2000 rows for one match, found 2001; split the match',
  ]);
});

test('too many patterns of one provider are refused too', () => {
  const rows = Array.from({ length: 2_001 }, (_, index) => row(`row ${index}`, { match: { pattern: `*${index}*` } }));
  expect(problemsOf([bookOf(rows)])).toEqual([
    'book 0: prices[2000]: expected at most 2000 patterns of acme, found 2001; use exact names or prefixes',
  ]);
});

test('a compiled book names itself', () => {
  const book = compiled([bookOf([row('a', { provider: 'gcp.vertex_ai' })], { roles: [{ role: 'r', hourly: '40' }] })]);
  expect({ ...book }).toMatchObject({
    version: 'test 1',
    sha256: 'ab'.repeat(32),
    currency: 'USD',
    rowCount: 2,
    providers: ['google', 'human'],
  });
});

test('the reporting currency is that of the first book unless said otherwise', () => {
  const euro = bookOf([], { currency: 'EUR' });
  expect(compiled([]).currency).toBe('USD');
  expect(compiled([euro]).currency).toBe('EUR');
  expect(compiled([euro], { currency: 'CHF' }).currency).toBe('CHF');
});

describe('warns of', () => {
  const warnings = (books: readonly PriceBook[], options: object = {}): readonly string[] => {
    const result = compileBook(books, { version: '1', sha256: '', ...options });
    return result.kind === 'ok' ? result.warnings.map((issue) => `book ${issue.bookIndex}: ${formatIssue(issue)}`) : ['invalid'];
  };
  const people = (role: object, currency = 'USD'): PriceBook => bookOf([], { currency, roles: [{ role: 'lawyer', ...role }] });

  test('an hourly rate outside the usual range', () => {
    const advice = 'check the rate, yearly cost and productive hours';
    expect(warnings([people({ hourly: '6.99' })])).toEqual([
      `book 0: roles[0]: role lawyer costs 6.99 an hour, outside 7 to 500; ${advice}`,
    ]);
    expect(warnings([people({ yearly: '160000', productive_hours: '160' })])).toEqual([
      `book 0: roles[0]: role lawyer costs 1000 an hour, outside 7 to 500; ${advice}`,
    ]);
    expect(warnings([people({ hourly: '7' })])).toEqual([]);
    expect(warnings([people({ yearly: '800000', productive_hours: '1600' })])).toEqual([]);
  });

  test('or outside the range its book states', () => {
    const within = (low: string, high: string, hourly: string): PriceBook => ({
      ...people({ hourly }),
      hourly_range: { low, high },
    });
    expect(warnings([within('50', '60', '48')])).toHaveLength(1);
    expect(warnings([within('5', '60', '6.99')])).toEqual([]);
  });

  test('but knows no usual range in every currency', () => {
    expect(warnings([people({ hourly: '6000' }, 'JPY')])).toEqual([]);
  });

  test('prices that no exchange rate reaches', () => {
    const books = [bookOf([row('a'), row('b', { unit: 'requests', currency: 'CNY' })])];
    expect(warnings(books, { currency: 'EUR' })).toEqual([
      'book 0: currency: prices in CNY have no rate into EUR and stay unpriced: no-fx; add fx rows from CNY to EUR',
      'book 0: currency: prices in USD have no rate into EUR and stay unpriced: no-fx; add fx rows from USD to EUR',
    ]);
  });
});
