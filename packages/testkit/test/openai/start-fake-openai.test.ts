import OpenAI from 'openai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { embed, type FakeProvider, startFakeOpenAi } from '../../src/index.ts';
import { collect } from '../collect.ts';

const usage = {
  input_text_tokens: 86,
  input_cache_read_text_tokens: 1920,
  output_text_tokens: 180,
  output_reasoning_tokens: 120,
};

let server: FakeProvider;
let openai: OpenAI;

beforeEach(async () => {
  server = await startFakeOpenAi();
  openai = new OpenAI({ apiKey: 'sk-test', baseURL: `${server.url}/v1`, logLevel: 'off' });
});
afterEach(() => server.close());

const question = { model: 'gpt-5', messages: [{ role: 'user' as const, content: 'Where is my parcel?' }] };

test('reports cached input inside the prompt and reasoning inside the completion', async () => {
  server.enqueue({ reply: { text: 'On its way.', usage, model: 'gpt-5-2025-08-07', serviceTier: 'flex' } });
  const completion = await openai.chat.completions.create(question);
  expect(completion.choices[0]?.message.content).toBe('On its way.');
  expect(completion.model).toBe('gpt-5-2025-08-07');
  expect(completion.service_tier).toBe('flex');
  expect(completion.usage).toEqual({
    prompt_tokens: 2006,
    completion_tokens: 300,
    total_tokens: 2306,
    prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 120,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  });
  expect(completion._request_id).toMatch(/^req_/);
});

test('asks for a tool call with JSON arguments', async () => {
  server.enqueue({ reply: { toolCalls: [{ name: 'refund', arguments: { order: 'A-1' } }] } });
  const { choices } = await openai.chat.completions.create(question);
  expect(choices[0]?.finish_reason).toBe('tool_calls');
  expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: 'refund', arguments: '{"order":"A-1"}' } });
});

test.each([
  ['with include_usage', { include_usage: true }, true],
  ['without include_usage', undefined, false],
])('streams %s', async (_name, streamOptions, told) => {
  server.enqueue({ reply: { text: 'On its way to you.', usage } });
  const stream = await openai.chat.completions.create({
    ...question,
    stream: true,
    ...(streamOptions === undefined ? {} : { stream_options: streamOptions }),
  });
  const chunks = await collect(stream);
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('On its way to you.');
  expect(chunks.filter((chunk) => chunk.choices.length === 0)).toHaveLength(told ? 1 : 0);
  expect(chunks.at(-1)?.usage?.total_tokens).toBe(told ? 2306 : undefined);
  await server.settled();
  expect(server.log[0]).toMatchObject({ usage, usageSent: told, ending: 'complete' });
});

test('streams tool calls that the client helper puts together', async () => {
  server.enqueue({ reply: { toolCalls: [{ name: 'refund', arguments: { order: 'A-1' } }] } });
  const final = await openai.chat.completions
    .stream({ ...question, stream_options: { include_usage: true } })
    .finalChatCompletion();
  expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: 'refund', arguments: '{"order":"A-1"}' } });
});

test('answers responses, plain', async () => {
  server.enqueue({
    reply: {
      text: 'Refunded.',
      toolCalls: [{ name: 'refund', arguments: { order: 'A-1' } }],
      usage: { ...usage, web_searches: 2 },
    },
  });
  const response = await openai.responses.create({ model: 'gpt-5', input: 'Refund A-1' });
  expect(response.output_text).toBe('Refunded.');
  expect(response.output.map((item) => item.type)).toEqual([
    'reasoning',
    'web_search_call',
    'web_search_call',
    'function_call',
    'message',
  ]);
  expect(response.usage).toEqual({
    input_tokens: 2006,
    input_tokens_details: { cached_tokens: 1920, cache_write_tokens: 0 },
    output_tokens: 300,
    output_tokens_details: { reasoning_tokens: 120 },
    total_tokens: 2306,
  });
});

test('streams responses that the client helper puts together', async () => {
  server.enqueue({ reply: { text: 'All refunded.', toolCalls: [{ name: 'refund', arguments: {} }], usage } });
  const stream = openai.responses.stream({ model: 'gpt-5', input: 'Refund A-1' });
  const types: string[] = [];
  for await (const event of stream) types.push(event.type);
  const final = await stream.finalResponse();
  expect(final.output_text).toBe('All refunded.');
  expect(final.usage?.input_tokens_details.cached_tokens).toBe(1920);
  expect(types[0]).toBe('response.created');
  expect(types.at(-1)).toBe('response.completed');
  expect(types.filter((type) => type === 'response.output_text.delta')).toHaveLength(2);
});

test('embeds as base64 by default and as floats when asked', async () => {
  const input = ['a late parcel', 'parcel, late'];
  const encoded = await openai.embeddings.create({ model: 'text-embedding-3-small', input, dimensions: 64 });
  const floats = await openai.embeddings.create({
    model: 'text-embedding-3-small',
    input,
    dimensions: 64,
    encoding_format: 'float',
  });
  expect(
    server.log.map(
      ({
        request: {
          body: { encoding_format: encoding },
        },
      }) => encoding,
    ),
  ).toEqual(['base64', 'float']);
  expect([...(encoded.data[0]?.embedding ?? [])]).toEqual(floats.data[0]?.embedding);
  expect(floats.data[0]?.embedding).toEqual([...embed('a late parcel', 64)]);
  expect(encoded.usage).toEqual({ prompt_tokens: 7, total_tokens: 7 });
});

test('moderates, draws and lists', async () => {
  const moderation = await openai.moderations.create({ input: ['hello', 'a threat'] });
  expect(moderation.results.map(({ flagged }) => flagged)).toEqual([false, true]);
  const images = await openai.images.generate({ model: 'gpt-image-1', prompt: 'A parcel', n: 2 });
  expect(images.data).toHaveLength(2);
  expect(images.usage).toMatchObject({ input_tokens: 2, output_tokens: 2112 });
  expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(['gpt-5', 'gpt-5-mini']);
});

test('the client retries a 429 and a 503 as told, and the log counts the tries', async () => {
  server.enqueue({ status: 429, retryAfterMs: 1 }, { status: 503, retryAfterMs: 1 });
  await openai.chat.completions.create(question);
  expect(server.log.map(({ status, retryCount }) => [status, retryCount])).toEqual([
    [429, 0],
    [503, 1],
    [200, 2],
  ]);
  expect(server.log.map(({ usage }) => usage !== undefined)).toEqual([false, false, true]);
});

test.each([
  [400, OpenAI.BadRequestError],
  [401, OpenAI.AuthenticationError],
  [404, OpenAI.NotFoundError],
  [429, OpenAI.RateLimitError],
  [500, OpenAI.InternalServerError],
])('a scripted %i becomes the client error of that name', async (status, Expected) => {
  server.enqueue({ status, message: 'No.' });
  const error = await openai.chat.completions.create(question, { maxRetries: 0 }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Expected);
  expect(error).toMatchObject({ status, message: `${status} No.`, requestID: expect.stringMatching(/^req_/) });
});

test('refuses a missing key and a body without a model', async () => {
  const nobody = await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body: '{}' });
  expect(nobody.status).toBe(401);
  await expect(openai.chat.completions.create({ ...question, model: '' })).rejects.toBeInstanceOf(OpenAI.BadRequestError);
});

test('a hanging answer times out, is tried again, and counts as what the provider bills', async () => {
  server.enqueue({ hang: 'before-headers', usage: { input_text_tokens: 10 } });
  await openai.chat.completions.create(question, { timeout: 500, maxRetries: 1 });
  await server.settled();
  expect(server.log.map(({ status, ending, usageSent }) => [status, ending, usageSent])).toEqual([
    [undefined, 'client-left', false],
    [200, 'complete', true],
  ]);
  expect(server.log[0]?.usage).toEqual({ input_text_tokens: 10 });
});

test('a body that stops half-way times out', async () => {
  server.enqueue({ hang: 'after-headers' });
  const failed = openai.chat.completions.create(question, { timeout: 100, maxRetries: 0 });
  await expect(failed).rejects.toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
  await server.settled();
  expect(server.log[0]).toMatchObject({ status: 200, ending: 'client-left', usageSent: false });
});

test('a cut stream gives what was sent and then an error', async () => {
  server.enqueue({ reply: { text: 'one two three four', usage }, stream: { cutAfterEvents: 3 } });
  const stream = await openai.chat.completions.create({ ...question, stream: true });
  const texts: string[] = [];
  await expect(async () => {
    for await (const chunk of stream) texts.push(chunk.choices[0]?.delta.content ?? '');
  }).rejects.toThrow();
  expect(texts).toEqual(['', 'one ', 'two ']);
  expect(server.log[0]).toMatchObject({ ending: 'cut', eventsSent: 3, usageSent: false, usage });
});

test('a stream cut before its first event still has a status', async () => {
  server.enqueue({ stream: { cutAfterEvents: 0 } });
  const stream = await openai.chat.completions.create({ ...question, stream: true });
  await expect(collect(stream)).rejects.toThrow();
  expect(server.log[0]).toMatchObject({ status: 200, ending: 'cut', eventsSent: 0, usageSent: false });
});

test('a stream that the provider breaks off is an API error', async () => {
  server.enqueue({ reply: { text: 'one two three' }, stream: { failAfterEvents: 2 } });
  const stream = await openai.chat.completions.create({ ...question, stream: true });
  await expect(collect(stream)).rejects.toBeInstanceOf(OpenAI.APIError);
});

test('a held stream ends when the client breaks off', async () => {
  server.enqueue({ reply: { text: 'one two three' }, stream: { holdAfterEvents: 2 } });
  const stream = await openai.chat.completions.create({ ...question, stream: true });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'one ') break;
  await server.settled();
  expect(server.log[0]).toMatchObject({ ending: 'client-left', eventsSent: 2 });
});

test('a slow stream arrives whole', async () => {
  server.enqueue({ reply: { text: 'one two' }, stream: { pauseMs: 2 } });
  const stream = await openai.chat.completions.create({ ...question, stream: true });
  expect((await collect(stream)).map((chunk) => chunk.choices[0]?.delta.content)).toEqual(['', 'one ', 'two', undefined]);
});

test('an answer without usage says so on the wire, not in what is billed', async () => {
  server.enqueue({ reply: { usage, rawUsage: 'absent' } }, { reply: { rawUsage: { prompt_tokens: -1 } } });
  const silent = await openai.chat.completions.create(question);
  const odd = await openai.chat.completions.create(question);
  expect('usage' in silent).toBe(false);
  expect(odd.usage).toEqual({ prompt_tokens: -1 });
  expect(server.log[0]).toMatchObject({ usage, usageSent: false });
});

test('adds up what was billed by the model that answered', async () => {
  server.enqueue({ reply: { usage, model: 'gpt-5-x' } }, { reply: { usage, model: 'gpt-5-x' } }, { status: 400 });
  for (let call = 0; call < 3; call += 1) await openai.chat.completions.create(question).catch(() => undefined);
  expect(server.usageByModel()).toEqual({
    'gpt-5-x': {
      input_text_tokens: 172,
      input_cache_read_text_tokens: 3840,
      output_text_tokens: 360,
      output_reasoning_tokens: 240,
    },
  });
  expect(server.usageByModel(({ request }) => request.number > 1)['gpt-5-x']?.input_text_tokens).toBe(86);
});
