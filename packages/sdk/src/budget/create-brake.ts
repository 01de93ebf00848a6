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
import { createFetchGate } from './fetch-gate.ts';
import { createMemoryStore } from './memory-store.ts';
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
  const currencies = new Map<string, string>();
  return {
    fetchGate: createFetchGate(guard, prices),
    toolGate: createToolGate(guard, store, prices),
    charges: createChargeGate(guard, prices),
    agents: { spans, store, guard, scopes: createWorkScopes(store, time) },
    approvals: createApprovals({ spans, store, prices, signingKeys, tenant }),
    budget: (init) => {
      const budget = createBudget(init);
      checkCurrency(currencies, budget);
      void prices.ready();
      return budget;
    },
    ready: prices.synchronized,
    stop: prices.stop,
  };
};

// One name is one account: two currencies in it could not be added up.
const checkCurrency = (currencies: Map<string, string>, { name, currency }: Budget): void => {
  const known = currencies.get(name);
  if (known === undefined || known === currency) {
    currencies.set(name, currency);
    return;
  }
  throw new CostspanError({
    code: 'option-invalid',
    where: 'budget: currency',
    problem: `expected ${known}, in which a budget named ${name} counts already`,
    found: currency,
    advice: 'give one of them another name',
  });
};
