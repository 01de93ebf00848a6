import { readFileSync } from 'node:fs';
import { importGenaiPrices, updateCatalog } from '@costspan/pricebook/import';
import { type CompiledBook, compileBook, price } from '@costspan/pricing';
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import { expect, test } from 'vitest';
import { readUpstreamCatalog } from '../../src/import/upstream-catalog.ts';
import { matchText, ruleMatches } from '../../src/import/upstream-match.ts';

const release = { version: '0.1.8', releasedAt: '2026-09-23' };
const data = await waitForUpdate();
const result = importGenaiPrices(data, release);
if (result.kind === 'refused') throw new Error(result.problems.join('\n'));
const { book, report } = result;

/** The pin: this data and no other was imported. A new release is a new import, read by a person. */
const PINNED_SHA256 = '01c0c2a4737baac9128a4acd03049920cb7712b7f58e2e7d15534686f413db8c';

test('the installed package is the pinned one', () => {
  expect(report.sha256).toBe(PINNED_SHA256);
  expect(book.note).toBe(`@pydantic/genai-prices 0.1.8, MIT, data sha256 ${PINNED_SHA256}`);
});

test('the published catalog is what the pinned package says', () => {
  const published = JSON.parse(readFileSync(new URL('../../catalog/genai-prices.json', import.meta.url), 'utf8'));
  const { book: updated, added, changed, vanished, doubts } = updateCatalog(published, book, release.releasedAt);
  expect({ added, changed, vanished, doubts }).toEqual({ added: [], changed: [], vanished: [], doubts: [] });
  expect(updated).toEqual(published);
});

test('says what it leaves out', () => {
  expect(report.leftOut.map((rule) => rule.split(':')[0])).toEqual(['google/gemini-2.5-flash-lite', 'google/gemini-2.5-pro']);
  expect([report.providers, report.models, report.withoutPrice.length]).toEqual([43, 1694, 163]);
  expect(report.withoutPrice).toContain('openai/moderation');
});

const compile = (): CompiledBook => {
  const compiled = compileBook([book], { version: 'v', sha256: 's' });
  if (compiled.kind === 'invalid') throw new Error(compiled.issues[0]?.message);
  return compiled.book;
};

/** Where our rows differ from upstream on purpose: corrections that the import makes, each with its own test. */
const isCorrected = (provider: string, inputTokens: number): boolean => provider === 'openai' && inputTokens === 272_000;

// Upstream counts input with all caches and output with reasoning; we count disjoint parts of the same call.
const calls = [1_000, 199_999, 200_000, 200_001, 272_000, 272_001, 600_000].map((input) => ({
  theirs: {
    input_tokens: input,
    cache_read_tokens: 400,
    cache_write_tokens: 100,
    output_tokens: 300,
    output_reasoning_tokens: 50,
  },
  ours: {
    input_text_tokens: input - 500,
    input_cache_read_text_tokens: 400,
    input_cache_write_5m_tokens: 100,
    output_text_tokens: 250,
    output_reasoning_tokens: 50,
  },
}));
const days = [
  '2025-01-01',
  '2026-03-12T23:59:59Z',
  '2026-03-13',
  '2026-08-21',
  '2026-10-01T02:30:00Z',
  '2027-06-01T12:00:00Z',
].map((day) => new Date(day));

test('prices every model as the package itself does, at every tier, date and hour', () => {
  const compiled = compile();
  const { providers } = readUpstreamCatalog(data);
  const wrong: string[] = [];
  let compared = 0;
  for (const provider of providers) {
    for (const model of provider.models) {
      const [match] = ruleMatches(model.rule).matches;
      const keys = new Set(model.prices.flatMap(({ prices }) => [...prices.keys()]));
      if (match === undefined || !keys.has('input_mtok')) continue;
      const name = matchText(match).replaceAll('*', '').replaceAll('#', '0');
      for (const timestamp of days) {
        for (const { theirs, ours } of calls) {
          const expected = calcPrice(theirs, name, { providerId: provider.id, timestamp });
          const receipt = price({ atMs: timestamp.getTime(), provider: provider.id, model: name, usage: ours }, compiled);
          // A flat fee per request is in their sum whatever the usage says; an output without a price is free there.
          const perRequest = keys.has('requests_kcount')
            ? price({ atMs: timestamp.getTime(), provider: provider.id, model: name, usage: { requests: 1 } }, compiled).amount
            : '0';
          if (expected === null || isCorrected(provider.id, theirs.input_tokens)) continue;
          compared += 1;
          const amount = Number(receipt.amount) + Number(perRequest);
          if (Math.abs(amount - expected.total_price) > 1e-9 * Math.max(1, expected.total_price)) {
            wrong.push(
              `${provider.id}/${name} ${timestamp.toISOString()} ${theirs.input_tokens}: ${amount} not ${expected.total_price}`,
            );
          }
        }
      }
    }
  }
  expect(wrong.slice(0, 20)).toEqual([]);
  expect(compared).toBeGreaterThan(55_000);
}, 240_000);

test.each([
  ['azure', 'gpt-4o'],
  ['azure', 'gpt-5.4-mini'],
  ['azure', 'claude-sonnet-4-5'],
  ['azure', 'o4-mini-deep-research'],
  ['google', 'claude-haiku-4-5@20251001'],
])('%s bills %s at the price of its maker, as an estimate where it lists none of its own', (biller, model) => {
  const { theirs, ours } = calls[0]!;
  const timestamp = new Date('2026-10-01');
  const receipt = price({ atMs: timestamp.getTime(), provider: biller, model, usage: ours }, compile());
  const expected = calcPrice(theirs, model, { providerId: biller, timestamp })?.total_price ?? Number.NaN;
  expect(Math.abs(Number(receipt.amount) - expected)).toBeLessThan(1e-9);
  expect(receipt.complete).toBe(true);
  expect(receipt.status).toBe('estimated');
});

test.each([
  ['gpt-5.4', '2026-10-01', 272_000, '0.68'],
  ['gpt-5.4', '2026-10-01', 272_001, '1.360005'],
  ['gpt-6-sol', '2026-10-01', 272_000, '0.544'],
])('the boundary of %s is strict, as its own page says', (model, day, input, amount) => {
  const receipt = price({ atMs: Date.parse(day), provider: 'openai', model, usage: { input_text_tokens: input } }, compile());
  expect(receipt.amount).toBe(amount);
});

test('grok pays the long-context rate from exactly 200,000 tokens on, as upstream says', () => {
  const at = (input: number): string | undefined =>
    price({ atMs: Date.parse('2026-10-01'), provider: 'x-ai', model: 'grok-4.3', usage: { input_text_tokens: input } }, compile())
      .lines[0]?.amount;
  expect([at(199_999), at(200_000)]).toEqual(['1.25', '2.5']);
  expect(book.prices.find(({ id }) => id === 'x-ai/grok-4.3/input_text_tokens~above-200000')?.when).toEqual({
    input_above: 200_000,
    threshold_inclusive: true,
  });
});

const provider = (model: object): unknown => [
  { id: 'p', name: 'P', pricing_urls: ['https://p'], api_pattern: 'x', models: [{ id: 'm', match: { equals: 'm' }, ...model }] },
];

test.each([
  [{ prices: { input_gtok: 1 } }, 'p/m: prices.input_gtok: unknown unit'],
  [{ prices: { input_mtok: 1 }, region: 'eu' }, 'p/m: unknown key "region"'],
  [{ prices: { input_mtok: '1' } }, 'p/m: prices.input_mtok: expected a price or tiers, found "1"'],
  [{ prices: { input_mtok: -1 } }, 'p/m: prices.input_mtok: expected a price or tiers, found -1'],
  [
    { prices: { input_mtok: { base: 1, tiers: [{ start: 1, price: 2, unit: 'k' }] } } },
    'p/m: prices.input_mtok: expected a price or tiers, found {"base":1,"tiers":[{"start":1,"price":2,"unit":"k"}]}',
  ],
  [
    { prices: [{ prices: { input_mtok: 1 } }, { prices: { input_mtok: 1 }, constraint: { type: 'weekday', days: [1] } }] },
    'p/m: prices: unknown condition {"type":"weekday","days":[1]}',
  ],
  [
    {
      prices: [
        { prices: { input_mtok: 1 } },
        { prices: { input_mtok: 2 }, constraint: { type: 'time_of_date', start_time: '01:00:30Z', end_time: '02:00:00Z' } },
      ],
    },
    'p/m: prices: unknown condition {"type":"time_of_date","start_time":"01:00:30Z","end_time":"02:00:00Z"}',
  ],
  [
    { prices: [{ prices: { input_mtok: 1 }, constraint: { type: 'start_date', start_date: '2026-01-01' } }] },
    'p/m: prices: expected a first entry without condition',
  ],
  [{ prices: { audio_hours: 1, input_audio_hours: 2 } }, 'p/m: prices.input_audio_hours: expected the price of audio_hours'],
  [{ match: { like: 'm' }, prices: { input_mtok: 1 } }, 'p/m: unknown match rule {"like":"m"}'],
])('refuses the whole catalog for %j', (model, problem) => {
  expect(importGenaiPrices(provider(model), release)).toEqual({ kind: 'refused', problems: [problem] });
});

test('refuses what is no catalog, and lists every problem', () => {
  expect(importGenaiPrices({}, release)).toEqual({
    kind: 'refused',
    problems: ['expected a list of providers; is this the data of @pydantic/genai-prices?'],
  });
  expect(importGenaiPrices(provider({ prices: { a: 1, b: 2 } }), release)).toEqual({
    kind: 'refused',
    problems: ['p/m: prices.a: unknown unit', 'p/m: prices.b: unknown unit'],
  });
});

test('two models that claim one name are refused', () => {
  const model = { id: 'm', match: { equals: 'same' }, prices: { input_mtok: 1 } };
  const both = [{ id: 'p', pricing_urls: ['https://p'], models: [model, { ...model, id: 'n' }] }];
  expect(importGenaiPrices(both, release)).toEqual({
    kind: 'refused',
    problems: ['p/same/input_text_tokens: expected one row, found two'],
  });
});

test('a dated entry ends the one before it', () => {
  const dated = { constraint: { type: 'start_date', start_date: '2026-08-01' }, prices: { input_mtok: 2 } };
  const imported = importGenaiPrices(
    provider({ prices: [{ prices: { input_mtok: 1, web_searches_kcount: 10 } }, dated] }),
    release,
  );
  expect(
    imported.kind === 'ok' &&
      imported.book.prices.map(({ id, amount, per, valid_from, valid_to }) => ({ id, amount, per, valid_from, valid_to })),
  ).toEqual([
    { id: 'p/m/input_text_tokens', amount: '1', per: '1000000', valid_from: undefined, valid_to: '2026-08-01' },
    { id: 'p/m/input_text_tokens@2026-08-01', amount: '2', per: '1000000', valid_from: '2026-08-01', valid_to: undefined },
    { id: 'p/m/web_searches', amount: '10', per: '1000', valid_from: undefined, valid_to: '2026-08-01' },
  ]);
});
