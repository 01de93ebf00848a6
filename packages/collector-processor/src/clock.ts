import { setTimeout as delay } from 'node:timers/promises';

/** Time as the service uses it, so that tests can hold it still. */
export type Clock = {
  /** Unix milliseconds. */
  readonly nowMs: () => number;
  /** Unix nanoseconds. */
  readonly nowNs: () => bigint;
  /** Resolves after the time, or early when the signal aborts. Never rejects. */
  readonly wait: (durationMs: number, abort?: AbortSignal) => Promise<void>;
};

/** The computer's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  nowNs: () => BigInt(Date.now()) * 1_000_000n,
  wait: async (durationMs, abort) => {
    try {
      await delay(durationMs, undefined, abort === undefined ? {} : { signal: abort });
    } catch {
      // Aborted: the caller looks at its signal.
    }
  },
};
