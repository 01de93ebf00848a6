import type Anthropic from '@anthropic-ai/sdk';
import type { FakeStep } from '../server/script.ts';
import { all, first } from './drain.ts';
import type { Scenario } from './scenario.ts';

const request: Anthropic.MessageCreateParamsNonStreaming = {
  model: 'claude-sonnet-5',
  max_tokens: 500,
  messages: [{ role: 'user', content: 'Say three words.' }],
};
const usage = {
  input_text_tokens: 900,
  input_cache_read_text_tokens: 300,
  input_cache_write_5m_tokens: 40,
  input_cache_write_1h_tokens: 20,
  output_text_tokens: 60,
};
const answer: FakeStep = { reply: { usage, text: 'one two three four five' } };
// A stream that is cut short has told its input and a first count of its output.
const cut = { ...usage, output_text_tokens: 1 };
const busy = (status: number): FakeStep => ({ status, retryAfterMs: 1 });
/** Timeout of the client, in milliseconds: many times what an answer takes here. */
const timeoutMs = 150;
const weather = {
  type: 'custom' as const,
  name: 'weather',
  description: 'The weather of a city.',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
  parse: (input: unknown): { city: string } => input as { city: string },
  run: ({ city }: { city: string }): string => `Rain in ${city}.`,
};

/** Uses of the Anthropic client that must look the same to its host, metered or not. */
export const anthropicScenarios: readonly Scenario<Anthropic>[] = [
  { name: 'messages, plain', steps: [answer], act: (client) => client.messages.create(request) },
  {
    name: 'messages, streamed',
    steps: [answer],
    act: async (client) => all(await client.messages.create({ ...request, stream: true })),
  },
  {
    name: 'messages with thinking and searches',
    steps: [{ reply: { usage: { ...usage, output_reasoning_tokens: 25, web_searches: 2 } } }],
    act: (client) => client.messages.create(request),
  },
  {
    name: 'messages with thinking and searches, streamed',
    steps: [{ reply: { usage: { ...usage, output_reasoning_tokens: 25, web_searches: 2 } } }],
    act: async (client) => all(await client.messages.create({ ...request, stream: true })),
  },
  {
    name: 'beta messages',
    steps: [answer],
    act: (client) => client.beta.messages.create({ ...request, betas: ['x-2026-01-01'] }),
  },
  { name: 'stream helper', steps: [answer], act: (client) => client.messages.stream(request).finalMessage() },
  {
    name: 'stream helper with events',
    steps: [answer],
    act: async (client) => {
      const seen: string[] = [];
      await client.messages
        .stream(request)
        .on('text', (text) => seen.push(text))
        .done();
      return seen;
    },
  },
  {
    name: 'stream helper, aborted',
    isRefused: true,
    steps: [{ ...answer, stream: { holdAfterEvents: 4 } }],
    usage: cut,
    act: async (client) => {
      const stream = client.messages.stream(request);
      stream.on('text', () => stream.abort());
      return stream.finalMessage();
    },
  },
  {
    name: 'early break',
    steps: [{ ...answer, stream: { holdAfterEvents: 5 } }],
    usage: cut,
    act: async (client) => first(await client.messages.create({ ...request, stream: true }), 3),
  },
  {
    name: 'abort before the answer',
    isRefused: true,
    steps: [{ hang: 'before-headers' }],
    act: async (client, { arrived }) => {
      const abort = new AbortController();
      const call = client.messages.create(request, { signal: abort.signal });
      const stop = (): void => abort.abort();
      arrived().then(stop, stop);
      return call;
    },
  },
  {
    name: 'timeout, then an answer',
    isTimed: true,
    steps: [{ hang: 'before-headers' }, answer],
    act: (client) => client.messages.create(request, { timeout: timeoutMs, maxRetries: 1 }),
  },
  {
    name: 'timeout for good',
    isTimed: true,
    isRefused: true,
    steps: [{ hang: 'before-headers' }],
    act: (client) => client.messages.create(request, { timeout: timeoutMs, maxRetries: 0 }),
  },
  { name: '529, then an answer', steps: [busy(529), answer], act: (client) => client.messages.create(request) },
  {
    name: '429, then a stream',
    steps: [busy(429), answer],
    act: async (client) => all(await client.messages.create({ ...request, stream: true })),
  },
  {
    name: '529 to the end',
    isRefused: true,
    steps: [busy(529), busy(529), busy(529)],
    act: (client) => client.messages.create(request),
  },
  { name: '400', isRefused: true, steps: [{ status: 400 }], act: (client) => client.messages.create(request) },
  {
    name: 'withResponse',
    steps: [answer],
    act: async (client) => {
      const { data, response } = await client.messages.create(request).withResponse();
      return { data, status: response.status, url: response.url };
    },
  },
  {
    name: 'asResponse',
    steps: [answer],
    act: async (client) => {
      const response = await client.messages.create(request).asResponse();
      return { url: response.url, body: await response.json() };
    },
  },
  {
    name: 'parse',
    needs: 'messages.parse',
    steps: [{ reply: { usage, text: '{"city":"Oslo"}' } }],
    act: (client) => client.messages.parse(request),
  },
  {
    name: 'tool runner',
    needs: 'beta.messages.toolRunner',
    steps: [{ reply: { usage, toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] } }, answer],
    act: async (client) => client.beta.messages.toolRunner({ ...request, tools: [weather], thread: false }).runUntilDone(),
  },
  {
    name: 'tool runner, streamed',
    needs: 'beta.messages.toolRunner',
    steps: [{ reply: { usage, toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] } }, answer],
    act: async (client) => {
      const turns: unknown[] = [];
      for await (const stream of client.beta.messages.toolRunner({ ...request, tools: [weather], stream: true, thread: false })) {
        turns.push(await all(stream));
      }
      return turns;
    },
  },
  {
    name: 'tee',
    steps: [answer],
    act: async (client) => {
      const [left, right] = (await client.messages.create({ ...request, stream: true })).tee();
      return Promise.all([all(left), all(right)]);
    },
  },
  {
    name: 'double iteration',
    isRefused: true,
    steps: [answer],
    act: async (client) => {
      const stream = await client.messages.create({ ...request, stream: true });
      await all(stream);
      return all(stream);
    },
  },
  {
    name: 'the connection breaks in the middle of a stream',
    isRefused: true,
    steps: [{ ...answer, stream: { cutAfterEvents: 4 } }],
    usage: cut,
    act: async (client) => all(await client.messages.create({ ...request, stream: true })),
  },
  {
    name: 'the provider fails in the middle of a stream',
    isRefused: true,
    steps: [{ ...answer, stream: { failAfterEvents: 4 } }],
    usage: cut,
    act: async (client) => all(await client.messages.create({ ...request, stream: true })),
  },
  {
    name: 'beta stream helper',
    steps: [answer],
    act: (client) => client.beta.messages.stream(request).finalMessage(),
  },
  {
    name: 'abort in the middle of a stream',
    steps: [{ ...answer, stream: { holdAfterEvents: 4 } }],
    usage: cut,
    act: async (client) => {
      const abort = new AbortController();
      const stream = await client.messages.create({ ...request, stream: true }, { signal: abort.signal });
      const seen: unknown[] = [];
      for await (const event of stream) {
        seen.push(event);
        if (seen.length === 2) abort.abort();
      }
      return seen;
    },
  },
  {
    name: 'the promise awaited twice',
    steps: [answer],
    act: async (client) => {
      const call = client.messages.create(request);
      return [await call, (await call.withResponse()).data];
    },
  },
  {
    name: 'batch, read when it is done',
    steps: [answer],
    act: async (client) => {
      const requests = ['T-1', 'T-2'].map((custom_id) => ({ custom_id, params: request }));
      const { id } = await client.messages.batches.create({ requests });
      return all(await client.messages.batches.results(id));
    },
  },
  {
    name: 'counting tokens',
    steps: [{ reply: { usage: { input_text_tokens: 12 } } }],
    usage: {},
    act: (client) => client.messages.countTokens({ model: request.model, messages: request.messages }),
  },
  {
    name: 'calls side by side',
    steps: Array.from({ length: 8 }, () => answer),
    act: (client) => Promise.all(Array.from({ length: 8 }, () => client.messages.create(request))),
  },
];
