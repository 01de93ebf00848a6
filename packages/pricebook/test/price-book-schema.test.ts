import { readFileSync } from 'node:fs';
import { defaultBooks } from '@costspan/pricebook';
import { type PriceBook, parsePriceBook } from '@costspan/pricing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const schemas = new URL('../../semconv/schemas/', import.meta.url);
const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(path, schemas), 'utf8'));
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
const validate = ajv.compile(json('price-book.schema.json'));

const fixture = json('fixtures/price-book.json');

test('the fixture is valid for the schema and for the parser', () => {
  expect(validate(fixture) || validate.errors).toBe(true);
  expect(parsePriceBook(fixture)).toMatchObject({ kind: 'ok' });
});

test('every shipped book is valid', () => {
  const files = ['corrections', 'services', 'example-roles'].map((name) => new URL(`../books/${name}.yaml`, import.meta.url));
  const books: unknown[] = [
    ...defaultBooks(),
    ...files.map((file) => parse(readFileSync(file, 'utf8'), { maxAliasCount: 1_000 })),
  ];
  for (const book of books) expect(validate(book) || validate.errors).toBe(true);
});

type Mutable = { -readonly [Key in keyof PriceBook]: PriceBook[Key] } & {
  prices: Record<string, unknown>[];
  roles: Record<string, unknown>[];
};

const mistakes: readonly (readonly [what: string, make: (book: Mutable) => unknown])[] = [
  ['no name', ({ book: _, ...rest }) => rest],
  ['a version that is a number', (book) => ({ ...book, version: 2026 })],
  ['an unknown layer', (book) => ({ ...book, layer: 'vendor' })],
  ['a currency in lower case', (book) => ({ ...book, currency: 'eur' })],
  ['an unknown key', (book) => ({ ...book, price: [] })],
  ['an amount that is a number', (book) => withRow(book, { amount: 1.05 })],
  ['an amount with an exponent', (book) => withRow(book, { amount: '1e-6' })],
  ['an amount with a comma', (book) => withRow(book, { amount: '1,05' })],
  ['a negative amount', (book) => withRow(book, { amount: '-1' })],
  ['a price of nothing', (book) => withRow(book, { per: '0' })],
  ['two matches', (book) => withRow(book, { match: { exact: 'a', prefix: 'b' } })],
  ['no match', (book) => withRow(book, { match: {} })],
  ['a status that is none', (book) => withRow(book, { status: 'free' })],
  ['a condition misspelt', (book) => withRow(book, { when: { servce_tier: 'flex' } })],
  ['an inclusive threshold without one', (book) => withRow(book, { when: { threshold_inclusive: true } })],
  ['a threshold that is text', (book) => withRow(book, { when: { input_above: '272000' } })],
  ['half a window', (book) => withRow(book, { when: { time_of_day: { from: '22:00' } } })],
  ['a time of day that is none', (book) => withRow(book, { when: { time_of_day: { from: '24:01', to: '06:00' } } })],
  ['a date in American order', (book) => withRow(book, { valid_from: '10/01/2026' })],
  ['a time with an offset', (book) => withRow(book, { valid_from: '2026-10-01T00:00:00+02:00' })],
  ['a source without a day', (book) => withRow(book, { source: { url: 'https://example.com' } })],
  ['an output limit of 0', (book) => withRow(book, { output_tokens_max: 0 })],
  ['a factor of 0', (book) => ({ ...book, modifiers: [{ id: 'm', factor: '0' }] })],
  ['a percentage above 100', (book) => ({ ...book, discounts: [{ id: 'd', percent: '101' }] })],
  ['a rate without a date', (book) => ({ ...book, fx: [{ from: 'USD', to: 'EUR', rate: '0.9', source: 'x' }] })],
  ['a limit of nothing', (book) => ({ ...book, limits: [{ provider: 'openai', match: { exact: 'gpt-5' } }] })],
  ['a role without a rate', (book) => ({ ...book, roles: [{ role: 'clerk' }] })],
  ['a role with two rates', (book) => ({ ...book, roles: [{ role: 'clerk', hourly: '1', yearly: '1', productive_hours: '1' }] })],
  ['a yearly cost without hours', (book) => ({ ...book, roles: [{ role: 'clerk', yearly: '60000' }] })],
];

const withRow = (book: Mutable, changed: Record<string, unknown>): unknown => ({
  ...book,
  prices: [{ ...book.prices[0], ...changed }],
});

test.each(mistakes)('schema and parser both refuse %s', (_what, make) => {
  const wrong = make(structuredClone(fixture) as unknown as Mutable);
  expect({ schema: validate(wrong), parser: parsePriceBook(wrong).kind }).toEqual({ schema: false, parser: 'invalid' });
});
