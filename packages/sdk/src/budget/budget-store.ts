/**
 * Where the accounts of budgets are kept. In the process by default; in Redis for several processes. Amounts are pico
 * units (1e-12 of the account's currency). Every operation is atomic: it happens to all of its accounts or to none.
 */
export type BudgetStore = {
  /** Whether every operation answers at once. A function that is not asynchronous can be limited only by such a store. */
  readonly isImmediate: boolean;
  /** Sets `amountPico` aside on every claimed account, or refuses and changes nothing. */
  readonly reserve: (request: Reservation) => OrPromise<ReserveAnswer>;
  /** Ends a reservation: what was spent stays committed, the rest is free again. Repeating it changes nothing. */
  readonly settle: (settlement: Settlement) => OrPromise<SettleAnswer>;
  /** Counts what was spent without a reservation. Repeating it with the same id changes nothing. */
  readonly charge: (charge: Charge) => OrPromise<SettleAnswer>;
  /** Adds working time to an account. */
  readonly addTime: (account: string, elapsedMs: number) => OrPromise<void>;
  /** Opens an account whose money is what a reservation has set aside elsewhere: all it spends is spent there too. */
  readonly openSlice: (slice: Slice) => OrPromise<ReserveAnswer>;
  /** Gives back what is left of a slice and closes its account. */
  readonly closeSlice: (slice: Pick<Slice, 'id' | 'account'>) => OrPromise<SettleAnswer>;
  readonly stateOf: (account: string) => OrPromise<AccountState | undefined>;
  /** Keeps an approval request at an account, unless one waits there already: then that one is returned. */
  readonly openGate: (account: string, request: PendingApproval) => OrPromise<PendingApproval>;
  /** Decides the request that waits at an account. */
  readonly decide: (account: string, decision: GateDecision) => OrPromise<DecideAnswer>;
  /** Whether and how a request has been decided. */
  readonly decisionOf: (account: string, approvalId: string) => OrPromise<'granted' | 'denied' | 'pending' | 'unknown'>;
};

/** What a store in the process returns at once, and one behind a network later. */
export type OrPromise<T> = T | Promise<T>;

/** The limits that hold for an account at this moment; they live in code, the store only compares. */
export type AccountLimits = {
  readonly softPico?: bigint;
  readonly gatePico?: bigint;
  readonly hardPico?: bigint;
  readonly softMs?: number;
  readonly gateMs?: number;
  readonly hardMs?: number;
};

/** An account and what must hold there. */
export type Claim = {
  readonly account: string;
  /** ISO 4217. An account keeps the currency of its first claim. */
  readonly currency: string;
  readonly limits: AccountLimits;
  /** Working time of the runs under way in this process, in milliseconds; the store adds that of finished ones. */
  readonly openMs: number;
};

export type Reservation = {
  readonly id: string;
  readonly amountPico: bigint;
  readonly claims: readonly Claim[];
  /** Accounts that must not have passed their limits, but whose money is set aside already: those around a slice. */
  readonly watched: readonly Claim[];
};

export type Slice = Reservation & { readonly account: string };

/** `claims` and `watched` are those of the reservation. */
export type Settlement = Pick<Reservation, 'id' | 'claims' | 'watched'> & { readonly spentPico: bigint };

export type Charge = Reservation;

/** An account as it stands. */
export type AccountState = {
  readonly currency: string;
  readonly committedPico: bigint;
  readonly reservedPico: bigint;
  /** Working time of finished runs, in milliseconds. */
  readonly elapsedMs: number;
};

/** Why a reservation was refused. */
export type Refusal = 'money' | 'time' | 'currency' | 'denied' | 'approval-timeout' | 'store-down' | 'closed';

export type ReserveAnswer =
  | { readonly kind: 'reserved'; readonly states: readonly AccountState[]; readonly softened: readonly string[] }
  | { readonly kind: 'refused'; readonly claim: Claim; readonly reason: Refusal; readonly state: AccountState }
  | {
      readonly kind: 'gate';
      readonly claim: Claim;
      readonly unit: 'money' | 'time';
      readonly state: AccountState;
      readonly pending?: PendingApproval;
    }
  /** The store cannot be asked, and is set to let calls pass: what they cost is counted when it is back. */
  | { readonly kind: 'unchecked' };

/** What a settlement did. */
export type SettleAnswer = {
  /** By claim, then by watched claim. Undefined where a store could not be asked; it counts when it is back. */
  readonly states: readonly AccountState[] | undefined;
  /** Accounts whose soft limit was reached for the first time by this. */
  readonly softened: readonly string[];
};

/** A request that waits at a gate. `text` is the request as JSON. */
export type PendingApproval = { readonly id: string; readonly text: string; readonly expiresAtMs: number };

export type GateDecision = {
  readonly approvalId: string;
  readonly kind: 'granted' | 'denied';
  /** Up to where the gate is open, in pico units. Absent: the gate of this account is open for good. */
  readonly upToPico?: bigint;
  readonly upToMs?: number;
};

/** `unknown`: no such request waits at the account, because it is in another store or another request has taken its place. */
export type DecideAnswer = 'done' | 'repeated' | 'decided-otherwise' | 'expired' | 'unknown';
