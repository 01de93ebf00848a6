import { randomUUID } from 'node:crypto';
import type { CompiledBook } from '@costspan/pricing';
import type { Context } from '@opentelemetry/api';
import type { GateKeeper } from '../approval/gate-keeper.ts';
import { guard } from '../faults.ts';
import type { SpanStarter } from '../span-starter.ts';
import { type Decided, emitDecision } from './budget-events.ts';
import type { AccountState, BudgetStore, OrPromise, ReserveAnswer } from './budget-store.ts';
import type { Assumption, Budget } from './budget-type.ts';
import { type Bound, largestPico } from './call-bound.ts';
import { whenKnown } from './or-promise.ts';
import type { Prices } from './prices.ts';
import { budgetExceeded, type Refused, type Target } from './refusals.ts';
import type { WorkScope } from './scope.ts';
import { type CallPlace, refusedBefore, type Targets, targetsOf } from './targets.ts';
import { createTicket, decidedOf, reportSettled, type Ticket } from './ticket.ts';
import type { WorkingTime } from './working-time.ts';

/** What a guard works with. */
export type GuardParts = {
  readonly spans: SpanStarter;
  readonly store: BudgetStore;
  readonly prices: Prices;
  readonly time: WorkingTime;
  readonly gates: GateKeeper;
};

/** A call that asks to be made. */
export type Ask = CallPlace & {
  readonly context: Context;
  /** What it is, such as `openai gpt-5`. */
  readonly what: string;
  /** How often it may be tried in all. */
  readonly attempts: number;
  /** What one attempt costs at most, in the currency of the book, or of `currency` where no book is needed. */
  readonly boundOf: (assume: Assumption | undefined, book: CompiledBook | undefined) => Bound;
  /** Set where the cost is known without a price book. */
  readonly currency?: string;
};

/** Decides whether a call may be made: sets aside what it costs at most, on every account that counts it, or throws. */
export type BudgetGuard = {
  /** Undefined: no budget counts the call. Answers at once where the store does and the prices are loaded. */
  readonly admit: (scope: WorkScope, ask: Ask) => OrPromise<Ticket | undefined>;
  /** Whether any budget counts such a call. */
  readonly counts: (scope: WorkScope, place: CallPlace) => boolean;
  /** Throws when a budget would refuse the call by its rules alone, without setting anything aside. */
  readonly check: (scope: WorkScope, ask: Ask) => void;
  /** Cuts a slice out of the budgets of a scope that count money; undefined where there is none. */
  readonly openSlice: (scope: WorkScope, ask: SliceAsk) => Promise<OpenedSlice | undefined>;
  /** Counts what was spent without asking. */
  readonly charge: (scope: WorkScope, spent: Spent) => OrPromise<void>;
};

/** A cost that is there already. `amountPico` undefined: nobody knows how much. */
export type Spent = {
  readonly context: Context;
  readonly atMs: number;
  readonly tool?: string;
  readonly currency: string;
  readonly amountPico: bigint | undefined;
};

/** A slice that is asked for. */
export type SliceAsk = {
  readonly id: string;
  readonly context: Context;
  readonly what: string;
  /** How much is wanted, where so much is left; undefined: nothing around it has a hard limit. */
  readonly amountOf: (leftPico: bigint | undefined) => bigint;
};

/** A slice that was cut. */
export type OpenedSlice = {
  readonly account: string;
  readonly amountPico: bigint;
  readonly targets: readonly Target[];
  readonly states: readonly AccountState[] | undefined;
};

/** The guard of a Costspan. */
export const createBudgetGuard = (parts: GuardParts): BudgetGuard => ({
  admit: (scope, ask) => {
    const targets = targetsOf(scope, ask, parts.time);
    if (targets.counted.length === 0) return undefined;
    const book = parts.prices.book();
    return book !== undefined || ask.currency !== undefined
      ? reserve(parts, scope, ask, { targets, book })
      : parts.prices.ready().then((loaded) => reserve(parts, scope, ask, { targets, book: loaded }));
  },
  counts: (scope, place) => targetsOf(scope, place, parts.time).counted.length > 0,
  check: (scope, ask) => {
    const { counted } = targetsOf(scope, ask, parts.time);
    const worst = worstOf(counted, { ...ask, currency: counted[0]?.budget.currency ?? '' }, undefined);
    if ('reason' in worst) throw stopped(parts, ask, worst);
  },
  openSlice: async (scope, { id, context, what, amountOf }) => {
    const targets = targetsOf(scope, { atMs: Date.now() }, parts.time);
    // What counts single agents goes on doing so inside of the slice.
    const counted = targets.counted.filter(({ budget }) => budget.per !== 'agent');
    const [first] = counted;
    if (first === undefined) return undefined;
    const amountPico = amountOf(await leftPicoOf(parts.store, counted));
    const account = [...first.claim.account.split('/').slice(0, 1), 'slice', id].join('/');
    const claims = counted.map(({ claim }) => claim);
    const watched = targets.watched.map(({ claim }) => claim);
    const answer = await parts.store.openSlice({ id, account, amountPico, claims, watched });
    const ask: Ask = { context, what, atMs: Date.now(), attempts: 1, boundOf: () => ({ kind: 'bounded', pico: amountPico }) };
    const found = { answer, targets, wantedPico: amountPico, agent: scope.agent?.name };
    return { account, amountPico, targets: counted, states: await statesOrThrow(parts, ask, found) };
  },
  charge: (scope, spent) => {
    const { counted, watched } = targetsOf(scope, spent, parts.time);
    const emit = (decided: Decided): void => emitDecision(parts.spans, spent.context, decided);
    const inCurrency = counted.filter(({ budget }) => budget.currency === spent.currency);
    for (const target of counted) {
      if (spent.amountPico === undefined || target.budget.currency !== spent.currency) {
        emit({ ...decidedOf(target, 'unpriced', undefined, undefined), reason: 'unpriced' });
      }
    }
    const { amountPico } = spent;
    if (amountPico === undefined || inCurrency.length === 0) return undefined;
    const around = watched.filter(({ budget }) => budget.currency === spent.currency);
    const charge = {
      id: randomUUID(),
      amountPico,
      claims: inCurrency.map(({ claim }) => claim),
      watched: around.map(({ claim }) => claim),
    };
    return whenKnown(parts.store.charge(charge), (settled) => {
      for (const [at, target] of inCurrency.entries()) emit(decidedOf(target, 'charge', amountPico, settled.states?.[at]));
      reportSettled([...inCurrency, ...around], settled, { write: emit, mayOvershoot: true });
    });
  },
});

/** What is left below the nearest hard limit. */
const leftPicoOf = async (store: BudgetStore, targets: readonly Target[]): Promise<bigint | undefined> => {
  let left: bigint | undefined;
  for (const { claim } of targets) {
    const { hardPico } = claim.limits;
    if (hardPico === undefined) continue;
    const state = await store.stateOf(claim.account);
    const ownPico = hardPico - (state?.committedPico ?? 0n) - (state?.reservedPico ?? 0n);
    if (left === undefined || ownPico < left) left = ownPico;
  }
  return left === undefined || left > 0n ? left : 0n;
};

type Found = { readonly targets: Targets; readonly book: CompiledBook | undefined };

const reserve = (parts: GuardParts, scope: WorkScope, ask: Ask, { targets, book }: Found): OrPromise<Ticket> => {
  const worst = worstOf(targets.counted, ask, book);
  if ('reason' in worst) throw stopped(parts, ask, worst);
  const { attemptPico, outputTokensMax } = worst;
  const reservedPico = attemptPico * BigInt(ask.attempts);
  const id = randomUUID();
  const request = {
    id,
    amountPico: reservedPico,
    claims: targets.counted.map(({ claim }) => claim),
    watched: targets.watched.map(({ claim }) => claim),
  };
  return whenKnown(parts.store.reserve(request), (answer) => {
    const states = statesOrThrow(parts, ask, { answer, targets, wantedPico: reservedPico, agent: scope.agent?.name });
    return whenKnown(states, (known) =>
      createTicket({
        store: parts.store,
        emit: (decided) => emitDecision(parts.spans, ask.context, decided),
        id,
        attemptPico,
        reservedPico,
        outputTokensMax,
        signal: scope.signal,
        targets: targets.counted,
        watched: targets.watched,
        states: known,
      }),
    );
  });
};

type Worst = { readonly attemptPico: bigint; readonly outputTokensMax: number | undefined };

/** The worst case by the rules of every budget: the largest of their amounts, or the first refusal. */
const worstOf = (targets: readonly Target[], ask: Ask, book: CompiledBook | undefined): Worst | Refused => {
  const currency = ask.currency ?? book?.currency;
  let worst: Worst = { attemptPico: 0n, outputTokensMax: undefined };
  const bounds = new Map<Assumption | undefined, Bound>();
  for (const target of targets) {
    const { budget } = target;
    if (budget.currency !== currency) return refusedBefore(target, 'currency', `a cost in ${currency ?? 'no currency'}`);
    const { assume } = budget.init;
    const bound = bounds.get(assume) ?? ask.boundOf(assume, book);
    bounds.set(assume, bound);
    const taken = takenBy(budget, bound);
    if (typeof taken === 'string') return refusedBefore(target, taken, 'why' in bound ? bound.why : ask.what);
    worst = {
      attemptPico: largestPico([taken.attemptPico, worst.attemptPico]),
      // The strictest bound decides when a stream is stopped.
      outputTokensMax: smaller(taken.outputTokensMax, worst.outputTokensMax),
    };
  }
  return worst;
};

const takenBy = ({ init }: Budget, bound: Bound): Worst | 'unpriced' | 'unbounded' => {
  switch (bound.kind) {
    case 'bounded':
      return { attemptPico: bound.pico, outputTokensMax: bound.outputTokensMax };
    case 'unpriced':
      return init.unpriced === 'allow' ? { attemptPico: 0n, outputTokensMax: undefined } : 'unpriced';
    case 'unbounded':
      return 'unbounded';
    default:
      return bound satisfies never;
  }
};

const smaller = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

type Answered = {
  readonly answer: ReserveAnswer;
  readonly targets: Targets;
  readonly wantedPico: bigint;
  readonly agent: string | undefined;
};

/** What the accounts are like after the reservation; undefined where the store lets pass what it cannot check. Throws what was refused. */
const statesOrThrow = (
  parts: GuardParts,
  ask: Ask,
  { answer, targets, wantedPico, agent }: Answered,
): OrPromise<readonly AccountState[] | undefined> => {
  const targetOf = (account: string): Target => {
    const found = [...targets.counted, ...targets.watched].find(({ claim }) => claim.account === account);
    if (found === undefined) throw new Error(`the store answered for ${account}, which was not asked for`);
    return found;
  };
  switch (answer.kind) {
    case 'reserved': {
      const { counted } = targets;
      if (answer.softened.length > 0) {
        const write = (decided: Decided): void => emitDecision(parts.spans, ask.context, decided);
        reportSettled(counted, answer, { write, mayOvershoot: false });
      }
      return answer.states;
    }
    case 'unchecked':
      return undefined;
    case 'refused': {
      const target = targetOf(answer.claim.account);
      throw stopped(parts, ask, { reason: answer.reason, target, state: answer.state, wantedPico, what: ask.what });
    }
    case 'gate': {
      const target = targetOf(answer.claim.account);
      const { unit, state, pending } = answer;
      return parts.gates.close({ target, unit, state, pending, wantedPico, context: ask.context, agent });
    }
    default:
      return answer satisfies never;
  }
};

/** The error of a refusal, written down and reported. */
const stopped = (parts: GuardParts, ask: Ask, refused: Refused): Error => {
  const error = budgetExceeded(refused);
  const { target, state, wantedPico, reason } = refused;
  const { hardPico, hardMs } = target.claim.limits;
  emitDecision(parts.spans, ask.context, {
    ...decidedOf(target, 'stop', wantedPico, state),
    reason,
    ...(hardPico !== undefined && { limitPico: hardPico }),
    ...(hardMs !== undefined && { limitMs: hardMs }),
  });
  guard('onStop', () => target.budget.init.onStop?.(error), undefined);
  return error;
};
