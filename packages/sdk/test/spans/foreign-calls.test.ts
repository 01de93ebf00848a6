import Anthropic from '@anthropic-ai/sdk';
import { startFakeAnthropic } from '@costspan/testkit';
import { context, trace } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import type { Costspan } from '../../src/index.ts';
import { fakeFetch, post } from '../support/fake-fetch.ts';
import { measure } from '../support/measure.ts';

const CHAT = 'https://api.openai.com/v1/chat/completions';
const answer = (): Response => Response.json({ id: 'c', model: 'gpt-5', usage: { prompt_tokens: 10, completion_tokens: 5 } });

/** Works inside of a span as another instrumentation starts one. */
const inSpan = async <R>(scope: string, attributes: object, work: () => Promise<R> | R): Promise<R> => {
  const span = trace.getTracer(scope).startSpan('span', { attributes: { ...attributes } });
  try {
    return await context.with(trace.setSpan(context.active(), span), work);
  } finally {
    span.end();
  }
};

const call = { 'gen_ai.request.model': 'gpt-5' };
const request = { 'http.request.method': 'POST', 'url.full': CHAT };

const found = (costspan: Costspan): readonly string[] =>
  costspan
    .doctor()
    .filter(({ code }) => code.startsWith('calls-'))
    .map(({ code, severity, message }) => `${severity} ${code} ${message.split(':')[0]}`);

describe('model calls that another instrumentation tells of', () => {
  test('and nobody meters are named with their number', async () => {
    const { costspan } = measure();
    await inSpan('theirs', call, () => undefined);
    await inSpan('theirs', call, () => undefined);
    expect(found(costspan)).toEqual(['hint calls-unmetered model calls that theirs told of were not metered, 2 so far']);
  });

  test('are one where one stands below the sum of it, with the request it makes', async () => {
    const { costspan } = measure();
    await inSpan('ai', call, () => inSpan('ai', call, () => inSpan('undici', request, () => undefined)));
    expect(found(costspan)).toEqual(['hint calls-unmetered model calls that ai told of were not metered, 1 so far']);
  });

  test('are metered where they are written on, also by a stream that ends later', async () => {
    const { costspan } = measure();
    const fetch = costspan.fetch({ fetch: fakeFetch(answer(), answer()), spans: 'annotate' });
    await inSpan('ai', call, async () => (await fetch(CHAT, post({ model: 'gpt-5' }))).json());
    const late = await inSpan('ai', call, () => fetch(CHAT, post({ model: 'gpt-5' })));
    await late.json();
    expect(found(costspan)).toEqual([]);
  });

  test('are doubled where a span of ours tells of them too', async () => {
    const { costspan } = measure();
    const fetch = costspan.fetch({ fetch: fakeFetch(answer()) });
    await inSpan('theirs', call, async () => (await fetch(CHAT, post({ model: 'gpt-5' }))).json());
    expect(found(costspan)).toEqual(['hint calls-doubled model calls are told of by theirs too, 1 so far']);
  });

  test.each([
    ['off', []],
    ['keep', ['hint calls-doubled model calls are told of by com.anthropic.sdk.typescript too, 1 so far']],
  ] as const)('the Anthropic client with its own spans: %s', async (nativeSpans, findings) => {
    await using server = await startFakeAnthropic();
    const { costspan } = measure();
    const client = costspan.meter(new Anthropic({ baseURL: server.url, apiKey: 'sk-test' }), { nativeSpans });
    await client.messages.create({ model: 'claude-sonnet-5', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] });
    expect(found(costspan)).toEqual(findings);
  });
});

describe('requests that an HTTP client’s instrumentation saw', () => {
  test('go unmetered to a provider of models', async () => {
    const { costspan } = measure();
    await inSpan('undici', request, () => undefined);
    await inSpan('http', { 'http.method': 'POST', 'http.url': 'https://api.anthropic.com/v1/messages' }, () => undefined);
    expect(found(costspan)).toEqual([
      'hint calls-unmetered model calls that undici told of were not metered, 1 so far',
      'hint calls-unmetered model calls that http told of were not metered, 1 so far',
    ]);
  });

  test.each<[string, object]>([
    ['another host', { ...request, 'url.full': 'https://billing.internal/v1/chat/completions' }],
    ['what costs nothing', { ...request, 'url.full': 'https://api.openai.com/v1/files' }],
    ['a list', { ...request, 'http.request.method': 'GET' }],
    ['no address', { 'http.request.method': 'POST', 'url.full': 'nonsense' }],
  ])('say nothing of %s', async (_, attributes) => {
    const { costspan } = measure();
    await inSpan('undici', attributes, () => undefined);
    expect(found(costspan)).toEqual([]);
  });

  test('are metered below a call of ours', async () => {
    const { costspan } = measure();
    const transport = async (): Promise<Response> => inSpan('undici', request, answer);
    await (await costspan.fetch({ fetch: transport })(CHAT, post({ model: 'gpt-5' }))).json();
    expect(found(costspan)).toEqual([]);
  });
});
