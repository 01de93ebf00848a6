import { turnMs as defaultTurnMs } from './limits.ts';
import type { Steps } from './otlp/codec.ts';

/** Shares the time of a thread between requests. */
export type Turns = {
  /** Resolves when it is the caller's turn. */
  readonly take: () => Promise<void>;
  /** Does work of many steps, the caller's turn being now, and resolves with its result. */
  readonly finish: <Result>(steps: Steps<Result>) => Promise<Result>;
};

/** What turns are measured with. */
export type TurnsOptions = {
  /** Milliseconds after which work makes way. Default: {@link defaultTurnMs}. */
  readonly turnMs?: number;
  /** Milliseconds since some instant. Default: those of the process. */
  readonly nowMs?: () => number;
};

/**
 * One turn for each round of the event loop, in the order they were asked for. Requests that arrived together are worked on one
 * by one, with a look at the network and the timers between them, and a large one within itself: however many arrive, and
 * however large, the loop is late by one turn. Work that has begun comes before all that waits, because two requests under way
 * at a time would take twice the memory, and neither would be done earlier.
 */
export function createTurns({ turnMs = defaultTurnMs, nowMs = () => performance.now() }: TurnsOptions = {}): Turns {
  const waiting: Array<() => void> = [];
  let isScheduled = false;
  const next = (): void => {
    waiting.shift()?.();
    isScheduled = waiting.length > 0;
    if (isScheduled) setImmediate(next);
  };
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(next);
  };
  const take = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      schedule();
    });
  const takeAgain = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.unshift(resolve);
      schedule();
    });
  return {
    take,
    finish: async (steps) => {
      for (;;) {
        const endMs = nowMs() + turnMs;
        do {
          const step = steps.next();
          if (step.done === true) return step.value;
        } while (nowMs() < endMs);
        await takeAgain();
      }
    },
  };
}
