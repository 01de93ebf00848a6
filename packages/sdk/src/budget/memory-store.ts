import { budgetAccountsMax, chargesRememberedMax } from '../limits.ts';
import type {
  AccountState,
  BudgetStore,
  Claim,
  DecideAnswer,
  GateDecision,
  PendingApproval,
  Reservation,
  ReserveAnswer,
  SettleAnswer,
} from './budget-store.ts';

/**
 * Accounts in this process. At most `budgetAccountsMax` are kept; beyond that the oldest with nothing set aside is forgotten
 * and starts anew if its item is worked on again. `nowMs` tells the time, Unix milliseconds.
 */
export const createMemoryStore = (nowMs: () => number = Date.now): BudgetStore => {
  const accounts = new Map<string, Account>();
  const held = new Map<string, Held>();
  const charged = new Set<string>();

  const accountOf = (claim: Claim): Account => accounts.get(claim.account) ?? openAccount(accounts, claim);

  const reserve = (request: Reservation): ReserveAnswer => {
    const refused = firstRefusal(request, (claim) => accounts.get(claim.account) ?? blankAccount(claim), nowMs);
    // The request that follows waits at the account, although nothing is spent there yet.
    if (refused?.kind === 'gate') accountOf(refused.claim);
    if (refused !== undefined) return refused;
    const claimed = request.claims.map(accountOf);
    for (const account of claimed) account.reservedPico += request.amountPico;
    held.set(request.id, { claimed, leftPico: request.amountPico });
    return { kind: 'reserved', states: claimed.map(stateOf), softened: softened(request.claims, claimed) };
  };

  return {
    isImmediate: true,
    reserve,
    settle: ({ id, spentPico, claims, watched }) => {
      const reservation = held.get(id);
      if (reservation === undefined) return NOTHING;
      held.delete(id);
      for (const account of reservation.claimed) {
        account.reservedPico -= reservation.leftPico;
        spend(account, spentPico);
      }
      return answerFor([...claims, ...watched], [...reservation.claimed, ...watched.map(accountOf)]);
    },
    charge: ({ id, amountPico, claims, watched }) => {
      if (charged.has(id)) return NOTHING;
      remember(charged, id);
      const found = claims.map(accountOf);
      for (const account of found) spend(account, amountPico);
      return answerFor([...claims, ...watched], [...found, ...watched.map(accountOf)]);
    },
    addTime: (name, elapsedMs) => {
      const account = accounts.get(name);
      if (account !== undefined) account.elapsedMs += elapsedMs;
    },
    openSlice: (slice) => {
      const answer = reserve(slice);
      const backing = held.get(slice.id);
      if (answer.kind !== 'reserved' || backing === undefined) return answer;
      const account = accountOf({ account: slice.account, currency: slice.claims[0]?.currency ?? '', limits: {}, openMs: 0 });
      account.backing = backing;
      return answer;
    },
    closeSlice: ({ id, account: name }) => {
      const backing = held.get(id);
      const account = accounts.get(name);
      if (backing === undefined || account === undefined) return NOTHING;
      held.delete(id);
      account.isClosed = true;
      trim(account);
      return { states: backing.claimed.map(stateOf), softened: [] };
    },
    stateOf: (name) => {
      const account = accounts.get(name);
      return account === undefined ? undefined : stateOf(account);
    },
    openGate: (name, request) => {
      const account = accounts.get(name);
      if (account === undefined) return request;
      const { gate } = account;
      if (gate.pending !== undefined && gate.decided === undefined && nowMs() < gate.pending.expiresAtMs) return gate.pending;
      account.gate = { ...gate, pending: request, decided: undefined };
      return request;
    },
    decide: (name, decision) => decideAt(accounts.get(name), decision, nowMs()),
    decisionOf: (name, approvalId) => {
      const gate = accounts.get(name)?.gate;
      if (gate?.pending?.id !== approvalId) return 'unknown';
      return gate.decided ?? (nowMs() >= gate.pending.expiresAtMs ? 'denied' : 'pending');
    },
  };
};

const answerFor = (claims: readonly Claim[], accounts: readonly Account[]): SettleAnswer => ({
  states: accounts.map(stateOf),
  softened: softened(claims, accounts),
});

const NOTHING: SettleAnswer = { states: [], softened: [] };

type Gate = {
  readonly pending?: PendingApproval;
  readonly decided?: 'granted' | 'denied' | undefined;
  /** Up to where approvals have opened the gate. */
  readonly openToPico?: bigint | 'all';
  readonly openToMs?: number;
};

type Account = {
  readonly name: string;
  readonly currency: string;
  committedPico: bigint;
  reservedPico: bigint;
  elapsedMs: number;
  isSoft: boolean;
  isClosed: boolean;
  gate: Gate;
  /** Of a slice: where its money is set aside. */
  backing?: Held;
};

type Held = { readonly claimed: readonly Account[]; leftPico: bigint };

const openAccount = (accounts: Map<string, Account>, claim: Claim): Account => {
  if (accounts.size >= budgetAccountsMax) forgetIdle(accounts);
  const account = blankAccount(claim);
  accounts.set(claim.account, account);
  return account;
};

const blankAccount = ({ account, currency }: Claim): Account => ({
  name: account,
  currency,
  committedPico: 0n,
  reservedPico: 0n,
  elapsedMs: 0,
  isSoft: false,
  isClosed: false,
  gate: {},
});

// The oldest without money set aside. Opening order is close enough to idleness, and costs nothing to keep.
const forgetIdle = (accounts: Map<string, Account>): void => {
  for (const [name, account] of accounts) {
    if (account.reservedPico > 0n) continue;
    accounts.delete(name);
    return;
  }
};

const stateOf = ({ currency, committedPico, reservedPico, elapsedMs }: Account): AccountState => ({
  currency,
  committedPico,
  reservedPico,
  elapsedMs,
});

const spend = (account: Account, spentPico: bigint): void => {
  account.committedPico += spentPico;
  const { backing } = account;
  if (backing === undefined) return;
  const takenPico = spentPico < backing.leftPico ? spentPico : backing.leftPico;
  backing.leftPico -= takenPico;
  for (const around of backing.claimed) {
    around.reservedPico -= takenPico;
    spend(around, spentPico);
  }
  if (account.isClosed) trim(account);
};

/** Frees what a closed slice keeps above what its calls under way may still need. */
const trim = ({ backing, reservedPico }: Account): void => {
  if (backing === undefined || backing.leftPico <= reservedPico) return;
  const freePico = backing.leftPico - reservedPico;
  backing.leftPico = reservedPico;
  for (const around of backing.claimed) {
    around.reservedPico -= freePico;
    if (around.isClosed) trim(around);
  }
};

const firstRefusal = (
  { amountPico, claims, watched }: Reservation,
  accountOf: (claim: Claim) => Account,
  nowMs: () => number,
): ReserveAnswer | undefined => {
  for (const claim of claims) {
    const refused = refusalAt(claim, accountOf(claim), amountPico, nowMs);
    if (refused !== undefined) return refused;
  }
  for (const claim of watched) {
    const refused = refusalAt(claim, accountOf(claim), 0n, nowMs);
    if (refused !== undefined) return refused;
  }
  return undefined;
};

const refusalAt = (claim: Claim, account: Account, amountPico: bigint, nowMs: () => number): ReserveAnswer | undefined => {
  const { limits } = claim;
  const refuse = (reason: 'money' | 'time' | 'currency' | 'denied' | 'approval-timeout' | 'closed'): ReserveAnswer => ({
    kind: 'refused',
    claim,
    reason,
    state: stateOf(account),
  });
  if (account.currency !== claim.currency) return refuse('currency');
  if (account.isClosed) return refuse('closed');
  const totalPico = account.committedPico + account.reservedPico + amountPico;
  const elapsedMs = account.elapsedMs + claim.openMs;
  if (limits.hardPico !== undefined && totalPico > limits.hardPico) return refuse('money');
  if (limits.hardMs !== undefined && elapsedMs >= limits.hardMs) return refuse('time');
  const { gate } = account;
  const unit = isBeyondGate(totalPico, limits.gatePico, gate.openToPico)
    ? 'money'
    : isBeyondGate(elapsedMs, limits.gateMs, gate.openToMs)
      ? 'time'
      : undefined;
  if (unit === undefined) return undefined;
  if (gate.decided === 'denied') return refuse('denied');
  const { pending } = gate;
  if (pending === undefined || gate.decided === 'granted') return { kind: 'gate', claim, unit, state: stateOf(account) };
  if (nowMs() >= pending.expiresAtMs) return refuse('approval-timeout');
  return { kind: 'gate', claim, unit, state: stateOf(account), pending };
};

const isBeyondGate = <T extends bigint | number>(total: T, gate: T | undefined, openTo: T | 'all' | undefined): boolean => {
  if (gate === undefined || openTo === 'all') return false;
  return total > (openTo === undefined || openTo < gate ? gate : openTo);
};

const decideAt = (account: Account | undefined, decision: GateDecision, now: number): DecideAnswer => {
  const pending = account?.gate.pending;
  if (account === undefined || pending?.id !== decision.approvalId) return 'unknown';
  const { decided } = account.gate;
  if (decided !== undefined) return decided === decision.kind ? 'repeated' : 'decided-otherwise';
  if (now >= pending.expiresAtMs) return 'expired';
  account.gate =
    decision.kind === 'denied'
      ? { ...account.gate, decided: 'denied' }
      : {
          ...account.gate,
          decided: 'granted',
          openToPico: decision.upToPico ?? 'all',
          openToMs: decision.upToMs ?? Number.POSITIVE_INFINITY,
        };
  return 'done';
};

/** Accounts that reach their soft limit for the first time now. */
const softened = (claims: readonly Claim[], accounts: readonly Account[]): readonly string[] => {
  let names: string[] | undefined;
  for (let at = 0; at < accounts.length; at += 1) {
    const account = accounts[at];
    const claim = claims[at];
    if (account === undefined || claim === undefined || account.isSoft) continue;
    const { softPico, softMs } = claim.limits;
    const isReached =
      (softPico !== undefined && account.committedPico >= softPico) ||
      (softMs !== undefined && account.elapsedMs + claim.openMs >= softMs);
    if (!isReached) continue;
    account.isSoft = true;
    names ??= [];
    names.push(account.name);
  }
  return names ?? NO_NAMES;
};

const NO_NAMES: readonly string[] = [];

const remember = (ids: Set<string>, id: string): void => {
  ids.add(id);
  if (ids.size <= chargesRememberedMax) return;
  const [oldest] = ids;
  if (oldest !== undefined) ids.delete(oldest);
};
