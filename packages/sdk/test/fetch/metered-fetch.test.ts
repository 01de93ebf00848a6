import { describe, expect, test, vi } from 'vitest';
import { eventStream, fakeFetch, post } from '../support/fake-fetch.ts';
import { measure, pick, usageOf } from '../support/measure.ts';

const CHAT = 'https://api.openai.com/v1/chat/completions';
const usage = { prompt_tokens: 10, completion_tokens: 5 };

/** Sends one request through a metered fetch, reads the answer to its end, and returns the spans. */
const send = async (url: string, init: RequestInit | undefined, answer: Response) => {
  const measured = measure();
  const fetch = measured.costspan.fetch({ fetch: fakeFetch(answer) });
  const response = await fetch(url, init);
  await response.arrayBuffer();
  return measured.spans();
};

describe('what is metered', () => {
  test.each<[string, string, unknown, Response, object, object]>([
    [
      'legacy completions',
      'https://api.openai.com/v1/completions',
      { model: 'gpt-3.5-turbo-instruct', prompt: 'x' },
      Response.json({ id: 'cmpl-1', model: 'gpt-3.5-turbo-instruct', usage }),
      { 'costspan.category': 'llm', 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' },
      { input_text_tokens: 10, output_text_tokens: 5 },
    ],
    [
      'images counted by piece',
      'https://api.openai.com/v1/images/generations',
      { model: 'dall-e-3', prompt: 'x', n: 2 },
      Response.json({ created: 1, data: [{ b64_json: 'x'.repeat(100_000) }, { url: 'u' }] }),
      { 'costspan.category': 'llm', 'gen_ai.request.model': 'dall-e-3' },
      { images: 2 },
    ],
    [
      'images counted by token',
      'https://api.openai.com/v1/images/edits',
      { model: 'gpt-image-1' },
      Response.json({
        data: [{}],
        usage: { input_tokens: 9, output_tokens: 400, input_tokens_details: { image_tokens: 4, text_tokens: 5 } },
      }),
      { 'gen_ai.request.model': 'gpt-image-1' },
      { input_text_tokens: 5, input_image_tokens: 4, output_image_tokens: 400 },
    ],
    [
      'speech, by the characters of its text',
      'https://api.openai.com/v1/audio/speech',
      { model: 'tts-1', input: 'Grüße 😀', voice: 'alloy' },
      new Response(Buffer.alloc(5_000), { headers: { 'content-type': 'audio/mpeg' } }),
      { 'gen_ai.request.model': 'tts-1' },
      { characters: 7 },
    ],
    [
      'Anthropic on Vertex, whose model is in the address',
      'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/anthropic/models/claude-sonnet-4@20250514:rawPredict',
      { anthropic_version: 'vertex-2023-10-16', max_tokens: 5 },
      Response.json({ id: 'msg_1', model: 'claude-sonnet-4-20250514', usage: { input_tokens: 4, output_tokens: 2 } }),
      {
        'gen_ai.provider.name': 'gcp.vertex_ai',
        'gen_ai.request.model': 'claude-sonnet-4@20250514',
        'gen_ai.response.model': 'claude-sonnet-4-20250514',
      },
      { input_text_tokens: 4, output_text_tokens: 2 },
    ],
    [
      'OpenRouter, with the cost it reports',
      'https://openrouter.ai/api/v1/chat/completions',
      { model: 'anthropic/claude-sonnet-4' },
      Response.json({ id: 'gen-1', model: 'anthropic/claude-sonnet-4', usage: { ...usage, cost: 0.00123 } }),
      {
        'gen_ai.provider.name': 'openrouter',
        'costspan.provider_cost.amount': '0.00123',
        'costspan.provider_cost.currency': 'USD',
      },
      { input_text_tokens: 10, output_text_tokens: 5 },
    ],
    [
      'xAI, whose reasoning comes on top',
      'https://api.x.ai/v1/chat/completions',
      { model: 'grok-4' },
      Response.json({
        id: 'x',
        model: 'grok-4',
        usage: {
          prompt_tokens: 12,
          completion_tokens: 2,
          total_tokens: 354,
          completion_tokens_details: { reasoning_tokens: 340 },
        },
      }),
      { 'gen_ai.provider.name': 'x_ai' },
      { input_text_tokens: 12, output_text_tokens: 2, output_reasoning_tokens: 340 },
    ],
    [
      'a gateway of your own, as whoever it speaks like',
      'https://llm.internal/v1/messages',
      { model: 'claude-sonnet-5', max_tokens: 5 },
      Response.json({ id: 'm', model: 'claude-sonnet-5', usage: { input_tokens: 4, output_tokens: 2 } }),
      { 'gen_ai.provider.name': 'anthropic', 'server.address': 'llm.internal' },
      { input_text_tokens: 4, output_text_tokens: 2 },
    ],
  ])('%s', async (_, url, body, answer, attributes, units) => {
    const [span, ...others] = await send(url, post(body), answer);
    expect(others).toEqual([]);
    expect(pick(span, ...Object.keys(attributes))).toEqual(attributes);
    expect(usageOf(span)).toEqual(units);
    expect(span?.attributes['costspan.usage_missing']).toBeUndefined();
  });

  test('transcriptions, whose model is in a form', async () => {
    const body = new FormData();
    body.set('model', 'gpt-4o-transcribe');
    body.set('file', new Blob(['x']), 'a.mp3');
    const answer = Response.json({ text: 'private words', usage: { type: 'duration', seconds: 37 } });
    const [span] = await send('https://api.openai.com/v1/audio/transcriptions', { method: 'POST', body }, answer);
    expect(pick(span, 'gen_ai.request.model')).toEqual({ 'gen_ai.request.model': 'gpt-4o-transcribe' });
    expect(usageOf(span)).toEqual({ audio_seconds: '37' });
  });

  test('models that worked for the answer, each as a call of its own', async () => {
    const iterations = [
      { type: 'message', input_tokens: 100, output_tokens: 10 },
      { type: 'advisor_message', model: 'claude-opus-5', input_tokens: 2_728, output_tokens: 3_880 },
    ];
    const answer = Response.json({
      id: 'm',
      model: 'claude-sonnet-5',
      usage: { input_tokens: 100, output_tokens: 10, iterations },
    });
    const spans = await send('https://api.anthropic.com/v1/messages', post({ model: 'claude-sonnet-5', max_tokens: 9 }), answer);
    expect(spans.map((span) => [span.name, span.attributes['gen_ai.response.id'], usageOf(span)])).toEqual([
      ['chat claude-opus-5', undefined, { input_text_tokens: 2_728, output_text_tokens: 3_880 }],
      ['chat claude-sonnet-5', 'm', { input_text_tokens: 100, output_text_tokens: 10 }],
    ]);
    expect(spans[0]?.parentSpanContext?.spanId).toBe(spans[1]?.spanContext().spanId);
  });

  test('a request given as a Request, by its answer', async () => {
    const measured = measure();
    const fetch = measured.costspan.fetch({ fetch: fakeFetch(Response.json({ id: 'c', model: 'gpt-5', usage })) });
    await (await fetch(new Request(CHAT, post({ model: 'gpt-5' })))).json();
    const [span] = await measured.spans();
    expect([span?.name, usageOf(span)]).toEqual(['chat', { input_text_tokens: 10, output_text_tokens: 5 }]);
  });
});

describe('what is not metered', () => {
  test.each<[string, string, RequestInit | undefined]>([
    ['cancelling a response', 'https://api.openai.com/v1/responses/resp_1/cancel', { method: 'POST' }],
    ['counting tokens', 'https://api.anthropic.com/v1/messages/count_tokens', post({})],
    ['batches', 'https://api.anthropic.com/v1/messages/batches', post({})],
    ['moderation, which is free', 'https://api.openai.com/v1/moderations', post({})],
    ['anything else', 'https://example.com/', undefined],
  ])('%s', async (_, url, init) => {
    const answer = Response.json({ usage });
    const measured = measure();
    const fetch = measured.costspan.fetch({ fetch: fakeFetch(answer) });
    expect(await fetch(url, init)).toBe(answer);
    expect(await measured.spans()).toEqual([]);
  });

  test('calls whose spans are not wanted', async () => {
    const measured = measure();
    const inner = fakeFetch(Response.json({ usage }));
    expect(measured.costspan.fetch({ fetch: inner, spans: 'none' })).toBe(inner);
  });
});

describe('asking for the usage of a stream', () => {
  const stream = (): Response => eventStream({ id: 'c', model: 'm', choices: [], usage }, '[DONE]');
  const bodySent = async (url: string, body: object, headers?: Record<string, string>): Promise<unknown> => {
    const { costspan } = measure();
    const inner = fakeFetch(stream());
    await (await costspan.fetch({ fetch: inner })(url, post(body, headers))).text();
    return JSON.parse(String(inner.sent[0]?.init?.body));
  };
  const asked = { stream_options: { include_usage: true } };

  test.each<[string, string, object, object]>([
    ['left open', CHAT, { stream: true }, asked],
    [
      'options without it',
      CHAT,
      { stream: true, stream_options: { include_obfuscation: false } },
      { stream_options: { include_obfuscation: false, include_usage: true } },
    ],
    ['refused', CHAT, { stream: true, stream_options: { include_usage: false } }, { stream_options: { include_usage: false } }],
    ['null', CHAT, { stream: true, stream_options: null }, { stream_options: null }],
    ['no stream', CHAT, { stream: false }, {}],
    ['Azure, newer API', 'https://x.openai.azure.com/openai/v1/chat/completions', { stream: true }, asked],
    [
      'Azure, older API',
      'https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-02-01',
      { stream: true },
      {},
    ],
    ['a host nobody knows', 'https://llm.internal/v1/chat/completions', { stream: true }, {}],
    ['a host that is configured', 'http://127.0.0.1:9/v1/chat/completions', { stream: true }, asked],
    ['another API', 'https://api.openai.com/v1/responses', { stream: true }, {}],
  ])('%s', async (_, url, body, expected) => {
    expect(await bodySent(url, { model: 'm', ...body })).toEqual({
      model: 'm',
      stream: (body as { stream: boolean }).stream,
      ...expected,
    });
  });

  test('not where the length of the body is already told', async () => {
    expect(await bodySent(CHAT, { stream: true }, { 'content-length': '15' })).toEqual({ stream: true });
  });
});

describe('a failed attempt waits for its retry', () => {
  const retry = (count: number): Record<string, string> => ({ 'x-stainless-retry-count': String(count) });
  const refused = (): Response => new Response('{}', { status: 500 });
  const answered = (): Response => Response.json({ id: 'c', model: 'm', usage });

  test('but not longer than the client does', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { costspan } = measure();
    const ended: string[] = [];
    vi.spyOn(costspan.spanProcessor, 'onEnd').mockImplementation((span) => void ended.push(span.name));
    await costspan.fetch({ fetch: fakeFetch(refused()) })(CHAT, post({ model: 'm' }, retry(0)));
    vi.advanceTimersByTime(9_999);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(ended).toEqual(['chat m']);
    vi.useRealTimers();
  });

  test('as long as the provider asks for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { costspan } = measure();
    const ended: string[] = [];
    vi.spyOn(costspan.spanProcessor, 'onEnd').mockImplementation((span) => void ended.push(span.name));
    const busy = new Response('{}', { status: 429, headers: { 'retry-after': '30' } });
    await costspan.fetch({ fetch: fakeFetch(busy) })(CHAT, post({ model: 'm' }, retry(0)));
    vi.advanceTimersByTime(39_999);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(ended).toEqual(['chat m']);
    vi.useRealTimers();
  });

  test('and only a repetition of the same bytes is its retry', async () => {
    const { costspan, spans } = measure();
    const fetch = costspan.fetch({ fetch: fakeFetch(refused(), answered(), answered()) });
    await fetch(CHAT, post({ model: 'm', n: 1 }, retry(0)));
    await (await fetch(CHAT, post({ model: 'm', n: 2 }, retry(1)))).json();
    await (await fetch(CHAT, post({ model: 'm', n: 1 }, retry(1)))).json();
    const found = await spans();
    expect(found.map((span) => [span.attributes['costspan.role'], span.attributes['costspan.attempt.number']])).toEqual([
      ['call', 2],
      ['attempt', 1],
      ['call', 2],
    ]);
    expect(found[1]?.parentSpanContext?.spanId).toBe(found[2]?.spanContext().spanId);
  });

  test('unless the client never says how often it has tried', async () => {
    const { costspan } = measure();
    const onEnd = vi.spyOn(costspan.spanProcessor, 'onEnd');
    await costspan.fetch({ fetch: fakeFetch(refused()) })(CHAT, post({ model: 'm' }));
    expect(onEnd).toHaveBeenCalledTimes(1);
  });
});

describe('when the process ends', () => {
  test('a call under way is reported as possibly billed', async () => {
    const { costspan, spans } = measure();
    const fetch = costspan.fetch({ fetch: async () => new Promise(() => undefined) });
    void fetch(CHAT, post({ model: 'm' }));
    await costspan.shutdown();
    expect(
      (await spans()).map((span) => pick(span, 'error.type', 'costspan.attempt.billable', 'costspan.usage_missing')),
    ).toEqual([{ 'error.type': 'process_ended', 'costspan.attempt.billable': 'possible', 'costspan.usage_missing': true }]);
  });

  test('an answer that still comes changes nothing', async () => {
    const { costspan, spans } = measure();
    const response = await costspan.fetch({ fetch: fakeFetch(Response.json({ usage })) })(CHAT, post({ model: 'm' }));
    await costspan.shutdown();
    expect(await response.json()).toEqual({ usage });
    expect(await spans()).toHaveLength(1);
  });
});

test.each<[string, object, string]>([
  ['an unknown option', { span: 'own' }, 'fetch: span: unknown field; known fields are provider, itemOf, spans, fetch'],
  [
    'an unknown mode',
    { spans: 'all' },
    'fetch: spans: expected "own", "annotate" or "none", found a string of 3 characters; choose one of them',
  ],
  ['a fetch that is none', { fetch: 1 }, 'fetch: fetch: expected a function, found 1; leave it out to use the global fetch'],
])('%s is refused', (_, options, message) => {
  expect(() => measure().costspan.fetch(options as never)).toThrow(message);
});
