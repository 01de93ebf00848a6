import Anthropic from '@anthropic-ai/sdk';
import { type FakeProvider, startFakeAnthropic, startFakeOpenAi } from '@costspan/testkit';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeFetch } from '../../support/fake-fetch.ts';
import { measure, pick, usageOf } from '../../support/measure.ts';

let openai: FakeProvider;
let anthropic: FakeProvider;
beforeAll(async () => {
  openai = await startFakeOpenAi();
  anthropic = await startFakeAnthropic();
});
afterAll(() => Promise.all([openai.close(), anthropic.close()]));

const usage = { input_text_tokens: 100, output_text_tokens: 50 };
const bare = (): OpenAI => new OpenAI({ baseURL: `${openai.url}/v1`, apiKey: 'sk-test' });
const itemIds = (spans: readonly ReadableSpan[]): readonly unknown[] =>
  spans.map(({ attributes }) => attributes['costspan.work_item.id']);
const identities = (spans: readonly ReadableSpan[]): readonly string[] =>
  spans.map((span) => `${span.spanContext().traceId} ${span.spanContext().spanId}`);
const withUsage = (spans: readonly ReadableSpan[]): readonly ReadableSpan[] =>
  spans.filter((span) => Object.keys(usageOf(span)).length > 0);

describe('a response made in the background', () => {
  const startAndRead = async (
    options: { readonly readers?: number } = {},
  ): Promise<{ readonly spans: readonly ReadableSpan[]; readonly id: string }> => {
    const { costspan, spans } = measure();
    const client = costspan.meter(bare());
    openai.enqueue({ reply: { usage } });
    const { id } = await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () =>
      client.responses.create({ model: 'gpt-5', input: 'Hello', background: true }),
    );
    await costspan.workItem.run({ type: 'poller', id: 'P-1' }, async () => {
      for (let read = 0; read < (options.readers ?? 3); read += 1) await client.responses.retrieve(id);
    });
    return { spans: await spans(), id };
  };

  test('is charged once to the item it was made for, when somebody reads that it is done', async () => {
    const { spans, id } = await startAndRead();
    const calls = spans.filter(({ attributes }) => attributes['costspan.role'] === 'call');
    expect(
      calls.map((span) => [usageOf(span), span.attributes['costspan.attempt.billable'], span.attributes['gen_ai.response.id']]),
    ).toEqual([
      [{}, 'no', id],
      [usage, undefined, id],
    ]);
    expect(itemIds(calls)).toEqual(['T-1', 'T-1']);
    expect(calls.map(({ attributes }) => attributes['costspan.usage_missing'])).toEqual([undefined, undefined]);
  });

  test('costs nothing that is known while it is under way', async () => {
    expect(withUsage((await startAndRead({ readers: 1 })).spans)).toEqual([]);
  });

  test('read by two processes is one span to the ledger', async () => {
    const { spans, id } = await startAndRead();
    const other = measure();
    await other.costspan.meter(bare()).responses.retrieve(id);
    const again = await other.spans();
    expect(identities(again)).toEqual(identities(withUsage(spans)));
    expect(usageOf(again[0])).toEqual(usage);
  });

  test('whose stream was read to its end is charged by the same span as one that is read later', async () => {
    const completed = { id: 'resp_1', model: 'gpt-5', background: true, usage: { input_tokens: 3, output_tokens: 1 } };
    const stream = new Response(`data: ${JSON.stringify({ type: 'response.completed', response: completed })}\n\n`, {
      headers: { 'content-type': 'text/event-stream' },
    });
    const { costspan, spans } = measure();
    const client = costspan.meter(new OpenAI({ apiKey: 'k', fetch: fakeFetch(stream, Response.json(completed)) }));
    for await (const _ of await client.responses.create({ model: 'gpt-5', input: 'x', stream: true, background: true }));
    await client.responses.retrieve('resp_1');
    expect(withUsage(await spans()).map(usageOf)).toEqual([{ input_text_tokens: 3, output_text_tokens: 1 }]);
  });

  test('one made in the foreground is not charged again when it is read again', async () => {
    const { costspan, spans } = measure();
    const answer = { id: 'resp_1', model: 'gpt-5', background: false, usage: { input_tokens: 3, output_tokens: 1 } };
    const client = costspan.meter(new OpenAI({ apiKey: 'k', fetch: fakeFetch(Response.json(answer)) }));
    expect((await client.responses.retrieve('resp_1')).id).toBe('resp_1');
    expect(await spans()).toEqual([]);
  });
});

describe('a batch', () => {
  const line = (custom_id: string): object => ({
    custom_id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'gpt-5', messages: [{ role: 'user', content: 'Hi' }] },
  });

  const readOpenaiBatch = async (
    itemOf?: (customId: string) => { readonly type: string; readonly id: string } | undefined,
    reads = 1,
  ): Promise<readonly ReadableSpan[]> => {
    const { costspan, spans } = measure({ onMisuse: 'warn' });
    const client = costspan.meter(bare(), itemOf === undefined ? {} : { itemOf });
    openai.enqueue({}, { reply: { usage } });
    const file = new File([['T-1', 'T-2'].map((id) => JSON.stringify(line(id))).join('\n')], 'in.jsonl');
    const { id } = await client.files.create({ file, purpose: 'batch' });
    const batch = await client.batches.create({
      input_file_id: id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    });
    await costspan.workItem.run({ type: 'nightly', id: 'N-1' }, async () => {
      for (let read = 0; read < reads; read += 1) await (await client.files.content(batch.output_file_id ?? '')).text();
    });
    return withUsage(await spans());
  };

  test('of OpenAI: each line is a call at the batch tier, of the item that reads it', async () => {
    const spans = await readOpenaiBatch();
    expect(spans.map(usageOf)).toEqual([usage, usage]);
    expect(itemIds(spans)).toEqual(['N-1', 'N-1']);
    expect(pick(spans[0], 'openai.response.service_tier', 'gen_ai.request.model', 'costspan.category', 'costspan.role')).toEqual({
      'openai.response.service_tier': 'batch',
      'gen_ai.request.model': 'gpt-5',
      'costspan.category': 'llm',
      'costspan.role': 'call',
    });
    expect(new Set(identities(spans)).size).toBe(2);
  });

  test('each line goes to the item its custom_id names', async () => {
    expect(itemIds(await readOpenaiBatch((id) => ({ type: 'ticket', id })))).toEqual(['T-1', 'T-2']);
  });

  test.each<[string, (customId: string) => { readonly type: string; readonly id: string } | undefined]>([
    ['names none', () => undefined],
    ['names an impossible one', () => ({ type: 'ticket', id: '' })],
    [
      'fails',
      () => {
        throw new Error('no');
      },
    ],
  ])('a line for which itemOf %s goes to the item that reads it', async (_, itemOf) => {
    expect(itemIds(await readOpenaiBatch(itemOf))).toEqual(['N-1', 'N-1']);
  });

  test('read twice is charged once', async () => {
    expect(await readOpenaiBatch(undefined, 2)).toHaveLength(2);
  });

  test('of Anthropic: each result is a call at the batch tier', async () => {
    const { costspan, spans } = measure();
    const client = costspan.meter(new Anthropic({ baseURL: anthropic.url, apiKey: 'k' }), {
      itemOf: (id) => ({ type: 'ticket', id }),
    });
    anthropic.enqueue({ reply: { usage } });
    const params = { model: 'claude-sonnet-5', max_tokens: 9, messages: [{ role: 'user' as const, content: 'Hi' }] };
    const { id } = await client.messages.batches.create({ requests: ['T-1', 'T-2'].map((custom_id) => ({ custom_id, params })) });
    for await (const _ of await client.messages.batches.results(id));
    const found = await spans();
    expect(found.map(usageOf)).toEqual([usage, usage]);
    expect(itemIds(found)).toEqual(['T-1', 'T-2']);
    expect(found.map(({ attributes }) => attributes['anthropic.response.service_tier'])).toEqual(['batch', 'batch']);
  });

  test('of more results than wait for export loses none', async () => {
    const count = 20_000;
    const results = Array.from({ length: count }, (_, index) =>
      JSON.stringify({
        id: `batch_req_${index}`,
        custom_id: `T-${index}`,
        response: { body: { object: 'chat.completion', model: 'gpt-5', usage: { prompt_tokens: 1, completion_tokens: 1 } } },
      }),
    );
    let exported = 0;
    const exporter = {
      export: (spans: readonly ReadableSpan[], done: (result: { readonly code: number }) => void): void => {
        exported += spans.length;
        done({ code: 0 });
      },
      shutdown: async (): Promise<void> => undefined,
      forceFlush: async (): Promise<void> => undefined,
    };
    const { costspan } = measure({ exporter });
    const bytes = new TextEncoder().encode(results.join('\n'));
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 65_536) pieces.push(bytes.subarray(at, at + 65_536));
    const body = ReadableStream.from(pieces);
    const client = new OpenAI({ apiKey: 'k', fetch: fakeFetch(new Response(body)) });
    await (await costspan.meter(client).files.content('file_1')).text();
    await costspan.flush();
    expect(exported).toBe(count);
  });

  test('a file that is no batch is passed on as it is', async () => {
    const { costspan, spans } = measure();
    const client = costspan.meter(new OpenAI({ apiKey: 'k', fetch: fakeFetch(new Response('a,b\n{"id":1}\n')) }));
    expect(await (await client.files.content('file_1')).text()).toBe('a,b\n{"id":1}\n');
    expect(await spans()).toEqual([]);
  });
});
