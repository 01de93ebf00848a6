import { createHash } from 'node:crypto';
import { pendingCallsMax } from '../limits.ts';
import type { FailedAttempt } from './attempt-ending.ts';
import { type Call, endFailedCall } from './call.ts';
import type { RequestPlan } from './request-plan.ts';

/** Tells the attempts of one call from those of others. A digest, so that no prompt is kept while its call waits. */
export type RepetitionKey = string;

/** A call whose last attempt failed and which its client may try again. */
export type PendingCall = { readonly call: Call; readonly failed: FailedAttempt; readonly failedAtMs: number };

/** Calls that wait for a retry. A client's next attempt is known by what it repeats: the same bytes to the same address. */
export type PendingCalls = {
  /** Keeps a call for as long as its client may wait; after that it is reported as failed. */
  readonly hold: (pending: PendingCall, key: RepetitionKey) => void;
  /** The call that this attempt continues, if it waits here. */
  readonly take: (plan: RequestPlan) => PendingCall | undefined;
  /** Reports every waiting call as failed, because the process ends or its spans are wanted now. */
  readonly endAll: () => void;
};

type Held = PendingCall & { readonly key: string; readonly timer: NodeJS.Timeout };

/** No calls yet. At most `pendingCallsMax` wait at a time; beyond that the oldest is reported as failed. */
export const createPendingCalls = (): PendingCalls => {
  const held = new Set<Held>();

  const end = (pending: Held): void => {
    held.delete(pending);
    clearTimeout(pending.timer);
    endFailedCall(pending.call, pending.failed, pending.failedAtMs);
  };

  return {
    hold: (pending, key) => {
      // The process may end meanwhile: what waits is then reported by flush() or shutdown().
      const timer = setTimeout(() => end(entry), pending.failed.retryWithinMs ?? 0).unref();
      const entry: Held = { ...pending, key, timer };
      held.add(entry);
      const [oldest] = held;
      if (held.size > pendingCallsMax && oldest !== undefined) end(oldest);
    },
    take: (plan) => {
      if ((plan.facts.retryCount ?? 0) === 0 || held.size === 0) return undefined;
      const key = repetitionKey(plan);
      for (const pending of held) {
        if (pending.key !== key) continue;
        held.delete(pending);
        clearTimeout(pending.timer);
        return pending;
      }
      return undefined;
    },
    endAll: () => {
      for (const pending of [...held]) end(pending);
    },
  };
};

/** What every attempt of a call repeats. Two calls with the same bytes share it, and are the same to money. */
export const repetitionKey = ({ facts, rawBody }: RequestPlan): RepetitionKey => {
  const digest = createHash('sha256')
    .update(facts.url?.href ?? '')
    .update('\0');
  return digest.update(typeof rawBody === 'string' || rawBody instanceof Uint8Array ? rawBody : '').digest('base64');
};
