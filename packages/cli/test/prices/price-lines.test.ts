import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCompiledBook } from '@costspan/pricebook';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { LINE_CHARACTERS_MAX } from '../../src/prices/limits.ts';
import { priceLines } from '../../src/prices/price-lines.ts';
import { textStreams } from './run-streams.ts';

const schemas = new URL('../../../semconv/schemas/', import.meta.url);
const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(path, schemas), 'utf8'));
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true, allowUnionTypes: true });
ajv.addSchema(json('price-book.schema.json'));
ajv.addSchema(json('price-command.schema.json'));
const ID = 'https://costspan.dev/schemas/price-command.schema.json';
const isRequest = ajv.getSchema(`${ID}#/$defs/request`)!;
const isAnswer = ajv.getSchema(`${ID}#/$defs/answer`)!;
const isError = ajv.getSchema(`${ID}#/$defs/error`)!;

type Output = Record<string, unknown>;

/** Runs lines through the command; every line of output is checked against the schema on the way. */
async function ask(...lines: readonly unknown[]): Promise<readonly Output[]> {
  const streams = textStreams(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
  await priceLines(undefined, defaultCompiledBook(), streams);
  const { out, err } = await streams.end();
  expect(err).toBe('');
  const answers = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Output => JSON.parse(line));
  for (const answer of answers) {
    const isValid = 'error' in answer ? isError : isAnswer;
    expect(isValid(answer) || isValid.errors).toBe(true);
  }
  return answers;
}

const gpt = { at: '2026-10-01', provider: 'openai', model: 'gpt-5' };
const book = defaultCompiledBook();
const named = { version: book.version, sha256: book.sha256 };

test('answers with the lines, their rows and the exact sum', async () => {
  const usage = { input_text_tokens: 1_200, input_cache_read_text_tokens: 800, output_text_tokens: 350 };
  expect(await ask({ id: 'a', ...gpt, usage })).toEqual([
    {
      id: 'a',
      status: 'priced',
      complete: true,
      source: 'price_book',
      currency: 'USD',
      amount: '0.0051',
      lines: [
        {
          unit: 'input_text_tokens',
          quantity: '1200',
          price_id: 'openai/gpt-5/input_text_tokens',
          amount: '1.25',
          per: '1000000',
          cost: '0.0015',
          status: 'priced',
          layer: 'catalog',
        },
        {
          unit: 'input_cache_read_text_tokens',
          quantity: '800',
          price_id: 'openai/gpt-5/input_cache_read_text_tokens',
          amount: '0.125',
          per: '1000000',
          cost: '0.0001',
          status: 'priced',
          layer: 'catalog',
        },
        {
          unit: 'output_text_tokens',
          quantity: '350',
          price_id: 'openai/gpt-5/output_text_tokens',
          amount: '10',
          per: '1000000',
          cost: '0.0035',
          status: 'priced',
          layer: 'catalog',
        },
      ],
      reasons: [],
      book: named,
    },
  ]);
});

test('a line in error is an object with its number; the others are answered', async () => {
  const answers = await ask({ id: 1, ...gpt, usage: { output_text_tokens: 1 } }, 'not json', '', '[]', {
    id: 2,
    ...gpt,
    usage: { output_text_tokens: 2 },
  });
  expect(answers.map(({ id, line, amount }) => [id ?? line, amount])).toEqual([
    [1, '0.00001'],
    [2, undefined],
    [4, undefined],
    [2, '0.00002'],
  ]);
  expect(answers[1]).toEqual({ line: 2, error: expect.stringMatching(/^expected one JSON object per line: /) });
  expect(answers[2]).toEqual({ line: 4, error: 'the line: expected an object, found a list' });
});

test.each([
  [{ ...gpt }, 'expected exactly one of usage and raw'],
  [{ ...gpt, usage: {}, raw: { api: 'openai.chat' } }, 'expected exactly one of usage and raw'],
  [{ ...gpt, usage: [] }, 'usage: expected an object, found a list'],
  [{ ...gpt, at: undefined, usage: {} }, 'at: expected a string, found nothing'],
  [{ ...gpt, at: 1759276800, usage: {} }, 'at: expected a string, found 1759276800'],
  [
    { ...gpt, at: '2026-10-01 10:00', usage: {} },
    'at: expected a date or time like "2026-03-01" or "2026-03-01T16:30:00Z", found "2026-10-01 10:00"',
  ],
  [{ ...gpt, provider: '', usage: {} }, 'provider: expected a string, found ""'],
  [{ ...gpt, model: 5, usage: {} }, 'model: expected a string, found 5'],
  [
    { ...gpt, service_teir: 'flex', usage: {} },
    'service_teir: unknown field; expected id, at, provider, model, service_tier, region, usage, raw, book, reported_cost, declared_cost, non_billable, outcome',
  ],
  [
    { ...gpt, raw: { api: 'openai', usage: {} } },
    expect.stringMatching(/^raw\.api: expected one of ai-sdk, anthropic\.messages, .*xai\.responses, found "openai"$/),
  ],
  [{ ...gpt, raw: { api: 'openai.chat', body: {} } }, 'raw.body: unknown field; expected api, usage'],
  [{ ...gpt, usage: {}, reported_cost: 0.5 }, 'reported_cost: expected an object, found 0.5'],
  [
    { ...gpt, usage: {}, declared_cost: { amount: 0.5, currency: 'USD' } },
    'declared_cost.amount: expected a decimal string like "0.0123", found 0.5',
  ],
  [{ ...gpt, usage: {}, declared_cost: { amount: '0.5' } }, 'declared_cost.currency: expected a string, found nothing'],
  [{ ...gpt, usage: {}, outcome: 'bad' }, 'outcome: expected one of failed, refused, filtered, cancelled, found "bad"'],
  [{ ...gpt, usage: {}, non_billable: 'yes' }, 'non_billable: expected true or false, found "yes"'],
  [{ ...gpt, usage: {}, book: 'x' }, 'book: expected an object, found "x"'],
  [
    { ...gpt, usage: {}, book: { prices: [{ provider: 'p' }] } },
    'book.prices[0].match: missing; expected an object; book.prices[0].unit: missing; expected a string of 1 to 256 characters; book.prices[0].amount: missing; expected a decimal string like "2.50"; book.prices[0].per: missing; expected a decimal string above 0 like "1000000"',
  ],
])('%j is in error: %s', async (line, error) => {
  expect(await ask({ id: 'x', ...line })).toEqual([{ line: 1, id: 'x', error }]);
  expect(isRequest(line)).toBe(false);
});

test('a day that the calendar does not have is in error, though the schema cannot tell', async () => {
  expect(await ask({ ...gpt, at: '2026-02-30', usage: {} })).toEqual([
    { line: 1, error: 'at: expected a date or time like "2026-03-01" or "2026-03-01T16:30:00Z", found "2026-02-30"' },
  ]);
});

test('an id is text or a number', async () => {
  expect(await ask({ id: { a: 1 }, ...gpt, usage: {} })).toEqual([
    { line: 1, error: 'id: expected a string or number, found an object' },
  ]);
});

test('a line that is too long is in error, the next one is not', async () => {
  const long = JSON.stringify({ ...gpt, usage: {}, 'x-padding': 'x'.repeat(LINE_CHARACTERS_MAX) });
  const [first, second] = await ask(long, { id: 'next', ...gpt, usage: { output_text_tokens: 1 } });
  expect(first).toEqual({ line: 1, error: `expected at most ${LINE_CHARACTERS_MAX} characters; load large books with --book` });
  expect(second).toMatchObject({ id: 'next', status: 'priced' });
});

test.each([
  ['2026-08-20T23:59:59Z', '1'],
  ['2026-08-21', '0.8'],
  ['2026-08-21T01:00:00+02:00', '1'],
  ['2026-08-20T23:30:00-01:00', '0.8'],
  ['2026-08-20T23:59:59.999999999Z', '1'],
])('at %s 200,000 tokens of gpt-5.6-sol cost %s', async (at, amount) => {
  const line = { at, provider: 'openai', model: 'gpt-5.6-sol', usage: { input_text_tokens: 200_000 } };
  expect(await ask(line)).toMatchObject([{ status: 'priced', amount }]);
});

test('impossible counts are an answer, not an error', async () => {
  const [answer] = await ask({ ...gpt, usage: { input_text_tokens: -1, output_text_tokens: 5 } });
  expect(answer).toMatchObject({
    status: 'invalid_usage',
    complete: false,
    amount: '0',
    reasons: ['count-negative', 'other-count-invalid'],
  });
});

test('an unknown model is never free', async () => {
  expect(await ask({ ...gpt, model: 'gpt-99', usage: { input_text_tokens: 10 } })).toMatchObject([
    {
      status: 'unpriced',
      complete: false,
      amount: '0',
      lines: [{ unit: 'input_text_tokens', quantity: '10', status: 'unpriced', reason: 'model-unknown' }],
    },
  ]);
});

test('no usage is missing usage', async () => {
  expect(await ask({ ...gpt, usage: {} })).toMatchObject([
    { status: 'usage_missing', complete: false, lines: [], reasons: ['usage-missing'] },
  ]);
});

test('reads a raw usage object; what it says of its tier counts unless the line says otherwise', async () => {
  const raw = { api: 'anthropic.messages', usage: { input_tokens: 100, output_tokens: 10, service_tier: 'batch' } };
  const line = { at: '2026-10-01', provider: 'anthropic', model: 'claude-haiku-4-5', raw };
  const answers = await ask(line, { ...line, service_tier: 'standard' });
  expect(answers.map(({ amount }) => amount)).toEqual(['0.000075', '0.00015']);
});

test('bounds an estimate', async () => {
  const raw = { api: 'anthropic.messages', usage: { input_tokens: 10, output_tokens: 5, cache_creation_input_tokens: 100 } };
  expect(await ask({ at: '2026-10-01', provider: 'anthropic', model: 'claude-sonnet-4-5', raw })).toMatchObject([
    {
      status: 'estimated',
      complete: true,
      amount: '0.00048',
      low: '0.00048',
      high: '0.000705',
      reasons: ['cache-write-ttl-unknown'],
    },
  ]);
});

test('an answer of several models is one answer with the lines of all', async () => {
  const iterations = [
    { input_tokens: 100, output_tokens: 10 },
    { input_tokens: 1_000, output_tokens: 100, model: 'claude-opus-4-5' },
  ];
  const raw = { api: 'anthropic.messages', usage: { input_tokens: 100, output_tokens: 10, iterations } };
  const [answer] = await ask({ at: '2026-10-01', provider: 'anthropic', model: 'claude-haiku-4-5', raw });
  // 100 x 1 + 10 x 5, and 1000 x 5 + 100 x 25, per million.
  expect(answer).toMatchObject({ status: 'priced', complete: true, amount: '0.00765' });
  expect(answer).toMatchObject({
    lines: [
      { price_id: 'anthropic/claude-haiku-4-5*/input_text_tokens' },
      { price_id: 'anthropic/claude-haiku-4-5*/output_text_tokens' },
      { price_id: 'anthropic/claude-opus-4-5*/input_text_tokens' },
      { price_id: 'anthropic/claude-opus-4-5*/output_text_tokens' },
    ],
  });
});

test('a raw usage object that says nothing, or something impossible, is an answer with the problem', async () => {
  const line = (usage: unknown): unknown => ({ ...gpt, raw: { api: 'openai.chat', usage } });
  const impossible = { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 9 } };
  expect(await ask(line(null), line(impossible))).toMatchObject([
    { status: 'usage_missing', complete: false, lines: [], reasons: ['usage-missing'], problem: 'no-usage' },
    {
      status: 'invalid_usage',
      complete: false,
      lines: [{ unit: 'usage', quantity: '0', status: 'invalid_usage', reason: 'usage-contradictory' }],
      reasons: ['usage-contradictory'],
      problem: 'prompt_tokens_details.cached_tokens: expected at most prompt_tokens (5), found 9',
    },
  ]);
});

test('a stated cost counts where the raw usage object says nothing', async () => {
  const line = { ...gpt, raw: { api: 'openai.chat', usage: null } };
  expect(await ask({ ...line, reported_cost: '0.5' }, { ...line, declared_cost: '0.25' })).toMatchObject([
    { status: 'provider_reported', complete: true, amount: '0.5', problem: 'no-usage' },
    { status: 'declared', complete: true, amount: '0.25', problem: 'no-usage' },
  ]);
});

test('a stated cost is not divided among several models', async () => {
  const iterations = [{ input_tokens: 1 }, { input_tokens: 1, model: 'claude-opus-4-5' }].map((part) => ({
    ...part,
    output_tokens: 1,
  }));
  const raw = { api: 'anthropic.messages', usage: { input_tokens: 1, output_tokens: 1, iterations } };
  const line = { at: '2026-10-01', provider: 'anthropic', model: 'claude-haiku-4-5', raw };
  const error = 'states one cost, but raw.usage counts several parts; send a line for each part';
  expect(await ask({ ...line, reported_cost: '1' }, { ...line, declared_cost: '1' })).toEqual([
    { line: 1, error: `reported_cost: ${error}` },
    { line: 2, error: `declared_cost: ${error}` },
  ]);
});

test('an inline book replaces the loaded ones for its line alone', async () => {
  const prices = [{ provider: 'x', match: { exact: 'y' }, unit: 'widgets', amount: '1', per: '3' }];
  const line = { at: '2026-10-01', provider: 'x', model: 'y', usage: { widgets: '2.5' } };
  const [own, loaded] = await ask({ ...line, book: { prices, discounts: [{ id: 'ten', percent: '10' }] } }, line);
  expect(own).toMatchObject({
    amount: '0.75',
    lines: [
      { price_id: 'inline/0', cost: '0.833333333333333333', status: 'priced', layer: 'organisation' },
      { price_id: 'ten', kind: 'discount', cost: '-0.083333333333333333', status: 'priced' },
    ],
    book: { version: 'inline inline' },
  });
  expect(loaded).toMatchObject({ status: 'unpriced', book: named });
});

test('modifiers, roles and rates of an inline book count', async () => {
  const rates = { currency: 'EUR', fx: [{ from: 'USD', to: 'EUR', rate: '0.9', date: '2026-01-01', source: 's' }] };
  const prices = [
    { provider: 'openai', match: { prefix: 'gpt' }, unit: 'input_text_tokens', amount: '10', per: '1', currency: 'USD' },
  ];
  const modifiers = [{ id: 'half', when: { service_tier: 'flex' }, factor: '0.5' }];
  const inline = { ...rates, prices, modifiers, roles: [{ role: 'clerk', hourly: '36' }] };
  const answers = await ask(
    { ...gpt, service_tier: 'flex', usage: { input_text_tokens: 2 }, book: inline },
    { at: '2026-10-01', provider: 'human', model: 'clerk', usage: { human_ms: 1_000 }, book: inline },
  );
  expect(answers).toMatchObject([
    {
      currency: 'EUR',
      amount: '9',
      lines: [
        {
          factor: '0.5',
          cost: '9',
          native: { currency: 'USD', cost: '10', rate: '0.9', rate_date: '2026-01-01', rate_source: 's' },
        },
      ],
    },
    { currency: 'EUR', amount: '0.01' },
  ]);
});

test('a tie in an inline book is an error of its line', async () => {
  const row = { provider: 'x', match: { exact: 'y' }, unit: 'u', amount: '1', per: '1' };
  expect(await ask({ at: '2026-10-01', provider: 'x', model: 'y', usage: { u: 1 }, book: { prices: [row, row] } })).toEqual([
    { line: 1, error: 'book.prices[1]: tie between "inline/1" and "inline/0": the same match, unit, conditions and valid_from' },
  ]);
});

test('the reported cost of a router wins, and the calculated one stays beside it', async () => {
  const reported = {
    at: '2026-10-01',
    provider: 'openrouter',
    model: 'openai/gpt-5',
    usage: { input_text_tokens: 1 },
    reported_cost: '0.5',
  };
  expect(await ask(reported, { ...reported, provider: 'openai', model: 'gpt-5' })).toMatchObject([
    {
      status: 'provider_reported',
      source: 'provider',
      amount: '0.5',
      compared: { kind: 'calculated', amount: '0.00000125', difference: '0.49999875' },
    },
    {
      status: 'priced',
      source: 'price_book',
      amount: '0.00000125',
      compared: { kind: 'reported', amount: '0.5', difference: '-0.49999875' },
    },
  ]);
});

test('a declared cost is taken; a call that is not billed costs nothing and keeps its list price', async () => {
  const answers = await ask(
    { ...gpt, usage: { input_text_tokens: 8 }, declared_cost: { amount: '0.25', currency: 'USD' } },
    { ...gpt, usage: { input_text_tokens: 8 }, non_billable: true },
  );
  expect(answers).toMatchObject([
    { status: 'declared', source: 'declared', amount: '0.25' },
    { status: 'non_billable', amount: '0', compared: { kind: 'list_price', amount: '0.00001' } },
  ]);
});

test('reads a file and says how many lines failed', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'lines-')), 'in.jsonl');
  writeFileSync(file, `${JSON.stringify({ ...gpt, usage: { output_text_tokens: 1 } })}\nx\n`);
  const streams = textStreams();
  expect(await priceLines(file, book, streams)).toEqual({ answered: 1, failed: 1 });
});

test('the fixture of the schema is a request that the command answers', async () => {
  const fixture = json('fixtures/price-command.json');
  expect(isRequest(fixture) || isRequest.errors).toBe(true);
  expect(await ask(fixture)).toMatchObject([{ id: 'call-7', status: 'provider_reported', amount: '0.0031' }]);
});
