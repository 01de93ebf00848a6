import { createHash, randomUUID } from 'node:crypto';
import { joinPico, splitPico } from '@costspan/pricing';
import { diag } from '@opentelemetry/api';
import type {
  AccountState,
  BudgetStore,
  Claim,
  DecideAnswer,
  PendingApproval,
  Refusal,
  Reservation,
  ReserveAnswer,
  SettleAnswer,
} from '../budget/budget-store.ts';
import { CostspanError, shown } from '../errors.ts';
import { warnOnce } from '../faults.ts';
import { checkFields } from '../options-check.ts';
import { BUDGET_SCRIPT } from './budget-script.ts';
import { createLeases } from './leases.ts';
import { createOutbox } from './outbox.ts';

/** What is needed of a client of the `redis` package, from version 5. */
export type RedisClient = {
  readonly isReady: boolean;
  readonly evalSha: (sha: string, options: RedisArguments) => Promise<unknown>;
  readonly eval: (script: string, options: RedisArguments) => Promise<unknown>;
};

/** Keys and arguments of a script. */
export type RedisArguments = { keys: string[]; arguments: string[] };

/** How a shared store behaves. */
export type RedisStoreOptions = {
  /** First part of every key. Budgets with the same prefix share their accounts. Default `costspan`. */
  readonly prefix?: string;
  /** How long money stays set aside for a process that is not heard of any more, in milliseconds. Default 60 s. */
  readonly leaseMs?: number;
  /**
   * What happens to the money of a call whose process died. `count` (default): it is counted as spent, because the provider
   * may have billed it. `free`: it is given back, and the budget may be passed by what was under way.
   */
  readonly expired?: 'count' | 'free';
  /** What happens to calls while Redis cannot be asked: `deny` (default), or `allow`, and count them when it is back. */
  readonly whenDown?: 'deny' | 'allow';
  /** Longest wait for an answer, in milliseconds; after that Redis counts as down. Default 1 s. */
  readonly timeoutMs?: number;
  /** How long an account is kept after its last use, in milliseconds. Default 90 days. */
  readonly keepMs?: number;
};

/**
 * Accounts of budgets in Redis, for every process that uses the same one. `client` is a connected client of the `redis`
 * package and stays yours: close it after `costspan.shutdown()`.
 */
export const redisBudgetStore = (client: RedisClient, options: RedisStoreOptions = {}): BudgetStore => {
  checkFields(WHERE, options, checks);
  if (typeof client?.evalSha !== 'function' || typeof client.eval !== 'function') throw noClient(client);
  const { prefix = 'costspan', leaseMs = 60_000, expired = 'count', whenDown = 'deny', timeoutMs = 1_000 } = options;
  const run = createRunner(client, { key: `{${prefix}}:`, timeoutMs, keepMs: options.keepMs ?? KEEP_MS });
  const outbox = createOutbox(run, () => client.isReady);
  const leases = createLeases((ids) => run('renew', { ids, leaseMs }), leaseMs);

  const reserve = async (request: Reservation, slice?: string): Promise<ReserveAnswer> => {
    const { id, claims, watched } = request;
    const sent = run('reserve', {
      id,
      leaseMs,
      expired,
      ...amountOf(request.amountPico),
      claims: claims.map(claimOf),
      watched: watched.map(claimOf),
      ...(slice !== undefined && { slice }),
    });
    try {
      const answer = readReserve(await sent, [...claims, ...watched]);
      if (answer.kind === 'reserved') leases.add(id);
      return answer;
    } catch (error) {
      report('reserve', error);
      // It may have arrived all the same: then what it set aside is given back.
      outbox.add('settle', id, { id, ...amountOf(0n), claims: [], watched: [] });
      const [claim] = claims;
      if (whenDown === 'allow' || claim === undefined) return { kind: 'unchecked' };
      return { kind: 'refused', claim, reason: 'store-down', state: NO_STATE };
    }
  };

  /** What must not be lost: when Redis is down it is kept, and sent when it is back. */
  const orLater = async (op: string, id: string, payload: object): Promise<SettleAnswer> => {
    try {
      return readSettle(await run(op, payload));
    } catch (error) {
      report(op, error);
      outbox.add(op, id, payload);
      return { states: undefined, softened: [] };
    }
  };

  return {
    isImmediate: false,
    reserve: (request) => reserve(request),
    settle: ({ id, spentPico, claims, watched }) => {
      leases.delete(id);
      const payload = { id, ...amountOf(spentPico), claims: claims.map(claimOf), watched: watched.map(claimOf) };
      return orLater('settle', id, payload);
    },
    charge: ({ id, amountPico, claims, watched }) =>
      orLater('charge', id, { id, ...amountOf(amountPico), claims: claims.map(claimOf), watched: watched.map(claimOf) }),
    addTime: async (account, elapsedMs) => {
      const id = randomUUID();
      await orLater('addTime', id, { id, account, elapsedMs });
    },
    openSlice: (slice) => reserve(slice, slice.account),
    closeSlice: ({ id }) => {
      leases.delete(id);
      return orLater('closeSlice', id, { id });
    },
    stateOf: async (account) => readState(await run('state', { account })),
    openGate: async (account, request) => (await run('openGate', { account, ...request })) as PendingApproval,
    decide: async (account, { upToPico, ...decision }) => {
      const upTo = upToPico === undefined ? {} : amountOf(upToPico);
      return answerOf(await run('decide', { account, ...decision, ...upTo })) as DecideAnswer;
    },
    decisionOf: async (account, approvalId) =>
      answerOf(await run('decision', { account, approvalId })) as 'granted' | 'denied' | 'pending' | 'unknown',
  };
};

/** Runs one operation of the script and returns its answer. Rejects with a CostspanError when Redis cannot be asked. */
export type RunOperation = (op: string, payload: object) => Promise<unknown>;

type RunnerOptions = { readonly key: string; readonly timeoutMs: number; readonly keepMs: number };

const createRunner = (client: RedisClient, { key, timeoutMs, keepMs }: RunnerOptions): RunOperation => {
  const sha = createHash('sha1').update(BUDGET_SCRIPT).digest('hex');
  const send = async (args: RedisArguments): Promise<unknown> => {
    try {
      return await client.evalSha(sha, args);
    } catch (error) {
      // After a restart, or on another replica, Redis has not seen the script yet.
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return client.eval(BUDGET_SCRIPT, args);
      throw error;
    }
  };
  return async (op, payload) => {
    // Without a connection the client would keep the command until there is one, for as long as that takes.
    if (!client.isReady) throw storeDown(op, 'no connection');
    const text = JSON.stringify({ keepMs, lateMs: LATE_MS, ...payload });
    const answer = await withTimeout(send({ keys: [key], arguments: [op, text] }), timeoutMs, op);
    return JSON.parse(String(answer));
  };
};

const withTimeout = async <T>(work: Promise<T>, timeoutMs: number, op: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(storeDown(op, `no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw CostspanError.isInstance(error) ? error : storeDown(op, error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
  }
};

const KEEP_MS = 90 * 24 * 60 * 60 * 1000;

/** How long a call that outlived its lease, or the repetition of a charge, is still recognized. */
const LATE_MS = 24 * 60 * 60 * 1000;

const WHERE = 'redisBudgetStore';

const isMs = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
const milliseconds = [isMs, 'expected a positive whole number of milliseconds', 'write it like 60_000'] as const;

const checks = {
  prefix: [
    (value: unknown) => typeof value === 'string' && /^[\w:.-]{1,64}$/.test(value),
    'expected 1 to 64 letters, digits, : . - _',
    'leave it out',
  ],
  leaseMs: milliseconds,
  expired: [(value: unknown) => value === 'count' || value === 'free', 'expected "count" or "free"', 'choose one of them'],
  whenDown: [(value: unknown) => value === 'deny' || value === 'allow', 'expected "deny" or "allow"', 'choose one of them'],
  timeoutMs: milliseconds,
  keepMs: milliseconds,
} as const;

const noClient = (client: unknown): CostspanError =>
  new CostspanError({
    code: 'option-invalid',
    where: `${WHERE}: client`,
    problem: 'expected a client of the redis package',
    found: shown(client),
    advice: 'write await createClient({ url }).connect()',
  });

const storeDown = (op: string, found: string): CostspanError =>
  new CostspanError({
    code: 'budget-store-down',
    where: `${WHERE}: ${op}`,
    problem: 'Redis cannot be asked',
    found,
    advice: 'check the connection; what was spent meanwhile is kept and counted when it is back',
  });

const report = (op: string, error: unknown): void => {
  const message = error instanceof Error ? error.message : String(error);
  diag.error(`costspan: ${message}`);
  warnOnce(`redis ${op}`, message);
};

const NO_STATE: AccountState = { currency: '', committedPico: 0n, reservedPico: 0n, elapsedMs: 0 };

const amountOf = (amountPico: bigint): { readonly w: string; readonly p: string } => {
  const { whole, pico } = splitPico(amountPico);
  return { w: String(whole), p: String(pico) };
};

const claimOf = ({ account, currency, limits, openMs }: Claim): object => {
  const pair = (name: string, pico: bigint | undefined): object => {
    if (pico === undefined) return {};
    const { w, p } = amountOf(pico);
    return { [`${name}W`]: w, [`${name}P`]: p };
  };
  return {
    account,
    currency,
    openMs,
    ...pair('soft', limits.softPico),
    ...pair('gate', limits.gatePico),
    ...pair('hard', limits.hardPico),
    ...(limits.softMs !== undefined && { softMs: limits.softMs }),
    ...(limits.gateMs !== undefined && { gateMs: limits.gateMs }),
    ...(limits.hardMs !== undefined && { hardMs: limits.hardMs }),
  };
};

type WireState = {
  readonly currency: string;
  readonly cw: string;
  readonly cp: string;
  readonly rw: string;
  readonly rp: string;
  readonly ms: string;
};

const stateFrom = (state: WireState): AccountState => ({
  currency: state.currency,
  committedPico: joinPico(BigInt(state.cw), BigInt(state.cp)),
  reservedPico: joinPico(BigInt(state.rw), BigInt(state.rp)),
  elapsedMs: Number(state.ms),
});

// An empty table of Lua is an object in JSON.
const listFrom = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? (value as readonly T[]) : []);

const readState = (answer: unknown): AccountState | undefined => {
  const state = answer as Partial<WireState>;
  return state.currency === undefined ? undefined : stateFrom(state as WireState);
};

const readSettle = (answer: unknown): SettleAnswer => {
  const { states, softened } = answer as { readonly states?: unknown; readonly softened?: unknown };
  return { states: listFrom<WireState>(states).map(stateFrom), softened: listFrom<string>(softened) };
};

type WireReserve = {
  readonly kind: 'reserved' | 'refused' | 'gate';
  readonly account?: string;
  readonly reason?: Refusal;
  readonly unit?: 'money' | 'time';
  readonly state?: WireState;
  readonly states?: unknown;
  readonly softened?: unknown;
  readonly pending?: PendingApproval;
};

const readReserve = (answer: unknown, claims: readonly Claim[]): ReserveAnswer => {
  const { kind, account, reason, unit, state, pending, ...rest } = answer as WireReserve;
  if (kind === 'reserved')
    return { kind, states: listFrom<WireState>(rest.states).map(stateFrom), softened: listFrom(rest.softened) };
  const claim = claims.find((one) => one.account === account);
  if (claim === undefined || state === undefined) throw storeDown('reserve', 'an answer that cannot be read');
  if (kind === 'refused') return { kind, claim, reason: reason ?? 'store-down', state: stateFrom(state) };
  return { kind, claim, unit: unit ?? 'money', state: stateFrom(state), ...(pending !== undefined && { pending }) };
};

const answerOf = (answer: unknown): string => String((answer as { readonly answer?: unknown }).answer);
