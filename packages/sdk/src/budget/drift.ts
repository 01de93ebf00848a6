import { parsePico } from '@costspan/pricing';
import { diag } from '@opentelemetry/api';
import type { SpanStarter } from '../span-starter.ts';
import { activeContext, withWorkItem } from '../work-item/work-item-context.ts';
import type { WorkItemCost } from '../work-item/work-item-cost.ts';
import type { WorkItem } from '../work-item/work-item-type.ts';
import { emitDecision, recordDrift } from './budget-events.ts';
import type { BudgetStore } from './budget-store.ts';
import type { Budget } from './budget-type.ts';
import { accountOf } from './scope.ts';

/** Compares what the ledger says of an item with what its budgets counted. Never rejects. */
export type CompareWithLedger = (item: WorkItem, cost: WorkItemCost) => Promise<void>;

/**
 * A comparison for the budgets of `known` that count the whole life of an item. It says how far the ledger is from them as a
 * metric, and as an event where it is at all: other prices, or cost that the budget never saw. While calls are under way
 * both are on the move, and nothing is said.
 */
export const createCompareWithLedger =
  (spans: SpanStarter, store: BudgetStore, known: ReadonlyMap<string, Budget>): CompareWithLedger =>
  async (item, cost) => {
    try {
      await compare(spans, store, known, { item, cost });
    } catch (error) {
      diag.warn(
        `costspan: budgets could not be compared with the ledger: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };

const compare = async (
  spans: SpanStarter,
  store: BudgetStore,
  known: ReadonlyMap<string, Budget>,
  { item, cost }: { readonly item: WorkItem; readonly cost: WorkItemCost },
): Promise<void> => {
  const totalPico = parsePico(cost.total);
  if (totalPico === undefined) return;
  for (const budget of known.values()) {
    const { per, init } = budget;
    if (per !== 'item' || init.period !== undefined || budget.currency !== cost.currency) continue;
    const name = accountOf({ budget, item, isSliced: false }, { atMs: 0, agent: undefined, tool: undefined });
    const state = name === undefined ? undefined : await store.stateOf(name.account);
    if (name === undefined || state === undefined || state.reservedPico > 0n) continue;
    const driftPico = totalPico - state.committedPico;
    recordDrift(budget, driftPico);
    if (driftPico === 0n) continue;
    const context = withWorkItem(activeContext(), item);
    emitDecision(spans, context, { decision: 'drift', budget, scope: name.label, amountPico: driftPico, state });
  }
};
