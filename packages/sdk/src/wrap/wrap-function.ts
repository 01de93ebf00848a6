import type { MoneyText, Usage } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_ATTEMPT_BILLABLE,
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_ROLE,
  ATTR_COSTSPAN_SKU,
  ATTR_COSTSPAN_USAGE_MISSING,
  type Category,
} from '@costspan/semconv';
import { type Attributes, type Span, type SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { guard } from '../faults.ts';
import type { SpanStarter } from '../span-starter.ts';
import { usageAttributes } from '../spans/usage-attributes.ts';
import { activeContext, runInContext } from '../work-item/work-item-context.ts';
import { checkUsage, costAttributes } from './cost.ts';
import { errorTypeOf } from './error-type.ts';
import { observeResult, type WorkEnding } from './observe-result.ts';

/** Any function that can be wrapped. */
// biome-ignore lint/suspicious/noExplicitAny: only `any` lets every function through with its own parameters.
export type AnyFunction = (this: any, ...args: any[]) => unknown;

/** Something fixed, or read from the result of a call and its arguments. */
export type OrFromResult<F extends AnyFunction, T> = T | ((result: Awaited<ReturnType<F>>, ...args: Parameters<F>) => T);

/** What a wrapped function costs, and how its span is called. */
export type WrapOptions<F extends AnyFunction> = {
  readonly spanName: string;
  readonly kind: SpanKind;
  readonly category: Category;
  readonly attributes: Attributes;
  readonly sku?: string;
  readonly cost?: OrFromResult<F, MoneyText>;
  readonly usage?: OrFromResult<F, Usage>;
  /** Whether a failed call is billed. */
  readonly failed: 'yes' | 'no' | 'possible';
};

/** `fn` with a span of cost around each call; the same result, the same errors, and synchronous if it was. */
export const wrapFunction = <F extends AnyFunction>(spans: SpanStarter, fn: F, options: WrapOptions<F>): F => {
  const attributes: Attributes = {
    [ATTR_COSTSPAN_ROLE]: 'tool',
    [ATTR_COSTSPAN_CATEGORY]: options.category,
    ...(options.sku !== undefined && { [ATTR_COSTSPAN_SKU]: options.sku }),
    ...options.attributes,
  };
  const wrapped = function (this: unknown, ...args: Parameters<F>): unknown {
    const parent = activeContext();
    const start = (): Span => spans.startSpan(options.spanName, { kind: options.kind, attributes }, parent);
    const span = guard('starting a span', start, undefined);
    if (span === undefined) return fn.apply(this, args);
    const inner = trace.setSpan(parent, span);
    return observeResult(
      () => runInContext(inner, () => fn.apply(this, args)),
      (ending) => endSpan(span, options, ending, args),
    );
  };
  return Object.defineProperties(wrapped, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
  }) as unknown as F;
};

const endSpan = <F extends AnyFunction>(span: Span, options: WrapOptions<F>, ending: WorkEnding, args: Parameters<F>): void => {
  const usage = guard('reading usage', () => usageOf(options, ending, args), { [ATTR_COSTSPAN_USAGE_MISSING]: true });
  span.setAttributes(usage);
  if (ending.kind === 'failed') {
    span.setAttributes({ [ATTR_ERROR_TYPE]: errorTypeOf(ending.error), [ATTR_COSTSPAN_ATTEMPT_BILLABLE]: options.failed });
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
};

/** A failed call has no result to read usage from; what is fixed is known all the same. */
const usageOf = <F extends AnyFunction>(options: WrapOptions<F>, ending: WorkEnding, args: Parameters<F>): Attributes => {
  const { cost, usage } = options;
  const where = options.spanName;
  if (ending.kind === 'failed' && options.failed === 'no') return {};
  const read = <T>(value: OrFromResult<F, T> | undefined): T | undefined => {
    if (typeof value !== 'function') return value;
    const fromResult = value as (result: unknown, ...args: Parameters<F>) => T;
    return ending.kind === 'done' ? fromResult(ending.result, ...args) : undefined;
  };
  const [readCost, readUsage] = [read(cost), read(usage)];
  const isUnknown = (cost !== undefined && readCost === undefined) || (usage !== undefined && readUsage === undefined);
  return {
    ...(readCost !== undefined && costAttributes(readCost, where)),
    ...(readUsage !== undefined && usageAttributes(checkUsage(readUsage, where))),
    ...(isUnknown && { [ATTR_COSTSPAN_USAGE_MISSING]: true }),
  };
};
