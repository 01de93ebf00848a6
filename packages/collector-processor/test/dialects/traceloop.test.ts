import { expect, test } from 'vitest';
import { read, usageOf } from './read.ts';

const anthropic = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.request.model': 'claude-sonnet-5',
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 10,
  'gen_ai.usage.total_tokens': 110,
  'gen_ai.usage.cache_read.input_tokens': 60,
};

test('JavaScript with Anthropic leaves the cache out of the input, whatever its total says', () => {
  expect(usageOf({ scope: '@traceloop/instrumentation-anthropic', attributes: anthropic })).toEqual([
    { input_text_tokens: 100, input_cache_read_text_tokens: 60, output_text_tokens: 10 },
  ]);
});

test('Python with Anthropic includes it', () => {
  expect(usageOf({ scope: 'opentelemetry.instrumentation.anthropic', attributes: anthropic })).toEqual([
    { input_text_tokens: 40, input_cache_read_text_tokens: 60, output_text_tokens: 10 },
  ]);
});

test('JavaScript with OpenAI never says what was cached: an assumption', () => {
  const attributes = { ...anthropic, 'gen_ai.provider.name': 'openai', 'gen_ai.usage.cache_read.input_tokens': undefined };
  const { 'gen_ai.usage.cache_read.input_tokens': _, ...without } = attributes;
  expect(read({ scope: '@traceloop/instrumentation-openai', attributes: without })).toMatchObject({
    dialect: 'traceloop-js-openai@1',
    usage: { parts: [{ usage: { input_text_tokens: 100, output_text_tokens: 10 }, assumption: 'cache-split-unknown' }] },
  });
});

test.each(['workflow', 'task', 'agent', 'tool'])('a %s bears no cost of its own', (kind) => {
  expect(read({ scope: '@traceloop/node-server-sdk', attributes: { 'traceloop.span.kind': kind } })).toBeUndefined();
});

test('former operation names are read', () => {
  const attributes = {
    'llm.request.type': 'completion',
    'gen_ai.system': 'Ollama',
    'gen_ai.request.model': 'llama3',
    'gen_ai.usage.prompt_tokens': 5,
    'gen_ai.usage.completion_tokens': 1,
  };
  expect(read({ scope: 'opentelemetry.instrumentation.ollama', attributes })).toMatchObject({
    role: 'call',
    dialect: 'traceloop@1',
  });
});
