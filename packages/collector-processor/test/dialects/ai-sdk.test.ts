import { describe, expect, test } from 'vitest';
import { read, usageOf } from './read.ts';

const span = (operation: string, attributes: Record<string, string | number>) => ({
  scope: 'ai',
  name: operation,
  kind: 1,
  attributes: { 'ai.operationId': operation, 'ai.model.provider': 'openai.responses', 'ai.model.id': 'gpt-5', ...attributes },
});

test('version 6: details are parts of the totals', () => {
  const leaf = span('ai.streamText.doStream', {
    'ai.response.model': 'gpt-5-2025-08-07',
    'ai.response.id': 'resp_1',
    'ai.usage.inputTokens': 2006,
    'ai.usage.outputTokens': 300,
    'ai.usage.inputTokenDetails.noCacheTokens': 86,
    'ai.usage.inputTokenDetails.cacheReadTokens': 1920,
    'ai.usage.outputTokenDetails.reasoningTokens': 256,
    'gen_ai.usage.input_tokens': 2006,
    'gen_ai.usage.output_tokens': 300,
  });
  expect(read(leaf)).toMatchObject({
    dialect: 'ai-sdk@1',
    role: 'call',
    category: 'llm',
    provider: 'openai',
    model: 'gpt-5-2025-08-07',
    responseId: 'resp_1',
  });
  expect(usageOf(leaf)).toEqual([
    { input_text_tokens: 86, input_cache_read_text_tokens: 1920, output_text_tokens: 44, output_reasoning_tokens: 256 },
  ]);
});

describe('version 5', () => {
  const counts = { 'ai.usage.inputTokens': 100, 'ai.usage.outputTokens': 10, 'ai.usage.cachedInputTokens': 60 };

  test('includes the cache for OpenAI', () => {
    expect(usageOf(span('ai.streamText.doStream', counts))).toEqual([
      { input_text_tokens: 40, input_cache_read_text_tokens: 60, output_text_tokens: 10 },
    ]);
  });

  test('leaves it out for Anthropic', () => {
    expect(usageOf(span('ai.streamText.doStream', { ...counts, 'ai.model.provider': 'anthropic.messages' }))).toEqual([
      { input_text_tokens: 100, input_cache_read_text_tokens: 60, output_text_tokens: 10 },
    ]);
  });

  test('generateText does not say what was cached: an assumption', () => {
    const leaf = span('ai.generateText.doGenerate', { 'ai.usage.promptTokens': 100, 'ai.usage.completionTokens': 10 });
    expect(read(leaf)?.usage).toEqual({
      kind: 'ok',
      parts: [{ usage: { input_text_tokens: 100, output_text_tokens: 10 }, assumption: 'cache-split-unknown' }],
    });
  });
});

test("Anthropic's own usage in the provider metadata is preferred", () => {
  const leaf = span('ai.generateText.doGenerate', {
    'ai.model.provider': 'anthropic.messages',
    'ai.usage.promptTokens': 49,
    'ai.usage.completionTokens': 550,
    'ai.response.providerMetadata': JSON.stringify({
      anthropic: {
        usage: {
          input_tokens: 49,
          cache_read_input_tokens: 6289,
          cache_creation_input_tokens: 2000,
          cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 2000 },
          output_tokens: 550,
          server_tool_use: { web_search_requests: 1 },
        },
      },
    }),
  });
  expect(usageOf(leaf)).toEqual([
    {
      input_text_tokens: 49,
      input_cache_read_text_tokens: 6289,
      input_cache_write_1h_tokens: 2000,
      output_text_tokens: 550,
      web_searches: 1,
    },
  ]);
});

test.each(['ai.generateText', 'ai.streamText', 'ai.generateObject', 'ai.embedMany'])(
  'the root %s repeats its leaves',
  (operation) => {
    expect(read(span(operation, { 'ai.usage.inputTokens': 5, 'ai.usage.outputTokens': 1 }))?.role).toBe('aggregate');
  },
);

test('embeddings count tokens', () => {
  const leaf = span('ai.embed.doEmbed', { 'ai.model.provider': 'openai.embedding', 'ai.usage.tokens': 8 });
  expect(read(leaf)).toMatchObject({ role: 'call', category: 'embedding' });
  expect(usageOf(leaf)).toEqual([{ input_text_tokens: 8 }]);
});

test('tool calls bear no cost', () => {
  expect(read(span('ai.toolCall', {}))).toBeUndefined();
});

test('the tier is known from the metadata where the counts are not', () => {
  const leaf = span('ai.streamText.doStream', {
    'ai.usage.inputTokens': 5,
    'ai.usage.outputTokens': 1,
    'ai.response.providerMetadata': JSON.stringify({ openai: { responseId: 'resp_1', serviceTier: 'priority' } }),
  });
  expect(read(leaf)).toMatchObject({ serviceTier: 'priority', usage: { parts: [{ usage: { input_text_tokens: 5 } }] } });
});

test('metadata that is no JSON is passed over', () => {
  const leaf = span('ai.streamText.doStream', {
    'ai.usage.inputTokens': 5,
    'ai.usage.outputTokens': 1,
    'ai.response.providerMetadata': '{"anthropic": {',
  });
  expect(usageOf(leaf)).toEqual([{ input_text_tokens: 5, output_text_tokens: 1 }]);
});

test('version 7: an embedding without usage is taken for its parent', () => {
  const attributes = { 'gen_ai.operation.name': 'embeddings', 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'm' };
  expect(read({ scope: 'gen_ai', attributes })).toMatchObject({
    role: 'aggregate',
    category: 'embedding',
    usage: { kind: 'missing' },
  });
  expect(read({ scope: 'gen_ai', attributes, status: 2 })?.role).toBe('call');
  expect(read({ scope: 'gen_ai', attributes: { ...attributes, 'gen_ai.usage.input_tokens': 8 } })?.role).toBe('call');
});

test('version 7 follows the conventions', () => {
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude-sonnet-5',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 10,
    'gen_ai.usage.cache_creation.input_tokens': 60,
  };
  expect(read({ scope: 'gen_ai', attributes })?.dialect).toBe('ai-sdk-otel@1');
  expect(usageOf({ scope: 'gen_ai', attributes })).toEqual([
    { input_text_tokens: 40, input_cache_write_other_tokens: 60, output_text_tokens: 10 },
  ]);
  expect(read({ scope: 'gen_ai', attributes: { ...attributes, 'gen_ai.operation.name': 'agent_step' } })?.role).toBe('aggregate');
});
