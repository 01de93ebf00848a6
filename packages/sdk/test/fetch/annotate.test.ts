import { type Context, context, type Span, trace } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { eventStream, fakeFetch, post } from '../support/fake-fetch.ts';
import { measure, pick, usageOf } from '../support/measure.ts';

const CHAT = 'https://api.openai.com/v1/chat/completions';
const answer = (): Response =>
  Response.json({ id: 'c', model: 'gpt-5-2025-08-07', usage: { prompt_tokens: 10, completion_tokens: 5 } });
const used = { input_text_tokens: 10, output_text_tokens: 5 };

/** Works inside of a span as the AI SDK starts one around a model call. */
const inLeaf = (work: (span: Span) => Promise<unknown>, attributes: object = { 'ai.model.id': 'gpt-5' }): Promise<unknown> =>
  trace.getTracer('ai').startActiveSpan('ai.generateText.doGenerate', { attributes: { ...attributes } }, work);

describe('spans: annotate', () => {
  test('writes on the span of the model call that is there, and starts none', async () => {
    const { costspan, spans } = measure();
    const fetch = costspan.fetch({ fetch: fakeFetch(answer()), spans: 'annotate' });
    await inLeaf(async (span) => {
      await (await fetch(CHAT, post({ model: 'gpt-5' }))).json();
      span.end();
    });
    const [leaf, ...others] = await spans();
    expect(others).toEqual([]);
    expect(leaf?.name).toBe('ai.generateText.doGenerate');
    expect(leaf?.status).toEqual({ code: 0 });
    expect(usageOf(leaf)).toEqual(used);
    expect(pick(leaf, 'ai.model.id', 'costspan.role', 'costspan.category', 'gen_ai.response.id')).toEqual({
      'ai.model.id': 'gpt-5',
      'costspan.role': 'call',
      'costspan.category': 'llm',
      'gen_ai.response.id': 'c',
    });
  });

  test.each<[string, object]>([
    ['a span that is no model call, such as a web request', { 'http.request.method': 'POST' }],
    ['a span of a whole conversation', { 'gen_ai.operation.name': 'invoke_agent' }],
  ])('leaves %s alone', async (_, attributes) => {
    const { costspan, spans } = measure();
    const fetch = costspan.fetch({ fetch: fakeFetch(answer()), spans: 'annotate' });
    await inLeaf(async (span) => {
      await (await fetch(CHAT, post({ model: 'gpt-5' }))).json();
      span.end();
    }, attributes);
    const [call, foreign] = await spans();
    expect([call?.name, usageOf(call)]).toEqual(['chat gpt-5', used]);
    expect({ ...foreign?.attributes }).toEqual(attributes);
  });

  test('writes two calls of one span on two spans', async () => {
    const { costspan, spans } = measure();
    const fetch = costspan.fetch({ fetch: fakeFetch(answer(), answer()), spans: 'annotate' });
    await inLeaf(async (span) => {
      await (await fetch(CHAT, post({ model: 'gpt-5' }))).json();
      await (await fetch(CHAT, post({ model: 'gpt-5' }))).json();
      span.end();
    });
    expect((await spans()).map((span) => [span.name, usageOf(span)])).toEqual([
      ['chat gpt-5', used],
      ['ai.generateText.doGenerate', used],
    ]);
  });

  test('loses nothing where the span ends before the stream does', async () => {
    const { costspan, spans } = measure();
    const stream = eventStream(
      { id: 'c', model: 'm', choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } },
      '[DONE]',
    );
    const fetch = costspan.fetch({ fetch: fakeFetch(stream), spans: 'annotate' });
    let response: Response | undefined;
    await inLeaf(async (span) => {
      response = await fetch(CHAT, post({ model: 'gpt-5', stream: true }));
      span.end();
    });
    await response?.text();
    const [leaf, rest] = await spans();
    expect({ ...leaf?.attributes }).toEqual({ 'ai.model.id': 'gpt-5' });
    expect([rest?.name, usageOf(rest)]).toEqual(['chat gpt-5', used]);
    expect(rest?.parentSpanContext?.spanId).toBe(leaf?.spanContext().spanId);
  });

  test('says of a failed call that it was not billed, and leaves its status to its owner', async () => {
    const { costspan, spans } = measure();
    const fetch = costspan.fetch({ fetch: fakeFetch(new Response('{}', { status: 429 })), spans: 'annotate' });
    await inLeaf(async (span) => {
      await fetch(CHAT, post({ model: 'gpt-5' }));
      span.end();
    });
    const [leaf] = await spans();
    expect(leaf?.status).toEqual({ code: 0 });
    expect(pick(leaf, 'costspan.attempt.billable', 'http.response.status_code')).toEqual({
      'costspan.attempt.billable': 'no',
      'http.response.status_code': 429,
    });
  });
});

describe('what another instrumentation counts', () => {
  const counts = (spans: readonly { readonly attributes: object }[]): readonly string[] =>
    spans.flatMap(({ attributes }) => Object.keys(attributes)).filter((key) => key.startsWith('gen_ai.usage.'));

  test('is not added to, on its span or on ours', async () => {
    const { costspan, spans } = measure();
    const fetch = costspan.fetch({ fetch: fakeFetch(answer(), answer()), spans: 'annotate' });
    await inLeaf(async (span) => {
      await (await fetch(CHAT, post({ model: 'gpt-5' }))).json();
      span.end();
    });
    await (await fetch(CHAT, post({ model: 'gpt-5' }))).json();
    const found = await spans();
    expect(found.map(usageOf)).toEqual([used, used]);
    expect(counts(found)).toEqual([]);
  });

  test('is named as before: our words stand beside', async () => {
    const { costspan, spans } = measure();
    const fetch = costspan.fetch({ fetch: fakeFetch(answer()), spans: 'annotate', provider: 'groq' });
    const attributes = { 'gen_ai.request.model': 'theirs', 'gen_ai.provider.name': 'theirs', 'gen_ai.response.model': 'theirs' };
    await inLeaf(async (span) => {
      await (await fetch(CHAT, post({ model: 'gpt-5' }))).json();
      span.end();
    }, attributes);
    const [leaf] = await spans();
    expect(pick(leaf, ...Object.keys(attributes), 'gen_ai.operation.name', 'costspan.provider')).toEqual({
      ...attributes,
      'costspan.provider': 'groq',
    });
  });
});

test('a second try in the same span: the first is an attempt below it', async () => {
  const { costspan, spans } = measure();
  const fetch = costspan.fetch({ fetch: fakeFetch(new Response('{}', { status: 500 }), answer()), spans: 'annotate' });
  await inLeaf(async (span) => {
    await fetch(CHAT, post({ model: 'gpt-5' }));
    await (await fetch(CHAT, post({ model: 'gpt-5' }))).json();
    span.end();
  });
  const [attempt, leaf, ...others] = await spans();
  expect(others).toEqual([]);
  expect(pick(attempt, 'costspan.role', 'costspan.attempt.number', 'costspan.attempt.billable')).toEqual({
    'costspan.role': 'attempt',
    'costspan.attempt.number': 1,
    'costspan.attempt.billable': 'no',
  });
  expect(attempt?.parentSpanContext?.spanId).toBe(leaf?.spanContext().spanId);
  expect(usageOf(leaf)).toEqual(used);
  expect(
    pick(
      leaf,
      'costspan.role',
      'costspan.attempt.number',
      'costspan.attempt.billable',
      'http.response.status_code',
      'error.type',
    ),
  ).toEqual({
    'costspan.role': 'call',
    'costspan.attempt.number': 2,
    'costspan.attempt.billable': 'yes',
    'http.response.status_code': 200,
  });
});

describe('an embedding outside of the span that was started for it', () => {
  const EMBEDDINGS = 'https://api.openai.com/v1/embeddings';
  const embedded = (): Response => Response.json({ model: 'e', data: [], usage: { prompt_tokens: 3, total_tokens: 3 } });
  const attributes = { 'gen_ai.operation.name': 'embeddings', 'gen_ai.request.model': 'e' };
  const start = (parent: Context = context.active()): Span =>
    trace.getTracer('gen_ai').startSpan('embeddings e', { attributes }, parent);

  test('is written on the innermost one of the active span', async () => {
    const { costspan, spans } = measure();
    const fetch = costspan.fetch({ fetch: fakeFetch(embedded()), spans: 'annotate' });
    await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, async () => {
      const outer = start();
      const inner = start(trace.setSpan(context.active(), outer));
      await (await fetch(EMBEDDINGS, post({ model: 'e', input: 'x' }))).json();
      inner.end();
      outer.end();
    });
    expect((await spans()).map(usageOf)).toEqual([{ input_text_tokens: 3 }, {}, {}]);
  });

  test('is never written on one of another work item or model', async () => {
    const { costspan, spans } = measure();
    const fetch = costspan.fetch({ fetch: fakeFetch(embedded(), embedded()), spans: 'annotate' });
    const other = costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => start());
    await costspan.workItem.run({ type: 'ticket', id: 'T-2' }, async () => {
      await (await fetch(EMBEDDINGS, post({ model: 'e', input: 'x' }))).json();
      const mine = start();
      await (await fetch(EMBEDDINGS, post({ model: 'f', input: 'x' }))).json();
      mine.end();
    });
    other.end();
    const ours = (await spans()).filter((span) => Object.keys(usageOf(span)).length > 0);
    expect(ours.map(({ name, attributes: found }) => [name, found['costspan.work_item.id']])).toEqual([
      ['embeddings e', 'T-2'],
      ['embeddings f', 'T-2'],
    ]);
    expect(ours.map(({ instrumentationScope }) => instrumentationScope.name)).toEqual(['@costspan/sdk', '@costspan/sdk']);
  });
});

test('a fetch that meters already is not metered twice', async () => {
  const { costspan } = measure();
  const fetch = costspan.fetch();
  expect(costspan.fetch({ fetch })).toBe(fetch);
});
