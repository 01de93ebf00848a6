import { formatPico } from '@costspan/pricing';
import { guard } from '../faults.ts';
import { type Decided, type EventSink, isRecording, writeDecision } from './budget-events.ts';
import type { AccountState, BudgetStore, OrPromise, SettleAnswer } from './budget-store.ts';
import type { BudgetNotice } from './budget-type.ts';
import { whenKnown } from './or-promise.ts';
import type { Target } from './refusals.ts';

/** Money set aside for one call. */
export type Ticket = {
  readonly id: string;
  /** What one attempt costs at most, in pico units. */
  readonly attemptPico: bigint;
  readonly reservedPico: bigint;
  /** Output tokens that were set aside for; undefined where they bound nothing. */
  readonly outputTokensMax: number | undefined;
  /** Aborted when the working time is over. */
  readonly signal: AbortSignal | undefined;
  readonly targets: readonly Target[];
  /** Writes the reservation on the span of the call. Before that there is none. */
  readonly writeOn: (sink: EventSink) => void;
  /** Ends the reservation with what was spent. Only the first time counts. `isUnpriced`: nobody knows what was spent. */
  readonly settle: (spentPico: bigint, how?: { readonly isUnpriced?: boolean }) => OrPromise<void>;
};

/** What a ticket is made of. */
export type TicketParts = {
  readonly store: BudgetStore;
  /** Writes a decision on a span of its own, in the context of the call. */
  readonly emit: (decided: Decided) => void;
  readonly id: string;
  readonly attemptPico: bigint;
  readonly reservedPico: bigint;
  readonly outputTokensMax: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly targets: readonly Target[];
  /** Accounts around a slice, where what is spent shows too. */
  readonly watched: readonly Target[];
  /** After the reservation; undefined where the store could not be asked. */
  readonly states: readonly AccountState[] | undefined;
};

/** The ticket of a reservation that the store has made. */
export const createTicket = (parts: TicketParts): Ticket => {
  const { store, id, targets, reservedPico, states } = parts;
  let sink: EventSink | undefined;
  let isSettled = false;
  return {
    id,
    attemptPico: parts.attemptPico,
    reservedPico,
    outputTokensMax: parts.outputTokensMax,
    signal: parts.signal,
    targets,
    writeOn: (span) => {
      if (!isRecording(span)) return;
      sink = span;
      for (const [at, target] of targets.entries()) {
        writeDecision(span, decidedOf(target, 'reserve', reservedPico, states?.[at]));
      }
    },
    settle: (spentPico, how = {}) => {
      if (isSettled) return undefined;
      isSettled = true;
      const claims = targets.map(({ claim }) => claim);
      const watched = parts.watched.map(({ claim }) => claim);
      // Where the store could not be asked there is no reservation: what was spent is charged when it is back.
      const answer =
        states === undefined
          ? store.charge({ id, amountPico: spentPico, claims, watched })
          : store.settle({ id, spentPico, claims, watched });
      const isLater = answer instanceof Promise;
      if (isLater) writeSettled(sink, parts, { spentPico, isUnpriced: how.isUnpriced === true });
      return whenKnown(answer, (settled) => {
        if (!isLater) writeSettled(sink, parts, { spentPico, isUnpriced: how.isUnpriced === true, states: settled.states });
        // The span of the call may have ended meanwhile, so these get a span of their own where the store is remote.
        const write = (decided: Decided): void =>
          isLater || sink === undefined ? parts.emit(decided) : writeDecision(sink, decided);
        reportSettled([...targets, ...parts.watched], settled, { write, mayOvershoot: spentPico > reservedPico });
      });
    },
  };
};

type Settled = {
  readonly spentPico: bigint;
  readonly isUnpriced: boolean;
  readonly states?: readonly AccountState[] | undefined;
};

const writeSettled = (sink: EventSink | undefined, parts: TicketParts, settled: Settled): void => {
  if (sink === undefined) return;
  for (const [at, target] of parts.targets.entries()) {
    const state = settled.states?.[at];
    if (settled.isUnpriced) writeDecision(sink, decidedOf(target, 'unpriced', undefined, state));
    writeDecision(sink, decidedOf(target, 'commit', settled.spentPico, state));
    const freePico = parts.reservedPico - settled.spentPico;
    if (freePico > 0n) writeDecision(sink, decidedOf(target, 'release', freePico, state));
  }
};

/** Tells of soft limits that were reached and hard ones that were passed. */
export const reportSettled = (
  targets: readonly Target[],
  settled: SettleAnswer,
  { write, mayOvershoot }: { readonly write: (decided: Decided) => void; readonly mayOvershoot: boolean },
): void => {
  for (const [at, target] of targets.entries()) {
    const state = settled.states?.[at];
    if (state === undefined) continue;
    const { softPico, softMs, hardPico } = target.claim.limits;
    const { init } = target.budget;
    if (settled.softened.includes(target.claim.account)) {
      write({
        ...decidedOf(target, 'soft', undefined, state),
        ...(softPico !== undefined && { limitPico: softPico }),
        ...(softMs !== undefined && { limitMs: softMs }),
      });
      guard('onSoft', () => init.onSoft?.(noticeOf(target, state)), undefined);
    }
    const overPico = hardPico === undefined || !mayOvershoot ? 0n : state.committedPico + state.reservedPico - hardPico;
    if (overPico > 0n && hardPico !== undefined) {
      write({ ...decidedOf(target, 'overshoot', overPico, state), limitPico: hardPico });
      guard('onOvershoot', () => init.onOvershoot?.(noticeOf(target, state)), undefined);
    }
  }
};

/** A decision about an account. */
export const decidedOf = (
  target: Target,
  decision: Decided['decision'],
  amountPico: bigint | undefined,
  state: AccountState | undefined,
): Decided => ({
  decision,
  budget: target.budget,
  scope: target.label,
  ...(amountPico !== undefined && { amountPico }),
  ...(state !== undefined && { state }),
});

const noticeOf = ({ budget, label, claim }: Target, state: AccountState): BudgetNotice => ({
  budget: budget.name,
  scope: label,
  currency: budget.currency,
  committed: formatPico(state.committedPico),
  reserved: formatPico(state.reservedPico),
  elapsedMs: state.elapsedMs + claim.openMs,
});
