import { waitTimeoutMsDefault } from '../limits.ts';

/** Wakes waiters when something changed. */
export type Changes = {
  /** Tells every waiter to look again. */
  readonly announce: () => void;
  /** Resolves at the first announcement, or at once, when `condition` holds; rejects after `timeoutMs` (default 10,000). */
  readonly waitUntil: (what: string, condition: () => boolean, timeoutMs?: number) => Promise<void>;
};

/** A place to announce changes and wait for them: no polling, no sleeps. */
export function createChanges(): Changes {
  const looks = new Set<() => void>();
  return {
    announce: () => {
      for (const look of [...looks]) look();
    },
    waitUntil: (what, condition, timeoutMs = waitTimeoutMsDefault) =>
      new Promise<void>((resolve, reject) => {
        if (condition()) return resolve();
        const look = (): void => {
          if (!condition()) return;
          clearTimeout(timer);
          looks.delete(look);
          resolve();
        };
        const timer = setTimeout(() => {
          looks.delete(look);
          reject(new Error(`waitUntil: ${what} did not happen within ${timeoutMs} ms`));
        }, timeoutMs);
        looks.add(look);
      }),
  };
}
