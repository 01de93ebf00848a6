import { decimalText, type MoneyText } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_DECLARED_COST_AMOUNT,
  ATTR_COSTSPAN_DECLARED_COST_CURRENCY,
  ATTR_COSTSPAN_PROVIDER_COST_AMOUNT,
  ATTR_COSTSPAN_PROVIDER_COST_CURRENCY,
} from '@costspan/semconv';
import type { SpanFields } from './dialect.ts';

/** Keys of costs that are stated instead of calculated. */
export const STATED_COST_KEYS: readonly string[] = [
  ATTR_COSTSPAN_DECLARED_COST_AMOUNT,
  ATTR_COSTSPAN_DECLARED_COST_CURRENCY,
  ATTR_COSTSPAN_PROVIDER_COST_AMOUNT,
  ATTR_COSTSPAN_PROVIDER_COST_CURRENCY,
  'gen_ai.usage.cost.amount',
  'gen_ai.usage.cost.currency',
  'gen_ai.usage.cost.source',
];

/** Costs a span states. Whether they are believed is decided later; an empty currency stands for the reporting one. */
export const readStatedCosts = (fields: SpanFields): StatedCosts =>
  fields.first(AMOUNT_KEYS) === undefined
    ? NOTHING_STATED
    : {
        declaredCost: moneyOf(fields, ATTR_COSTSPAN_DECLARED_COST_AMOUNT, ATTR_COSTSPAN_DECLARED_COST_CURRENCY),
        reportedCost:
          moneyOf(fields, ATTR_COSTSPAN_PROVIDER_COST_AMOUNT, ATTR_COSTSPAN_PROVIDER_COST_CURRENCY) ?? conventionalCost(fields),
      };

type StatedCosts = { readonly declaredCost: MoneyText | undefined; readonly reportedCost: MoneyText | undefined };

const NOTHING_STATED: StatedCosts = { declaredCost: undefined, reportedCost: undefined };

/** Nearly no span states a cost: one look tells. */
const AMOUNT_KEYS: readonly string[] = [
  ATTR_COSTSPAN_DECLARED_COST_AMOUNT,
  ATTR_COSTSPAN_PROVIDER_COST_AMOUNT,
  'gen_ai.usage.cost.amount',
];

/** The conventions know a cost too. Only one that the provider stated counts; a local calculation is ours to make. */
const conventionalCost = (fields: SpanFields): MoneyText | undefined =>
  fields.text('gen_ai.usage.cost.source') === 'provider'
    ? moneyOf(fields, 'gen_ai.usage.cost.amount', 'gen_ai.usage.cost.currency')
    : undefined;

// What is no decimal is handed on as it is: the pricing engine refuses it with a reason.
const moneyOf = (fields: SpanFields, amountKey: string, currencyKey: string): MoneyText | undefined => {
  const value = fields.get(amountKey);
  if (value === undefined) return undefined;
  return { amount: decimalText(value) ?? String(value).slice(0, 64), currency: fields.text(currencyKey) ?? '' };
};
