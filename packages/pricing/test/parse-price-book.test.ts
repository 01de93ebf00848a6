import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { formatIssue, parsePriceBook } from '../src/index.ts';

const problems = (value: unknown): readonly string[] => {
  const parsed = parsePriceBook(value);
  return parsed.kind === 'ok' ? [] : parsed.issues.map(formatIssue);
};

const row = {
  id: 'acme/model/requests',
  provider: 'acme',
  match: { exact: 'model' },
  unit: 'requests',
  amount: '2.50',
  per: '1000',
  status: 'list',
};
const book = (more: object = {}, ...rows: object[]): object => ({
  book: 'test',
  version: '1',
  currency: 'USD',
  prices: rows.length === 0 ? [row] : rows,
  ...more,
});

test('reads a book from YAML as it stands', () => {
  const text = `
book: acme-2026
version: "2026-03-01"
layer: contract
currency: EUR
x-owner: finance
prices:
  - id: acme/model/input
    provider: acme
    match: { prefix: model- }
    unit: input_text_tokens
    amount: "1.25"
    per: "1000000"
    valid_from: 2026-01-01
    valid_to: 2026-07-01T00:00:00Z
    when: { service_tier: batch, region: eu, input_above: 200000, threshold_inclusive: true, time_of_day: { from: "16:30", to: "00:30" } }
    status: contract
    source: { url: "https://acme.example/prices", retrieved_at: 2026-02-28 }
    output_tokens_max: 8192
    currency: CNY
modifiers:
  - { id: eu, provider: acme, match: { pattern: "*" }, when: { region: eu }, factor: "1.1", units: [input_text_tokens] }
discounts:
  - { id: ten, percent: "10", valid_from: 2026-01-01 }
fx:
  - { from: CNY, to: EUR, rate: "0.128", date: 2026-03-01, source: ECB }
fx_method: reference rate of the day
fx_days_max: 5
roles:
  - { role: reviewer, hourly: "48.00", increment_ms: 60000, default_touch_ms: 600000 }
  - { role: lawyer, yearly: "160000", productive_hours: "1600" }
limits:
  - { provider: acme, match: { exact: model-x }, output_tokens_max: 64000, input_tokens_max: 200000, valid_from: 2026-01-01 }
`;
  const parsed = parsePriceBook(parse(text));
  expect(parsed.kind).toBe('ok');
  if (parsed.kind === 'ok') {
    const { 'x-owner': _ignored, ...expected } = parse(text);
    expect(parsed.book).toEqual(expected);
  }
});

describe('says where, what was expected, what was found and what to do:', () => {
  test.each<[unknown, string]>([
    [
      book({ limits: [{ provider: 'acme', match: { exact: 'm' } }] }),
      'limits[0]: expected output_tokens_max, input_tokens_max or both',
    ],
    [
      book({ limits: [{ provider: 'acme', match: { exact: 'm' }, output_tokens_max: 0 }] }),
      'limits[0].output_tokens_max: expected a whole number from 1, found number 0',
    ],
    [book({}, { ...row, amount: 2.5 }), 'prices[0].amount: expected a decimal string like "2.50", found number 2.5; quote it'],
    [book({}, { ...row, amount: '2,50' }), 'prices[0].amount: expected a decimal string like "2.50", found text "2,50"'],
    [book({}, { ...row, amount: '-1' }), 'prices[0].amount: expected a decimal string like "2.50", found text "-1"'],
    [book({}, { ...row, amount: '1e-6' }), 'prices[0].amount: expected a decimal string like "2.50", found text "1e-6"'],
    [book({}, { ...row, per: '0' }), 'prices[0].per: expected a decimal string above 0 like "1000000", found text "0"'],
    [
      book({}, { ...row, per: 1000 }),
      'prices[0].per: expected a decimal string above 0 like "1000000", found number 1000; quote it',
    ],
    [book({ version: 1 }), 'version: expected a string of 1 to 256 characters, found number 1; quote it'],
    [book({ currency: 'usd' }), 'currency: expected an ISO 4217 code as a string, like "USD", found text "usd"'],
    [book({ layer: 'base' }), 'layer: expected one of the strings catalog, organisation, contract, override, found text "base"'],
    [
      book({}, { ...row, status: 'free' }),
      'prices[0].status: expected one of the strings list, introductory, contract, estimate, found text "free"',
    ],
    [book({}, { ...row, match: {} }), 'prices[0].match: expected exactly one of exact, prefix, pattern, found none'],
    [
      book({}, { ...row, match: { exact: 'a', prefix: 'b' } }),
      'prices[0].match: expected exactly one of exact, prefix, pattern, found exact and prefix',
    ],
    [book({}, { ...row, match: 'model' }), 'prices[0].match: expected an object, found text "model"'],
    [
      book({}, { ...row, when: { servicetier: 'flex' } }),
      'prices[0].when.servicetier: unknown key; expected service_tier, region, input_above, threshold_inclusive, time_of_day',
    ],
    [
      book({}, { ...row, when: { threshold_inclusive: true } }),
      'prices[0].when.threshold_inclusive: means nothing without input_above',
    ],
    [
      book({}, { ...row, when: { input_above: '200000' } }),
      'prices[0].when.input_above: expected a whole number from 0, found text "200000"',
    ],
    [
      book({}, { ...row, when: { time_of_day: { from: '8:00', to: '20:00' } } }),
      'prices[0].when.time_of_day.from: expected a time of day as a string, from "00:00" to "24:00", found text "8:00"',
    ],
    [
      book({}, { ...row, when: { time_of_day: { from: '08:00', to: '08:00' } } }),
      'prices[0].when.time_of_day: the window is empty; leave it out to hold all day',
    ],
    [
      book({}, { ...row, valid_from: '2026-03-01', valid_to: '2026-03-01' }),
      'prices[0].valid_to: expected a time after valid_from 2026-03-01, found 2026-03-01',
    ],
    [
      book({}, { ...row, valid_from: '01.03.2026' }),
      'prices[0].valid_from: expected a UTC date or time as a string, like "2026-03-01" or "2026-03-01T16:30:00Z", found text "01.03.2026"',
    ],
    [book({}, row, row), 'prices[1].id: expected an id that is unique in the book, found "acme/model/requests" again'],
    [book({}, { ...row, unit: '' }), 'prices[0].unit: expected a string of 1 to 256 characters, found text ""'],
    [book({ prices: {} }), 'prices: expected a list, found an object'],
    [book({ roles: [{ role: 'a' }] }), 'roles[0]: expected either hourly, or yearly with productive_hours'],
    [
      book({ roles: [{ role: 'a', hourly: '1', yearly: '2', productive_hours: '3' }] }),
      'roles[0]: expected either hourly, or yearly with productive_hours',
    ],
    [book({ roles: [{ role: 'a', yearly: '2' }] }), 'roles[0]: expected either hourly, or yearly with productive_hours'],
    [
      book({ roles: [{ role: 'a', yearly: '2', productive_hours: '0' }] }),
      'roles[0].productive_hours: expected a decimal string above 0 like "1000000", found text "0"',
    ],
    [
      book({ discounts: [{ id: 'd', percent: '101' }] }),
      'discounts[0].percent: expected a decimal string from "0" to "100", found text "101"',
    ],
    [
      book({ modifiers: [{ id: 'm', factor: '0' }] }),
      'modifiers[0].factor: expected a decimal string above 0 like "1.1", found text "0"',
    ],
    [
      book({ fx: [{ from: 'EUR', to: 'EUR', rate: '1', date: '2026-03-01', source: 'x' }] }),
      'fx[0]: expected two currencies, found EUR twice',
    ],
    [
      book({ fx: [{ from: 'EUR', to: 'USD', rate: '1.1', date: '2026-03-01T00:00:00Z', source: 'x' }] }),
      'fx[0].date: expected a date as a string, like "2026-03-01", found text "2026-03-01T00:00:00Z"',
    ],
    [null, 'the document: expected an object, found null'],
    [[], 'the document: expected an object, found a list'],
    ['prices', 'the document: expected an object, found text "prices"'],
  ])('%#', (value, message) => {
    expect(problems(value)).toEqual([message]);
  });
});

test('lists all problems at once, in the order of the book', () => {
  const broken = {
    book: 'test',
    curency: 'USD',
    prices: [{ ...row, amount: 2.5, per: 1 }, row, { id: 'b' }],
  };
  expect(problems(broken)).toEqual([
    'curency: unknown key; expected book, version, currency, layer, prices, modifiers, discounts, outcomes, fx, fx_method, fx_days_max, roles, hourly_range, limits, note',
    'version: missing; expected a string of 1 to 256 characters',
    'currency: missing; expected an ISO 4217 code as a string, like "USD"',
    'prices[0].amount: expected a decimal string like "2.50", found number 2.5; quote it',
    'prices[0].per: expected a decimal string above 0 like "1000000", found number 1; quote it',
    'prices[2].provider: missing; expected a string of 1 to 256 characters',
    'prices[2].match: missing; expected an object',
    'prices[2].unit: missing; expected a string of 1 to 256 characters',
    'prices[2].amount: missing; expected a decimal string like "2.50"',
    'prices[2].per: missing; expected a decimal string above 0 like "1000000"',
    'prices[2].status: missing; expected one of the strings list, introductory, contract, estimate',
  ]);
});

test('counts the problems it does not list', () => {
  const rows = Array.from({ length: 300 }, (_, index) => ({ ...row, id: `row ${index}`, amount: index }));
  const found = problems(book({}, ...rows));
  expect(found).toHaveLength(201);
  expect(found[200]).toBe('the document: 100 more problems, not listed');
});

test('takes a book of roles alone', () => {
  const parsed = parsePriceBook({ book: 'people', version: '1', currency: 'EUR', roles: [{ role: 'a', hourly: '40' }] });
  expect(parsed).toEqual({
    kind: 'ok',
    book: { book: 'people', version: '1', currency: 'EUR', prices: [], roles: [{ role: 'a', hourly: '40' }] },
  });
});

test('never throws, whatever it is given', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(['ok', 'invalid']).toContain(parsePriceBook(value).kind);
      expect(['ok', 'invalid']).toContain(parsePriceBook({ ...book(), prices: [value], roles: value }).kind);
    }),
  );
});

test('takes no key from the prototype of an object', () => {
  const inherited = Object.create({ ...row });
  expect(problems(book({}, inherited))).toHaveLength(7);
});
