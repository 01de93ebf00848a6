import { parsePico } from '@costspan/pricing';
import { CostspanError, shown } from '../errors.ts';
import { approvalTimeoutMsDefault, identityBytesMax, workingTimeMsMax } from '../limits.ts';
import { checkFields, type FieldCheck } from '../options-check.ts';
import type { Budget, BudgetInit, BudgetLimits } from './budget-type.ts';

/** The budget `init` describes; throws a CostspanError that names the first field that is wrong. */
export const createBudget = (init: BudgetInit): Budget => {
  checkFields(WHERE, init, checks);
  for (const field of ['per', 'currency'] as const) {
    if (init[field] === undefined) throw invalid(field, checks[field][1], 'nothing', checks[field][2]);
  }
  if ((init.per === 'type' || init.per === 'tenant') && init.period === undefined) {
    throw invalid('period', `expected a period for a budget per ${init.per}`, 'none', 'write period: "day", or count per item');
  }
  for (const field of ['agent', 'tool'] as const) {
    if (init[field] !== undefined && init.per !== field) {
      throw invalid(field, `expected only with per: "${field}"`, `per: "${init.per}"`, 'leave it out');
    }
  }
  if (init.time !== undefined) checkFields(`${WHERE}: time`, init.time, timeChecks);
  if (init.approval !== undefined) checkFields(`${WHERE}: approval`, init.approval, approvalChecks);
  if (init.assume !== undefined) checkFields(`${WHERE}: assume`, init.assume, assumeChecks);
  const limits = limitsOf(init);
  checkOrder(limits);
  return { name: init.name ?? `per-${init.per}`, per: init.per, currency: init.currency, init, limits };
};

/** How long an approval of this budget may take, in milliseconds. */
export const approvalTimeoutMsOf = ({ init }: Budget): number => init.approval?.timeoutMs ?? approvalTimeoutMsDefault;

const WHERE = 'budget';

const isName = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= identityBytesMax;
const isAmount = (value: unknown): boolean => typeof value === 'string' && (parsePico(value) ?? -1n) >= 0n;
const isMs = (value: unknown): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= workingTimeMsMax;
const isTokens = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isFunction = (value: unknown): boolean => typeof value === 'function';
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const oneOf =
  (...allowed: readonly string[]) =>
  (value: unknown): boolean =>
    typeof value === 'string' && allowed.includes(value);

const name: FieldCheck = [isName, `expected a name of 1 to ${identityBytesMax} bytes`, 'leave it out'];
const amount: FieldCheck = [
  isAmount,
  'expected decimal text that is not negative and not finer than 1e-12, such as "5.00"',
  'quote it: floats are not exact',
];
const milliseconds: FieldCheck = [
  isMs,
  `expected a whole number of milliseconds from 1 to ${workingTimeMsMax}`,
  'write it like 10 * 60 * 1000',
];
const tokens: FieldCheck = [isTokens, 'expected a whole number of tokens', 'write it like 50_000'];
const callback: FieldCheck = [isFunction, 'expected a function', 'leave it out'];

const checks: Readonly<Record<keyof BudgetInit, FieldCheck>> = {
  name,
  per: [
    oneOf('item', 'type', 'tenant', 'agent', 'tool'),
    'expected "item", "type", "tenant", "agent" or "tool"',
    'choose what one account counts',
  ],
  type: name,
  agent: name,
  tool: name,
  period: [oneOf('hour', 'day', 'week', 'month'), 'expected "hour", "day", "week" or "month"', 'choose one of them'],
  currency: [
    (value) => typeof value === 'string' && /^[A-Z]{3}$/.test(value),
    'expected an ISO 4217 code such as "USD"',
    'write the currency of the price book, in capitals; a second currency needs a second budget',
  ],
  soft: amount,
  gate: amount,
  hard: amount,
  time: [isObject, 'expected { softMs, gateMs, hardMs }', 'write it like { hardMs: 10 * 60 * 1000 }'],
  approval: [isObject, 'expected { role, timeoutMs }', 'write it like { role: "team-lead" }'],
  unpriced: [oneOf('deny', 'allow'), 'expected "deny" or "allow"', 'choose one of them'],
  assume: [isObject, 'expected { cost, inputTokensMax, outputTokensMax }', 'write it like { outputTokensMax: 4_096 }'],
  onSoft: callback,
  onGate: callback,
  onStop: callback,
  onOvershoot: callback,
};

const timeChecks = { softMs: milliseconds, gateMs: milliseconds, hardMs: milliseconds } as const;
const approvalChecks = { role: name, timeoutMs: milliseconds } as const;
const assumeChecks = { cost: amount, inputTokensMax: tokens, outputTokensMax: tokens } as const;

const limitsOf = (init: BudgetInit): BudgetLimits => {
  const limits: BudgetLimits = {
    ...(init.soft !== undefined && { softPico: parsePico(init.soft) ?? 0n }),
    ...(init.gate !== undefined && { gatePico: parsePico(init.gate) ?? 0n }),
    ...(init.hard !== undefined && { hardPico: parsePico(init.hard) ?? 0n }),
    ...init.time,
  };
  if (Object.values(limits).every((limit) => limit === undefined)) {
    throw invalid('hard', 'expected a limit', 'none', 'give soft, gate or hard, or time');
  }
  return limits;
};

const checkOrder = (limits: BudgetLimits): void => {
  const pairs = [
    ['soft', limits.softPico, 'gate', limits.gatePico],
    ['soft', limits.softPico, 'hard', limits.hardPico],
    ['gate', limits.gatePico, 'hard', limits.hardPico],
    ['time.softMs', limits.softMs, 'time.gateMs', limits.gateMs],
    ['time.softMs', limits.softMs, 'time.hardMs', limits.hardMs],
    ['time.gateMs', limits.gateMs, 'time.hardMs', limits.hardMs],
  ] as const;
  for (const [low, lower, high, higher] of pairs) {
    if (lower === undefined || higher === undefined || lower <= higher) continue;
    throw invalid(low, `expected at most ${high}`, 'more', 'soft comes before gate, gate before hard');
  }
};

const invalid = (field: string, problem: string, found: string, advice: string): CostspanError =>
  new CostspanError({ code: 'option-invalid', where: `${WHERE}: ${field}`, problem, found, advice });

/** Throws a CostspanError when `budgets` is no list of budgets. */
export const checkBudgets = (budgets: unknown, where: string): void => {
  const isBudget = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && 'limits' in value && 'init' in value;
  if (Array.isArray(budgets) && budgets.every(isBudget)) return;
  throw new CostspanError({
    code: 'option-invalid',
    where: `${where}: budgets`,
    problem: 'expected a list of budgets',
    found: Array.isArray(budgets) ? 'something else in the list' : shown(budgets),
    advice: 'make each with costspan.budget({ per: "item", currency: "USD", hard: "5.00" })',
  });
};
