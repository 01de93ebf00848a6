import { type FakeProvider, type FakeStep, startFakeOpenAi } from '@costspan/testkit';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measure, pick, usageOf } from '../support/measure.ts';

let server: FakeProvider;
beforeAll(async () => {
  server = await startFakeOpenAi();
});
afterAll(() => server.close());

const bareClient = (options: { readonly timeout?: number; readonly maxRetries?: number } = {}): OpenAI =>
  new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test', ...options });

const usage = { input_text_tokens: 1000, input_cache_read_text_tokens: 200, output_text_tokens: 50, output_reasoning_tokens: 30 };
const reply: FakeStep = { reply: { usage, text: 'one two three' } };
const messages = [{ role: 'user', content: 'Hello' }] as const;

describe('a plain call', () => {
  test('is one span with the usage the server billed', async () => {
    const { costspan, spans } = measure();
    server.enqueue({ ...reply, headers: {} });
    const answer = await costspan.meter(bareClient()).chat.completions.create({ model: 'gpt-5', messages: [...messages] });
    expect(answer.choices[0]?.message.content).toBe('one two three');
    const [span, ...others] = await spans();
    expect(others).toEqual([]);
    expect(span?.name).toBe('chat gpt-5');
    expect(usageOf(span)).toEqual(usage);
    expect({ ...span?.attributes }).toMatchObject({
      'costspan.role': 'call',
      'costspan.category': 'llm',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.response.model': 'gpt-5',
      'gen_ai.response.id': answer.id,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 1200,
      'gen_ai.usage.cache_read.input_tokens': 200,
      'gen_ai.usage.output_tokens': 80,
      'gen_ai.usage.reasoning.output_tokens': 30,
      'openai.response.service_tier': 'default',
      'server.address': '127.0.0.1',
      'server.port': server.port,
    });
    expect(span?.attributes['costspan.usage_missing']).toBeUndefined();
    expect(span?.status.code).toBe(0);
  });
});

test.each([
  ['chat', (client: OpenAI) => client.chat.completions.create({ model: 'gpt-5', messages: [...messages] }), 'llm'],
  ['responses', (client: OpenAI) => client.responses.create({ model: 'gpt-5', input: 'Hello' }), 'llm'],
  ['embeddings', (client: OpenAI) => client.embeddings.create({ model: 'text-embedding-3-small', input: 'Hello' }), 'embedding'],
])('%s: usage equals the log of the server', async (_, call, category) => {
  const { costspan, spans } = measure();
  const before = server.log.length;
  await call(costspan.meter(bareClient()));
  const [span] = await spans();
  expect(pick(span, 'costspan.category')).toEqual({ 'costspan.category': category });
  expect(usageOf(span)).toEqual(server.log[before]?.usage);
});
