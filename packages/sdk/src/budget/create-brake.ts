import type { AgentParts } from '../agent/agent.ts';
import { type Approvals, createApprovals } from '../approval/approvals.ts';
import { createGateKeeper } from '../approval/gate-keeper.ts';
import { CostspanError } from '../errors.ts';
import type { CallGate } from '../fetch/call-gate.ts';
import type { CostspanSettings } from '../options.ts';
import type { SpanStarter } from '../span-starter.ts';
import type { SigningKeys } from '../token/signing-keys.ts';
import { createBudgetGuard } from './budget-guard.ts';
import type { Budget, BudgetInit } from './budget-type.ts';
import { type ChargeGate, createChargeGate } from './charge-gate.ts';
import { createBudget } from './create-budget.ts';
import { type CompareWithLedger, createCompareWithLedger } from './drift.ts';
import { createFetchGate } from './fetch-gate.ts';
import { createMemoryStore } from './memory-store.ts';
import { inBackground } from './or-promise.ts';
import { createPrices } from './prices.ts';
import { createToolGate, type ToolGate } from './tool-gate.ts';
import { createWorkScopes } from './work-scopes.ts';
import { createWorkingTime } from './working-time.ts';

/** All that limits cost: what the rest of a Costspan asks and tells. */
export type Brake = {
  readonly fetchGate: CallGate;
  readonly toolGate: ToolGate;
  readonly charges: ChargeGate;
  readonly agents: AgentParts;
  readonly approvals: Approvals;
  readonly compareWithLedger: CompareWithLedger;
  readonly budget: (init: BudgetInit) => Budget;
  /** Resolves when the prices that budgets count with are loaded, those of the processor included where one is reached. */
  readonly ready: () => Promise<void>;
  readonly stop: () => void;
};

type BrakeSettings = Pick<CostspanSettings, 'budgetStore' | 'endpoint' | 'headers' | 'tenant'>;

/** The brake of a Costspan. Until the first budget is made it loads nothing and costs nothing. */
export const createBrake = (spans: SpanStarter, settings: BrakeSettings, signingKeys: SigningKeys): Brake => {
  const { endpoint, headers, tenant } = settings;
  const store = settings.budgetStore ?? createMemoryStore();
  const prices = createPrices(endpoint === undefined ? undefined : { url: endpoint, headers });
  const time = createWorkingTime();
  const gates = createGateKeeper(spans, store, signingKeys);
  const guard = createBudgetGuard({ spans, store, prices, time, gates });
  // The latest budget of each name: an application makes them once, at its start.
  const known = new Map<string, Budget>();
  return {
    fetchGate: createFetchGate(guard, prices),
    toolGate: createToolGate(guard, store, prices),
    charges: createChargeGate(guard, prices),
    agents: { spans, store, guard, scopes: createWorkScopes(store, time) },
    compareWithLedger: createCompareWithLedger(spans, store, known),
    approvals: createApprovals({ spans, store, prices, signingKeys, tenant }),
    budget: (init) => {
      const budget = createBudget(init);
      checkCurrency(known.get(budget.name), budget);
      known.set(budget.name, budget);
      inBackground('loading the price book', prices.ready());
      return budget;
    },
    ready: prices.synchronized,
    stop: prices.stop,
  };
};

// One name is one account: two currencies in it could not be added up.
const checkCurrency = (known: Budget | undefined, { name, currency }: Budget): void => {
  if (known === undefined || known.currency === currency) return;
  throw new CostspanError({
    code: 'option-invalid',
    where: 'budget: currency',
    problem: `expected ${known.currency}, in which a budget named ${name} counts already`,
    found: currency,
    advice: 'give one of them another name',
  });
};
