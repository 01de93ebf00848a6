import { type Candidate, effectivePriceOf } from './candidate.ts';
import { choose, holdingModifiers, type Moment } from './choose.ts';
import type { CompiledBook } from './compiled-book.ts';
import type { Layer } from './compiled-row.ts';
import { type ModelLimits, modelLimits } from './model-limits.ts';
import type { PriceRequest } from './price-request.ts';
import type { Reason } from './reasons.ts';
import { resolve } from './resolve.ts';
import type { Unit } from './usage.ts';

/** What is asked for: a request without usage. `inputTokens` decides the context tier; default 0. */
export type PriceQuery = Pick<PriceRequest, 'atMs' | 'provider' | 'model' | 'serviceTier' | 'region'> & {
  readonly inputTokens?: number;
};

/** The price of one unit that would be taken. */
export type ListedPrice = {
  readonly unit: Unit;
  readonly priceId: string;
  /** Decimal text: price of `per` units in `currency`, modifiers not included. */
  readonly amount: string;
  readonly per: string;
  readonly currency: string;
  /** Decimal text: product of the modifiers that hold; absent when none does. */
  readonly factor?: string;
  readonly layer: Layer;
  /** Why the price is an estimate; absent when it is not. */
  readonly reason?: Reason;
};

/** The prices of a model at an instant. */
export type ListedPrices = {
  /** Why the model has no price at all; absent when it has. */
  readonly unknown?: Reason;
  /** Sorted by unit. */
  readonly prices: readonly ListedPrice[];
  /** Units that have rows, none of which is taken, and why. Sorted by unit. */
  readonly missing: readonly { readonly unit: Unit; readonly reason: Reason }[];
  /** How large a call can be: the bound of what it can cost. */
  readonly limits: ModelLimits;
};

/** The prices that {@link price} would take for a model: for people who look one up, and for the worst case of a budget. */
export const listPrices = (query: PriceQuery, book: CompiledBook): ListedPrices => {
  const resolution = resolve({ ...query, usage: {} }, book);
  if (resolution.unknown !== undefined)
    return { unknown: resolution.unknown, prices: [], missing: [], limits: modelLimits(query, book) };
  const moment: Moment = { atMs: query.atMs, inputTokens: query.inputTokens ?? 0 };
  const prices: ListedPrice[] = [];
  const missing: { unit: Unit; reason: Reason }[] = [];
  for (const unit of [...resolution.units()].sort()) {
    const chosen = choose(resolution.pricesOf(unit), moment);
    if (typeof chosen === 'string') missing.push({ unit, reason: chosen });
    else prices.push(listed(unit, chosen, moment));
  }
  return { prices, missing, limits: modelLimits(query, book) };
};

const listed = (unit: Unit, candidate: Candidate, moment: Moment): ListedPrice => {
  const { row } = candidate;
  const { factor } = effectivePriceOf(candidate, holdingModifiers(candidate, moment));
  const reason = candidate.reason ?? (row.isEstimate ? 'price-is-estimate' : undefined);
  return {
    unit,
    priceId: row.id,
    amount: row.amount,
    per: row.per,
    currency: row.currency,
    ...(factor === undefined ? {} : { factor }),
    layer: row.layer,
    ...(reason === undefined ? {} : { reason }),
  };
};
