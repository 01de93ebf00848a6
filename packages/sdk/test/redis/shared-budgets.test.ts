import { startFakeOpenAi } from '@costspan/testkit';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApprovalRequiredError, BudgetExceededError, type BudgetInit } from '../../src/index.ts';
import { redisBudgetStore } from '../../src/redis.ts';
import { decisionsOf } from '../support/decisions.ts';
import { measure } from '../support/measure.ts';
import { hasRedis, type Redis, startRedis } from '../support/start-redis.ts';

const item = { type: 'ticket', id: 'T-1' };
const request = { model: 'gpt-5', max_completion_tokens: 100, messages: [{ role: 'user' as const, content: 'Hello' }] };

describe.skipIf(!hasRedis())('budgets of processes that share a Redis', () => {
  let redis: Redis;
  let client: Awaited<ReturnType<Redis['connect']>>;
  beforeAll(async () => {
    redis = await startRedis();
    client = await redis.connect();
  });
  afterAll(() => redis[Symbol.asyncDispose]());
  beforeEach(() => client.flushAll());

  /** A process as far as budgets go: a Costspan with its own store on the same Redis. */
  const startProcess = async (init: Partial<BudgetInit>) => {
    const connection = await redis.connect();
    const store = redisBudgetStore(connection, { timeoutMs: 30_000 });
    const measured = measure({ budgetStore: store, handoffKey: 'a-key-of-all-processes' });
    const budget = measured.costspan.budget({ per: 'item', currency: 'USD', ...init });
    await measured.costspan.ready();
    const pay = measured.costspan.tool('pay', async () => 'paid', { cost: { amount: '1.00', currency: 'USD' } });
    const work = <T>(fn: () => Promise<T>): Promise<T> => measured.costspan.workItem.run({ ...item, budgets: [budget] }, fn);
    return { ...measured, budget, pay, work, connection };
  };

  const stopOf = async (work: Promise<unknown>): Promise<string | undefined> =>
    work.then(
      () => undefined,
      (error: unknown) => BudgetExceededError.find(error)?.stop.reason,
    );

  test('are one budget, for tools and for metered clients', async () => {
    await using server = await startFakeOpenAi();
    server.enqueue({ reply: { usage: { input_text_tokens: 1_000, output_text_tokens: 100 } } });
    const one = await startProcess({ hard: '1.005' });
    const openai = one.costspan.meter(new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test' }));
    await one.work(() => openai.chat.completions.create(request));
    expect(
      decisionsOf(await one.spans())
        .map((line) => line.split(' ').slice(0, 3).join(' '))
        .slice(1, 2),
    ).toEqual(['commit item 0.00225']);
    const two = await startProcess({ hard: '1.005' });
    await two.work(two.pay);
    expect(await stopOf(one.work(() => openai.chat.completions.create(request)))).toBe('money');
    expect(await stopOf(two.work(two.pay))).toBe('money');
    expect(server.log).toHaveLength(1);
  });

  test('give slices that others cannot spend', async () => {
    const one = await startProcess({ hard: '3.00' });
    const two = await startProcess({ hard: '3.00' });
    const paid = Promise.withResolvers<string | undefined>();
    const end = Promise.withResolvers<void>();
    const working = one.work(async () => {
      await one.costspan.workItem.current()?.agent({ name: 'a', slice: '2.00' }, async (agent) => {
        await one.pay();
        paid.resolve(await agent.left());
        await end.promise;
      });
    });
    expect(await paid.promise).toBe('1');
    await two.work(two.pay);
    expect(await stopOf(two.work(two.pay))).toBe('money');
    end.resolve();
    await working;
    // The dollar the agent left goes back.
    await two.work(two.pay);
    expect(await stopOf(two.work(two.pay))).toBe('money');
  });

  test('wait at the same gate, which opens everywhere at once', async () => {
    const one = await startProcess({ gate: '1.00', hard: '5.00' });
    const two = await startProcess({ gate: '1.00', hard: '5.00' });
    await one.work(one.pay);
    const requests = await Promise.all(
      [one, two, two].map((process) =>
        process.work(process.pay).then(
          () => undefined,
          (error: unknown) => ApprovalRequiredError.find(error)?.request,
        ),
      ),
    );
    const [found] = requests;
    expect(new Set(requests.map((request) => request?.id)).size).toBe(1);
    if (found === undefined) throw new Error('expected a request');

    // Somebody who has neither the budget nor the item.
    const desk = await startProcess({ name: 'unrelated', hard: '1' });
    const waiting = one.costspan.approval.wait(found);
    expect(await desk.costspan.approval.grant(found.token)).toMatchObject({ applied: true, charged: true });
    expect(await desk.costspan.approval.grant(found.token)).toMatchObject({ applied: true, charged: false });
    await expect(desk.costspan.approval.deny(found.token)).rejects.toMatchObject({ code: 'approval-decided' });
    expect(await waiting).toBe('granted');
    await one.work(one.pay);
    await two.work(two.pay);
  });

  test('remember how long an item was worked on', async () => {
    const one = await startProcess({ time: { hardMs: 60 } });
    const two = await startProcess({ time: { hardMs: 60 } });
    await one.work(async () => {
      const signal = one.costspan.workItem.current()?.signal;
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    });
    await expect.poll(() => stopOf(two.work(two.pay)), { timeout: 5_000 }).toBe('time');
  });

  test('refuse a function that cannot wait', async () => {
    const one = await startProcess({ hard: '1.00' });
    const pay = one.costspan.tool('pay', () => 'paid', { cost: { amount: '1.00', currency: 'USD' } });
    await expect(one.work(async () => pay())).rejects.toThrow(
      'tool: pay: expected an asynchronous function under a budget in a shared store, found a function that cannot wait for the store; declare the function async',
    );
  });
});

test.skipIf(!hasRedis())('a client hears that the store is down as it is, and its call is not made', async () => {
  await using redis = await startRedis();
  await using server = await startFakeOpenAi();
  const { costspan } = measure({ budgetStore: redisBudgetStore(await redis.connect(), { timeoutMs: 200 }) });
  const budget = costspan.budget({ per: 'item', currency: 'USD', hard: '1.00' });
  await costspan.ready();
  const openai = costspan.meter(new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test' }));
  await redis.kill();
  const call = costspan.workItem.run({ ...item, budgets: [budget] }, () => openai.chat.completions.create(request));
  await expect(call).rejects.toMatchObject({ code: 'budget-exceeded', stop: { reason: 'store-down' } });
  expect(server.log).toHaveLength(0);
});
