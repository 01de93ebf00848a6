import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { type AccountState, BudgetExceededError, type BudgetStore, createMemoryStore, type Fetch } from '../../src/index.ts';
import { claimOn } from '../support/claims.ts';
import { post } from '../support/fake-fetch.ts';
import { measure } from '../support/measure.ts';

/** Watches an account at every operation of a store: spent and set aside must never pass the limit together. */
const watched = (store: BudgetStore, account: string, hardPico: bigint): BudgetStore & { readonly looks: () => number } => {
  let looks = 0;
  const look = (): void => {
    const state = store.stateOf(account) as AccountState | undefined;
    looks += 1;
    if (state === undefined) return;
    if (state.committedPico + state.reservedPico > hardPico || state.reservedPico < 0n || state.committedPico < 0n) {
      throw new Error(`${state.committedPico} spent and ${state.reservedPico} set aside of ${hardPico}`);
    }
  };
  return {
    ...store,
    reserve: (request) => {
      const answer = store.reserve(request);
      look();
      return answer;
    },
    settle: (settlement) => {
      const answer = store.settle(settlement);
      look();
      return answer;
    },
    looks: () => looks,
  };
};

/** A call as it goes: how long it takes, what each attempt comes to, and whether its process is gone before it ends. */
const call = fc.record({
  startMs: fc.nat(50),
  tookMs: fc.nat(200),
  worst: fc.bigInt({ min: 0n, max: 2_000_000_000_000n }),
  share: fc.nat(100),
  retries: fc.nat(2),
  ending: fc.constantFrom('answers', 'fails', 'crashes', 'answers without usage'),
});

afterEach(() => vi.useRealTimers());

test('1,000 calls side by side never bring spent and set aside above a hard limit, whatever becomes of them', async () => {
  vi.useFakeTimers();
  const hardPico = 40_000_000_000_000n;
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1_000, maxLength: 1_000 }), async (calls) => {
      const store = watched(createMemoryStore(), 'a', hardPico);
      const claims = [claimOn('a', { hardPico })];
      let expectedPico = 0n;
      let crashedPico = 0n;
      let refused = 0;
      await Promise.all([
        ...calls.map(async ({ startMs, tookMs, worst, share, retries, ending }, at) => {
          await new Promise((resolve) => setTimeout(resolve, startMs));
          const amountPico = worst * BigInt(retries + 1);
          const answer = await store.reserve({ id: `${at}`, amountPico, claims, watched: [] });
          if (answer.kind !== 'reserved') {
            refused += 1;
            return;
          }
          await new Promise((resolve) => setTimeout(resolve, tookMs));
          if (ending === 'crashes') {
            crashedPico += amountPico;
            return;
          }
          const spentPico =
            ending === 'fails'
              ? 0n
              : ending === 'answers'
                ? (worst * BigInt(share)) / 100n + worst * BigInt(retries)
                : amountPico;
          expectedPico += spentPico;
          await store.settle({ id: `${at}`, spentPico, claims, watched: [] });
        }),
        vi.runAllTimersAsync(),
      ]);
      // To the last pico: what ended is spent, what crashed is still set aside, and nothing else is.
      expect(store.stateOf('a')).toMatchObject({ committedPico: expectedPico, reservedPico: crashedPico });
      // The limit is tight enough to be met, or the property would hold of any store.
      expect(refused).toBeGreaterThan(0);
      expect(store.looks()).toBeGreaterThanOrEqual(1_000);
    }),
    { numRuns: 20 },
  );
});

type Fate = 'answers' | 'answers without usage' | 'refuses' | 'breaks' | 'is left';

/** A provider that bills what it answers, and remembers how much that is, in pico dollars at the prices of gpt-5. */
const biller = (fates: readonly Fate[]): { readonly fetch: Fetch; readonly billedPico: () => bigint } => {
  let asked = 0;
  let billedPico = 0n;
  const fetch: Fetch = async (_, init) => {
    const fate = fates[asked++ % fates.length];
    await new Promise((resolve) => setTimeout(resolve, asked % 7));
    if (fate === 'refuses') return new Response('{}', { status: 500 });
    // As much as it may: every byte was a token, and it answered as long as it was allowed to.
    const usage = { prompt_tokens: String(init?.body).length, completion_tokens: 50 };
    billedPico += BigInt(usage.prompt_tokens) * 1_250_000n + BigInt(usage.completion_tokens) * 10_000_000n;
    if (fate === 'breaks') throw Object.assign(new Error('socket'), { code: 'ECONNRESET' });
    const body = fate === 'answers without usage' ? {} : { usage };
    return new Response(JSON.stringify({ id: 'x', model: 'gpt-5', ...body }), {
      headers: { 'content-type': 'application/json' },
    });
  };
  return { fetch, billedPico: () => billedPico };
};

test('what a provider bills for 1,000 metered calls side by side stays below the hard limit', async () => {
  const fate = fc.constantFrom<Fate>('answers', 'answers without usage', 'refuses', 'breaks', 'is left');
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { minLength: 20, maxLength: 20 }), async (fates) => {
      const store = watched(createMemoryStore(), 'default/per-item/item/ticket/T-1', 500_000_000_000n);
      const { costspan } = measure({ budgetStore: store });
      const budget = costspan.budget({ per: 'item', currency: 'USD', hard: '0.50' });
      await costspan.ready();
      const provider = biller(fates);
      const send = costspan.fetch({ fetch: provider.fetch, provider: 'openai' });
      let refused = 0;
      await costspan.workItem.run({ type: 'ticket', id: 'T-1', budgets: [budget] }, async (item) => {
        const ask = async (at: number): Promise<void> => {
          const body = { model: 'gpt-5', max_completion_tokens: 50, messages: [{ role: 'user', content: 'x'.repeat(at % 97) }] };
          const response = await send('https://api.openai.com/v1/chat/completions', post(body)).catch((error: unknown) => {
            if (BudgetExceededError.find(error) !== undefined) refused += 1;
            return undefined;
          });
          if (fates[at % fates.length] === 'is left') await response?.body?.cancel();
          else await response?.text();
        };
        await Promise.all(
          Array.from({ length: 1_000 }, (_, at) =>
            at % 10 === 0
              ? item.agent({ name: `agent ${at % 30}`, slice: '0.01' }, () => ask(at)).catch(() => undefined)
              : ask(at),
          ),
        );
      });
      await costspan.flush();
      const state = (await store.stateOf('default/per-item/item/ticket/T-1')) as AccountState;
      expect(state.reservedPico).toBe(0n);
      expect(provider.billedPico()).toBeLessThanOrEqual(state.committedPico);
      expect(state.committedPico).toBeLessThanOrEqual(500_000_000_000n);
      expect(refused).toBeGreaterThan(0);
    }),
    { numRuns: 3 },
  );
}, 60_000);
