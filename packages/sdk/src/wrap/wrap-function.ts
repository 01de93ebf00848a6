import type { MoneyText, Usage } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_ATTEMPT_BILLABLE,
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_ROLE,
  ATTR_COSTSPAN_SKU,
  ATTR_COSTSPAN_USAGE_MISSING,
  ATTR_GEN_AI_TOOL_NAME,
  type Category,
} from '@costspan/semconv';
import { type Attributes, type Context, type Span, type SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import type { Ticket } from '../budget/ticket.ts';
import type { ToolCost, ToolEnding, ToolGate } from '../budget/tool-gate.ts';
import { guard } from '../faults.ts';
import { errorTypeCharactersMax } from '../limits.ts';
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
  /** What a call costs at most, where only its result tells what it costs. */
  readonly costMax?: MoneyText;
  /** Whether calls answer with a promise, so that a budget may take its time. Default: whether the function is `async`. */
  readonly isAsync?: boolean;
  /** What went wrong, where a call that failed does not throw. */
  readonly failureOf?: (result: Awaited<ReturnType<F>>) => string | undefined;
  /** What else the result tells. */
  readonly resultAttributes?: (result: Awaited<ReturnType<F>>) => Attributes;
};

/** What wrapped functions work with. */
export type WrapParts = { readonly spans: SpanStarter; readonly gate: ToolGate };

/** `fn` with a span of cost around each call; the same result, the same errors, and synchronous if it was. */
export const wrapFunction = <F extends AnyFunction>({ spans, gate }: WrapParts, fn: F, options: WrapOptions<F>): F => {
  const attributes: Attributes = {
    [ATTR_COSTSPAN_ROLE]: 'tool',
    [ATTR_COSTSPAN_CATEGORY]: options.category,
    ...(options.sku !== undefined && { [ATTR_COSTSPAN_SKU]: options.sku }),
    ...options.attributes,
  };
  const cost = toolCostOf(options);
  const run = (self: unknown, args: Parameters<F>, parent: Context, ticket: Ticket | undefined): unknown => {
    const start = (): Span => spans.startSpan(options.spanName, { kind: options.kind, attributes }, parent);
    const span = guard('starting a span', start, undefined);
    if (span !== undefined) ticket?.writeOn(span);
    const inner = span === undefined ? parent : trace.setSpan(parent, span);
    if (span === undefined && ticket === undefined) return fn.apply(self, args);
    return observeResult(
      () => runInContext(inner, () => fn.apply(self, args)),
      (ending) => {
        if (ticket !== undefined)
          guard('settling a call', () => gate.settle(ticket, cost, endingOf(options, ending, args)), undefined);
        if (span !== undefined) endSpan(span, options, ending, args);
      },
    );
  };
  const isAsync = options.isAsync ?? fn.constructor.name === 'AsyncFunction';
  const wrapped = function (this: unknown, ...args: Parameters<F>): unknown {
    const parent = activeContext();
    let admitted: ReturnType<ToolGate['admit']>;
    try {
      admitted = gate.admit(parent, cost, { isAsync });
    } catch (error) {
      // Whoever calls an asynchronous function looks for its errors in the promise. Its own errors stay where they are.
      if (isAsync) return Promise.reject(error);
      throw error;
    }
    // Only an asynchronous function may wait for a store: what another one returns must not become a promise.
    return admitted instanceof Promise
      ? admitted.then((ticket) => run(this, args, parent, ticket))
      : run(this, args, parent, admitted);
  };
  return Object.defineProperties(wrapped, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
  }) as unknown as F;
};

/** What a budget needs to know of a call that ended. */
const endingOf = <F extends AnyFunction>(options: WrapOptions<F>, ending: WorkEnding, args: Parameters<F>): ToolEnding => {
  if (failureOf(options, ending) !== undefined && options.failed === 'no') return { kind: 'unbilled' };
  const read = <T>(value: OrFromResult<F, T> | undefined): T | undefined => {
    if (typeof value !== 'function') return value;
    const fromResult = value as (result: unknown, ...args: Parameters<F>) => T;
    return ending.kind === 'done' ? fromResult(ending.result, ...args) : undefined;
  };
  const told = guard('reading cost', () => ({ cost: read(options.cost), usage: read(options.usage) }), undefined);
  return {
    kind: 'billed',
    ...(told?.cost !== undefined && { cost: told.cost }),
    ...(told?.usage !== undefined && { usage: told.usage }),
  };
};

const toolCostOf = <F extends AnyFunction>({ spanName, sku, cost, usage, costMax, attributes }: WrapOptions<F>): ToolCost => {
  const name = attributes[ATTR_GEN_AI_TOOL_NAME];
  return {
    name: typeof name === 'string' ? name : spanName,
    ...(sku !== undefined && { sku }),
    ...(typeof cost === 'object' && { cost }),
    ...(typeof usage === 'object' && { usage }),
    ...(costMax !== undefined && { costMax }),
    isKnownBefore: typeof cost !== 'function' && (cost !== undefined || typeof usage !== 'function'),
  };
};

const endSpan = <F extends AnyFunction>(span: Span, options: WrapOptions<F>, ending: WorkEnding, args: Parameters<F>): void => {
  const usage = guard('reading usage', () => usageOf(options, ending, args), { [ATTR_COSTSPAN_USAGE_MISSING]: true });
  span.setAttributes(usage);
  const { resultAttributes } = options;
  if (ending.kind === 'done' && resultAttributes !== undefined) {
    span.setAttributes(guard('reading a result', () => resultAttributes(ending.result as Awaited<ReturnType<F>>), {}));
  }
  const failure = failureOf(options, ending);
  if (failure !== undefined) {
    span.setAttributes({ [ATTR_ERROR_TYPE]: failure, [ATTR_COSTSPAN_ATTEMPT_BILLABLE]: options.failed });
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
};

/** `error.type` of a call that failed, by an error or by what it answered. */
const failureOf = <F extends AnyFunction>({ failureOf: read }: WrapOptions<F>, ending: WorkEnding): string | undefined => {
  if (ending.kind === 'failed') return errorTypeOf(ending.error);
  const failure = guard('reading a failure', () => read?.(ending.result as Awaited<ReturnType<F>>), undefined);
  return failure?.slice(0, errorTypeCharactersMax);
};

/** A failed call has no result to read usage from; what is fixed is known all the same. */
const usageOf = <F extends AnyFunction>(options: WrapOptions<F>, ending: WorkEnding, args: Parameters<F>): Attributes => {
  const { cost, usage } = options;
  const where = options.spanName;
  if (options.failed === 'no' && failureOf(options, ending) !== undefined) return {};
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
