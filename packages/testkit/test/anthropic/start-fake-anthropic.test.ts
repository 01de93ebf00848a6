import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeProvider, startFakeAnthropic } from '../../src/index.ts';
import { collect } from '../collect.ts';

const usage = {
  input_text_tokens: 21,
  input_cache_read_text_tokens: 4000,
  input_cache_write_5m_tokens: 300,
  input_cache_write_1h_tokens: 50,
  output_text_tokens: 80,
  output_reasoning_tokens: 40,
  web_searches: 1,
};
const wireUsage = {
  input_tokens: 21,
  cache_creation_input_tokens: 350,
  cache_read_input_tokens: 4000,
  cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 50 },
  output_tokens: 120,
  output_tokens_details: { thinking_tokens: 40 },
  server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
  service_tier: 'priority',
  inference_geo: 'us',
  speed: null,
};

let server: FakeProvider;
let claude: Anthropic;

beforeEach(async () => {
  server = await startFakeAnthropic();
  claude = new Anthropic({ apiKey: 'sk-ant-test', baseURL: server.url, logLevel: 'off' });
});
afterEach(() => server.close());

const question = {
  model: 'claude-sonnet-4-6',
  max_tokens: 1024,
  messages: [{ role: 'user' as const, content: 'Is this claim covered?' }],
};

test('reports cached and written input beside the input tokens, thinking inside the output tokens', async () => {
  server.enqueue({ reply: { text: 'It is covered.', usage, serviceTier: 'priority', inferenceGeo: 'us' } });
  const message = await claude.messages.create(question);
  expect(message.usage).toEqual(wireUsage);
  expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
  expect(message.stop_reason).toBe('end_turn');
  expect(message._request_id).toMatch(/^req_/);
  expect(server.log[0]).toMatchObject({ usage, model: 'claude-sonnet-4-6', responseId: message.id, ending: 'complete' });
});

test('asks for a tool call', async () => {
  server.enqueue({ reply: { toolCalls: [{ name: 'lookup_policy', arguments: { claim: 'C-1' } }] } });
  const message = await claude.messages.create(question);
  expect(message.stop_reason).toBe('tool_use');
  expect(message.content).toMatchObject([{ type: 'tool_use', name: 'lookup_policy', input: { claim: 'C-1' } }]);
});

test('streams input counts first, then totals that replace them', async () => {
  server.enqueue({ reply: { text: 'It is covered.', usage, serviceTier: 'priority', inferenceGeo: 'us' } });
  const events = await collect(await claude.messages.create({ ...question, stream: true }));
  const start = events.find((event) => event.type === 'message_start');
  const delta = events.find((event) => event.type === 'message_delta');
  expect(start?.message.usage).toMatchObject({ input_tokens: 21, cache_read_input_tokens: 4000, output_tokens: 1 });
  expect(delta?.usage).toMatchObject({ input_tokens: 21, output_tokens: 120, server_tool_use: { web_search_requests: 1 } });
  expect(events.at(-1)?.type).toBe('message_stop');
  await server.settled();
  expect(server.log[0]).toMatchObject({ usageSent: true, ending: 'complete' });
});

test('streams text, thinking and tool calls that the client helper puts together', async () => {
  server.enqueue({
    reply: { text: 'I will look.', toolCalls: [{ name: 'lookup_policy', arguments: { claim: 'C-1' } }], usage },
  });
  const final = await claude.messages.stream(question).finalMessage();
  expect(final.content).toMatchObject([
    { type: 'thinking', thinking: 'Weighing the options.' },
    { type: 'text', text: 'I will look.' },
    { type: 'tool_use', input: { claim: 'C-1' } },
  ]);
  expect(final.usage.output_tokens).toBe(120);
});

test('counts tokens for nothing', async () => {
  const { input_tokens } = await claude.messages.countTokens({ model: question.model, messages: question.messages });
  expect(input_tokens).toBe(6);
  expect(server.usageByModel()).toEqual({});
});

test('the client retries a 429 and a 529 as told', async () => {
  server.enqueue({ status: 429, retryAfterMs: 1 }, { status: 529, retryAfterMs: 1 });
  await claude.messages.create(question);
  expect(server.log.map(({ status, retryCount }) => [status, retryCount])).toEqual([
    [429, 0],
    [529, 1],
    [200, 2],
  ]);
});

test.each([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [404, 'not_found_error'],
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [529, 'overloaded_error'],
])('a scripted %i has the error type %s', async (status, type) => {
  server.enqueue({ status, message: 'No.' });
  const error = await claude.messages.create(question, { maxRetries: 0 }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Anthropic.APIError);
  expect(error).toMatchObject({ status, type, error: { error: { message: 'No.' } } });
});

test('refuses what the API refuses: no key, no version, no limit', async () => {
  const post = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${server.url}/v1/messages`, { method: 'POST', body: '{"model":"m"}', headers });
  expect((await post({})).status).toBe(401);
  expect((await post({ 'x-api-key': 'k' })).status).toBe(400);
  expect(await (await post({ 'x-api-key': 'k', 'anthropic-version': '2023-06-01' })).json()).toMatchObject({
    error: { type: 'invalid_request_error', message: 'max_tokens: Field required' },
  });
});

test('a cut stream has told its input', async () => {
  server.enqueue({
    reply: { text: 'one two', usage: { input_text_tokens: 5, output_text_tokens: 9 } },
    stream: { cutAfterEvents: 4 },
  });
  const seen: string[] = [];
  await expect(async () => {
    for await (const event of await claude.messages.create({ ...question, stream: true })) seen.push(event.type);
  }).rejects.toThrow();
  expect(seen).toEqual(['message_start', 'content_block_start', 'content_block_delta']);
  expect(server.log[0]).toMatchObject({ ending: 'cut', usageSent: false, usage: { output_text_tokens: 9 } });
});

test('an overloaded provider breaks a stream off with its error event', async () => {
  server.enqueue({ stream: { failAfterEvents: 2 } });
  const stream = await claude.messages.create({ ...question, stream: true });
  await expect(collect(stream)).rejects.toThrow(/overloaded_error/);
});

test('a usage that the format cannot express is an error of the script', async () => {
  server.enqueue({ reply: { usage: { input_audio_tokens: 1 } } });
  const failed = claude.messages.create(question, { maxRetries: 0 });
  await expect(failed).rejects.toThrow(/messages: usage: cannot express input_audio_tokens/);
});
