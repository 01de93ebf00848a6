import { BOOK_BYTES_MAX, formatBookIssue, loadBookText } from '@costspan/pricebook';
import { expect, test } from 'vitest';

const good = `
book: acme
version: "1"
currency: EUR
x-sources:
  - &page { url: "https://example.com/prices", retrieved_at: "2026-11-01" }
prices:
  - { id: a, provider: acme, match: { exact: m }, unit: u, amount: "2.50", per: "1000", status: contract, source: *page }
`;

const goodBook = {
  book: 'acme',
  version: '1',
  currency: 'EUR',
  prices: [
    {
      id: 'a',
      provider: 'acme',
      match: { exact: 'm' },
      unit: 'u',
      amount: '2.50',
      per: '1000',
      status: 'contract',
      source: { url: 'https://example.com/prices', retrieved_at: '2026-11-01' },
    },
  ],
};

test('reads YAML, and the same book as JSON', async () => {
  expect(await loadBookText(good, 'acme.yaml')).toEqual({ kind: 'ok', book: goodBook });
  expect(await loadBookText(JSON.stringify(goodBook), 'acme.json')).toEqual({ kind: 'ok', book: goodBook });
});

const problems = async (text: string): Promise<readonly string[]> => {
  const loaded = await loadBookText(text, 'f.yaml');
  return loaded.kind === 'ok' ? [] : loaded.issues.map(formatBookIssue);
};

test('reports every problem at once, in order of lines, at the value', async () => {
  const text = [
    'book: acme',
    'version: 2',
    'currency: EUR',
    'prices:',
    '  - id: a',
    '    provider: acme',
    '    match: { exact: m }',
    '    unit: u',
    '    amount: 2.5',
    '    per: "1000"',
    '    status: free',
    '    when: { servce_tier: batch }',
    'discounts: none',
    '',
  ].join('\n');
  expect(await problems(text)).toEqual([
    'f.yaml:2:10: version: expected a string of 1 to 256 characters, found number 2; quote it',
    'f.yaml:9:13: prices[0].amount: expected a decimal string like "2.50", found number 2.5; quote it',
    'f.yaml:11:13: prices[0].status: expected one of the strings list, introductory, contract, estimate, found text "free"',
    'f.yaml:12:26: prices[0].when.servce_tier: unknown key; expected service_tier, region, input_above, threshold_inclusive, time_of_day',
    'f.yaml:13:12: discounts: expected a list, found text "none"',
  ]);
});

test('points at the row when a field is missing', async () => {
  const text =
    'book: a\nversion: "1"\ncurrency: EUR\nprices:\n  - provider: acme\n    match: { exact: m }\n    unit: u\n    amount: "1"\n    per: "1"\n    status: list\n';
  expect(await problems(text)).toEqual(['f.yaml:5:5: prices[0].id: missing; expected a string of 1 to 256 characters']);
});

test('gives the line of a problem in JSON too', async () => {
  const text = '{\n  "book": "a",\n  "version": "1",\n  "currency": "euro"\n}';
  expect(await problems(text)).toEqual([
    'f.yaml:4:15: currency: expected an ISO 4217 code as a string, like "USD", found text "euro"',
  ]);
});

test.each([
  ['book: [', 'f.yaml:1:8: broken YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  ['book: a\nbook: b\n', 'f.yaml:2:1: broken YAML: Map keys must be unique'],
  ['book: a\n\tversion: "1"\n', 'f.yaml:2:1: broken YAML: Tabs are not allowed as indentation'],
  ['{"book": "a",', 'f.yaml:1:14: broken YAML: Flow map must end with a }'],
  ['a: *nowhere\n', 'f.yaml:1:4: broken YAML: no anchor named nowhere before this alias'],
  ['', 'f.yaml:1:1: expected an object, found null'],
])('broken text %j is one clear error', async (text, message) => {
  const found = await problems(text);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(message);
});

test('a key named twice is refused in JSON as in YAML: of two amounts none is the price', async () => {
  const json = JSON.stringify(goodBook).replace('"amount":"2.50"', '"amount":"2.50","amount":"25.0"');
  expect(await problems(json)).toEqual(['f.yaml:1:134: broken YAML: Map keys must be unique']);
});

test('an alias bomb is refused, not expanded', async () => {
  const lists = Array.from(
    { length: 12 },
    (_, level) =>
      `l${level}: &l${level} [${Array.from({ length: 10 }, () => (level === 0 ? 'x' : `*l${level - 1}`)).join(', ')}]`,
  );
  expect(await problems(lists.join('\n'))).toEqual([
    'f.yaml:1:1: broken YAML: Excessive alias count indicates a resource exhaustion attack',
  ]);
});

test('a text beyond the limit is refused before it is read', async () => {
  const found = await problems(' '.repeat(BOOK_BYTES_MAX + 1));
  expect(found).toEqual([
    `f.yaml:1:1: expected at most ${BOOK_BYTES_MAX} characters, found ${BOOK_BYTES_MAX + 1}; split the book`,
  ]);
});
