import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { type FakeProvider, type FakeStep, startFakeBedrock, toldUsage, waitFor } from '@costspan/testkit';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { generateText, streamText, wrapLanguageModel } from 'ai';
import { describe, expect, test } from 'vitest';
import type { Costspan } from '../../src/index.ts';
import { measure, usageOf } from '../support/measure.ts';

type Model = Parameters<typeof wrapLanguageModel>[0]['model'];
type Metering = (server: FakeProvider, costspan: Costspan) => Model;

const bedrock = (server: FakeProvider, fetch?: typeof globalThis.fetch): Model =>
  createAmazonBedrock({
    region: 'eu-central-1',
    accessKeyId: 'key',
    secretAccessKey: 'secret',
    baseURL: server.url,
    ...(fetch !== undefined && { fetch }),
  })('eu.anthropic.claude-sonnet-5-v1:0');

const meterings: readonly (readonly [string, Metering])[] = [
  [
    'the middleware',
    (server, costspan) => wrapLanguageModel({ model: bedrock(server), middleware: costspan.aiMiddleware({ spans: 'own' }) }),
  ],
  ['a fetch, which gets requests that are signed', (server, costspan) => bedrock(server, costspan.fetch())],
];

const usage = {
  input_text_tokens: 90,
  input_cache_read_text_tokens: 300,
  input_cache_write_5m_tokens: 40,
  input_cache_write_1h_tokens: 20,
  output_text_tokens: 25,
};
const reply = { usage, text: 'one two three' };

const asked: readonly (readonly [string, readonly FakeStep[], (model: Model) => PromiseLike<unknown>])[] = [
  ['an answer', [{ reply }], async (model) => (await generateText({ model, prompt: 'Hi' })).text],
  ['a streamed answer', [{ reply }], (model) => streamText({ model, prompt: 'Hi' }).text],
  [
    'an answer at the second try',
    [{ status: 429, retryAfterMs: 1 }, { reply }],
    async (model) => (await generateText({ model, prompt: 'Hi' })).text,
  ],
  [
    'an answer without caches',
    [{ reply: { ...reply, usage: { input_text_tokens: 9, output_text_tokens: 3 } } }],
    async (model) => (await generateText({ model, prompt: 'Hi' })).text,
  ],
];

const sumOf = (spans: readonly ReadableSpan[]): Readonly<Record<string, number>> => {
  const sum: Record<string, number> = {};
  for (const [unit, count] of spans.flatMap((span) => Object.entries(usageOf(span))))
    sum[unit] = (sum[unit] ?? 0) + Number(count);
  return sum;
};

describe.each(meterings)('Amazon Bedrock, metered by %s', (_, meteredModel) => {
  test.each(asked)('%s: the host gets the same, and the usage is what Bedrock counted', async (_name, script, ask) => {
    await using bareServer = await startFakeBedrock({ script });
    await using server = await startFakeBedrock({ script });
    const { costspan, spans } = measure();
    const expected = await ask(bedrock(bareServer));
    expect(await ask(meteredModel(server, costspan))).toEqual(expected);
    expect(server.log.map(({ request }) => [request.path, request.body])).toEqual(
      bareServer.log.map(({ request }) => [request.path, request.body]),
    );
    const found = await spans();
    expect(sumOf(found)).toEqual(toldUsage(server.log));
    expect(found.map(({ attributes }) => attributes['costspan.attempt.billable'] ?? 'yes')).toEqual(
      server.log.map(({ status }) => (status === 200 ? 'yes' : 'no')),
    );
    expect(found.at(-1)?.attributes).toMatchObject({
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.request.model': 'eu.anthropic.claude-sonnet-5-v1:0',
    });
  });

  test('a stream that is left is known to be incomplete', async () => {
    await using server = await startFakeBedrock({ script: [{ reply, stream: { holdAfterEvents: 3 } }] });
    const { costspan, spans } = measure();
    const stop = new AbortController();
    const { textStream } = streamText({ model: meteredModel(server, costspan), prompt: 'Hi', abortSignal: stop.signal });
    for await (const _piece of textStream) stop.abort();
    await server.settled();
    const [span] = await waitFor('the span', async () => {
      const found = await spans();
      return found.length > 0 && found;
    });
    expect(usageOf(span)).toEqual({});
    expect(span?.attributes).toMatchObject({ 'costspan.usage_missing': true, 'costspan.attempt.billable': 'possible' });
  });

  test.each<[string, (model: Model) => PromiseLike<unknown>]>([
    ['an answer', (model) => generateText({ model, prompt: 'Hi' })],
    ['a stream', (model) => streamText({ model, prompt: 'Hi' }).text],
  ])('%s names the tier that served it, which decides the price', async (_name, ask) => {
    await using server = await startFakeBedrock({ script: [{ reply: { ...reply, serviceTier: 'flex' } }] });
    const { costspan, spans } = measure();
    await ask(meteredModel(server, costspan));
    expect((await spans()).map(({ attributes }) => attributes['openai.response.service_tier'])).toEqual(['flex']);
  });
});
