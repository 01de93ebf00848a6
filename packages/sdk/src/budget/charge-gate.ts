import { type MoneyText, parseSku, price, type Usage } from '@costspan/pricing';
import type { Context } from '@opentelemetry/api';
import { workScopeOf } from '../work-item/work-item-context.ts';
import type { BudgetGuard } from './budget-guard.ts';
import { ceilPico } from './ceil-pico.ts';
import { inBackground } from './or-promise.ts';
import type { Prices } from './prices.ts';

/** Counts on budgets what an application says was spent. It is there already, so nothing can refuse it. */
export type ChargeGate = {
  readonly cost: (context: Context, cost: MoneyText) => void;
  readonly usage: (context: Context, used: UsedAlready) => void;
};

/** Usage the application counted itself. */
export type UsedAlready = {
  readonly usage: Usage;
  readonly sku?: string;
  readonly provider?: string;
  readonly model?: string;
};

/** The charge gate of a Costspan. */
export const createChargeGate = (guard: BudgetGuard, prices: Prices): ChargeGate => ({
  cost: (context, { amount, currency }) => {
    const scope = workScopeOf(context);
    if (scope === undefined) return;
    const charge = guard.charge(scope, { context, atMs: Date.now(), currency, amountPico: ceilPico(amount) });
    inBackground('counting a cost', charge);
  },
  usage: (context, { usage, sku, provider, model }) => {
    const scope = workScopeOf(context);
    if (scope === undefined) return;
    const atMs = Date.now();
    const named =
      sku !== undefined ? parseSku(sku) : provider !== undefined && model !== undefined ? { provider, model } : undefined;
    const charge = prices.ready().then((book) => {
      const receipt = named === undefined ? undefined : price({ atMs, ...named, usage }, book);
      const amountPico = receipt?.complete === true ? receipt.amountPico : undefined;
      return guard.charge(scope, { context, atMs, currency: book.currency, amountPico });
    });
    inBackground('counting usage', charge);
  },
});
