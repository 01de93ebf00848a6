import { expect, test } from 'vitest';
import { read, usageOf } from './read.ts';

const SPAN = {
  scope: 'com.anthropic.sdk.typescript',
  name: 'anthropic.messages.create',
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'claude-sonnet-5',
    'gen_ai.response.model': 'claude-sonnet-5',
    'gen_ai.response.id': 'msg_1',
    'gen_ai.usage.input_tokens': 12_338,
    'gen_ai.usage.output_tokens': 550,
    'gen_ai.usage.cache_read.input_tokens': 6289,
    'gen_ai.usage.cache_write.input_tokens': 6000,
    'anthropic.usage.cache_creation.ephemeral_5m_input_tokens': 4000,
    'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 2000,
    'anthropic.response.service_tier': 'standard',
    'anthropic.request.id': 'req_1',
  },
};

test('reads the lifetimes of cache writes as parts of the input', () => {
  expect(usageOf(SPAN)).toEqual([
    {
      // 12338 - 6289 read - 6000 written
      input_text_tokens: 49,
      input_cache_read_text_tokens: 6289,
      input_cache_write_5m_tokens: 4000,
      input_cache_write_1h_tokens: 2000,
      output_text_tokens: 550,
    },
  ]);
  expect(read(SPAN)).toMatchObject({ dialect: 'anthropic-sdk@1', role: 'call', requestId: 'req_1', responseId: 'msg_1' });
  expect(read(SPAN)?.serviceTier).toBeUndefined();
});

test('adds compactions, which the counts of the answer leave out', () => {
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.usage.input_tokens': 612,
    'gen_ai.usage.output_tokens': 2819,
    'anthropic.usage.compaction.input_tokens': 60_385,
    'anthropic.usage.compaction.output_tokens': 522,
  };
  expect(usageOf({ scope: 'com.anthropic.sdk.python', attributes })).toEqual([
    { input_text_tokens: 60_997, output_text_tokens: 3341 },
  ]);
});

test('a stream that was cut has no output', () => {
  const { 'gen_ai.usage.output_tokens': _, ...attributes } = SPAN.attributes;
  expect(read({ ...SPAN, attributes })?.usage).toMatchObject({ kind: 'ok', lacks: 'output-missing' });
});

test('the tool runner is a sum', () => {
  expect(read({ ...SPAN, attributes: { ...SPAN.attributes, 'gen_ai.operation.name': 'invoke_agent' } })?.role).toBe('aggregate');
});

test('spans of the Claude API itself are read alike', () => {
  expect(read({ ...SPAN, scope: 'com.anthropic.claude-platform', kind: 2 })).toMatchObject({
    dialect: 'anthropic-sdk@1',
    role: 'call',
    responseId: 'msg_1',
  });
});
