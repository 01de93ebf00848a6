import type { BudgetExceededError } from '../errors.ts';
import type { WorkItem } from '../work-item/work-item-type.ts';
import type { BudgetStore } from './budget-store.ts';
import type { Budget } from './budget-type.ts';
import { inBackground, whenKnown } from './or-promise.ts';
import { budgetExceeded, type Target } from './refusals.ts';
import type { AgentPlace, Binding, SliceHold, WorkScope } from './scope.ts';
import { isTimed, targetOf } from './targets.ts';
import { startDeadline, type WorkingTime } from './working-time.ts';

/** A scope that work runs in, until `end`. */
export type Entered = { readonly scope: WorkScope; readonly end: () => void };

/** Begins and ends what limits the work of a run or an agent. */
export type WorkScopes = {
  /** Work on `item` under `budgets`, and under those around it. */
  readonly enterItem: (outer: WorkScope | undefined, item: WorkItem, budgets: readonly Budget[]) => Entered;
  /** Work of an agent; with a slice, the budgets around it are paid from there. */
  readonly enterAgent: (outer: WorkScope | undefined, agent: AgentPlace, added: AddedToAgent) => Entered;
};

/** What an agent brings along. */
export type AddedToAgent = { readonly bindings: readonly Binding[]; readonly slice?: SliceHold };

/** The scopes of a Costspan. */
export const createWorkScopes = (store: BudgetStore, time: WorkingTime): WorkScopes => {
  const enter = (scope: WorkScope, timed: readonly Binding[]): Entered => {
    const call = { atMs: Date.now(), agent: scope.agent?.name, tool: undefined };
    const targets = timed
      .map((binding) => targetOf(binding, call, time))
      .filter((target) => target !== undefined && isTimed(target.claim.limits)) as readonly Target[];
    if (targets.length === 0) return { scope, end: () => undefined };
    const controller = new AbortController();
    const runs = targets.map(({ claim }) => ({ account: claim.account, end: time.start(claim.account) }));
    const deadlines = targets.map((target) => watchTime(target, { store, time, controller }));
    const signals = [scope.signal, controller.signal].filter((signal) => signal !== undefined);
    return {
      scope: { ...scope, signal: AbortSignal.any(signals) },
      end: () => {
        for (const stop of deadlines) stop();
        for (const { account, end } of runs) inBackground('adding working time', store.addTime(account, end()));
      },
    };
  };

  return {
    enterItem: (outer, item, budgets) => {
      const bindings = bindingsOf(outer, item, budgets);
      return enter({ ...outer, bindings: [...(outer?.bindings ?? []), ...bindings] }, bindings);
    },
    enterAgent: (outer, agent, { bindings, slice }) => {
      const around = outer?.bindings ?? [];
      const isPaidBySlice = ({ budget }: Binding): boolean =>
        slice !== undefined && budget.per !== 'agent' && budget.per !== 'tool';
      const sliced = around.map((binding) => (isPaidBySlice(binding) ? { ...binding, isSliced: true } : binding));
      const scope: WorkScope = { ...outer, agent, bindings: [...sliced, ...bindings], ...(slice !== undefined && { slice }) };
      // Budgets per agent measure each agent; what counts the item has been running since the item was entered.
      return enter(scope, [...around.filter(({ budget }) => budget.per === 'agent'), ...bindings]);
    },
  };
};

/** The budgets that concern an item, but for those that are in force already: money is counted once. */
export const bindingsOf = (outer: WorkScope | undefined, item: WorkItem, budgets: readonly Budget[]): readonly Binding[] =>
  budgets
    .filter(({ init }) => init.type === undefined || init.type === item.type)
    .filter((budget) => !(outer?.bindings ?? []).some((bound) => bound.budget === budget && isSameItem(bound.item, item)))
    .map((budget) => ({ budget, item, isSliced: false }));

const isSameItem = (a: WorkItem, b: WorkItem): boolean => a.type === b.type && a.id === b.id && a.tenant === b.tenant;

const watchTime = (
  target: Target,
  { store, time, controller }: { readonly store: BudgetStore; readonly time: WorkingTime; readonly controller: AbortController },
): (() => void) => {
  const { account, limits } = target.claim;
  const { hardMs } = limits;
  if (hardMs === undefined) return () => undefined;
  const usedMs = (): ReturnType<typeof whenKnown<number, number>> =>
    whenKnown(store.stateOf(account), (state) => (state?.elapsedMs ?? 0) + time.openMsOf(account));
  const over = (): BudgetExceededError => {
    const state = { currency: target.budget.currency, committedPico: 0n, reservedPico: 0n, elapsedMs: 0 };
    const claim = { ...target.claim, openMs: time.openMsOf(account) };
    return budgetExceeded({ reason: 'time', target: { ...target, claim }, state, wantedPico: 0n, what: 'the work' });
  };
  return startDeadline(hardMs, usedMs, () => controller.abort(over()));
};
