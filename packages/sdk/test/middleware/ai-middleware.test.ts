import { createOpenAI } from '@ai-sdk/openai';
import { type FakeProvider, startFakeOpenAi, startHttpServer } from '@costspan/testkit';
import { createGateway, generateText, type LanguageModelMiddleware, streamText, wrapLanguageModel, wrapProvider } from 'ai';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type AiMiddleware, BudgetExceededError } from '../../src/index.ts';
import { measure, usageOf } from '../support/measure.ts';

const usage = { input_text_tokens: 90, input_cache_read_text_tokens: 10, output_text_tokens: 20, output_reasoning_tokens: 5 };
const reply = { usage, text: 'one two three' };

type Model = Parameters<typeof wrapLanguageModel>[0]['model'];

const modelOf = (server: FakeProvider, fetch?: typeof globalThis.fetch): Model =>
  createOpenAI({ apiKey: 'k', baseURL: `${server.url}/v1`, ...(fetch !== undefined && { fetch }) })('gpt-5');

test('has the type the AI SDK asks for', () => {
  expectTypeOf<AiMiddleware>().toExtend<LanguageModelMiddleware>();
});

describe('a wrapped model', () => {
  test.each<[string, (model: Model) => PromiseLike<string>]>([
    ['plain', async (model) => (await generateText({ model, prompt: 'Hi' })).text],
    ['streamed', (model) => streamText({ model, prompt: 'Hi' }).text],
  ])('%s: gives the same, and its usage is what the provider counted', async (_, ask) => {
    await using server = await startFakeOpenAi({ script: [{ reply }] });
    const { costspan, spans } = measure();
    const model = wrapLanguageModel({ model: modelOf(server), middleware: costspan.aiMiddleware() });
    expect(await ask(model)).toBe('one two three');
    const [span, ...others] = await spans();
    expect(others).toEqual([]);
    expect(usageOf(span)).toEqual(usage);
    expect(span?.attributes).toMatchObject({
      'costspan.role': 'call',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.response.model': 'gpt-5',
    });
  });

  test('is metered once, also where its fetch meters', async () => {
    await using server = await startFakeOpenAi({ script: [{ reply }] });
    const { costspan, spans } = measure();
    const model = wrapLanguageModel({ model: modelOf(server, costspan.fetch()), middleware: costspan.aiMiddleware() });
    await generateText({ model, prompt: 'Hi' });
    expect((await spans()).map(usageOf)).toEqual([usage]);
  });

  test('fails as before, and what was refused is not billed', async () => {
    await using server = await startFakeOpenAi({ script: [{ status: 401 }] });
    await using bareServer = await startFakeOpenAi({ script: [{ status: 401 }] });
    const { costspan, spans } = measure();
    const model = wrapLanguageModel({ model: modelOf(server), middleware: costspan.aiMiddleware() });
    const failure = (tried: Model): Promise<unknown> => generateText({ model: tried, prompt: 'Hi' }).then(String, String);
    expect(await failure(model)).toBe(await failure(modelOf(bareServer)));
    const [span] = await spans();
    expect(span?.attributes).toMatchObject({ 'costspan.attempt.billable': 'no', 'error.type': '401' });
  });

  test('that is left has used what nobody says', async () => {
    await using server = await startFakeOpenAi({ script: [{ reply, stream: { holdAfterEvents: 3 } }] });
    const { costspan, spans } = measure();
    const model = wrapLanguageModel({ model: modelOf(server), middleware: costspan.aiMiddleware() });
    const stop = new AbortController();
    const { textStream } = streamText({ model, prompt: 'Hi', abortSignal: stop.signal });
    await server.waitUntil('a request', (log) => log.length === 1);
    stop.abort();
    for await (const _ of textStream);
    await server.settled();
    const [span] = await spans();
    expect(usageOf(span)).toEqual({});
    expect(span?.attributes).toMatchObject({ 'costspan.usage_missing': true, 'costspan.attempt.billable': 'possible' });
  });

  test('is stopped by a budget before anything is sent', async () => {
    await using server = await startFakeOpenAi();
    const { costspan } = measure();
    await costspan.ready();
    const model = wrapLanguageModel({ model: modelOf(server), middleware: costspan.aiMiddleware() });
    const budget = costspan.budget({ per: 'item', type: 'ticket', currency: 'USD', hard: '0.000001' });
    const run = costspan.workItem.run({ type: 'ticket', id: 'T-1', budgets: [budget] }, () =>
      generateText({ model, prompt: 'Hi', maxOutputTokens: 100 }),
    );
    expect(BudgetExceededError.find(await run.catch((error: unknown) => error))?.stop.reason).toBe('money');
    expect(server.log).toEqual([]);
  });
});

test('cache writes keep their lifetime where the provider told it, and the gateway its cost', async () => {
  const { costspan, spans } = measure();
  const raw = {
    input_tokens: 10,
    output_tokens: 5,
    cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
  };
  const counted = { inputTokens: { total: 17, cacheWrite: 7 }, outputTokens: { total: 5 } };
  const providerMetadata = { anthropic: { usage: { ...raw, cache_creation_input_tokens: 7 } }, gateway: { cost: '0.0045' } };
  const result = await costspan.aiMiddleware({ spans: 'own' }).wrapGenerate({
    doGenerate: async () => ({ usage: counted, providerMetadata }),
    params: { prompt: [] },
    model: { provider: 'gateway', modelId: 'anthropic/claude-sonnet-5' },
  });
  expect(result).toEqual({ usage: counted, providerMetadata });
  const [span] = await spans();
  expect(usageOf(span)).toEqual({
    input_text_tokens: 10,
    input_cache_write_5m_tokens: 3,
    input_cache_write_1h_tokens: 4,
    output_text_tokens: 5,
  });
  expect(span?.attributes).toMatchObject({
    'costspan.provider_cost.amount': '0.0045',
    'gen_ai.provider.name': 'vercel_ai_gateway',
  });
});

describe('usage as the provider told it, where the AI SDK hands that on', () => {
  const claude = {
    input_tokens: 10,
    output_tokens: 5,
    cache_creation_input_tokens: 4,
    cache_creation: { ephemeral_1h_input_tokens: 4 },
  };
  const gemini = { promptTokenCount: 10, candidatesTokenCount: 3, thoughtsTokenCount: 2, toolUsePromptTokenCount: 7 };
  const written = { input_text_tokens: 10, input_cache_write_1h_tokens: 4, output_text_tokens: 5 };
  const thought = { input_text_tokens: 17, output_text_tokens: 3, output_reasoning_tokens: 2 };
  const flat = { inputTokens: 10, outputTokens: 5, totalTokens: 15, cachedInputTokens: 3 };
  const cached = { input_text_tokens: 10, input_cache_read_text_tokens: 3, output_text_tokens: 5 };

  test.each<[string, string, object, object, object]>([
    ['Anthropic', 'anthropic.messages', flat, { anthropic: { usage: claude } }, written],
    ['Gemini', 'google.generative-ai', flat, { google: { usageMetadata: gemini } }, thought],
    ['Vertex AI', 'google.vertex.chat', flat, { vertex: { usageMetadata: gemini } }, thought],
    ['Bedrock in version 5', 'amazon-bedrock', flat, {}, cached],
    [
      'Bedrock in version 5, with cache writes',
      'amazon-bedrock',
      flat,
      { bedrock: { usage: { cacheWriteInputTokens: 4 } } },
      { ...cached, input_cache_write_other_tokens: 4 },
    ],
    [
      'Bedrock from version 6 on',
      'amazon-bedrock',
      {
        inputTokens: { total: 17 },
        outputTokens: { total: 5 },
        raw: { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 3 },
      },
      {},
      cached,
    ],
  ])('%s', async (_, provider, counted, providerMetadata, expected) => {
    const { costspan, spans } = measure();
    await costspan.aiMiddleware({ spans: 'own' }).wrapGenerate({
      doGenerate: async () => ({ usage: counted, providerMetadata }),
      params: { prompt: [] },
      model: { provider, modelId: 'm' },
    });
    const [span] = await spans();
    expect(usageOf(span)).toEqual(expected);
    expect(span?.attributes['costspan.usage_missing']).toBeUndefined();
  });

  test.each<[string, object]>([
    ['OpenAI', { openai: { serviceTier: 'flex' } }],
    ['Azure', { azure: { serviceTier: 'flex' } }],
    ['Bedrock', { bedrock: { serviceTier: { type: 'flex' } } }],
  ])('the tier that served the call: %s', async (_, providerMetadata) => {
    const { costspan, spans } = measure();
    await costspan.aiMiddleware({ spans: 'own' }).wrapGenerate({
      doGenerate: async () => ({ usage: flat, providerMetadata }),
      params: { prompt: [] },
      model: { provider: 'openai.responses', modelId: 'm' },
    });
    expect((await spans()).map(({ attributes }) => attributes['openai.response.service_tier'])).toEqual(['flex']);
  });
});

describe('a model named by text', () => {
  const finish = {
    finishReason: { unified: 'stop', raw: 'stop' },
    usage: { inputTokens: { total: 100, noCache: 90, cacheRead: 10 }, outputTokens: { total: 25, text: 20, reasoning: 5 } },
    providerMetadata: { gateway: { cost: '0.0045' } },
  };
  const events = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: 'one two' },
    { type: 'text-end', id: '0' },
    { type: 'finish', ...finish },
  ];

  test.each<[string, (model: string) => PromiseLike<string>]>([
    ['plain', async (model) => (await generateText({ model, prompt: 'Hi' })).text],
    ['streamed', (model) => streamText({ model, prompt: 'Hi' }).text],
  ])('%s: is metered where the default provider is wrapped, with the cost the gateway states', async (_, ask) => {
    await using server = await startHttpServer(({ headers }, response) => {
      const isStream = headers['ai-language-model-streaming'] === 'true';
      response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
      const whole = JSON.stringify({ content: [{ type: 'text', text: 'one two' }], warnings: [], ...finish });
      response.end(isStream ? events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') : whole);
    });
    const { costspan, spans } = measure();
    const provider = createGateway({ baseURL: `${server.url}/v4/ai`, apiKey: 'k' });
    globalThis.AI_SDK_DEFAULT_PROVIDER = wrapProvider({ provider, languageModelMiddleware: costspan.aiMiddleware() });
    try {
      expect(await ask('anthropic/claude-sonnet-5')).toBe('one two');
    } finally {
      globalThis.AI_SDK_DEFAULT_PROVIDER = undefined;
    }
    const [span, ...others] = await spans();
    expect(others).toEqual([]);
    expect(usageOf(span)).toEqual(usage);
    expect(span?.attributes).toMatchObject({
      'gen_ai.provider.name': 'vercel_ai_gateway',
      'gen_ai.request.model': 'anthropic/claude-sonnet-5',
      'costspan.provider_cost.amount': '0.0045',
    });
  });
});

test('an unknown option is refused', () => {
  expect(() => measure().costspan.aiMiddleware({ span: 'own' } as never)).toThrow('aiMiddleware: span: unknown field');
});
