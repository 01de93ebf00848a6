import { all, type FakeProvider, first, type Scenario, see, startFakeGemini, toldUsage, waitFor } from '@costspan/testkit';
import { type CallableTool, GoogleGenAI, Type } from '@google/genai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fetch } from '../../src/index.ts';
import { measure, usageOf } from '../support/measure.ts';
import { spanUsage } from '../support/span-usage.ts';

let server: FakeProvider;
beforeAll(async () => {
  server = await startFakeGemini();
});
afterAll(() => server.close());

const clientOf = (fetch?: Fetch, url = server.url): GoogleGenAI =>
  new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: url, ...(fetch !== undefined && { fetch }) } });

const model = 'gemini-2.5-pro';
const request = { model, contents: 'Where is my parcel?' };
const usage = { input_text_tokens: 90, input_cache_read_text_tokens: 10, output_text_tokens: 20, output_reasoning_tokens: 5 };
const answer = { reply: { usage, text: 'one two three four' } };
const retryOptions = { attempts: 3, initialDelay: 0.001, jitter: 0 };
const weather: CallableTool = {
  tool: async () => ({
    functionDeclarations: [{ name: 'weather', parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } } } }],
  }),
  callTool: async (calls) => calls.map(({ name = '' }) => ({ functionResponse: { name, response: { output: 'Rain.' } } })),
};
const toolCall = { reply: { usage, toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] } };

const scenarios: readonly Scenario<GoogleGenAI>[] = [
  { name: 'plain', steps: [answer], act: (client) => client.models.generateContent(request) },
  { name: 'streamed', steps: [answer], act: async (client) => all(await client.models.generateContentStream(request)) },
  {
    name: 'early break',
    steps: [{ ...answer, stream: { holdAfterEvents: 2 } }],
    act: async (client) => {
      const abort = new AbortController();
      const stream = await client.models.generateContentStream({ ...request, config: { abortSignal: abort.signal } });
      const pieces = await first(stream, 2);
      // The client leaves the connection open when its stream is left; only the signal closes it.
      abort.abort();
      return pieces;
    },
  },
  {
    name: 'abort before the answer',
    isRefused: true,
    steps: [{ hang: 'before-headers' }],
    act: async (client, { arrived }) => {
      const abort = new AbortController();
      const stop = (): void => abort.abort();
      arrived().then(stop, stop);
      return client.models.generateContent({ ...request, config: { abortSignal: abort.signal } });
    },
  },
  {
    name: '429 and 503, then an answer',
    steps: [{ status: 429 }, { status: 503 }, answer],
    act: (client) => client.models.generateContent({ ...request, config: { httpOptions: { retryOptions } } }),
  },
  { name: '429', isRefused: true, steps: [{ status: 429 }], act: (client) => client.models.generateContent(request) },
  { name: '400', isRefused: true, steps: [{ status: 400 }], act: (client) => client.models.generateContent(request) },
  {
    name: 'the connection breaks in the middle of a stream',
    isRefused: true,
    steps: [{ ...answer, stream: { cutAfterEvents: 2 } }],
    act: async (client) => all(await client.models.generateContentStream(request)),
  },
  {
    name: 'the provider fails in the middle of a stream',
    isRefused: true,
    steps: [{ ...answer, stream: { failAfterEvents: 2 } }],
    act: async (client) => all(await client.models.generateContentStream(request)),
  },
  {
    name: 'a chat',
    steps: [answer, answer],
    act: async (client) => {
      const chat = client.chats.create({ model });
      await chat.sendMessage({ message: 'Hi' });
      return all(await chat.sendMessageStream({ message: 'And now?' }));
    },
  },
  {
    name: 'functions that the client calls',
    steps: [toolCall, answer],
    act: (client) => client.models.generateContent({ ...request, config: { tools: [weather] } }),
  },
  {
    name: 'functions that the client calls, streamed',
    steps: [toolCall, answer],
    act: async (client) => all(await client.models.generateContentStream({ ...request, config: { tools: [weather] } })),
  },
  {
    name: 'embeddings',
    act: (client) => client.models.embedContent({ model: 'gemini-embedding-2', contents: ['Hello', 'there'] }),
  },
  { name: 'counting tokens', usage: {}, act: (client) => client.models.countTokens(request) },
  {
    name: 'calls side by side',
    steps: Array.from({ length: 4 }, () => answer),
    act: (client) => Promise.all(Array.from({ length: 4 }, () => client.models.generateContent(request))),
  },
];

describe('the Google GenAI client', () => {
  test.each(scenarios)('$name: the host sees the same', async (scenario) => {
    const bare = await see(server, clientOf(), scenario);
    expect('error' in bare).toBe(scenario.isRefused ?? false);
    const { costspan } = measure();
    expect(await see(server, clientOf(costspan.fetch({ provider: 'gcp.gemini' })), scenario)).toEqual(bare);
  });

  test.each(scenarios)('$name: usage equals what the server told', async (scenario) => {
    const { costspan, spans } = measure();
    const from = server.log.length;
    await see(server, clientOf(costspan.fetch({ provider: 'gcp.gemini' })), scenario);
    const isFree = scenario.usage !== undefined;
    const found = await waitFor('the spans', async () => {
      const ended = await spans();
      return (isFree || ended.length > 0) && ended;
    });
    expect(spanUsage(found)).toEqual(scenario.usage ?? toldUsage(server.log.slice(from)));
    expect(found).toHaveLength(isFree ? 0 : server.log.length - from);
  });

  test('the span says who answered and with which model', async () => {
    const { costspan, spans } = measure();
    server.enqueue(answer);
    await clientOf(costspan.fetch({ provider: 'gcp.gemini' })).models.generateContent(request);
    const [span] = await spans();
    expect(span?.attributes).toMatchObject({
      'gen_ai.provider.name': 'gcp.gemini',
      'gen_ai.request.model': model,
      'gen_ai.response.model': model,
      'gen_ai.operation.name': 'generate_content',
    });
    expect(span?.attributes['costspan.usage_missing']).toBeUndefined();
  });

  test('embeddings of a model that tells no usage are unknown, and not free', async () => {
    const { costspan, spans } = measure();
    server.enqueue({ reply: { rawUsage: 'absent' } });
    const client = clientOf(costspan.fetch({ provider: 'gcp.gemini' }));
    await client.models.embedContent({ model: 'gemini-embedding-001', contents: 'Hello' });
    const [span] = await spans();
    expect(usageOf(span)).toEqual({});
    expect(span?.attributes).toMatchObject({ 'costspan.category': 'embedding', 'costspan.usage_missing': true });
  });
});
