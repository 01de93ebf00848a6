import type { MoneyText, Usage } from '@costspan/pricing';
import { ATTR_GEN_AI_OPERATION_NAME, ATTR_GEN_AI_TOOL_NAME, CATEGORIES, type Category } from '@costspan/semconv';
import { SpanKind } from '@opentelemetry/api';
import { CostspanError, shown } from '../errors.ts';
import { checkFields, type FieldCheck } from '../options-check.ts';
import { checkUsage, costAttributes } from './cost.ts';
import { type AnyFunction, type OrFromResult, type WrapParts, wrapFunction } from './wrap-function.ts';

/** What a tool costs. Give a `sku` the price book knows, or the `cost` itself: `{ amount: '0', currency: 'USD' }` where it is free. */
export type ToolOptions<F extends AnyFunction> = {
  /** `provider/name` of a price, such as `stripe/refund`. */
  readonly sku?: string;
  /** What a call costs, where you know it, such as `{ amount: '0.06', currency: 'USD' }`. */
  readonly cost?: OrFromResult<F, MoneyText>;
  /** What a call uses. Default `{ tool_calls: 1 }`, or nothing where `cost` says it all. */
  readonly usage?: OrFromResult<F, Usage>;
  /** Default `tool`. */
  readonly category?: Category;
  /** Whether the vendor bills a call that failed. Default `possible`. */
  readonly failed?: 'yes' | 'no' | 'possible';
  /** What a call costs at most, for budgets, where only its result tells what it costs. */
  readonly costMax?: MoneyText;
};

/** Wraps a function that costs something at a vendor, such as a payment or a message. Throws for wrong options. */
export type WrapTool = <F extends AnyFunction>(name: string, fn: F, options?: ToolOptions<F>) => F;

/** The `tool` of a Costspan. */
export const createWrapTool =
  (parts: WrapParts): WrapTool =>
  (name, fn, options = {}) => {
    checkWrapped('tool', name, fn, options, toolChecks);
    return wrapFunction(parts, fn, {
      spanName: `execute_tool ${name}`,
      kind: SpanKind.INTERNAL,
      category: options.category ?? 'tool',
      attributes: { [ATTR_GEN_AI_OPERATION_NAME]: 'execute_tool', [ATTR_GEN_AI_TOOL_NAME]: name },
      ...(options.sku !== undefined && { sku: options.sku }),
      ...(options.cost !== undefined && { cost: options.cost }),
      ...usageOr(options, { tool_calls: 1 }),
      failed: options.failed ?? 'possible',
      ...(options.costMax !== undefined && { costMax: options.costMax }),
    });
  };

/** The usage of the options; `otherwise` unless a stated cost makes usage needless. */
export const usageOr = <U>(
  options: { readonly usage?: U; readonly cost?: unknown },
  otherwise: Usage,
): { readonly usage?: U | Usage } => {
  if (options.usage !== undefined) return { usage: options.usage };
  return options.cost === undefined ? { usage: otherwise } : {};
};

const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** Checks of the options that all wrapped functions share. */
export const wrapChecks: Readonly<Record<string, FieldCheck>> = {
  sku: [
    (value) => typeof value === 'string' && /^[^/\s]+\/\S+$/.test(value),
    'expected provider/name, such as "stripe/refund"',
    'name the price it has in the price book',
  ],
  cost: [(value) => isFunctionOrObject(value), 'expected { amount, currency } or a function of the result', 'see ToolOptions'],
  usage: [(value) => isFunctionOrObject(value), 'expected { unit: count } or a function of the result', 'see ToolOptions'],
  costMax: [(value) => typeof value === 'object' && value !== null, 'expected { amount, currency }', 'see ToolOptions'],
  failed: [
    (value) => ['yes', 'no', 'possible'].includes(String(value)),
    'expected "yes", "no" or "possible"',
    'choose one of them',
  ],
};

const toolChecks: Readonly<Record<string, FieldCheck>> = {
  ...wrapChecks,
  category: [
    (value) => (CATEGORIES as readonly unknown[]).includes(value),
    `expected one of ${CATEGORIES.join(', ')}`,
    'choose one of them',
  ],
};

const isFunctionOrObject = (value: unknown): boolean =>
  typeof value === 'function' || (typeof value === 'object' && value !== null);

/** Throws a CostspanError when a function cannot be wrapped as asked. */
export const checkWrapped = (
  call: 'tool' | 'vector',
  name: unknown,
  fn: unknown,
  options: { readonly cost?: unknown; readonly usage?: unknown; readonly costMax?: unknown },
  checks: Readonly<Record<string, FieldCheck>>,
): void => {
  const invalid = (part: string, problem: string, found: unknown, advice: string): CostspanError =>
    new CostspanError({ code: 'option-invalid', where: `${call}: ${part}`, problem, found: shown(found), advice });
  if (!isName(name)) throw invalid('name', 'expected a string that is not empty', name, 'name what the function does');
  if (typeof fn !== 'function') throw invalid(String(name), 'expected a function', fn, 'give the function to wrap');
  const where = `${call}: ${String(name)}`;
  checkFields(where, options, checks);
  if (typeof options.cost === 'object') costAttributes(options.cost as MoneyText, `${where}: cost`);
  if (options.costMax !== undefined) costAttributes(options.costMax as MoneyText, `${where}: costMax`);
  if (typeof options.usage === 'object') checkUsage(options.usage as Usage, `${where}: usage`);
};
