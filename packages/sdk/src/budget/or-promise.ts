import { diag } from '@opentelemetry/api';
import type { OrPromise } from './budget-store.ts';

/** Goes on with `next` at once where the value is there, and later where it is promised: a store in the process makes nobody wait. */
export const whenKnown = <T, R>(value: OrPromise<T>, next: (value: T) => OrPromise<R>): OrPromise<R> =>
  value instanceof Promise ? value.then(next) : next(value);

/** Lets something go on that nobody waits for. A fault of it, such as of a store, must not end the process. */
export const inBackground = (what: string, value: OrPromise<unknown>): void => {
  if (!(value instanceof Promise)) return;
  value.catch((fault: unknown) => {
    diag.error(`costspan: ${what} failed: ${fault instanceof Error ? fault.message : typeof fault}`);
  });
};
