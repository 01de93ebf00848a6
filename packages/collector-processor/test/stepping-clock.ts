import type { Clock } from '../src/clock.ts';

/** A clock on which every wait is over at once and moves the time on. */
export type SteppingClock = Clock & {
  /** Milliseconds of every wait so far, oldest first. */
  readonly waitsMs: readonly number[];
};

/** A clock at `startMs`, Unix milliseconds, whose waits are kept instead of waited. */
export function steppingClock(startMs: number = Date.UTC(2026, 0, 1)): SteppingClock {
  let nowMs = startMs;
  const waitsMs: number[] = [];
  return {
    nowMs: () => nowMs,
    nowNs: () => BigInt(nowMs) * 1_000_000n,
    wait: async (durationMs, abort) => {
      if (abort?.aborted === true) return;
      waitsMs.push(durationMs);
      nowMs += durationMs;
    },
    waitsMs,
  };
}
