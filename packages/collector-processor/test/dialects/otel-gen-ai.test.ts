import { describe, expect, test } from 'vitest';
import type { SpanSpec } from '../stages/spans.ts';
import { read, usageOf } from './read.ts';

const chat = (attributes: SpanSpec['attributes']): SpanSpec => ({
  scope: 'my-instrumentation',
  name: 'chat gpt-5',
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5',
    ...attributes,
  },
});

test('reads a call by the current names', () => {
  expect(
    read(
      chat({
        'gen_ai.response.model': 'gpt-5-2025-08-07',
        'gen_ai.response.id': 'chatcmpl-1',
        'gen_ai.usage.input_tokens': 2006,
        'gen_ai.usage.output_tokens': 300,
        'gen_ai.usage.cache_read.input_tokens': 1920,
        'gen_ai.usage.reasoning.output_tokens': 256,
        'openai.response.service_tier': 'flex',
        'gen_ai.agent.name': 'refunds',
      }),
    ),
  ).toEqual({
    dialect: 'otel-gen-ai@1',
    role: 'call',
    category: 'llm',
    ownCategory: 'llm',
    provider: 'openai',
    model: 'gpt-5-2025-08-07',
    responseId: 'chatcmpl-1',
    serviceTier: 'flex',
    agent: 'refunds',
    failed: false,
    usage: {
      kind: 'ok',
      parts: [
        {
          usage: {
            input_text_tokens: 86,
            input_cache_read_text_tokens: 1920,
            output_text_tokens: 44,
            output_reasoning_tokens: 256,
          },
        },
      ],
    },
  });
});

describe('former and neighbouring names', () => {
  const cached = { input_text_tokens: 86, input_cache_read_text_tokens: 1920, output_text_tokens: 300 };
  const written = { input_text_tokens: 86, input_cache_write_other_tokens: 1920, output_text_tokens: 300 };
  const counts = { 'gen_ai.usage.input_tokens': 2006, 'gen_ai.usage.output_tokens': 300 };
  test.each([
    ['gen_ai.usage.cache_read.input_tokens', cached],
    ['gen_ai.usage.cache_read_input_tokens', cached],
    ['gen_ai.usage.cache_read_tokens', cached],
    ['gen_ai.usage.input_tokens.cached', cached],
    ['gen_ai.usage.prompt_tokens_details.cache_read', cached],
    ['gen_ai.usage.cache_write.input_tokens', written],
    ['gen_ai.usage.cache_creation.input_tokens', written],
    ['gen_ai.usage.cache_creation_input_tokens', written],
    ['gen_ai.usage.cache_write_input_tokens', written],
    ['gen_ai.usage.cache_write_tokens', written],
    ['gen_ai.usage.input_tokens.cache_write', written],
  ])('%s is a part of the input', (key, usage) => {
    expect(usageOf(chat({ ...counts, [key]: 1920 }))).toEqual([usage]);
  });

  test('both old and new count of cache writes count once', () => {
    expect(
      usageOf(
        chat({
          ...counts,
          'gen_ai.usage.cache_write.input_tokens': 1920,
          'gen_ai.usage.cache_creation.input_tokens': 1920,
        }),
      ),
    ).toEqual([written]);
  });

  test('prompt and completion tokens with gen_ai.system', () => {
    const span = {
      attributes: {
        'gen_ai.system': 'openai',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.usage.prompt_tokens': 53,
        'gen_ai.usage.completion_tokens': 8,
      },
    };
    expect(read(span)).toMatchObject({ role: 'call', provider: 'openai', model: 'gpt-5' });
    expect(usageOf(span)).toEqual([{ input_text_tokens: 53, output_text_tokens: 8 }]);
  });

  test('media are parts, cached media parts of both', () => {
    expect(
      usageOf(
        chat({
          'gen_ai.usage.input_tokens': 1000,
          'gen_ai.usage.audio.input_tokens': 300,
          'gen_ai.usage.image.input_tokens': 100,
          'gen_ai.usage.cache_read.input_tokens': 250,
          'gen_ai.usage.audio.cache_read.input_tokens': 50,
          'gen_ai.usage.output_tokens': 90,
          'gen_ai.usage.audio.output_tokens': 60,
        }),
      ),
    ).toEqual([
      {
        // 1000 - 250 audio not cached - 100 image - 250 cached
        input_text_tokens: 400,
        input_audio_tokens: 250,
        input_image_tokens: 100,
        input_cache_read_text_tokens: 200,
        input_cache_read_audio_tokens: 50,
        output_text_tokens: 30,
        output_audio_tokens: 60,
      },
    ]);
  });
});

describe('roles', () => {
  const withUsage = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 10 };
  test.each([
    ['chat', 'call', 'llm'],
    ['generate_content', 'call', 'llm'],
    ['text_completion', 'call', 'llm'],
    ['embeddings', 'call', 'embedding'],
    ['a_future_operation', 'call', 'llm'],
    ['invoke_agent', 'aggregate', 'llm'],
    ['invoke_workflow', 'aggregate', 'llm'],
    ['create_agent', 'aggregate', 'llm'],
    ['plan', 'aggregate', 'llm'],
  ])('%s is a %s of category %s', (operation, role, category) => {
    expect(read(chat({ 'gen_ai.operation.name': operation, ...withUsage }))).toMatchObject({ role, category });
  });

  test.each(['execute_tool', 'retrieval', 'search_memory'])('%s bears no cost', (operation) => {
    expect(read(chat({ 'gen_ai.operation.name': operation, ...withUsage }))).toBeUndefined();
  });

  test('an aggregate that sums nothing is an ordinary span', () => {
    expect(read(chat({ 'gen_ai.operation.name': 'invoke_agent' }))).toBeUndefined();
  });

  test('an operation nobody knows without model or usage bears no cost', () => {
    expect(read({ attributes: { 'gen_ai.operation.name': 'open_session', 'gen_ai.provider.name': 'openai' } })).toBeUndefined();
  });
});

describe('missing and impossible counts', () => {
  test('a call without usage is missing it', () => {
    expect(usageOf(chat({}))).toEqual({ kind: 'missing' });
  });

  test.each([
    [{ 'http.response.status_code': 429 }],
    [{ 'error.type': '529' }],
    [{ 'error.type': 'RateLimitError' }],
    [{ 'error.type': 'openai.AuthenticationError' }],
  ])('a refused call is not billed: %s', (attributes) => {
    expect(usageOf({ ...chat(attributes), status: 2 })).toEqual({ kind: 'unbilled', reason: 'call-failed' });
  });

  test.each([[{}], [{ 'error.type': 'TimeoutError' }], [{ 'error.type': 'AbortError' }]])(
    'a call that failed otherwise may have been billed: %s',
    (attributes) => {
      expect(usageOf({ ...chat(attributes), status: 2 })).toEqual({ kind: 'missing' });
    },
  );

  test('an input without its output is half known', () => {
    expect(read(chat({ 'gen_ai.usage.input_tokens': 100 }))?.usage).toEqual({
      kind: 'ok',
      parts: [{ usage: { input_text_tokens: 100 } }],
      lacks: 'output-missing',
    });
  });

  test('an embedding has no output to miss', () => {
    expect(read(chat({ 'gen_ai.operation.name': 'embeddings', 'gen_ai.usage.input_tokens': 8 }))?.usage).toEqual({
      kind: 'ok',
      parts: [{ usage: { input_text_tokens: 8 } }],
    });
  });

  test.each([-1, 0.5, '100', true, 2n ** 60n])('%s is no count', (value) => {
    expect(usageOf(chat({ 'gen_ai.usage.input_tokens': value, 'gen_ai.usage.output_tokens': 10 }))).toEqual({
      kind: 'invalid',
      reason: 'count-malformed',
    });
  });

  test('a known zero is not missing', () => {
    expect(usageOf(chat({ 'gen_ai.usage.input_tokens': 0, 'gen_ai.usage.output_tokens': 0 }))).toEqual([
      { input_text_tokens: 0 },
    ]);
  });

  test('a tier that was only asked for is an assumption', () => {
    const span = chat({
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 1,
      'openai.request.service_tier': 'priority',
    });
    expect(read(span)).toMatchObject({
      serviceTier: 'priority',
      usage: { kind: 'ok', parts: [{ assumption: 'service-tier-requested' }] },
    });
  });

  test.each(['default', 'auto'])('asking for the tier %s says nothing', (tier) => {
    const reading = read(
      chat({ 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 1, 'openai.request.service_tier': tier }),
    );
    expect(reading?.serviceTier).toBeUndefined();
    expect(reading?.usage).toEqual({ kind: 'ok', parts: [{ usage: { input_text_tokens: 10, output_text_tokens: 1 } }] });
  });
});
