import type { WorkItem } from '../work-item/work-item-type.ts';
import type { Claim } from './budget-store.ts';
import type { Budget } from './budget-type.ts';
import { periodOf } from './period.ts';
import type { Target } from './refusals.ts';

/** Where an agent stands among agents. */
export type AgentPlace = {
  readonly name: string;
  readonly parent?: string;
  /** How many agents stand above it: 0 for the first. */
  readonly depth: number;
  /** Agents it has called so far. */
  readonly calls: { count: number };
};

/** A budget in force for the work on an item. */
export type Binding = {
  readonly budget: Budget;
  readonly item: WorkItem;
  /** Whether a slice of this budget is in force inside: its money is set aside already, only its limits are watched. */
  readonly isSliced: boolean;
};

/** Money that an agent got out of the budgets around it. */
export type SliceHold = {
  /** Identifier of the reservation that backs it. */
  readonly id: string;
  readonly claim: Claim;
  readonly label: string;
  readonly budget: Budget;
  readonly item: WorkItem;
  /** The accounts it was cut from. */
  readonly sources: readonly Target[];
};

/** What limits the work of a context, and who does it. Travels in the context, next to the work item. */
export type WorkScope = {
  readonly agent?: AgentPlace;
  /** Outermost first. */
  readonly bindings: readonly Binding[];
  /** The innermost slice. */
  readonly slice?: SliceHold;
  /** Aborted when the working time of a budget is over. */
  readonly signal?: AbortSignal;
};

/** The account a binding counts a call on, and how it is called for people. */
export type AccountName = { readonly account: string; readonly label: string };

/** The account of a binding for a call at `atMs`; undefined when the budget does not count such a call. */
export const accountOf = (binding: Binding, call: CallOf): AccountName | undefined => {
  const { period } = binding.budget.init;
  // Every period begins at a full hour, so within one the names stay the same.
  const hour = period === undefined ? 0 : Math.floor(call.atMs / HOUR_MS);
  const last = lastNames.get(binding);
  if (last !== undefined && last.hour === hour && last.agent === call.agent && last.tool === call.tool) return last.name;
  const name = nameOf(binding, call);
  lastNames.set(binding, { hour, agent: call.agent, tool: call.tool, name });
  return name;
};

type CallOf = { readonly atMs: number; readonly agent: string | undefined; readonly tool: string | undefined };
type LastName = Omit<CallOf, 'atMs'> & { readonly hour: number; readonly name: AccountName | undefined };

const HOUR_MS = 60 * 60 * 1000;
const lastNames = new WeakMap<Binding, LastName>();

const nameOf = ({ budget, item }: Binding, call: CallOf): AccountName | undefined => {
  const { per, init } = budget;
  const within = init.period === undefined ? [item.type, item.id] : [periodOf(init.period, call.atMs)];
  const suffix = init.period === undefined ? '' : ` ${within[0]}`;
  switch (per) {
    case 'item':
      return named(budget, item, [item.type, item.id, ...(init.period === undefined ? [] : within)], `item${suffix}`);
    case 'type':
      return named(budget, item, [item.type, ...within], `type ${item.type}${suffix}`);
    case 'tenant':
      return named(budget, item, within, `tenant${suffix}`);
    case 'agent':
      return ofName(call.agent, init.agent, (agent) => named(budget, item, [agent, ...within], `agent ${agent}${suffix}`));
    case 'tool':
      return ofName(call.tool, init.tool, (tool) => named(budget, item, [tool, ...within], `tool ${tool}${suffix}`));
    default:
      return per satisfies never;
  }
};

const ofName = (
  name: string | undefined,
  wanted: string | undefined,
  make: (name: string) => AccountName,
): AccountName | undefined => (name === undefined || (wanted !== undefined && wanted !== name) ? undefined : make(name));

const named = (budget: Budget, item: WorkItem, parts: readonly string[], label: string): AccountName => ({
  // The tenant first: a store may keep the accounts of one tenant together.
  account: [item.tenant ?? 'default', budget.name, budget.per, ...parts].map(encodeURIComponent).join('/'),
  label,
});
