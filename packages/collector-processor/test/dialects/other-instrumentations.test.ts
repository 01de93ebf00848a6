import { describe, expect, test } from 'vitest';
import type { SpanSpec } from '../stages/spans.ts';
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
    expect(read({ scope, attributes: call('openai', { 'gen_ai.usage.cost': 0 }) })?.reportedCost).toBeUndefined();
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

describe('LangSmith', () => {
  const run = (kind: string, usage?: object): SpanSpec => ({
    scope: 'langsmith',
    attributes: {
      'langsmith.span.kind': kind,
      'gen_ai.operation.name': kind === 'retriever' ? 'embeddings' : 'chat',
      'langsmith.metadata.ls_provider': 'amazon_bedrock',
      'gen_ai.system': 'langchain',
      'gen_ai.request.model': 'm',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      ...(usage !== undefined && { 'langsmith.metadata.usage_metadata': JSON.stringify(usage) }),
    },
  });
  const totals = { input_tokens: 100, output_tokens: 20, total_tokens: 120 };

  test('names the provider that its run names, and takes the parts of its usage', () => {
    const details = { cache_read: 60, ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 5, cache_creation: 15 };
    const span = run('llm', { ...totals, input_token_details: details, output_token_details: { reasoning: 8 } });
    expect(read(span)).toMatchObject({ dialect: 'langsmith@1', role: 'call', provider: 'amazon_bedrock' });
    expect(usageOf(span)).toEqual([
      {
        ...{ input_text_tokens: 25, input_cache_read_text_tokens: 60 },
        ...{ input_cache_write_5m_tokens: 10, input_cache_write_1h_tokens: 5 },
        ...{ output_text_tokens: 12, output_reasoning_tokens: 8 },
      },
    ]);
  });

  test('cache writes without lifetimes have none', () => {
    expect(usageOf(run('llm', { ...totals, input_token_details: { cache_creation: 15 } }))).toEqual([
      { input_text_tokens: 85, input_cache_write_other_tokens: 15, output_text_tokens: 20 },
    ]);
  });

  test('without usage of the run the input is not told apart, and said to be so', () => {
    expect(read(run('llm'))?.usage).toEqual({
      kind: 'ok',
      parts: [{ usage: { input_text_tokens: 100, output_text_tokens: 20 }, assumption: 'cache-split-unknown' }],
    });
  });

  test('parts that exceed their total are impossible', () => {
    expect(read(run('llm', { ...totals, input_token_details: { cache_read: 101 } }))?.usage).toMatchObject({ kind: 'invalid' });
  });

  test('prompts, tools and retrievers are no calls, chains are sums', () => {
    expect(['prompt', 'tool', 'retriever'].map((kind) => read(run(kind)))).toEqual([undefined, undefined, undefined]);
    expect(read(run('chain'))?.role).toBe('aggregate');
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
      dialect: 'http-attempt@2',
      role: 'attempt',
      provider,
      usage: { kind: 'unbilled', reason: 'attempt-refused' },
      attempt: { number: 1, billable: 'no' },
    });
  });

  test('a request to another host bears no cost', () => {
    expect(read(attempt('example.com', 500))).toBeUndefined();
    expect(read(attempt('api.openai.com.example.com', 429))).toBeUndefined();
  });

  test('a server span is not an attempt', () => {
    expect(read({ ...attempt('api.openai.com', 429), kind: 2 })).toBeUndefined();
  });

  const answered = (url: string, more: SpanSpec['attributes'] = {}): SpanSpec => ({
    name: 'POST',
    attributes: { 'http.request.method': 'POST', 'url.full': url, 'http.response.status_code': 200, ...more },
  });

  test.each([
    ['https://api.openai.com/v1/chat/completions', 'openai', 'llm', ''],
    ['https://api.openai.com/v1/responses', 'openai', 'llm', ''],
    ['https://eu.api.openai.com/v1/embeddings', 'openai', 'embedding', ''],
    ['https://api.openai.com/v1/images/generations', 'openai', 'llm', ''],
    ['https://api.openai.com/v1/audio/transcriptions', 'openai', 'llm', ''],
    ['https://api.anthropic.com/v1/messages', 'anthropic', 'llm', ''],
    ['https://acme.openai.azure.com/openai/deployments/d1/chat/completions?api-version=1', 'azure', 'llm', ''],
    ['https://acme.services.ai.azure.com/anthropic/v1/messages', 'azure', 'llm', ''],
    ['https://openrouter.ai/api/v1/chat/completions', 'openrouter', 'llm', ''],
    ['https://api.groq.com/openai/v1/chat/completions', 'groq', 'llm', ''],
    ['https://api.cohere.com/v2/rerank', 'cohere', 'llm', ''],
    ['https://api.cohere.com/v2/embed', 'cohere', 'embedding', ''],
    [
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent?key=secret',
      'google',
      'llm',
      'gemini-2.5-flash',
    ],
    [
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:batchEmbedContents',
      'google',
      'embedding',
      'gemini-embedding-001',
    ],
    [
      'https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/anthropic/models/claude-x:streamRawPredict',
      'google',
      'llm',
      'claude-x',
    ],
    [
      'https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream',
      'aws',
      'llm',
      'anthropic.claude-3-haiku-20240307-v1:0',
    ],
    [
      'https://bedrock-runtime.eu-west-1.amazonaws.com/model/amazon.titan-embed-text-v2:0/invoke',
      'aws',
      'embedding',
      'amazon.titan-embed-text-v2:0',
    ],
  ])('an answer of %s is a call that nobody has told yet', (url, provider, category, model) => {
    const reading = { role: 'call', provider, category, model, usage: { kind: 'missing' }, undecided: true };
    expect(read(answered(url))).toMatchObject({ dialect: 'http-attempt@2', ...reading });
  });

  test.each([
    'https://api.openai.com/v1/responses/input_tokens',
    'https://api.openai.com/v1/responses/resp_1/cancel',
    'https://api.openai.com/v1/conversations',
    'https://api.openai.com/v1/threads/thread_1/messages',
    'https://api.openai.com/v1/files',
    'https://api.openai.com/v1/batches',
    'https://api.openai.com/v1/moderations',
    'https://api.openai.com/v1/fine_tuning/jobs',
    'https://api.anthropic.com/v1/messages/count_tokens',
    'https://api.anthropic.com/v1/messages/batches',
    'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:countTokens',
    'https://generativelanguage.googleapis.com/upload/v1beta/files',
    'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict',
    'https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/count-tokens',
    'https://s3.amazonaws.com/v1/messages',
    'https://example.com/v1/chat/completions',
  ])('%s is not known to be billed', (url) => {
    expect(read(answered(url))).toBeUndefined();
  });

  test('only what is sent is billed: lists are read', () => {
    expect(read(answered('https://api.openai.com/v1/chat/completions', { 'http.request.method': 'GET' }))).toBeUndefined();
    expect(read(answered('https://api.openai.com/v1/responses', { 'http.response.status_code': 302 }))).toBeUndefined();
  });

  test('an answer whose span does not say from where bears no cost', () => {
    expect(read(attempt('api.openai.com', 200))).toBeUndefined();
  });

  test('names that the conventions had before are read too', () => {
    const former = { 'http.method': 'POST', 'http.status_code': 200, 'net.peer.name': 'api.openai.com' };
    expect(read({ attributes: { ...former, 'http.target': '/v1/responses?x=1' } })?.role).toBe('call');
    expect(read({ attributes: { ...former, 'http.url': 'https://api.openai.com/v1/responses' } })?.role).toBe('call');
    expect(read({ attributes: { ...former, 'http.target': '/v1/models' } })).toBeUndefined();
  });

  test('a request that was given up is an attempt, unless its path is not known to be billed', () => {
    const at = (path: string): SpanSpec => ({
      attributes: { 'http.request.method': 'POST', 'server.address': 'api.openai.com', 'url.path': path },
    });
    expect(read(at('/v1/responses'))).toMatchObject({ role: 'attempt', attempt: { billable: 'possible' } });
    expect(read(at('/v1/files'))).toBeUndefined();
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
