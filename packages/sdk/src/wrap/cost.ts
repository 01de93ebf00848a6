import type { MoneyText, Usage } from '@costspan/pricing';
import { ATTR_COSTSPAN_DECLARED_COST_AMOUNT, ATTR_COSTSPAN_DECLARED_COST_CURRENCY } from '@costspan/semconv';
import type { Attributes } from '@opentelemetry/api';
import { CostspanError, shown } from '../errors.ts';
import { usageUnitsMax } from '../limits.ts';

/** A declared cost as attributes; throws a CostspanError when it is not a decimal text and a currency. */
export const costAttributes = (cost: MoneyText, where: string): Attributes => {
  if (typeof cost?.amount !== 'string' || !/^\d{1,30}(\.\d{1,30})?$/.test(cost.amount)) {
    throw new CostspanError({
      code: 'cost-invalid',
      where: `${where}: amount`,
      problem: 'expected decimal text that is not negative, such as "0.06"',
      found: isNumeral(cost?.amount) ? `"${cost.amount}"` : shown(cost?.amount),
      advice: typeof cost?.amount === 'number' ? 'quote it: floats are not exact' : 'write it without sign and exponent',
    });
  }
  if (typeof cost.currency !== 'string' || !/^[A-Z]{3}$/.test(cost.currency)) {
    throw new CostspanError({
      code: 'cost-invalid',
      where: `${where}: currency`,
      problem: 'expected an ISO 4217 code such as "USD"',
      found: shown(cost.currency),
      advice: 'write it in capitals',
    });
  }
  return { [ATTR_COSTSPAN_DECLARED_COST_AMOUNT]: cost.amount, [ATTR_COSTSPAN_DECLARED_COST_CURRENCY]: cost.currency };
};

// Shown as it is only where it is plainly a number: any other text may be private.
const isNumeral = (amount: unknown): boolean => typeof amount === 'string' && /^[-+.\deE]{1,40}$/.test(amount);

/** The same usage; throws a CostspanError when a unit or count cannot be one. */
export const checkUsage = (usage: Usage, where: string): Usage => {
  if (typeof usage !== 'object' || usage === null || Array.isArray(usage))
    throw invalid(where, 'expected { unit: count }', usage);
  const entries = Object.entries(usage);
  if (entries.length === 0 || entries.length > usageUnitsMax) {
    throw invalid(where, `expected 1 to ${usageUnitsMax} units`, entries.length);
  }
  for (const [unit, count] of entries) {
    if (!/^[a-z][a-z0-9_]{0,63}$/.test(unit)) throw invalid(where, 'expected units like tool_calls', unit);
    const isCount = typeof count === 'number' && Number.isSafeInteger(count) && count >= 0;
    const isDecimal = typeof count === 'string' && /^\d{1,30}(\.\d{1,30})?$/.test(count);
    if (!isCount && !isDecimal) throw invalid(`${where}.${unit}`, 'expected a whole number or decimal text, not negative', count);
  }
  return usage;
};

const invalid = (where: string, problem: string, found: unknown): CostspanError =>
  new CostspanError({
    code: 'usage-invalid',
    where,
    problem,
    found: shown(found),
    advice: 'write it like { tool_calls: 1 } or { compute_seconds: "0.25" }',
  });
