/** A clock that stands still until it is told to move. */
export type FakeClock = {
  /** Unix milliseconds. */
  readonly nowMs: () => number;
  /** Unix nanoseconds. */
  readonly nowNs: () => bigint;
  /** Calls `run` when the clock has moved `delayMs` on; returns the function that cancels it. */
  readonly setTimer: (run: () => void, delayMs: number) => () => void;
  /** Moves the clock and runs what became due, earliest first, each at its own instant. */
  readonly advance: (ms: number) => void;
  /** Timers still waiting. */
  readonly timersPending: () => number;
};

/** A clock that starts at `startMs`, Unix milliseconds. Default: 2026-01-01T00:00:00Z. */
export function fakeClock(startMs: number = Date.UTC(2026, 0, 1)): FakeClock {
  let nowMs = startMs;
  let created = 0;
  let timers: { readonly dueMs: number; readonly order: number; readonly run: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    nowNs: () => BigInt(nowMs) * 1_000_000n,
    setTimer: (run, delayMs) => {
      const timer = { dueMs: nowMs + Math.max(0, delayMs), order: created++, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance: (ms) => {
      const endMs = nowMs + ms;
      for (;;) {
        const [next] = timers.filter((timer) => timer.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs || a.order - b.order);
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        nowMs = next.dueMs;
        next.run();
      }
      nowMs = endMs;
    },
    timersPending: () => timers.length,
  };
}
