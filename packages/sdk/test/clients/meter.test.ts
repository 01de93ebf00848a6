import Anthropic from '@anthropic-ai/sdk';
import { startFakeAnthropic, startFakeOpenAi } from '@costspan/testkit';
import { context, propagation, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import OpenAI, { type APIPromise, AzureOpenAI } from 'openai';
import type { ChatCompletion } from 'openai/resources/chat/completions';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { measure, usageOf } from '../support/measure.ts';

const chat = { model: 'gpt-5', messages: [{ role: 'user' as const, content: 'Hello' }] };
const message = { model: 'claude-sonnet-5', max_tokens: 9, messages: [{ role: 'user' as const, content: 'Hello' }] };

describe('a metered client', () => {
  test('has the same class and the same types', async () => {
    await using server = await startFakeOpenAi();
    const { costspan } = measure();
    const client = new OpenAI({
      baseURL: `${server.url}/v1`,
      apiKey: 'sk-test',
      timeout: 1_234,
      maxRetries: 5,
      organization: 'org',
    });
    const metered = costspan.meter(client);
    expectTypeOf(metered).toEqualTypeOf<OpenAI>();
    expect(metered).toBeInstanceOf(OpenAI);
    expect(metered.constructor).toBe(OpenAI);
    expect([metered.baseURL, metered.timeout, metered.maxRetries, metered.organization]).toEqual([
      client.baseURL,
      1_234,
      5,
      'org',
    ]);
    const call = metered.chat.completions.create(chat);
    expectTypeOf(call).toEqualTypeOf<APIPromise<ChatCompletion>>();
    expect(call.constructor.name).toBe('APIPromise');
    expect(Object.keys(call)).toEqual(Object.keys(client.chat.completions.create(chat)));
    await call;
  });

  test('leaves the client it was made from as it was', async () => {
    await using server = await startFakeOpenAi();
    const { costspan, spans } = measure();
    const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test' });
    costspan.meter(client);
    await client.chat.completions.create(chat);
    expect(await spans()).toEqual([]);
  });

  test('metered again is the same client', () => {
    const { costspan } = measure();
    const metered = costspan.meter(new OpenAI({ apiKey: 'sk-test' }));
    expect(costspan.meter(metered)).toBe(metered);
    const given = new OpenAI({ apiKey: 'sk-test', fetch: costspan.fetch() });
    expect(costspan.meter(given)).toBe(given);
  });

  test('passes its metering on to its own copies', async () => {
    await using server = await startFakeOpenAi();
    const { costspan, spans } = measure();
    const copy = costspan.meter(new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test' })).withOptions({ timeout: 5_000 });
    await copy.chat.completions.create(chat);
    expect(await spans()).toHaveLength(1);
  });

  test('uses the fetch its client was given', async () => {
    const { costspan, spans } = measure();
    const asked: string[] = [];
    const client = new OpenAI({
      apiKey: 'sk-test',
      fetch: async (url) => {
        asked.push(String(url));
        return Response.json({ id: 'c1', model: 'gpt-5', choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } });
      },
    });
    await costspan.meter(client).chat.completions.create(chat);
    expect(asked).toEqual(['https://api.openai.com/v1/chat/completions']);
    expect(usageOf((await spans())[0])).toEqual({ input_text_tokens: 3, output_text_tokens: 1 });
  });

  test('of Azure stays one of Azure', async () => {
    const { costspan, spans } = measure();
    const client = new AzureOpenAI({
      endpoint: 'https://desk.openai.azure.com',
      apiKey: 'key',
      apiVersion: '2024-10-21',
      deployment: 'prod',
      fetch: async () => Response.json({ model: 'gpt-5-2025-08-07', usage: { prompt_tokens: 3, completion_tokens: 1 } }),
    });
    const metered = costspan.meter(client);
    expect(metered).toBeInstanceOf(AzureOpenAI);
    await metered.chat.completions.create(chat);
    const [span] = await spans();
    expect(span?.attributes).toMatchObject({
      'gen_ai.provider.name': 'azure.ai.openai',
      'gen_ai.response.model': 'gpt-5-2025-08-07',
      'server.address': 'desk.openai.azure.com',
    });
  });
});

describe('what cannot be metered is refused', () => {
  test.each<[string, unknown, string]>([
    [
      'nothing',
      undefined,
      'meter: client: expected a client that can be metered, found undefined; pass a client of openai, @anthropic-ai/sdk, a vector database or MCP',
    ],
    ['a plain object', {}, 'meter: client: expected a client that can be metered, found a plain object; '],
    ['the class instead of a client', OpenAI, 'meter: client: expected a client that can be metered, found a function; '],
  ])('%s', (_, client, reason) => {
    expect(() => measure().costspan.meter(client as object)).toThrow(reason);
  });

  test('a subclass that keeps its options to itself', () => {
    class Own extends OpenAI {
      constructor() {
        super({ apiKey: 'sk-test' });
      }
    }
    expect(() => measure().costspan.meter(new Own())).toThrow(
      'found an instance of Own whose copy does not take the fetch option; pass `fetch: costspan.fetch()` to its constructor instead',
    );
  });

  test('a client that another tool stands before', () => {
    const wrapped = new Proxy(new OpenAI({ apiKey: 'sk-test' }), {});
    expect(() => measure().costspan.meter(wrapped)).toThrow(
      'found an instance of OpenAI of which no copy with a fetch of its own can be made; meter the client itself, before another tool wraps it: wrap(costspan.meter(client)); or pass',
    );
  });

  test('an unknown option', () => {
    expect(() => measure().costspan.meter(new OpenAI({ apiKey: 'k' }), { spans: 'own' } as object)).toThrow(
      'meter: spans: unknown field; known fields are provider, itemOf, nativeSpans',
    );
  });
});

describe('the spans of the Anthropic client', () => {
  const scopes = async (
    nativeSpans: 'off' | 'keep',
  ): Promise<{ readonly scopes: readonly string[]; readonly headers: Readonly<Record<string, string>> }> => {
    await using server = await startFakeAnthropic();
    const measured = measure();
    propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
    );
    const client = measured.costspan.meter(new Anthropic({ baseURL: server.url, apiKey: 'sk-test' }), { nativeSpans });
    const baggage = propagation.createBaggage({ customer: { value: 'acme' } });
    await context.with(propagation.setBaggage(context.active(), baggage), () =>
      measured.costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => client.messages.create(message)),
    );
    propagation.disable();
    return {
      scopes: (await measured.spans()).map(({ instrumentationScope }) => instrumentationScope.name),
      headers: server.log[0]?.request.headers ?? {},
    };
  };

  test('are off, and with them the headers that would tell the provider about the work', async () => {
    const { scopes: found, headers } = await scopes('off');
    expect(found).toEqual(['@costspan/sdk', '@costspan/sdk']);
    expect(
      Object.keys(headers).filter((name) => ['traceparent', 'tracestate', 'baggage', 'costspan-work-item'].includes(name)),
    ).toEqual([]);
    expect(JSON.stringify(headers)).not.toContain('T-1');
  });

  test('stay on where that is asked for', async () => {
    expect((await scopes('keep')).scopes).toContain('com.anthropic.sdk.typescript');
  });
});

test('without a tracer provider everything works and nothing is measured', async () => {
  await using server = await startFakeOpenAi();
  const { costspan } = measure();
  trace.disable();
  const client = costspan.meter(new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test' }));
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const answer = await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => client.chat.completions.create(chat));
  expect(answer.choices).toHaveLength(1);
  // Once, and not for every call.
  expect(warned.mock.calls).toEqual([
    [
      'no tracer provider is registered, so no cost is recorded: use startCostspan(), or register yours with costspan.spanProcessor before the first call; costspan.doctor() says what is missing',
      { type: 'CostspanWarning' },
    ],
  ]);
  warned.mockRestore();
});

test('API keys are told apart by a fingerprint, and never sent', async () => {
  await using server = await startFakeOpenAi();
  const { costspan, spans } = measure({ apiKeyFingerprintKey: 'a key of sixteen characters' });
  for (const apiKey of ['sk-one', 'sk-two', 'sk-one']) {
    await costspan.meter(new OpenAI({ baseURL: `${server.url}/v1`, apiKey })).chat.completions.create(chat);
  }
  const prints = (await spans()).map(({ attributes }) => attributes['costspan.api_key_fingerprint']);
  expect(prints[0]).toMatch(/^[0-9a-f]{12}$/);
  expect(prints[2]).toBe(prints[0]);
  expect(prints[1]).not.toBe(prints[0]);
  expect(JSON.stringify((await spans()).map(({ attributes }) => attributes))).not.toContain('sk-');
});
