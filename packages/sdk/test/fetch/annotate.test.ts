import { type Span, trace } from '@opentelemetry/api';
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
    expect(
      pick(leaf, 'ai.model.id', 'costspan.role', 'costspan.category', 'gen_ai.response.id', 'costspan.attempt.count'),
    ).toEqual({
      'ai.model.id': 'gpt-5',
      'costspan.role': 'call',
      'costspan.category': 'llm',
      'gen_ai.response.id': 'c',
      'costspan.attempt.count': 1,
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

test('a fetch that meters already is not metered twice', async () => {
  const { costspan } = measure();
  const fetch = costspan.fetch();
  expect(costspan.fetch({ fetch })).toBe(fetch);
});
