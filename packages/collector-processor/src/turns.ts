/** Resolves when it is the caller's turn. */
export type TakeTurn = () => Promise<void>;

/**
 * One turn for each round of the event loop, in the order they were asked for. Requests that arrived together are worked on
 * one by one, with a look at the network and the timers between them: however many arrive, the loop is late by one of them.
 */
export function createTurns(): TakeTurn {
  const waiting: Array<() => void> = [];
  let isScheduled = false;
  const next = (): void => {
    waiting.shift()?.();
    isScheduled = waiting.length > 0;
    if (isScheduled) setImmediate(next);
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(next);
    });
}
