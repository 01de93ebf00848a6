import { expect, test } from 'vitest';
import { read, usageOf } from './read.ts';

const ATTRIBUTES = {
  'openinference.span.kind': 'LLM',
  'llm.system': 'openai',
  'llm.model_name': 'gpt-5',
  'llm.token_count.prompt': 2006,
  'llm.token_count.completion': 300,
  'llm.token_count.total': 2306,
  'llm.token_count.prompt_details.cache_read': 1920,
  'llm.token_count.completion_details.reasoning': 256,
};
const SCOPE = '@arizeai/openinference-instrumentation-openai';
const DISJOINT = {
  input_text_tokens: 86,
  input_cache_read_text_tokens: 1920,
  output_text_tokens: 44,
  output_reasoning_tokens: 256,
};

test('reads the counts', () => {
  expect(read({ scope: SCOPE, attributes: ATTRIBUTES })).toMatchObject({
    dialect: 'openinference@1',
    role: 'call',
    category: 'llm',
    provider: 'openai',
    model: 'gpt-5',
  });
  expect(usageOf({ scope: SCOPE, attributes: ATTRIBUTES })).toEqual([DISJOINT]);
});

test('prefers the whole answer, and takes id and tier from it', () => {
  const answer = {
    object: 'chat.completion',
    id: 'chatcmpl-7',
    service_tier: 'priority',
    choices: [{ message: { content: 'text nobody keeps' } }],
    usage: {
      prompt_tokens: 2006,
      completion_tokens: 300,
      prompt_tokens_details: { cached_tokens: 1920 },
      completion_tokens_details: { reasoning_tokens: 256 },
    },
  };
  const span = {
    scope: SCOPE,
    attributes: { ...ATTRIBUTES, 'llm.token_count.prompt_details.cache_read': 0, 'output.value': JSON.stringify(answer) },
  };
  expect(usageOf(span)).toEqual([DISJOINT]);
  expect(read(span)).toMatchObject({ responseId: 'chatcmpl-7', serviceTier: 'priority' });
  expect(JSON.stringify(read(span))).not.toContain('nobody keeps');
});

test('an output that is prose is passed over', () => {
  expect(usageOf({ attributes: { ...ATTRIBUTES, 'output.value': 'Hello' } })).toEqual([DISJOINT]);
});

test.each(['AGENT', 'CHAIN'])('%s repeats what is below it', (kind) => {
  expect(read({ attributes: { ...ATTRIBUTES, 'openinference.span.kind': kind } })?.role).toBe('aggregate');
});

test.each(['TOOL', 'RETRIEVER', 'GUARDRAIL'])('%s bears no cost', (kind) => {
  expect(read({ attributes: { ...ATTRIBUTES, 'openinference.span.kind': kind } })).toBeUndefined();
});

test('a stream without usage is missing it', () => {
  expect(usageOf({ attributes: { 'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-5' } })).toEqual({ kind: 'missing' });
});

test('one dialect reads a span that carries two', () => {
  const both = {
    ...ATTRIBUTES,
    'ai.operationId': 'ai.generateText.doGenerate',
    'ai.usage.inputTokens': 1,
    'ai.usage.outputTokens': 1,
  };
  expect(read({ scope: 'ai', attributes: both })?.dialect).toBe('ai-sdk@1');
});
