import { expect, test } from 'vitest';
import { read, usageOf } from './read.ts';

const span = (type: string, details: unknown) => ({
  scope: 'langfuse-sdk',
  attributes: {
    'langfuse.observation.type': type,
    'langfuse.observation.model.name': 'gpt-5',
    'langfuse.observation.usage_details': typeof details === 'string' ? details : JSON.stringify(details),
  },
});

test('its counts are disjoint already', () => {
  const generation = span('generation', {
    input: 86,
    input_cached_tokens: 1920,
    output: 44,
    output_reasoning_tokens: 256,
    total: 2306,
  });
  expect(usageOf(generation)).toEqual([
    { input_text_tokens: 86, input_cache_read_text_tokens: 1920, output_text_tokens: 44, output_reasoning_tokens: 256 },
  ]);
  expect(read(generation)).toMatchObject({ dialect: 'langfuse@1', role: 'call', provider: 'openai', model: 'gpt-5' });
});

test('predictions are output, written caches have no lifetime', () => {
  const details = { input: 86, input_cache_write_tokens: 43, output: 44, output_accepted_prediction_tokens: 5 };
  expect(usageOf(span('generation', { ...details, output_rejected_prediction_tokens: 2 }))).toEqual([
    { input_text_tokens: 86, input_cache_write_other_tokens: 43, output_text_tokens: 51 },
  ]);
});

test('the provider is inferred, which is an assumption', () => {
  expect(read(span('generation', { input: 1 }))?.usage).toMatchObject({ parts: [{ assumption: 'provider-inferred' }] });
});

test('a count of a name nobody knows keeps it, so that it is not lost', () => {
  expect(usageOf(span('generation', { input: 1, new_kind: 7 }))).toEqual([{ input_text_tokens: 1, new_kind: 7 }]);
});

test.each([
  ['{"input": -1}', { kind: 'invalid', reason: 'usage-inconsistent' }],
  ['{}', { kind: 'missing' }],
  ['not json', { kind: 'missing' }],
])('usage details %s', (details, usage) => {
  expect(usageOf(span('generation', details))).toEqual(usage);
});

test('embeddings are their own category, other observations bear no cost', () => {
  expect(read(span('embedding', { input: 8 }))).toMatchObject({ role: 'call', category: 'embedding' });
  expect(read(span('span', { input: 8 }))?.role).toBe('aggregate');
  expect(read(span('tool', { input: 8 }))).toBeUndefined();
});
