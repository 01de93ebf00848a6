import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { LegacyOpenTelemetry, OpenTelemetry } from '@ai-sdk/otel';
import { type Costspan, createCostspan } from '@costspan/sdk';
import {
  addUsage,
  type FakeProvider,
  type FakeStep,
  type FakeUsage,
  startFakeAnthropic,
  startFakeOpenAi,
  startHttpServer,
} from '@costspan/testkit';
import { context, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { createGateway, embed, embedMany, generateText, isStepCount, jsonSchema, streamText, type Telemetry, tool } from 'ai';
import { afterEach, describe, expect, test } from 'vitest';
import { sumsOf } from './dashboard.ts';
import { recordOf, startProcessor } from './processor.ts';

type Fetch = ReturnType<Costspan['fetch']>;
type App = { readonly server: FakeProvider; readonly fetch: Fetch | undefined; readonly telemetry: object };

afterEach(() => {
  trace.disable();
  context.disable();
});

const integrations: readonly (readonly [string, () => Telemetry])[] = [
  ['OpenTelemetry', () => new OpenTelemetry()],
  ['OpenTelemetry with usage', () => new OpenTelemetry({ usage: true, providerMetadata: true })],
  ['the spans of version 6', () => new LegacyOpenTelemetry()],
];

const used = { input_text_tokens: 90, input_cache_read_text_tokens: 10, output_text_tokens: 20, output_reasoning_tokens: 5 };
const reply = { usage: used, text: 'one two three' };
const weather = tool({
  inputSchema: jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } } }),
  execute: async () => 'sunny',
});

/** Steps of the provider, and what the application does with them. */
const works: readonly (readonly [string, readonly FakeStep[], (app: App) => PromiseLike<unknown>])[] = [
  [
    'an answer',
    [{ reply }],
    ({ server, fetch, telemetry }) => generateText({ model: openai(server, fetch)('gpt-5'), prompt: 'Hi', telemetry }),
  ],
  [
    'an answer at the second try',
    [{ status: 429, retryAfterMs: 1 }, { reply }],
    ({ server, fetch, telemetry }) => generateText({ model: openai(server, fetch)('gpt-5'), prompt: 'Hi', telemetry }),
  ],
  [
    'a streamed answer',
    [{ reply }],
    ({ server, fetch, telemetry }) => streamText({ model: openai(server, fetch)('gpt-5'), prompt: 'Hi', telemetry }).text,
  ],
  [
    'a streamed chat',
    [{ reply }],
    ({ server, fetch, telemetry }) => streamText({ model: openai(server, fetch).chat('gpt-5'), prompt: 'Hi', telemetry }).text,
  ],
  [
    'steps with a tool',
    [{ reply: { ...reply, toolCalls: [{ name: 'weather', arguments: { city: 'Bern' } }] } }, { reply }],
    ({ server, fetch, telemetry }) =>
      generateText({
        model: openai(server, fetch)('gpt-5'),
        prompt: 'Hi',
        tools: { weather },
        stopWhen: isStepCount(3),
        telemetry,
      }),
  ],
  [
    'calls at the same time',
    [{ reply }, { reply }, { reply }],
    ({ server, fetch, telemetry }) =>
      Promise.all(['a', 'b', 'c'].map((prompt) => generateText({ model: openai(server, fetch)('gpt-5'), prompt, telemetry }))),
  ],
  [
    'an embedding',
    [],
    ({ server, fetch, telemetry }) =>
      embed({ model: openai(server, fetch).embedding('text-embedding-3-small'), value: 'one two', telemetry }),
  ],
  [
    'an embedding at the second try',
    [{ status: 500, retryAfterMs: 1 }],
    ({ server, fetch, telemetry }) =>
      embed({ model: openai(server, fetch).embedding('text-embedding-3-small'), value: 'one two', telemetry }),
  ],
  [
    'many embeddings in several requests',
    [],
    ({ server, fetch, telemetry }) =>
      embedMany({
        // The provider takes 2,048 texts a request; here it takes two.
        model: Object.create(openai(server, fetch).embedding('text-embedding-3-small'), { maxEmbeddingsPerCall: { value: 2 } }),
        values: ['one', 'two', 'three', 'four', 'five'],
        telemetry,
      }),
  ],
];

const openai = (server: FakeProvider, fetch: Fetch | undefined): ReturnType<typeof createOpenAI> =>
  createOpenAI({ apiKey: 'k', baseURL: `${server.url}/v1`, ...(fetch !== undefined && { fetch }) });

/** The application's own spans after `work`, without Costspan or with it. */
const spansOf = async (
  integration: () => Telemetry,
  work: (telemetry: object) => PromiseLike<unknown>,
  costspan?: Costspan,
): Promise<readonly ReadableSpan[]> => {
  trace.disable();
  context.disable();
  const exporter = new InMemorySpanExporter();
  const sdk = new NodeSDK({
    autoDetectResources: false,
    metricReaders: [],
    logRecordProcessors: [],
    spanProcessors: [...(costspan === undefined ? [] : [costspan.spanProcessor]), new SimpleSpanProcessor({ exporter })],
  });
  sdk.start();
  await work({ isEnabled: true, integrations: [integration()] });
  await costspan?.flush();
  const spans = exporter.getFinishedSpans();
  await sdk.shutdown();
  return [...spans];
};

/** The same work without Costspan and with it, and what the ledger then knows. */
const compare = async (integration: () => Telemetry, steps: readonly FakeStep[], work: (app: App) => PromiseLike<unknown>) => {
  await using bare = await startFakeOpenAi({ script: steps });
  const before = await spansOf(integration, (telemetry) => work({ server: bare, fetch: undefined, telemetry }));
  await using server = await startFakeOpenAi({ script: steps });
  await using processor = await startProcessor();
  const costspan = createCostspan({ endpoint: processor.url });
  const fetch = costspan.fetch({ spans: 'annotate', provider: 'openai' });
  const after = await spansOf(
    integration,
    (telemetry) => costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => work({ server, fetch, telemetry })),
    costspan,
  );
  const record = await recordOf(processor, 'ticket', 'T-1');
  const billed = Object.values(server.usageByModel()).reduce((total: FakeUsage, usage) => addUsage(total, usage), {});
  return { before, after, record, billed, answered: server.log.filter(({ status }) => status === 200).length };
};

const asText = (usage: FakeUsage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(usage)
      .filter(([, count]) => count > 0)
      .map(([unit, count]) => [unit, String(count)]),
  );

describe.each(integrations)('with %s', (_, integration) => {
  test.each(works)('%s: the dashboard adds up as before, and the ledger has each call once', async (_name, steps, work) => {
    const { before, after, record, billed, answered } = await compare(integration, steps, work);
    expect(Object.keys(sumsOf(before)).length).toBeGreaterThan(0);
    expect(sumsOf(after)).toEqual(sumsOf(before));
    expect(record).toMatchObject({ usage: asText(billed), complete: true });
    expect((record['spans'] as Record<string, number>)['priced']).toBe(answered);
  });
});

test('a stream that is left: one call of unknown usage, and the dashboard as before', async () => {
  const integration = (): Telemetry => new OpenTelemetry();
  const { before, after, record } = await compare(integration, [{ reply, stream: { holdAfterEvents: 2 } }], async (app: App) => {
    const stop = new AbortController();
    const { textStream } = streamText({
      model: openai(app.server, app.fetch)('gpt-5'),
      prompt: 'Hi',
      abortSignal: stop.signal,
      telemetry: app.telemetry,
    });
    await app.server.waitUntil('a request', (log) => log.length === 1);
    stop.abort();
    for await (const _ of textStream);
  });
  expect(sumsOf(after)).toEqual(sumsOf(before));
  expect(record).toMatchObject({ spans: { usage_missing: 1 }, complete: false });
});

describe('Anthropic, whose streams say more after the AI SDK has ended its span', () => {
  const usage = {
    input_text_tokens: 900,
    input_cache_read_text_tokens: 300,
    input_cache_write_5m_tokens: 40,
    input_cache_write_1h_tokens: 20,
    output_text_tokens: 60,
  };
  type Ask = (model: ReturnType<ReturnType<typeof createAnthropic>>, telemetry: object) => PromiseLike<unknown>;

  test.each<[string, () => Telemetry, Ask]>(
    integrations.flatMap(([name, integration]) => [
      [`an answer, with ${name}`, integration, (model, telemetry) => generateText({ model, prompt: 'Hi', telemetry })],
      [`a streamed answer, with ${name}`, integration, (model, telemetry) => streamText({ model, prompt: 'Hi', telemetry }).text],
    ]),
  )('%s: the dashboard adds up as before, and the ledger has the call once', async (_, integration, ask) => {
    await using server = await startFakeAnthropic({ script: () => ({ reply: { usage, text: 'one two' } }) });
    const work = (telemetry: object, fetch?: Fetch): PromiseLike<unknown> =>
      ask(
        createAnthropic({ apiKey: 'k', baseURL: `${server.url}/v1`, ...(fetch !== undefined && { fetch }) })('claude-sonnet-5'),
        telemetry,
      );
    const before = await spansOf(integration, work);
    await using processor = await startProcessor();
    const costspan = createCostspan({ endpoint: processor.url });
    const fetch = costspan.fetch({ spans: 'annotate', provider: 'anthropic' });
    const after = await spansOf(
      integration,
      (telemetry) => costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => work(telemetry, fetch)),
      costspan,
    );
    expect(sumsOf(after)).toEqual(sumsOf(before));
    const { usage: known, spans, complete } = await recordOf(processor, 'ticket', 'T-1');
    expect({ known, complete }).toEqual({ known: asText(usage), complete: true });
    expect((spans as Record<string, number>)['priced']).toBe(1);
  });
});

describe('the AI Gateway', () => {
  const usage = { inputTokens: { total: 100, noCache: 90, cacheRead: 10 }, outputTokens: { total: 25, text: 20, reasoning: 5 } };
  const finish = {
    finishReason: { unified: 'stop', raw: 'stop' },
    usage,
    providerMetadata: { gateway: { cost: '0.0045' } },
  };
  const events = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: 'one two' },
    { type: 'text-end', id: '0' },
    { type: 'finish', ...finish },
  ];

  test.each<[string, (model: ReturnType<ReturnType<typeof createGateway>>, telemetry: object) => PromiseLike<unknown>]>([
    ['an answer', (model, telemetry) => generateText({ model, prompt: 'Hi', telemetry })],
    ['a streamed answer', (model, telemetry) => streamText({ model, prompt: 'Hi', telemetry }).text],
  ])('%s: the dashboard adds up as before, and the ledger has the call once, with the usage told', async (_, ask) => {
    await using server = await startHttpServer(({ headers }, response) => {
      const isStream = headers['ai-language-model-streaming'] === 'true';
      response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
      const whole = JSON.stringify({ content: [{ type: 'text', text: 'one two' }], warnings: [], ...finish });
      response.end(isStream ? events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') : whole);
    });
    const work = (telemetry: object, fetch?: Fetch): PromiseLike<unknown> =>
      ask(
        createGateway({ baseURL: `${server.url}/v4/ai`, apiKey: 'k', ...(fetch !== undefined && { fetch }) })('openai/gpt-5'),
        telemetry,
      );
    const before = await spansOf(() => new OpenTelemetry(), work);
    await using processor = await startProcessor();
    const costspan = createCostspan({ endpoint: processor.url });
    const fetch = costspan.fetch({ spans: 'annotate' });
    const after = await spansOf(
      () => new OpenTelemetry(),
      (telemetry) => costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => work(telemetry, fetch)),
      costspan,
    );
    expect(sumsOf(before)).toMatchObject({ 'chat openai/gpt-5 gen_ai.usage.input_tokens': 100 });
    expect(sumsOf(after)).toEqual(sumsOf(before));
    const { usage: known, spans } = await recordOf(processor, 'ticket', 'T-1');
    expect(known).toEqual(asText(used));
    // The sum of the steps is never priced; a span that ended before the answer did is the same call as ours.
    expect(spans).toMatchObject({ provider_reported: 1, aggregate: 1 });
    expect(spans).not.toHaveProperty('priced');
  });
});
