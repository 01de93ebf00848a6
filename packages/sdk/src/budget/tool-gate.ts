import { type CompiledBook, type MoneyText, parsePico, parseSku, price, type Receipt, type Usage } from '@costspan/pricing';
import type { Context } from '@opentelemetry/api';
import { CostspanError } from '../errors.ts';
import { workScopeOf } from '../work-item/work-item-context.ts';
import type { Ask, BudgetGuard } from './budget-guard.ts';
import type { BudgetStore, OrPromise } from './budget-store.ts';
import type { Assumption } from './budget-type.ts';
import type { Bound } from './call-bound.ts';
import { ceilPico } from './ceil-pico.ts';
import { inBackground } from './or-promise.ts';
import type { Prices } from './prices.ts';
import type { Ticket } from './ticket.ts';

/** What is known of the cost of a wrapped function before it is called. */
export type ToolCost = {
  readonly name: string;
  readonly sku?: string;
  readonly cost?: MoneyText;
  readonly usage?: Usage;
  readonly costMax?: MoneyText;
  /** Whether every call costs the same, so that the worst case is what it costs. */
  readonly isKnownBefore: boolean;
};

/** What a call of a wrapped function turned out to cost. */
export type ToolEnding =
  | { readonly kind: 'unbilled' }
  | { readonly kind: 'billed'; readonly cost?: MoneyText; readonly usage?: Usage };

/** Lets budgets decide about wrapped functions. */
export type ToolGate = {
  /** The ticket of a call that may be made; undefined where no budget counts it. Throws, or rejects, to refuse it. */
  readonly admit: (context: Context, cost: ToolCost, how: { readonly isAsync: boolean }) => OrPromise<Ticket | undefined>;
  readonly settle: (ticket: Ticket, cost: ToolCost, ending: ToolEnding) => void;
};

/** The tool gate of a Costspan. */
export const createToolGate = (guard: BudgetGuard, store: BudgetStore, prices: Prices): ToolGate => ({
  admit: (context, cost, { isAsync }) => {
    const scope = workScopeOf(context);
    if (scope === undefined) return undefined;
    const atMs = Date.now();
    const stated = cost.cost ?? cost.costMax;
    const ask: Ask = {
      context,
      what: `tool ${cost.name}`,
      atMs,
      tool: cost.name,
      attempts: 1,
      boundOf: (assume, book) => boundOfTool(cost, assume, { book, atMs }),
      ...(stated !== undefined && { currency: stated.currency }),
    };
    const admitted = isAsync || (store.isImmediate && (stated !== undefined || prices.book() !== undefined));
    if (!admitted && guard.counts(scope, ask)) throw cannotWait(cost.name, store.isImmediate);
    return guard.admit(scope, ask);
  },
  settle: (ticket, cost, ending) => {
    if (ending.kind === 'unbilled') {
      inBackground('settling a call', ticket.settle(0n));
      return;
    }
    const isForeign = ending.cost !== undefined && ending.cost.currency !== ticket.targets[0]?.budget.currency;
    const spentPico = isForeign ? undefined : spentPicoOf(cost, ending, prices.book());
    // Nobody knows what it cost: all that was set aside is taken for spent.
    inBackground(
      'settling a call',
      ticket.settle(spentPico ?? ticket.attemptPico, { isUnpriced: spentPico === undefined && ticket.attemptPico === 0n }),
    );
  },
});

type At = { readonly book: CompiledBook | undefined; readonly atMs: number };

const boundOfTool = (cost: ToolCost, assume: Assumption | undefined, at: At): Bound => {
  const bound = ownBound(cost, at);
  if (bound.kind === 'bounded' || assume?.cost === undefined) return bound;
  return { kind: 'bounded', pico: parsePico(assume.cost) ?? 0n };
};

const ownBound = (cost: ToolCost, { book, atMs }: At): Bound => {
  const stated = cost.cost ?? cost.costMax;
  if (stated !== undefined) return { kind: 'bounded', pico: ceilPico(stated.amount) };
  if (!cost.isKnownBefore)
    return { kind: 'unbounded', why: `tool ${cost.name}, whose result tells what it costs; give it costMax` };
  const pico = book === undefined ? undefined : receiptOf(cost, cost.usage ?? {}, { book, atMs })?.highPico;
  return pico === undefined
    ? { kind: 'unpriced', why: cost.sku === undefined ? `tool ${cost.name}, which has no sku and no cost` : `sku ${cost.sku}` }
    : { kind: 'bounded', pico };
};

const spentPicoOf = (
  cost: ToolCost,
  ending: Extract<ToolEnding, { kind: 'billed' }>,
  book: CompiledBook | undefined,
): bigint | undefined => {
  if (ending.cost !== undefined) return ceilPico(ending.cost.amount);
  if (ending.usage === undefined || book === undefined) return undefined;
  return receiptOf(cost, ending.usage, { book, atMs: Date.now() })?.amountPico;
};

const receiptOf = (
  { sku }: ToolCost,
  usage: Usage,
  { book, atMs }: { readonly book: CompiledBook; readonly atMs: number },
): Receipt | undefined => {
  const named = sku === undefined ? undefined : parseSku(sku);
  const receipt = named === undefined ? undefined : price({ atMs, ...named, usage }, book);
  return receipt?.complete === true ? receipt : undefined;
};

const cannotWait = (name: string, isImmediate: boolean): CostspanError =>
  new CostspanError({
    code: 'option-invalid',
    where: `tool: ${name}`,
    problem: isImmediate
      ? 'expected prices that are loaded'
      : 'expected an asynchronous function under a budget in a shared store',
    found: isImmediate ? 'a function that cannot wait for them' : 'a function that cannot wait for the store',
    advice: isImmediate ? 'call `await costspan.ready()` first, or declare the function async' : 'declare the function async',
  });
