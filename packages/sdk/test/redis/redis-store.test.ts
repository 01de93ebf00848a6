import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BudgetStore, createMemoryStore } from '../../src/index.ts';
import { redisBudgetStore } from '../../src/redis.ts';
import { claimOn, dollars } from '../support/claims.ts';
import { hasRedis, type Redis, startRedis } from '../support/start-redis.ts';
import { applySteps, step } from '../support/store-steps.ts';

// A busy machine must not look like a Redis that is down.
const PATIENT = { timeoutMs: 30_000 };

describe.skipIf(!hasRedis())('the store in Redis', () => {
  let redis: Redis;
  let client: Awaited<ReturnType<Redis['connect']>>;
  beforeAll(async () => {
    redis = await startRedis();
    client = await redis.connect();
  });
  afterAll(() => redis[Symbol.asyncDispose]());
  beforeEach(() => client.flushAll());

  test('answers as the store in the process does, whatever it is asked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        await client.flushAll();
        expect(await applySteps(redisBudgetStore(client, PATIENT), steps)).toEqual(await applySteps(createMemoryStore(), steps));
      }),
      { numRuns: 300 },
    );
  });

  test('counts amounts that no double holds, and those of large currencies, to the last digit', async () => {
    const store = redisBudgetStore(client, PATIENT);
    const amountPico = 123_456_789_012_345n * 1_000_000_000_000n + 999_999_999_999n;
    const claims = [claimOn('a')];
    await store.charge({ id: '1', amountPico, claims, watched: [] });
    await store.charge({ id: '2', amountPico: 2n, claims, watched: [] });
    expect((await store.stateOf('a'))?.committedPico).toBe(amountPico + 2n);
  });

  test('a charge that is repeated counts once', async () => {
    const store = redisBudgetStore(client, PATIENT);
    const charge = { id: 'once', amountPico: dollars(1), claims: [claimOn('a')], watched: [] };
    await store.charge(charge);
    await store.charge(charge);
    expect((await store.stateOf('a'))?.committedPico).toBe(dollars(1));
  });

  test.each([
    ['count', dollars(3)],
    ['free', 0n],
  ] as const)('a lease that nobody renews ends: expired "%s"', async (expired, committedPico) => {
    const dead = redisBudgetStore(unrenewed(client), { leaseMs: 20, expired });
    const reserved = await dead.reserve({ id: 'r', amountPico: dollars(3), claims: [claimOn('a')], watched: [] });
    expect(reserved.kind).toBe('reserved');
    const living = redisBudgetStore(client, PATIENT);
    await expect
      .poll(async () => {
        const state = await living.stateOf('a');
        // Only operations that write end leases; asking for the state is one of them.
        return [state?.committedPico, state?.reservedPico];
      })
      .toEqual([committedPico, 0n]);
    // The process was only slow: what the call cost replaces what was assumed.
    await living.settle({ id: 'r', spentPico: dollars(1), claims: [claimOn('a')], watched: [] });
    expect((await living.stateOf('a'))?.committedPico).toBe(dollars(1));
  });

  test('a lease that is renewed lives', async () => {
    const store = redisBudgetStore(client, { ...PATIENT, leaseMs: 900 });
    await store.reserve({ id: 'r', amountPico: dollars(3), claims: [claimOn('a')], watched: [] });
    const until = Date.now() + 1_800;
    while (Date.now() < until) {
      expect((await store.stateOf('a'))?.reservedPico).toBe(dollars(3));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await store.settle({ id: 'r', spentPico: 0n, claims: [], watched: [] });
  });

  test('a slice whose process died gives back what none of its calls may have spent', async () => {
    const dead = redisBudgetStore(unrenewed(client), { leaseMs: 20 });
    await dead.openSlice({ id: 's', account: 'slice', amountPico: dollars(5), claims: [claimOn('a')], watched: [] });
    await dead.reserve({ id: 'r', amountPico: dollars(1), claims: [claimOn('slice')], watched: [] });
    const living = redisBudgetStore(client, PATIENT);
    await expect
      .poll(async () => {
        const state = await living.stateOf('a');
        return [state?.committedPico, state?.reservedPico];
      })
      .toEqual([dollars(1), 0n]);
  });

  test('two currencies on one account are refused', async () => {
    const store = redisBudgetStore(client, PATIENT);
    await store.charge({ id: '1', amountPico: 1n, claims: [claimOn('a')], watched: [] });
    const claim = { ...claimOn('a'), currency: 'EUR' };
    const answer = await store.reserve({ id: 'r', amountPico: 1n, claims: [claim], watched: [] });
    expect(answer).toMatchObject({ kind: 'refused', reason: 'currency' });
  });
});

/** A client as a process has it that cannot renew its leases any more. */
const unrenewed = (client: Awaited<ReturnType<Redis['connect']>>) => ({
  isReady: true,
  evalSha: (sha: string, args: { keys: string[]; arguments: string[] }): Promise<unknown> =>
    args.arguments[0] === 'renew' ? Promise.resolve('{}') : client.evalSha(sha, args),
  eval: (script: string, args: { keys: string[]; arguments: string[] }): Promise<unknown> => client.eval(script, args),
});

describe.skipIf(!hasRedis())('while Redis is gone', () => {
  const request = { id: 'r', amountPico: dollars(1), claims: [claimOn('a', { hardPico: dollars(5) })], watched: [] };

  const setUp = async (options: Parameters<typeof redisBudgetStore>[1] = {}): Promise<{ redis: Redis; store: BudgetStore }> => {
    const redis = await startRedis();
    const client = await redis.connect();
    return { redis, store: redisBudgetStore(client, { timeoutMs: 200, ...options }) };
  };

  test('calls are refused, and what was under way is settled when it is back', async () => {
    const { redis, store } = await setUp();
    await using _ = redis;
    expect(await store.reserve(request)).toMatchObject({ kind: 'reserved' });
    await redis.kill();
    expect(await store.reserve({ ...request, id: 's' })).toMatchObject({ kind: 'refused', reason: 'store-down' });
    expect(await store.settle({ id: 'r', spentPico: 7n, claims: request.claims, watched: [] })).toEqual({
      states: undefined,
      softened: [],
    });
    await expect(Promise.resolve(store.stateOf('a'))).rejects.toMatchObject({ code: 'budget-store-down' });
    await redis.restart();
    await expect.poll(async () => store.stateOf('a'), { timeout: 10_000 }).toMatchObject({ committedPico: 7n, reservedPico: 0n });
  });

  test('whenDown "allow" lets calls pass and counts them when it is back, once', async () => {
    const { redis, store } = await setUp({ whenDown: 'allow' });
    await using _ = redis;
    await redis.kill();
    expect(await store.reserve(request)).toEqual({ kind: 'unchecked' });
    await store.charge({ id: 'r', amountPico: 7n, claims: request.claims, watched: [] });
    await store.charge({ id: 'r', amountPico: 7n, claims: request.claims, watched: [] });
    await redis.restart();
    await expect.poll(async () => (await store.stateOf('a'))?.committedPico, { timeout: 10_000 }).toBe(7n);
  });
});
