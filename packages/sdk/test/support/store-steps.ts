import fc from 'fast-check';
import type { BudgetStore } from '../../src/index.ts';
import { claimOn } from './claims.ts';

/** One thing that can be asked of a store, about a few accounts and reservations. */
export type Step =
  | {
      readonly op: 'reserve';
      readonly id: string;
      readonly accounts: readonly string[];
      readonly amount: bigint;
      readonly openMs: number;
    }
  | { readonly op: 'settle'; readonly id: string; readonly spent: bigint }
  | { readonly op: 'charge'; readonly id: string; readonly account: string; readonly amount: bigint }
  | { readonly op: 'addTime'; readonly account: string; readonly ms: number }
  | { readonly op: 'openSlice'; readonly id: string; readonly accounts: readonly string[]; readonly amount: bigint }
  | { readonly op: 'closeSlice'; readonly id: string }
  | { readonly op: 'openGate'; readonly account: string; readonly id: string }
  | {
      readonly op: 'decide';
      readonly account: string;
      readonly id: string;
      readonly kind: 'granted' | 'denied';
      readonly upTo: bigint | undefined;
    };

const plain = fc.constantFrom('a', 'b', 'c');
// Accounts of slices are named by the slice, so that slices of slices occur.
const any = fc.constantFrom('a', 'b', 'c', 'of-s', 'of-t');
const some = fc.uniqueArray(any, { minLength: 1, maxLength: 3 });
const amount = fc.oneof(
  fc.bigInt({ min: 0n, max: 12n }),
  fc.bigInt({ min: 0n, max: 12n }).map((count) => count * 999_999_999_999n),
);
const id = fc.constantFrom('1', '2', '3', '4', '5', '6');

/** Any step. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('reserve' as const), id, accounts: some, amount, openMs: fc.nat(40) }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant('settle' as const), id, spent: amount }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('charge' as const), id, account: any, amount }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('addTime' as const), account: plain, ms: fc.nat(30) }) },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('openSlice' as const), id: fc.constantFrom('s', 't'), accounts: some, amount }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('closeSlice' as const), id: fc.constantFrom('s', 't') }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('openGate' as const), account: plain, id }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('decide' as const),
      account: plain,
      id,
      kind: fc.constantFrom('granted' as const, 'denied' as const),
      upTo: fc.option(amount, { nil: undefined }),
    }),
  },
);

/** Limits of the accounts: one is hard, one has a gate, one is timed. */
export const LIMITS = {
  a: { hardPico: 6_000_000_000_000n, softPico: 3_000_000_000_000n },
  b: { gatePico: 4_000_000_000_000n, hardPico: 9_000_000_000_000n },
  c: { softMs: 30, hardMs: 60, gateMs: 50 },
} as const;

const claim = (account: string, openMs = 0): ReturnType<typeof claimOn> =>
  claimOn(account, account in LIMITS ? LIMITS[account as keyof typeof LIMITS] : {}, openMs);

/**
 * What a store answers to some steps, and how every account stands after each. An identifier is used again only when its
 * reservation has ended, as identifiers are unique.
 */
export const applySteps = async (store: BudgetStore, steps: readonly Step[]): Promise<readonly unknown[]> => {
  const answers: unknown[] = [];
  const held = new Set<string>();
  const used = new Set<string>();
  for (const [at, one] of steps.entries()) {
    answers.push(await applyStep(store, one, { held, used, at }));
    for (const account of ['a', 'b', 'c']) answers.push((await store.stateOf(account)) ?? UNUSED);
  }
  return answers;
};

const UNUSED = { currency: 'USD', committedPico: 0n, reservedPico: 0n, elapsedMs: 0 };

type Known = { readonly held: Set<string>; readonly used: Set<string>; readonly at: number };

const applyStep = async (store: BudgetStore, one: Step, { held, used, at }: Known): Promise<unknown> => {
  // The account of a slice is there once the slice is: nothing is cut from a slice that was cut from it.
  const isOpen = (account: string): boolean => !account.startsWith('of-') || used.has(account.slice('of-'.length));
  switch (one.op) {
    case 'reserve': {
      if (held.has(one.id)) return 'in use';
      const claims = one.accounts.filter(isOpen).map((account) => claim(account, one.openMs));
      if (claims.length === 0) return 'nothing to reserve';
      const answer = await store.reserve({ id: one.id, amountPico: one.amount, claims, watched: [] });
      if (answer.kind === 'reserved') held.add(one.id);
      return answer;
    }
    case 'settle': {
      const wasHeld = held.delete(one.id);
      const answer = await store.settle({ id: one.id, spentPico: one.spent, claims: [], watched: [] });
      return wasHeld ? answer : [answer.states];
    }
    case 'charge':
      if (!isOpen(one.account)) return 'not open';
      return store.charge({ id: `charge ${one.id}`, amountPico: one.amount, claims: [claim(one.account)], watched: [] });
    case 'addTime':
      return store.addTime(one.account, one.ms);
    case 'openSlice': {
      // An account of a slice is opened once in its life.
      if (used.has(one.id)) return 'in use';
      const claims = one.accounts.filter(isOpen).map((account) => claim(account));
      if (claims.length === 0) return 'nothing to cut from';
      const answer = await store.openSlice({ id: one.id, account: `of-${one.id}`, amountPico: one.amount, claims, watched: [] });
      if (answer.kind === 'reserved') used.add(one.id);
      return answer;
    }
    case 'closeSlice':
      return store.closeSlice({ id: one.id, account: `of-${one.id}` });
    case 'openGate':
      return store.openGate(one.account, { id: `${one.id} ${at}`, text: '{}', expiresAtMs: 4_000_000_000_000 });
    case 'decide': {
      const kept = await store.openGate(one.account, { id: 'probe', text: '{}', expiresAtMs: 4_000_000_000_000 });
      const upTo = one.upTo === undefined ? {} : { upToPico: one.upTo };
      const answer = await store.decide(one.account, { approvalId: kept.id, kind: one.kind, ...upTo });
      return [kept.id, answer, await store.decisionOf(one.account, kept.id)];
    }
    default:
      return one satisfies never;
  }
};
