import { describe, expect, test } from 'vitest';
import { read, usageOf } from './read.ts';

const counts = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 10 };
const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'a-model', ...counts };

describe('Microsoft Agent Framework', () => {
  test('agents sum what their calls carry under the same keys', () => {
    const scope = 'agent_framework';
    expect(read({ scope, attributes: { ...chat, 'gen_ai.provider.name': 'openai' } })).toMatchObject({
      dialect: 'agent-framework@1',
      role: 'call',
      provider: 'openai',
    });
    expect(read({ scope, attributes: { ...chat, 'gen_ai.operation.name': 'invoke_agent' } })?.role).toBe('aggregate');
  });
});

describe('Strands', () => {
  const scope = 'strands.telemetry.tracer';

  test.each([
    ['gpt-5', 'openai'],
    ['claude-sonnet-5', 'anthropic'],
    ['us.anthropic.claude-sonnet-5-v1:0', 'aws.bedrock'],
    ['amazon.nova-pro-v1:0', 'aws.bedrock'],
    ['a-model-of-nobody', 'a-model-of-nobody'],
  ])('%s is billed by %s, which is an assumption', (model, provider) => {
    const attributes = { ...chat, 'gen_ai.system': 'strands-agents', 'gen_ai.request.model': model };
    expect(read({ scope, attributes })).toMatchObject({
      provider,
      model,
      usage: { parts: [{ assumption: 'provider-inferred' }] },
    });
  });

  test('loops are sums', () => {
    expect(read({ scope, attributes: { ...chat, 'gen_ai.operation.name': 'execute_event_loop_cycle' } })?.role).toBe('aggregate');
  });

  test('a total tells that the caches are beside the input, as in earlier versions', () => {
    const cached = { 'gen_ai.usage.cache_read_input_tokens': 60, 'gen_ai.usage.total_tokens': 170 };
    expect(usageOf({ scope, attributes: { ...chat, ...cached } })).toEqual([
      { input_text_tokens: 100, input_cache_read_text_tokens: 60, output_text_tokens: 10 },
    ]);
  });
});

describe('Google ADK', () => {
  const scope = 'gcp.vertex.agent';
  const reasoning = { 'gen_ai.usage.reasoning.output_tokens': 4 };
  const call = (provider: string, model: string) => ({
    scope,
    attributes: { ...chat, ...reasoning, 'gen_ai.provider.name': provider, 'gen_ai.request.model': model },
  });

  test('reasoning of models of Google is a part of the output', () => {
    expect(read(call('gcp.gemini', 'gemini-3-pro'))).toMatchObject({ provider: 'gcp.gemini', model: 'gemini-3-pro' });
    expect(read(call('gcp.gemini', 'gemini-3-pro'))?.usage).toEqual({
      kind: 'ok',
      parts: [{ usage: { input_text_tokens: 100, output_text_tokens: 6, output_reasoning_tokens: 4 } }],
    });
  });

  test('reasoning of other models may be counted twice', () => {
    expect(read(call('anthropic', 'anthropic/claude-sonnet-5'))).toMatchObject({
      model: 'claude-sonnet-5',
      usage: { parts: [{ assumption: 'reasoning-counted-twice' }] },
    });
  });

  test('a path of Vertex AI stays whole, and the kit is no provider', () => {
    const path = 'projects/p/locations/l/endpoints/e';
    expect(read(call('gcp.vertex.agent', path))).toMatchObject({ provider: 'gcp.gemini', model: path });
  });
});

describe('Genkit', () => {
  const model = (output: unknown, name = 'googleai/gemini-3-pro') => ({
    scope: 'genkit-tracer',
    attributes: { 'genkit:metadata:subtype': 'model', 'genkit:name': name, 'genkit:output': JSON.stringify(output) },
  });

  test('its own counts do not tell the cached input', () => {
    const usage = { inputTokens: 100, outputTokens: 10, thoughtsTokens: 4, totalTokens: 114 };
    expect(read(model({ usage }))).toMatchObject({
      dialect: 'genkit@1',
      role: 'call',
      provider: 'google',
      model: 'gemini-3-pro',
    });
    expect(read(model({ usage }))?.usage).toEqual({
      kind: 'ok',
      parts: [
        {
          usage: { input_text_tokens: 100, output_text_tokens: 10, output_reasoning_tokens: 4 },
          assumption: 'cache-split-unknown',
        },
      ],
    });
  });

  test('the answer of the provider tells everything', () => {
    const raw = {
      usageMetadata: { promptTokenCount: 100, cachedContentTokenCount: 60, candidatesTokenCount: 10 },
      responseId: 'r1',
    };
    expect(read(model({ usage: { inputTokens: 100 }, raw }))).toMatchObject({
      responseId: 'r1',
      usage: { parts: [{ usage: { input_text_tokens: 40, input_cache_read_text_tokens: 60, output_text_tokens: 10 } }] },
    });
  });

  test('an answer without usage is missing it', () => {
    expect(usageOf(model({ message: 'hello' }))).toEqual({ kind: 'missing' });
  });

  test('counts that are none are invalid', () => {
    expect(usageOf(model({ usage: { inputTokens: -1 } }))).toEqual({ kind: 'invalid', reason: 'usage-inconsistent' });
  });

  test('flows around a model are sums, tools bear nothing', () => {
    const { scope, attributes } = model({ usage: { inputTokens: 1, outputTokens: 1 } });
    const { 'genkit:metadata:subtype': _, ...flow } = attributes;
    expect(read({ scope, attributes: flow })?.role).toBe('aggregate');
    expect(read({ scope, attributes: { ...attributes, 'genkit:metadata:subtype': 'tool' } })).toBeUndefined();
  });
});

describe('LiteLLM', () => {
  const call = {
    'litellm.call_id': 'c1',
    'llm.request.type': 'acompletion',
    'gen_ai.system': 'openai',
    'gen_ai.request.model': 'gpt-5',
    ...counts,
  };

  test('writes on spans of others, and says nothing of caches but in its usage object', () => {
    expect(read({ scope: 'application', attributes: call })).toMatchObject({
      dialect: 'litellm@1',
      provider: 'openai',
      usage: { parts: [{ assumption: 'cache-split-unknown' }] },
    });
    const usage =
      "{'prompt_tokens': 100, 'completion_tokens': 10, 'prompt_tokens_details': {'cached_tokens': 60, 'audio_tokens': None}}";
    expect(read({ scope: 'application', attributes: { ...call, 'metadata.usage_object': usage } })?.usage).toEqual({
      kind: 'ok',
      parts: [{ usage: { input_text_tokens: 40, input_cache_read_text_tokens: 60, output_text_tokens: 10 } }],
    });
  });

  test('an embedding names its provider with its model', () => {
    const embedding = {
      ...call,
      'gen_ai.system': '',
      'llm.request.type': 'aembedding',
      'litellm.provider.model': 'openai/embed',
    };
    expect(read({ attributes: embedding })).toMatchObject({ category: 'embedding', provider: 'openai' });
  });
});

describe('Sentry', () => {
  test.each([
    ['gen_ai.chat', 'call'],
    ['gen_ai.invoke_agent', 'aggregate'],
  ])('%s is a %s', (op, role) => {
    const attributes = { 'sentry.op': op, 'gen_ai.request.model': 'gpt-5', ...counts };
    expect(read({ attributes })).toMatchObject({ dialect: 'sentry@1', role });
  });

  test('cached and reasoning tokens are parts', () => {
    const parts = { 'gen_ai.usage.input_tokens.cached': 60, 'gen_ai.usage.output_tokens.reasoning': 4 };
    expect(usageOf({ attributes: { 'sentry.op': 'gen_ai.chat', 'gen_ai.request.model': 'gpt-5', ...counts, ...parts } })).toEqual(
      [{ input_text_tokens: 40, input_cache_read_text_tokens: 60, output_text_tokens: 6, output_reasoning_tokens: 4 }],
    );
  });

  test('its other spans are none of its calls', () => {
    expect(read({ attributes: { 'sentry.op': 'http.client' } })).toBeUndefined();
    const tool = { 'sentry.op': 'gen_ai.execute_tool', 'gen_ai.tool.name': 'refund' };
    expect(read({ attributes: tool })).toBeUndefined();
  });
});
