import type { Context } from '@opentelemetry/api';
import { ApprovalRequiredError, BudgetExceededError } from '../errors.ts';
import { withWorkScope } from '../work-item/work-item-context.ts';
import { observeResult } from '../wrap/observe-result.ts';
import type { Entered } from './work-scopes.ts';

/** What stopped some work. */
export type Stop = BudgetExceededError | ApprovalRequiredError;

/** Runs `work` in an entered scope and ends the scope with it. */
export const runInScope = <T>(parent: Context, { scope, end }: Entered, work: (inner: Context) => T): T =>
  observeResult(() => work(withWorkScope(parent, scope)), end);

/** Runs `work`; where a budget stops it, the result is what `onStop` makes of it. Any other error stays as it is. */
export const orPartial = <T, P>(work: () => T, onStop: ((stop: Stop) => P) | undefined): T | P => {
  if (onStop === undefined) return work();
  const recover = (error: unknown): P => {
    const stop = BudgetExceededError.find(error) ?? ApprovalRequiredError.find(error);
    if (stop === undefined) throw error;
    return onStop(stop);
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(recover) as T) : result;
  } catch (error) {
    return recover(error);
  }
};
