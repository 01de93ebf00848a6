import type { OrPromise } from './budget-store.ts';

/** Goes on with `next` at once where the value is there, and later where it is promised: a store in the process makes nobody wait. */
export const whenKnown = <T, R>(value: OrPromise<T>, next: (value: T) => OrPromise<R>): OrPromise<R> =>
  value instanceof Promise ? value.then(next) : next(value);
