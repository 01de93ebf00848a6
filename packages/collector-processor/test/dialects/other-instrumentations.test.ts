import { describe, expect, test } from 'vitest';
import { read, usageOf } from './read.ts';

const call = (provider: string, attributes: Record<string, string | number | boolean> = {}) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': provider,
  'gen_ai.request.model': 'a-model',
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 10,
  ...attributes,
});
const cached = { 'gen_ai.usage.cache_read.input_tokens': 60 };

describe('OpenLIT', () => {
  const scope = '@openlit/instrumentation-openai';

  test('includes the cache for OpenAI and leaves it out for Anthropic', () => {
    expect(usageOf({ scope, attributes: call('openai', cached) })).toEqual([
      { input_text_tokens: 40, input_cache_read_text_tokens: 60, output_text_tokens: 10 },
    ]);
    expect(usageOf({ scope: '@openlit/instrumentation-anthropic', attributes: call('anthropic', cached) })).toEqual([
      { input_text_tokens: 100, input_cache_read_text_tokens: 60, output_text_tokens: 10 },
    ]);
  });

  test('a stream without total or cache may have been counted by itself', () => {
    expect(read({ scope, attributes: call('openai', { 'gen_ai.request.is_stream': true }) })?.usage).toMatchObject({
      parts: [{ assumption: 'client-side-count' }],
    });
    expect(read({ scope, attributes: call('openai') })?.usage).toEqual({
      kind: 'ok',
      parts: [{ usage: { input_text_tokens: 100, output_text_tokens: 10 } }],
    });
  });

  test('its own cost of 0 is no price', () => {
    expect(read({ scope, attributes: call('openai', { 'gen_ai.usage.cost': 0 }) })).not.toHaveProperty('reportedCost');
  });
});

describe('Pydantic AI', () => {
  const scope = 'pydantic-ai';

  test('reads the request, not the run', () => {
    expect(read({ scope, attributes: call('openai', { 'gen_ai.usage.details.reasoning_tokens': 4 }) })).toMatchObject({
      dialect: 'pydantic-ai@1',
      role: 'call',
    });
    const run = { agent_name: 'support', 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 10 };
    expect(read({ scope, name: 'agent run', attributes: run })?.role).toBe('aggregate');
    const current = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.aggregated_usage.input_tokens': 100 };
    expect(read({ scope, name: 'invoke_agent support', attributes: current })).toBeUndefined();
  });
});

describe('OpenTelemetry JavaScript and Python', () => {
  test('the OpenAI instrumentation for JavaScript never says what was cached', () => {
    const scope = '@opentelemetry/instrumentation-openai';
    expect(read({ scope, attributes: call('openai') })?.usage).toMatchObject({ parts: [{ assumption: 'cache-split-unknown' }] });
    const embedding = { ...call('openai'), 'gen_ai.operation.name': 'embeddings' };
    expect(read({ scope, attributes: embedding })?.usage).not.toHaveProperty('parts.0.assumption');
  });

  test.each([
    ['opentelemetry.instrumentation.openai_v2', 'otel-python-openai@1'],
    ['opentelemetry.instrumentation.google_genai', 'otel-python@1'],
    ['opentelemetry.instrumentation.genai.openai', 'otel-python@1'],
    ['opentelemetry.instrumentation.openai.v1', 'traceloop@1'],
  ])('scope %s is read by %s', (scope, dialect) => {
    expect(read({ scope, attributes: call('openai') })?.dialect).toBe(dialect);
  });

  test('Bedrock through botocore leaves the cache out', () => {
    const scope = 'opentelemetry.instrumentation.botocore.bedrock-runtime';
    expect(usageOf({ scope, attributes: call('aws.bedrock', cached) })).toEqual([
      { input_text_tokens: 100, input_cache_read_text_tokens: 60, output_text_tokens: 10 },
    ]);
    expect(read({ scope, attributes: call('aws.bedrock') })?.usage).toMatchObject({ parts: [{ assumption: 'caches-untold' }] });
    expect(read({ scope, attributes: { 'rpc.service': 'S3' } })).toBeUndefined();
  });
});

describe('Claude Code', () => {
  test('reads the flat counts of a request', () => {
    const attributes = {
      model: 'claude-sonnet-5',
      input_tokens: 49,
      output_tokens: 550,
      cache_read_tokens: 6289,
      cache_creation_tokens: 2000,
      request_id: 'req_1',
    };
    const span = { scope: 'com.anthropic.claude_code', name: 'claude_code.llm_request', attributes };
    expect(read(span)).toMatchObject({
      dialect: 'claude-code@1',
      provider: 'anthropic',
      model: 'claude-sonnet-5',
      requestId: 'req_1',
    });
    expect(usageOf(span)).toEqual([
      {
        input_text_tokens: 49,
        input_cache_read_text_tokens: 6289,
        input_cache_write_other_tokens: 2000,
        output_text_tokens: 550,
      },
    ]);
    expect(read({ ...span, name: 'claude_code.interaction' })).toBeUndefined();
  });
});

describe('HTTP clients', () => {
  const attempt = (host: string, status: number) => ({
    name: 'POST',
    attributes: { 'http.request.method': 'POST', 'server.address': host, 'http.response.status_code': status },
  });

  test.each([
    ['api.openai.com', 429, 'openai'],
    ['api.anthropic.com', 529, 'anthropic'],
    ['acme.openai.azure.com', 500, 'azure'],
    ['bedrock-runtime.eu-west-1.amazonaws.com', 503, 'aws'],
    ['europe-west1-aiplatform.googleapis.com', 429, 'google'],
  ])('%s answering %i is an attempt nobody bills', (host, status, provider) => {
    expect(read(attempt(host, status))).toMatchObject({
      dialect: 'http-attempt@1',
      role: 'attempt',
      provider,
      usage: { kind: 'unbilled', reason: 'attempt-refused' },
      attempt: { number: 1, billable: 'no' },
    });
  });

  test('a request that was answered, or to another host, bears no cost', () => {
    expect(read(attempt('api.openai.com', 200))).toBeUndefined();
    expect(read(attempt('example.com', 500))).toBeUndefined();
    expect(read(attempt('api.openai.com.example.com', 429))).toBeUndefined();
  });

  test('a server span is not an attempt', () => {
    expect(read({ ...attempt('api.openai.com', 429), kind: 2 })).toBeUndefined();
  });

  test('a resend is a later attempt', () => {
    const span = attempt('api.openai.com', 429);
    expect(read({ ...span, attributes: { ...span.attributes, 'http.request.resend_count': 2 } })?.attempt?.number).toBe(3);
  });
});

describe('a span that looks like a call and that nobody knows', () => {
  test('is said to be unread, never silent', () => {
    expect(read({ scope: 'acme-llm', attributes: { 'llm.model_name': 'gpt-5', 'llm.usage.total_tokens': 12 } })).toMatchObject({
      dialect: 'unknown@1',
      role: 'call',
      model: 'gpt-5',
      usage: { kind: 'unread', reason: 'dialect-unknown' },
    });
  });

  test('an ordinary span is none', () => {
    expect(
      read({ scope: '@opentelemetry/instrumentation-pg', attributes: { 'db.system': 'postgresql', 'db.statement': 'SELECT 1' } }),
    ).toBeUndefined();
    expect(read({})).toBeUndefined();
  });
});
