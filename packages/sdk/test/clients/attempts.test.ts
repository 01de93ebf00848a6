import Anthropic from '@anthropic-ai/sdk';
import { type FakeProvider, type FakeStep, first, startFakeAnthropic, startFakeOpenAi } from '@costspan/testkit';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measure, usageOf } from '../support/measure.ts';

let openai: FakeProvider;
let anthropic: FakeProvider;
beforeAll(async () => {
  openai = await startFakeOpenAi();
  anthropic = await startFakeAnthropic();
});
afterAll(() => Promise.all([openai.close(), anthropic.close()]));

const usage = { input_text_tokens: 10, output_text_tokens: 5 };
const answer: FakeStep = { reply: { usage } };
const busy = (status: number): FakeStep => ({ status, retryAfterMs: 1 });
const hang: FakeStep = { hang: 'before-headers' };
const request = { model: 'gpt-5', messages: [{ role: 'user' as const, content: 'Hello' }] };
const claude = { model: 'claude-sonnet-5', max_tokens: 9, messages: [{ role: 'user' as const, content: 'Hello' }] };

/** Which attempt a span is about: the first is not numbered on a call. */
const numberOf = ({ attributes }: ReadableSpan): number => Number(attributes['costspan.attempt.number'] ?? 1);

/** One line for each span: role, number, billable, error, HTTP status unless the first attempt got 200, usage. */
const lines = (spans: readonly ReadableSpan[]): readonly string[] =>
  spans
    .toSorted((left, right) => numberOf(left) - numberOf(right))
    .map((span) => {
      const at = (name: string): string => String(span.attributes[name] ?? '-');
      const used = span.attributes['costspan.usage_missing'] === true ? 'usage missing' : JSON.stringify(usageOf(span));
      return [
        at('costspan.role'),
        String(numberOf(span)),
        // Not said is billed, which is said only where another attempt was not.
        at('costspan.attempt.billable'),
        at('error.type'),
        at('http.response.status_code'),
        used,
      ].join(' ');
    });

const answered = '{"input_text_tokens":10,"output_text_tokens":5}';

test.each<[string, FakeStep[], object, string[]]>([
  ['an answer', [answer], {}, [`call 1 - - - ${answered}`]],
  ['429, then an answer', [busy(429), answer], {}, ['attempt 1 no 429 429 {}', `call 2 yes - 200 ${answered}`]],
  [
    '500 and 503, then an answer',
    [busy(500), busy(503), answer],
    {},
    ['attempt 1 no 500 500 {}', 'attempt 2 no 503 503 {}', `call 3 yes - 200 ${answered}`],
  ],
  [
    '429 to the end',
    [busy(429), busy(429), busy(429)],
    {},
    ['attempt 1 no 429 429 {}', 'attempt 2 no 429 429 {}', 'call 3 no 429 429 {}'],
  ],
  ['400', [{ status: 400 }], {}, ['call 1 no 400 400 {}']],
  [
    'a refusal the provider says not to repeat',
    [{ status: 503, headers: { 'x-should-retry': 'false' } }],
    {},
    ['call 1 no 503 503 {}'],
  ],
  [
    'a timeout, then an answer',
    [hang, answer],
    { timeout: 60, maxRetries: 1 },
    ['attempt 1 possible timeout - usage missing', `call 2 yes - 200 ${answered}`],
  ],
  [
    'a timeout in the body, then an answer',
    [{ hang: 'after-headers' }, answer],
    { timeout: 60, maxRetries: 1 },
    ['attempt 1 possible timeout 200 usage missing', `call 2 yes - 200 ${answered}`],
  ],
])('OpenAI: %s', async (_, steps, options, expected) => {
  const { costspan, spans } = measure();
  openai.enqueue(...steps);
  const client = costspan.meter(new OpenAI({ baseURL: `${openai.url}/v1`, apiKey: 'sk-test' }));
  await client.chat.completions.create(request, options).catch(() => undefined);
  const found = await spans();
  expect(lines(found)).toEqual(expected);
  const call = found.find(({ attributes }) => attributes['costspan.role'] === 'call');
  expect(call && numberOf(call)).toBe(expected.length);
  for (const span of found.filter((other) => other !== call)) {
    expect(span.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
  }
});

test('a request with more retries than its client keeps its numbers, although its failure was thought to be final', async () => {
  const { costspan, spans } = measure();
  openai.enqueue(busy(500), busy(500), busy(500), answer);
  const client = costspan.meter(new OpenAI({ baseURL: `${openai.url}/v1`, apiKey: 'sk-test', maxRetries: 2 }));
  await client.chat.completions.create(request, { maxRetries: 3 });
  expect(lines(await spans())).toEqual([
    'attempt 1 no 500 500 {}',
    'attempt 2 no 500 500 {}',
    'call 3 no 500 500 {}',
    `call 4 yes - 200 ${answered}`,
  ]);
});

test.each<[string, FakeStep[], object, string[]]>([
  ['529, then an answer', [busy(529), answer], {}, ['attempt 1 no 529 529 {}', `call 2 yes - 200 ${answered}`]],
  ['529 to the end', [busy(529)], { maxRetries: 0 }, ['call 1 no 529 529 {}']],
  ['a timeout to the end', [hang], { timeout: 60, maxRetries: 0 }, ['call 1 possible aborted - usage missing']],
])('Anthropic: %s', async (_, steps, options, expected) => {
  const { costspan, spans } = measure();
  anthropic.enqueue(...steps);
  await costspan
    .meter(new Anthropic({ baseURL: anthropic.url, apiKey: 'sk-test' }))
    .messages.create(claude, options)
    .catch(() => undefined);
  expect(lines(await spans())).toEqual(expected);
});

test.each<[string, (client: OpenAI) => Promise<unknown>, FakeStep[], string]>([
  [
    'a user who gives up before the answer',
    (client) => {
      const abort = new AbortController();
      const call = client.chat.completions.create(request, { signal: abort.signal, timeout: 60_000 });
      setTimeout(() => abort.abort(), 30);
      return call;
    },
    [hang],
    'call 1 possible aborted - usage missing',
  ],
  [
    'a user who leaves a stream',
    async (client) => first(await client.chat.completions.create({ ...request, stream: true }), 2),
    [{ ...answer, stream: { holdAfterEvents: 3 } }],
    'call 1 - - - usage missing',
  ],
  [
    'a connection that breaks in the middle of a stream',
    async (client) => first(await client.chat.completions.create({ ...request, stream: true }), 99),
    [{ ...answer, stream: { cutAfterEvents: 2 } }],
    'call 1 possible UND_ERR_SOCKET 200 usage missing',
  ],
  [
    'a provider that fails in the middle of a stream',
    async (client) => first(await client.chat.completions.create({ ...request, stream: true }), 99),
    [{ ...answer, stream: { failAfterEvents: 2 } }],
    'call 1 possible server_error 200 usage missing',
  ],
  [
    'an answer without usage',
    (client) => client.chat.completions.create(request),
    [{ reply: { usage, rawUsage: 'absent' } }],
    'call 1 - - - usage missing',
  ],
  [
    'an answer with impossible usage',
    (client) => client.chat.completions.create(request),
    [{ reply: { usage, rawUsage: { prompt_tokens: 1, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 5 } } } }],
    'call 1 - - - usage missing',
  ],
])('%s', async (_, act, steps, expected) => {
  const { costspan, spans } = measure();
  openai.enqueue(...steps);
  const client = costspan.meter(new OpenAI({ baseURL: `${openai.url}/v1`, apiKey: 'sk-test', maxRetries: 0 }));
  await act(client).catch(() => undefined);
  await openai.settled();
  expect(lines(await spans())).toEqual([expected]);
});

test('a server that cannot be reached has billed nothing', async () => {
  const { costspan, spans } = measure();
  const gone = await startFakeOpenAi();
  await gone.close();
  const client = costspan.meter(new OpenAI({ baseURL: `${gone.url}/v1`, apiKey: 'sk-test', maxRetries: 0 }));
  await expect(client.chat.completions.create(request)).rejects.toThrow('Connection error');
  expect(lines(await spans())).toEqual(['call 1 no ECONNREFUSED - {}']);
});

test('retries of calls side by side stay with their own call', async () => {
  const { costspan, spans } = measure();
  await using server = await startFakeOpenAi({
    script: ({ headers }) => (headers['x-stainless-retry-count'] === '0' ? busy(500) : answer),
  });
  const client = costspan.meter(new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test' }));
  const prompts = ['a', 'b', 'c', 'd', 'd', 'd'];
  await Promise.all(
    prompts.map((content) =>
      client.chat.completions.create({ model: `model-${content}`, messages: [{ role: 'user', content }] }),
    ),
  );
  const found = await spans();
  const calls = found.filter(({ attributes }) => attributes['costspan.role'] === 'call');
  expect(calls).toHaveLength(6);
  for (const call of calls) {
    expect(call.attributes['costspan.attempt.number']).toBe(2);
    const children = found.filter(({ parentSpanContext }) => parentSpanContext?.spanId === call.spanContext().spanId);
    expect(children.map(({ attributes }) => attributes['gen_ai.request.model'])).toEqual([
      call.attributes['gen_ai.request.model'],
    ]);
  }
});
