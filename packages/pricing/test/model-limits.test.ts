import { expect, test } from 'vitest';
import { type ModelLimit, modelLimits, type PriceBook } from '../src/index.ts';
import { bookOf, compiled, noon, outputRow, problemsOf } from './support/books.ts';

const limit = (match: ModelLimit['match'], output: number | undefined, more: Partial<ModelLimit> = {}): ModelLimit => ({
  provider: 'acme',
  match,
  ...(output !== undefined && { output_tokens_max: output }),
  ...more,
});

const limitsOf = (model: string, books: readonly PriceBook[], provider = 'acme') =>
  modelLimits({ atMs: noon('2026-03-01'), provider, model }, compiled(books));

const bookWith = (limits: readonly ModelLimit[], more: Partial<PriceBook> = {}): PriceBook => bookOf([], { limits, ...more });

test('the nearest match says how large a call can be: exact, then the longest prefix, then the weightiest pattern', () => {
  const book = bookWith([
    limit({ pattern: '*model*' }, 1),
    limit({ pattern: '*model-x*' }, 2),
    limit({ prefix: 'model' }, 3),
    limit({ prefix: 'model-x' }, 4),
    limit({ exact: 'model-x-1' }, 5, { input_tokens_max: 9 }),
  ]);
  expect(limitsOf('model-x-1', [book])).toEqual({ outputTokensMax: 5, inputTokensMax: 9 });
  expect(limitsOf('model-x-2', [book])).toEqual({ outputTokensMax: 4 });
  expect(limitsOf('model-y', [book])).toEqual({ outputTokensMax: 3 });
  expect(limitsOf('a-model-x', [book])).toEqual({ outputTokensMax: 2 });
  expect(limitsOf('a-model-y', [book])).toEqual({ outputTokensMax: 1 });
});

test('each of the two comes from the nearest match that states it', () => {
  const book = bookWith([limit({ prefix: 'mod' }, undefined, { input_tokens_max: 100 }), limit({ exact: 'model' }, 7)]);
  expect(limitsOf('model', [book])).toEqual({ outputTokensMax: 7, inputTokensMax: 100 });
});

test('a higher layer wins over a nearer match', () => {
  const catalog = bookWith([limit({ exact: 'model' }, 128_000)], { layer: 'catalog' });
  const contract = bookWith([limit({ prefix: 'm' }, 4_000)], { layer: 'contract' });
  expect(limitsOf('model', [catalog, contract])).toEqual({ outputTokensMax: 4_000 });
});

test('names are those of prices: other names of a provider, upper case, snapshots, Bedrock profiles, fine-tunes', () => {
  const book = bookWith([
    limit({ exact: 'gpt-4o' }, 16_384, { provider: 'openai' }),
    limit({ exact: 'anthropic.claude-x-v1:0' }, 64_000, { provider: 'aws' }),
  ]);
  expect(limitsOf('GPT-4o', [book], 'openai')).toEqual({ outputTokensMax: 16_384 });
  expect(limitsOf('gpt-4o-2099-01-01', [book], 'openai')).toEqual({ outputTokensMax: 16_384, reason: 'snapshot-unknown' });
  expect(limitsOf('us.anthropic.claude-x-v1:0', [book], 'aws.bedrock')).toEqual({ outputTokensMax: 64_000 });
  expect(limitsOf('ft:gpt-4o:acme::1', [book], 'openai')).toEqual({});
  expect(limitsOf('gpt-4o', [book], 'azure.ai.openai')).toEqual({});
  expect(limitsOf('gpt-4o', [book], 'nobody')).toEqual({});
  expect(limitsOf('g'.repeat(300), [book], 'openai')).toEqual({});
});

test('limits are dated like prices', () => {
  const book = bookWith([
    limit({ exact: 'model' }, 4_096, { valid_to: '2026-03-01' }),
    limit({ exact: 'model' }, 8_192, { valid_from: '2026-03-01', valid_to: '2026-04-01' }),
  ]);
  const at = (date: string) => modelLimits({ atMs: noon(date), provider: 'acme', model: 'model' }, compiled([book]));
  expect([at('2026-02-28'), at('2026-03-01'), at('2026-04-01')]).toEqual([
    { outputTokensMax: 4_096 },
    { outputTokensMax: 8_192 },
    {},
  ]);
});

test('a price row may say it by the way', () => {
  expect(limitsOf('model', [bookOf([outputRow('15', { output_tokens_max: 64_000 })])])).toEqual({ outputTokensMax: 64_000 });
});

test('of two patterns of the same weight the larger is taken: a bound must not be too low', () => {
  const book = bookWith([limit({ pattern: '*mode*' }, 10), limit({ pattern: '*odel*' }, 20)]);
  expect(limitsOf('model', [book])).toEqual({ outputTokensMax: 20 });
});

test('a model known only by its limits has no price', () => {
  const book = compiled([bookWith([limit({ exact: 'model' }, 10)])]);
  expect(book.providers).toEqual([]);
});

test('two limits for one match and time are a problem', () => {
  const twice = bookWith([limit({ exact: 'model' }, 10), limit({ exact: 'MODEL' }, 20)]);
  expect(problemsOf([twice])).toEqual([
    'book 0: limits[1]: expected one limit for acme/model at any time, found a second one of the same layer; end one of them with valid_to',
  ]);
});
