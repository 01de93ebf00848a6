import Anthropic from '@anthropic-ai/sdk';
import { type FakeProvider, type FakeStep, startFakeAnthropic, startFakeOpenAi } from '@costspan/testkit';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BudgetExceededError, type BudgetInit } from '../../src/index.ts';
import { decisionsOf } from '../support/decisions.ts';
import { measure } from '../support/measure.ts';

let openai: FakeProvider;
let anthropic: FakeProvider;
beforeAll(async () => {
  openai = await startFakeOpenAi();
  anthropic = await startFakeAnthropic();
});
afterAll(() => Promise.all([openai.close(), anthropic.close()]));

let sentBefore = 0;
beforeEach(() => {
  sentBefore = openai.log.length + anthropic.log.length;
});
const sent = (): number => openai.log.length + anthropic.log.length - sentBefore;

const usage = { input_text_tokens: 1_000, output_text_tokens: 100 };
// gpt-5: 1,000 x $1.25 / 1M + 100 x $10 / 1M.
const answerCost = '0.00225';
const answer: FakeStep = { reply: { usage } };
const request = { model: 'gpt-5', max_completion_tokens: 100, messages: [{ role: 'user' as const, content: 'Hello' }] };
const claude = { model: 'claude-sonnet-5', max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hello' }] };

const perItem = (init: Partial<BudgetInit> = {}): BudgetInit => ({ per: 'item', currency: 'USD', ...init });

const item = { type: 'ticket', id: 'T-1' };

const setUp = async (init: Partial<BudgetInit>) => {
  const measured = measure();
  const budget = measured.costspan.budget(perItem(init));
  await measured.costspan.ready();
  const client = measured.costspan.meter(new OpenAI({ baseURL: `${openai.url}/v1`, apiKey: 'sk-test', maxRetries: 1 }));
  return { ...measured, budget, client };
};

test('a call within its budget reserves the worst case of every attempt, commits what it cost, and frees the rest', async () => {
  const { costspan, budget, client, spans } = await setUp({ hard: '1.00' });
  openai.enqueue(answer);
  await costspan.workItem.run({ ...item, budgets: [budget] }, () => client.chat.completions.create(request));
  const decisions = decisionsOf(await spans());
  const reserved = /^reserve item (\S+) 0 \1$/.exec(decisions[0] ?? '')?.[1];
  // Two attempts, each of 100 output tokens, and of at most 1,024 hidden ones and the 100 bytes of the request.
  const bytes = JSON.stringify(request).length;
  const attempt = (BigInt(bytes) + 1_024n) * 1_250_000n + 100n * 10_000_000n;
  expect(reserved).toBe(`0.${String(attempt * 2n).padStart(12, '0')}`.replace(/0+$/, ''));
  expect(decisions.slice(1)).toEqual([
    `commit item ${answerCost} ${answerCost} 0`,
    `release item ${`0.${String(attempt * 2n - 2_250_000_000n).padStart(12, '0')}`.replace(/0+$/, '')} ${answerCost} 0`,
  ]);
});

describe('a refusal reaches whoever called the client as it is, and nothing is sent', () => {
  const hard = { hard: '0.000001' };

  test('OpenAI, plain, streamed, and through its helpers', async () => {
    const { costspan, budget, client } = await setUp(hard);
    const refused = async (call: () => PromiseLike<unknown>): Promise<unknown> =>
      costspan.workItem.run({ ...item, budgets: [budget] }, async () =>
        Promise.resolve(call()).then(
          () => 'answered',
          (error: unknown) => error,
        ),
      );
    for (const call of [
      () => client.chat.completions.create(request),
      () => client.chat.completions.create({ ...request, stream: true }),
      () => client.chat.completions.create(request).withResponse(),
      () => client.withOptions({ timeout: 1_000 }).chat.completions.create(request),
      () => client.responses.create({ model: 'gpt-5', input: 'Hello', max_output_tokens: 10 }),
      () => client.embeddings.create({ model: 'text-embedding-3-small', input: 'Hello' }),
    ]) {
      const error = await refused(call);
      expect(error).toBeInstanceOf(BudgetExceededError);
      expect(error).toMatchObject({
        name: 'BudgetExceededError',
        code: 'budget-exceeded',
        status: 402,
        stop: { reason: 'money' },
      });
    }
    // The helpers for streams wrap every error in one of their own.
    const wrapped = await refused(() => client.chat.completions.stream(request).finalChatCompletion());
    expect(wrapped).not.toBeInstanceOf(BudgetExceededError);
    expect(BudgetExceededError.find(wrapped)?.stop.reason).toBe('money');
    expect(sent()).toBe(0);
  });

  test('Anthropic, plain and streamed', async () => {
    const { costspan, budget } = await setUp(hard);
    const client = costspan.meter(new Anthropic({ baseURL: anthropic.url, apiKey: 'sk-test' }));
    for (const call of [
      () => client.messages.create(claude),
      () => client.messages.create({ ...claude, stream: true }),
      () => client.messages.stream(claude).finalMessage(),
    ]) {
      const error = await costspan.workItem
        .run({ ...item, budgets: [budget] }, async () => call())
        .then(
          () => undefined,
          (found: unknown) => found,
        );
      expect(BudgetExceededError.find(error)?.stop.reason).toBe('money');
    }
    expect(sent()).toBe(0);
  });

  test('any other client of a metering fetch gets it thrown', async () => {
    const { costspan, budget } = await setUp(hard);
    const send = costspan.fetch({ provider: 'openai' });
    const call = costspan.workItem.run({ ...item, budgets: [budget] }, () =>
      send(`${openai.url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(request) }),
    );
    await expect(call).rejects.toThrow(
      /^budget per-item \(item\): openai gpt-5 may cost up to 0\.\d+ USD, and the hard limit is 0\.000001, found 0 spent and 0 set aside; stop here, lower the output limit of the call, or raise `hard`$/,
    );
    expect(sent()).toBe(0);
  });
});

test.each<[string, FakeStep[], object, readonly (RegExp | string)[]]>([
  ['a refused call costs nothing', [{ status: 400 }], {}, [/^reserve/, 'commit item 0 0 0', /^release/]],
  [
    'a retry is paid from the same reservation',
    [{ status: 500, retryAfterMs: 1 }, answer],
    {},
    [/^reserve/, `commit item ${answerCost} ${answerCost} 0`, /^release/],
  ],
  [
    'an attempt that timed out may have been billed: all that was set aside for it is spent',
    [{ hang: 'before-headers' }, answer],
    { timeout: 60 },
    [/^reserve item (\S+) /, /^commit item 0\.0046/, /^release/],
  ],
  [
    'an answer without usage has spent all that was set aside for one attempt',
    [{ reply: { usage, rawUsage: 'absent' } }],
    {},
    [/^reserve/, /^commit item 0\.0023/, /^release/],
  ],
])('%s', async (_, steps, options, expected) => {
  const { costspan, budget, client, spans } = await setUp({ hard: '1.00' });
  openai.enqueue(...steps);
  await costspan.workItem.run({ ...item, budgets: [budget] }, () =>
    client.chat.completions.create(request, options).catch(() => undefined),
  );
  const decisions = decisionsOf(await spans());
  expect(decisions).toHaveLength(expected.length);
  for (const [at, line] of expected.entries()) {
    if (typeof line === 'string') expect(decisions[at]).toBe(line);
    else expect(decisions[at]).toMatch(line);
  }
});

test('more retries than the client was known to make are asked for one by one', async () => {
  const { costspan, budget, client } = await setUp({ hard: '0.0065' });
  openai.enqueue({ status: 500, retryAfterMs: 1 }, { hang: 'before-headers' }, { status: 500, retryAfterMs: 1 }, answer);
  const call = costspan.workItem.run({ ...item, budgets: [budget] }, () =>
    client.chat.completions.create(request, { maxRetries: 3, timeout: 60 }),
  );
  // The second attempt may have been billed, so the third is the last that fits.
  await expect(call).rejects.toMatchObject({ code: 'budget-exceeded', stop: { reason: 'money' } });
  expect(sent()).toBe(2);
});

describe('what cannot be limited is refused', () => {
  const tools = { tools: [{ type: 'web_search' as const }] };

  test.each<[string, Partial<BudgetInit>, (client: OpenAI) => PromiseLike<unknown>, string]>([
    ['a model without a price', {}, (client) => client.chat.completions.create({ ...request, model: 'unheard-of' }), 'unpriced'],
    [
      'tools the provider runs itself',
      {},
      (client) => client.responses.create({ model: 'gpt-5', input: 'Hi', ...tools }),
      'unbounded',
    ],
    ['an address nobody knows', {}, (client) => client.post('/fine_tuning/jobs', { body: {} }), 'unpriced'],
    ['a currency of its own', { currency: 'EUR' }, (client) => client.chat.completions.create(request), 'currency'],
  ])('%s', async (_, init, call, reason) => {
    const { costspan, budget, client } = await setUp({ hard: '100', ...init });
    const run = costspan.workItem.run({ ...item, budgets: [budget] }, async () => call(client));
    await expect(run).rejects.toMatchObject({ code: 'budget-exceeded', stop: { reason } });
    expect(sent()).toBe(0);
  });

  test('unless it is allowed, or assumed', async () => {
    const allowed = await setUp({ hard: '1', unpriced: 'allow' });
    openai.enqueue(answer);
    await allowed.costspan.workItem.run({ ...item, budgets: [allowed.budget] }, () =>
      allowed.client.chat.completions.create({ ...request, model: 'unheard-of' }),
    );
    expect(decisionsOf(await allowed.spans())).toEqual(['reserve item 0 0 0', 'unpriced item 0 0', 'commit item 0 0 0']);

    const assumed = await setUp({ hard: '1', assume: { cost: '0.05' } });
    openai.enqueue(answer);
    await assumed.costspan.workItem.run({ ...item, budgets: [assumed.budget] }, () =>
      assumed.client.responses.create({ model: 'gpt-5', input: 'Hi', ...tools }),
    );
    expect(decisionsOf(await assumed.spans())[0]).toBe('reserve item 0.1 0 0.1');
  });

  test('a picture by its address is bounded by what the model can read', async () => {
    const { costspan, budget, client, spans } = await setUp({ hard: '1' });
    openai.enqueue(answer);
    const content = [{ type: 'image_url' as const, image_url: { url: 'https://example.com/a.png' } }];
    await costspan.workItem.run({ ...item, budgets: [budget] }, () =>
      client.chat.completions.create({ ...request, messages: [{ role: 'user', content }] }),
    );
    // 272,000 input tokens at most, for each of two attempts.
    expect(decisionsOf(await spans())[0]).toBe('reserve item 0.682 0 0.682');
  });
});

test('budgets hold where nothing is traced', async () => {
  const { costspan, budget, client } = await setUp({ hard: '0.005' });
  const { trace } = await import('@opentelemetry/api');
  trace.disable();
  openai.enqueue(answer, answer);
  await costspan.workItem.run({ ...item, budgets: [budget] }, async () => {
    await client.chat.completions.create(request, { maxRetries: 0 });
    await expect(client.chat.completions.create(request)).rejects.toMatchObject({ code: 'budget-exceeded' });
  });
});
