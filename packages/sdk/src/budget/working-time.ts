import type { OrPromise } from './budget-store.ts';
import { inBackground, whenKnown } from './or-promise.ts';

/** Working time of the runs under way in this process, by account. */
export type WorkingTime = {
  /** Starts a run; the function it returns ends it and returns how long it took, in milliseconds. */
  readonly start: (account: string) => () => number;
  /** Working time of the open runs of an account, in milliseconds. Runs side by side count each. */
  readonly openMsOf: (account: string) => number;
};

/** No runs yet. `nowMs` is a clock that never goes back, in milliseconds. */
export const createWorkingTime = (nowMs: () => number = performance.now.bind(performance)): WorkingTime => {
  const open = new Map<string, { runs: number; startSumMs: number }>();
  return {
    start: (account) => {
      const startMs = nowMs();
      const entry = open.get(account) ?? { runs: 0, startSumMs: 0 };
      entry.runs += 1;
      entry.startSumMs += startMs;
      open.set(account, entry);
      let endedMs: number | undefined;
      return () => {
        if (endedMs !== undefined) return endedMs;
        entry.runs -= 1;
        entry.startSumMs -= startMs;
        if (entry.runs === 0) open.delete(account);
        // A millisecond that was begun counts: many short runs would otherwise add up to nothing.
        endedMs = Math.max(0, Math.ceil(nowMs() - startMs));
        return endedMs;
      };
    },
    openMsOf: (account) => {
      const entry = open.get(account);
      return entry === undefined ? 0 : Math.max(0, Math.round(entry.runs * nowMs() - entry.startSumMs));
    },
  };
};

/**
 * Calls `onOver` once the working time of an account reaches `hardMs`, unless stopped before. `usedMs` says how much is
 * used; it is asked again when the time seems over, because runs side by side use it faster and others may have used some.
 */
export const startDeadline = (hardMs: number, usedMs: () => OrPromise<number>, onOver: () => void): (() => void) => {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const arm = (): OrPromise<void> =>
    whenKnown(usedMs(), (used) => {
      if (isStopped) return;
      const leftMs = hardMs - used;
      if (leftMs <= 0) onOver();
      else timer = setTimeout(() => inBackground('watching working time', arm()), Math.min(leftMs, TIMER_MS_MAX)).unref();
    });
  inBackground('watching working time', arm());
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
};

// Longer timers of Node fire at once.
const TIMER_MS_MAX = 2 ** 31 - 1;
