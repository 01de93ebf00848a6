import { type CompiledBook, price } from '@costspan/pricing';
import type { BudgetExceededError } from '../errors.ts';
import type { Admission, CallGate, CallOutcome } from '../fetch/call-gate.ts';
import type { RequestFacts } from '../fetch/request-plan.ts';
import { overrunEventsSlack } from '../limits.ts';
import { activeContext, workScopeOf } from '../work-item/work-item-context.ts';
import type { BudgetGuard } from './budget-guard.ts';
import { boundOfCall, smallestPico } from './call-bound.ts';
import { createEventCounter } from './event-counter.ts';
import { inBackground, whenKnown } from './or-promise.ts';
import type { Prices } from './prices.ts';
import { budgetExceeded } from './refusals.ts';
import { featuresOf } from './request-features.ts';
import { refusedBefore } from './targets.ts';
import type { Ticket } from './ticket.ts';

/** Lets budgets decide about the calls of metered clients. */
export const createFetchGate = (guard: BudgetGuard, prices: Prices): CallGate => ({
  admit: (facts, { body, attemptsMax }) => {
    const context = activeContext();
    const scope = workScopeOf(context);
    if (scope === undefined) return undefined;
    const call = { facts, features: featuresOf(body), atMs: Date.now() };
    const what = `${facts.provider} ${facts.body.model ?? facts.api.id}`;
    const ask = {
      context,
      what,
      atMs: call.atMs,
      boundOf: (assume: Parameters<typeof boundOfCall>[1], book: CompiledBook | undefined) =>
        book === undefined ? ({ kind: 'unpriced', why: 'no price book' } as const) : boundOfCall(call, assume, book),
    };
    return whenKnown(guard.admit(scope, { ...ask, attempts: attemptsMax }), (ticket) =>
      ticket === undefined
        ? undefined
        : createAdmission(ticket, {
            facts,
            atMs: call.atMs,
            attemptsMax,
            prices,
            what,
            another: () => guard.admit(scope, { ...ask, attempts: 1 }),
          }),
    );
  },
  admitUnknown: ({ method, url }) => {
    if (method !== 'POST' || FREE.some((path) => path.test(url.pathname))) return;
    const context = activeContext();
    const scope = workScopeOf(context);
    if (scope === undefined) return;
    // Nothing is known of what it costs, so it can be neither set aside nor settled: it passes or it does not.
    const why = `POST ${url.hostname}${url.pathname}, which nobody knows the cost of`;
    guard.check(scope, { context, what: why, atMs: Date.now(), attempts: 1, boundOf: () => ({ kind: 'unpriced', why }) });
  },
});

// What costs nothing by itself. Results of a batch are metered when they are read, and so no budget can stop it: not free.
const FREE = [
  /\/count_tokens$/,
  /\/input_tokens$/,
  /:countTokens$/,
  /\/moderations$/,
  /\/files$/,
  /\/uploads(\/|$)/,
  /\/cancel$/,
];

type AdmissionParts = {
  readonly facts: RequestFacts;
  readonly atMs: number;
  readonly attemptsMax: number;
  readonly prices: Prices;
  readonly what: string;
  /** Sets aside one attempt more. */
  readonly another: () => ReturnType<BudgetGuard['admit']>;
};

const createAdmission = (ticket: Ticket, parts: AdmissionParts): Admission => {
  const more: Ticket[] = [];
  const overrun = parts.facts.body.isStream ? watchForOverrun(ticket, parts.what) : undefined;
  const signals = [ticket.signal, overrun?.signal].filter((signal) => signal !== undefined);
  const [signal] = signals.length > 1 ? [AbortSignal.any(signals)] : signals;
  return {
    ...(signal !== undefined && { signal }),
    started: ticket.writeOn,
    again: (attempt) => {
      signal?.throwIfAborted();
      if (attempt <= parts.attemptsMax + more.length) return undefined;
      return whenKnown(parts.another(), (another) => {
        if (another !== undefined) more.push(another);
      });
    },
    ...(overrun !== undefined && { piece: overrun.piece }),
    settle: (outcome) => {
      const spent = spentOn(ticket, outcome, parts);
      let leftPico = spent.pico;
      // What was set aside for further attempts pays for them; the rest is the call's.
      for (const one of more) {
        const ownPico = smallestPico(leftPico, one.reservedPico);
        leftPico -= ownPico;
        inBackground('settling a call', one.settle(ownPico));
      }
      inBackground('settling a call', ticket.settle(leftPico, { isUnpriced: spent.isUnpriced }));
    },
  };
};

/** What a call cost. Of an attempt whose usage nobody knows, all that was set aside for it: unknown is not nothing. */
const spentOn = (
  ticket: Ticket,
  outcome: CallOutcome,
  { facts, atMs, prices }: AdmissionParts,
): { readonly pico: bigint; readonly isUnpriced: boolean } => {
  const earlierPico = BigInt(outcome.earlierPossible) * ticket.attemptPico;
  if (outcome.billable === 'no') return { pico: earlierPico, isUnpriced: false };
  const book = prices.book();
  if (outcome.used.length === 0 || !outcome.isWhole || book === undefined) {
    const isFree = facts.api.isFree === true && outcome.used.length === 0;
    return { pico: earlierPico + (isFree ? 0n : ticket.attemptPico), isUnpriced: ticket.attemptPico === 0n && !isFree };
  }
  let pico = 0n;
  for (const used of outcome.used) {
    const model = used.model ?? outcome.model ?? facts.body.model ?? '';
    const serviceTier = used.serviceTier ?? facts.body.serviceTier;
    const receipt = price(
      {
        atMs,
        provider: facts.provider,
        model,
        usage: used.usage,
        ...(serviceTier !== undefined && { serviceTier }),
        ...(used.region !== undefined && { region: used.region }),
        ...(used.reportedCost !== undefined && { reportedCost: used.reportedCost }),
      },
      book,
    );
    if (!receipt.complete) return { pico: earlierPico + ticket.attemptPico, isUnpriced: true };
    pico += receipt.amountPico;
  }
  return { pico: earlierPico + pico, isUnpriced: false };
};

/**
 * Stops a stream that has brought more events than tokens were set aside for: every event of text carries at least one.
 * That catches an assumption that was too low while it happens; a limit that was sent along, the provider keeps.
 */
const watchForOverrun = (
  ticket: Ticket,
  what: string,
): { readonly signal: AbortSignal; readonly piece: (bytes: Uint8Array) => void } | undefined => {
  const { outputTokensMax, targets } = ticket;
  const [target] = targets;
  if (outputTokensMax === undefined || outputTokensMax === 0 || target === undefined) return undefined;
  const controller = new AbortController();
  const counter = createEventCounter();
  const error = (): BudgetExceededError => budgetExceeded(refusedBefore(target, 'overrun', what, ticket.attemptPico));
  return {
    signal: controller.signal,
    piece: (bytes) => {
      if (counter.feed(bytes) > outputTokensMax + overrunEventsSlack && !controller.signal.aborted) controller.abort(error());
    },
  };
};
