import type OpenAI from 'openai';
import type { ChatCompletionStreamParams } from 'openai/lib/ChatCompletionStream';
import type { FakeStep } from '../server/script.ts';
import { all, first } from './drain.ts';
import type { Scenario } from './scenario.ts';

const messages: ChatCompletionStreamParams['messages'] = [{ role: 'user', content: 'Say three words.' }];
const chat = { model: 'gpt-5', messages };
const usage = { input_text_tokens: 1000, input_cache_read_text_tokens: 200, output_text_tokens: 50, output_reasoning_tokens: 30 };
const answer: FakeStep = { reply: { usage, text: 'one two three four five' } };
const busy = (status: number): FakeStep => ({ status, retryAfterMs: 1 });
/** Timeout of the client, in milliseconds: many times what an answer takes here. */
const timeoutMs = 150;
const tool = {
  type: 'function' as const,
  function: {
    name: 'weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    parse: JSON.parse,
    function: ({ city }: { city: string }): string => `Rain in ${city}.`,
  },
};

/** Uses of the OpenAI client that must look the same to its host, metered or not. */
export const openaiScenarios: readonly Scenario<OpenAI>[] = [
  { name: 'chat, plain', steps: [answer], act: (client) => client.chat.completions.create(chat) },
  {
    name: 'chat, streamed',
    steps: [answer],
    act: async (client) => all(await client.chat.completions.create({ ...chat, stream: true })),
  },
  {
    name: 'chat, streamed with its usage asked for',
    steps: [answer],
    act: async (client) =>
      all(await client.chat.completions.create({ ...chat, stream: true, stream_options: { include_usage: true } })),
  },
  {
    name: 'chat, streamed with its usage refused',
    steps: [answer],
    act: async (client) =>
      all(await client.chat.completions.create({ ...chat, stream: true, stream_options: { include_usage: false } })),
  },
  {
    name: 'chat, streamed with other stream options',
    steps: [answer],
    act: async (client) =>
      all(await client.chat.completions.create({ ...chat, stream: true, stream_options: { include_obfuscation: false } })),
  },
  {
    name: 'early break',
    steps: [{ ...answer, stream: { holdAfterEvents: 3 } }],
    act: async (client) => first(await client.chat.completions.create({ ...chat, stream: true }), 2),
  },
  {
    name: 'abort in the middle of a stream',
    steps: [{ ...answer, stream: { holdAfterEvents: 3 } }],
    act: async (client) => {
      const abort = new AbortController();
      const stream = await client.chat.completions.create({ ...chat, stream: true }, { signal: abort.signal });
      const seen: unknown[] = [];
      for await (const chunk of stream) {
        seen.push(chunk);
        if (seen.length === 3) abort.abort();
      }
      return seen;
    },
  },
  {
    name: 'abort before the answer',
    isRefused: true,
    steps: [{ hang: 'before-headers' }],
    act: async (client, { arrived }) => {
      const abort = new AbortController();
      const call = client.chat.completions.create(chat, { signal: abort.signal });
      const stop = (): void => abort.abort();
      arrived().then(stop, stop);
      return call;
    },
  },
  {
    name: 'abort before the request',
    isRefused: true,
    act: async (client) => client.chat.completions.create(chat, { signal: AbortSignal.abort() }),
  },
  {
    name: 'timeout, then an answer',
    isTimed: true,
    steps: [{ hang: 'before-headers' }, answer],
    act: (client) => client.chat.completions.create(chat, { timeout: timeoutMs, maxRetries: 1 }),
  },
  {
    name: 'timeout for good',
    isTimed: true,
    isRefused: true,
    steps: [{ hang: 'before-headers' }],
    act: (client) => client.chat.completions.create(chat, { timeout: timeoutMs, maxRetries: 0 }),
  },
  {
    name: 'timeout in the middle of the body, then an answer',
    isTimed: true,
    steps: [{ hang: 'after-headers' }, answer],
    act: (client) => client.chat.completions.create(chat, { timeout: timeoutMs, maxRetries: 1 }),
  },
  { name: '429, then an answer', steps: [busy(429), answer], act: (client) => client.chat.completions.create(chat) },
  {
    name: '500 and 503, then an answer',
    steps: [busy(500), busy(503), answer],
    act: (client) => client.chat.completions.create(chat),
  },
  {
    name: '429, then a stream',
    steps: [busy(429), answer],
    act: async (client) => all(await client.chat.completions.create({ ...chat, stream: true })),
  },
  {
    name: '429 to the end',
    isRefused: true,
    steps: [busy(429), busy(429), busy(429)],
    act: (client) => client.chat.completions.create(chat),
  },
  { name: '400', isRefused: true, steps: [{ status: 400 }], act: (client) => client.chat.completions.create(chat) },
  { name: '404', isRefused: true, act: (client) => client.post('/nothing', { body: {} }) },
  {
    name: 'withResponse',
    steps: [answer],
    act: async (client) => {
      const { data, response } = await client.chat.completions.create(chat).withResponse();
      return {
        data,
        status: response.status,
        url: response.url,
        redirected: response.redirected,
        type: response.headers.get('content-type'),
      };
    },
  },
  {
    name: 'asResponse',
    steps: [answer],
    act: async (client) => {
      const response = await client.chat.completions.create(chat).asResponse();
      return {
        url: response.url,
        ok: response.ok,
        used: response.bodyUsed,
        copy: await response.clone().json(),
        body: await response.json(),
      };
    },
  },
  {
    name: 'asResponse of a stream',
    steps: [answer],
    act: async (client) =>
      (await client.chat.completions.create({ ...chat, stream: true }).asResponse()).text().then((text) => text.length > 0),
  },
  {
    name: 'parse',
    steps: [{ reply: { usage, text: '{"city":"Oslo"}' } }],
    act: (client) =>
      client.chat.completions.parse({
        ...chat,
        response_format: { type: 'json_schema', json_schema: { name: 'city', strict: true, schema: { type: 'object' } } },
      }),
  },
  { name: 'stream helper', steps: [answer], act: (client) => client.chat.completions.stream(chat).finalChatCompletion() },
  {
    name: 'stream helper with events',
    steps: [answer],
    act: async (client) => {
      const seen: string[] = [];
      const runner = client.chat.completions.stream(chat).on('content', (delta) => seen.push(delta));
      await runner.done();
      return seen;
    },
  },
  {
    name: 'tool runner',
    steps: [{ reply: { usage, toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] } }, answer],
    act: (client) => client.chat.completions.runTools({ ...chat, tools: [tool] }).finalContent(),
  },
  {
    name: 'tool runner, streamed',
    steps: [{ reply: { usage, toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] } }, answer],
    act: (client) => client.chat.completions.runTools({ ...chat, stream: true, tools: [tool] }).finalContent(),
  },
  {
    name: 'tee',
    steps: [answer],
    act: async (client) => {
      const [left, right] = (await client.chat.completions.create({ ...chat, stream: true })).tee();
      return Promise.all([all(left), all(right)]);
    },
  },
  {
    name: 'toReadableStream',
    steps: [answer],
    act: async (client) =>
      new Response((await client.chat.completions.create({ ...chat, stream: true })).toReadableStream() as ReadableStream).text(),
  },
  {
    name: 'double iteration',
    isRefused: true,
    steps: [answer],
    act: async (client) => {
      const stream = await client.chat.completions.create({ ...chat, stream: true });
      await all(stream);
      return all(stream);
    },
  },
  {
    name: 'the promise awaited twice',
    steps: [answer],
    act: async (client) => {
      const call = client.chat.completions.create(chat);
      return [await call, (await call.withResponse()).data];
    },
  },
  {
    name: 'the connection breaks in the middle of a stream',
    isRefused: true,
    steps: [{ ...answer, stream: { cutAfterEvents: 2 } }],
    act: async (client) => all(await client.chat.completions.create({ ...chat, stream: true })),
  },
  {
    name: 'the provider fails in the middle of a stream',
    isRefused: true,
    steps: [{ ...answer, stream: { failAfterEvents: 2 } }],
    act: async (client) => all(await client.chat.completions.create({ ...chat, stream: true })),
  },
  { name: 'responses, plain', steps: [answer], act: (client) => client.responses.create({ model: 'gpt-5', input: 'Hello' }) },
  {
    name: 'responses, streamed',
    steps: [answer],
    act: async (client) => all(await client.responses.create({ model: 'gpt-5', input: 'Hello', stream: true })),
  },
  {
    name: 'responses with searches of the provider',
    steps: [{ reply: { usage: { ...usage, web_searches: 2, file_searches: 1 } } }],
    act: (client) => client.responses.create({ model: 'gpt-5', input: 'Hello' }),
  },
  {
    name: 'responses with searches of the provider, streamed',
    steps: [{ reply: { usage: { ...usage, web_searches: 2 } } }],
    act: async (client) => all(await client.responses.create({ model: 'gpt-5', input: 'Hello', stream: true })),
  },
  {
    name: 'responses, stream helper',
    steps: [answer],
    act: (client) => client.responses.stream({ model: 'gpt-5', input: 'Hello' }).finalResponse(),
  },
  { name: 'responses, parse', steps: [answer], act: (client) => client.responses.parse({ model: 'gpt-5', input: 'Hello' }) },
  {
    name: 'responses in the background, read until they are done',
    steps: [answer, {}, {}, {}],
    act: async (client) => {
      const started = await client.responses.create({ model: 'gpt-5', input: 'Hello', background: true });
      const early = await client.responses.retrieve(started.id);
      const done = await client.responses.retrieve(started.id);
      const again = await client.responses.retrieve(started.id);
      return [started.status, early.status, done.output_text, again.usage];
    },
  },
  {
    name: 'responses, compacted',
    needs: 'responses.compact',
    steps: [answer],
    act: (client) => client.responses.compact({ model: 'gpt-5', input: 'Hello' }),
  },
  {
    name: 'decisions',
    needs: 'decisions.create',
    steps: [answer],
    act: (client) =>
      client.decisions.create({
        model: 'gpt-5',
        input: 'Hello',
        questions: [{ type: 'predicate', instructions: 'Is it a greeting?' }],
      }),
  },
  {
    name: 'embeddings',
    act: (client) => client.embeddings.create({ model: 'text-embedding-3-small', input: ['Hello', 'there'] }),
  },
  { name: 'images', act: (client) => client.images.generate({ model: 'gpt-image-1', prompt: 'A house' }) },
  {
    name: 'images, streamed',
    act: async (client) =>
      all(await client.images.generate({ model: 'gpt-image-1', prompt: 'A house', stream: true, partial_images: 1 })),
  },
  {
    name: 'images, edited',
    act: async (client) =>
      client.images.edit({ model: 'gpt-image-1', prompt: 'A house', image: new File(['png'], 'a.png', { type: 'image/png' }) }),
  },
  {
    name: 'speech',
    usage: { characters: 12 },
    act: async (client) => {
      const response = await client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hello, world' });
      return (await response.arrayBuffer()).byteLength;
    },
  },
  {
    name: 'transcription, billed by tokens',
    act: (client) => client.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: new File(['mp3'], 'a.mp3') }),
  },
  {
    name: 'transcription, streamed',
    act: async (client) =>
      all(
        await client.audio.transcriptions.create({
          model: 'gpt-4o-transcribe',
          file: new File(['mp3'], 'a.mp3'),
          stream: true,
        }),
      ),
  },
  {
    name: 'transcription, billed by seconds',
    steps: [{ reply: { usage: { audio_seconds: 37 } } }],
    act: (client) => client.audio.transcriptions.create({ model: 'whisper-1', file: new File(['mp3'], 'a.mp3') }),
  },
  {
    name: 'batch, read when it is done',
    steps: [{}, answer],
    act: async (client) => {
      const lines = ['T-1', 'T-2'].map((custom_id) => ({ custom_id, method: 'POST', url: '/v1/chat/completions', body: chat }));
      const file = new File([lines.map((line) => JSON.stringify(line)).join('\n')], 'input.jsonl');
      const { id } = await client.files.create({ file, purpose: 'batch' });
      const batch = await client.batches.create({
        input_file_id: id,
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
      });
      const done = await client.batches.retrieve(batch.id);
      return (await (await client.files.content(done.output_file_id ?? '')).text()).trim().split('\n').length;
    },
  },
  { name: 'moderation', act: (client) => client.moderations.create({ model: 'omni-moderation-latest', input: 'Hello' }) },
  { name: 'list of models', act: async (client) => all(await client.models.list()) },
  {
    name: 'calls side by side',
    steps: Array.from({ length: 8 }, () => answer),
    act: (client) => Promise.all(Array.from({ length: 8 }, () => client.chat.completions.create(chat))),
  },
];
