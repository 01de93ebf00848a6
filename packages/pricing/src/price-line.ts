import { type Candidate, effectivePriceOf } from './candidate.ts';
import { choose, holdingModifiers, type Moment } from './choose.ts';
import type { CompiledBook } from './compiled-book.ts';
import { addDiscountLines } from './discount-lines.ts';
import { fxInForce, nativeOf } from './fx-in-force.ts';
import { COUNT_MAX } from './limits.ts';
import {
  ceilDecimal,
  costOfCount,
  costOfDecimal,
  type ExactAmount,
  formatExact,
  isAbove,
  multiplyRate,
  type Rate,
} from './money.ts';
import type { Reason } from './reasons.ts';
import type { ReceiptLine } from './receipt.ts';
import type { Resolution } from './resolve.ts';
import { addBoundedLine, addLine, type Bounds, createTally, exactCostOf, type Tally } from './tally.ts';
import { isTokenUnit, quantityText, type ValidQuantity } from './usage.ts';

/** What a line is priced with. */
export type Pricing = { readonly resolution: Resolution; readonly moment: Moment; readonly book: CompiledBook };

/** Adds one unit of a usage of a known model to a tally: quantity x price, then its discounts; or why it has no price. */
export const addPricedLine = (tally: Tally, quantity: ValidQuantity, pricing: Pricing): Tally => {
  const { resolution, moment, book } = pricing;
  const prices = resolution.pricesOf(quantity.unit);
  if (prices.fixed !== undefined && quantity.kind === 'count') return addFixedLine(tally, quantity, prices.fixed, pricing);
  const chosen = choose(prices, moment);
  const isZero = quantity.kind === 'count' && quantity.count === 0;
  if (isZero && (typeof chosen === 'string' || chosen.reason !== undefined)) return addNothingUsed(tally, quantity);
  if (typeof chosen === 'string') return addCostless(tally, quantity, 'unpriced', chosen);
  const { row } = chosen;
  const billed = row.incrementMs === 0 ? quantity : roundUp(quantity, row.incrementMs);
  if (billed === undefined) return addCostless(tally, quantity, 'invalid_usage', 'count-too-large');
  const { rate, factor } = effectivePriceOf(chosen, holdingModifiers(chosen, moment));
  const fx = row.currency === book.currency ? undefined : fxInForce(row.currency, moment.atMs, book);
  if (fx === 'none') return isZero ? addNothingUsed(tally, quantity) : addCostless(tally, quantity, 'unpriced', 'no-fx');
  const cost = costOf(fx === undefined ? rate : multiplyRate(rate, fx.rate), billed);
  const reason = isZero ? undefined : whyEstimated(chosen, resolution);
  const plain: ReceiptLine = {
    unit: quantity.unit,
    quantity: quantityText(billed),
    priceId: row.id,
    amount: row.amount,
    per: row.per,
    cost: formatExact(cost),
    status: reason === undefined ? 'priced' : 'estimated',
    layer: row.layer,
  };
  // Most lines are plain; copying one to add its rarer fields costs more than all of the above.
  const isPlain = reason === undefined && factor === undefined && billed === quantity && fx === undefined;
  const line: ReceiptLine = isPlain
    ? plain
    : {
        ...plain,
        ...(factor === undefined ? {} : { factor }),
        ...(reason === undefined ? {} : { reason }),
        ...(billed === quantity ? {} : { measured: quantityText(quantity) }),
        ...(fx === undefined ? {} : { native: nativeOf(row.currency, costOf(rate, billed), fx) }),
      };
  const bounds = reason === undefined ? undefined : boundsOf(quantity, chosen, cost, pricing);
  if (bounds === undefined) addLine(tally, line, cost);
  else addBoundedLine(tally, line, cost, bounds);
  if (resolution.discounts.length > 0) addDiscountLines(tally, { line, cost, bounds }, resolution.discounts, moment.atMs);
  return tally;
};

/** The same where there is nothing to decide: this is the line of almost every receipt. */
const addFixedLine = (
  tally: Tally,
  { unit, count }: ValidQuantity & { readonly kind: 'count' },
  { row, plain }: Candidate,
  { resolution, moment }: Pricing,
): Tally => {
  const cost = costOfCount(plain.rate, count);
  const line: ReceiptLine = {
    unit,
    quantity: String(count),
    priceId: row.id,
    amount: row.amount,
    per: row.per,
    cost: formatExact(cost),
    status: 'priced',
    layer: row.layer,
  };
  addLine(tally, line, cost);
  const { discounts } = resolution;
  if (discounts.length > 0) addDiscountLines(tally, { line, cost, bounds: undefined }, discounts, moment.atMs);
  return tally;
};

const costOf = (rate: Rate, quantity: ValidQuantity): ExactAmount =>
  quantity.kind === 'count' ? costOfCount(rate, quantity.count) : costOfDecimal(rate, quantity.decimal);

const whyEstimated = ({ reason, row }: Candidate, { isTierAssumed }: Resolution): Reason | undefined => {
  if (reason !== undefined) return reason;
  if (row.isEstimate) return 'price-is-estimate';
  return isTierAssumed && isTokenUnit(row.unit) ? 'service-tier-unknown' : undefined;
};

/** Cache writes of unknown lifetime may have been written for an hour; every other stand-in has no bounds but its price. */
const boundsOf = (quantity: ValidQuantity, { row }: Candidate, cost: ExactAmount, pricing: Pricing): Bounds => {
  if (quantity.unit !== 'input_cache_write_other_tokens' || row.unit === quantity.unit) return { low: cost, high: cost };
  const [line] = addPricedLine(createTally(), { ...quantity, unit: 'input_cache_write_1h_tokens' }, pricing).lines;
  const oneHour = line === undefined ? undefined : exactCostOf(line);
  return { low: cost, high: oneHour !== undefined && isAbove(oneHour.cost, cost) ? oneHour.cost : cost };
};

const addCostless = (tally: Tally, quantity: ValidQuantity, status: 'unpriced' | 'invalid_usage', reason: Reason): Tally =>
  addLine(tally, { unit: quantity.unit, quantity: quantityText(quantity), status, reason }, undefined);

/** Nothing of a unit costs nothing, whatever its price: a reader that writes `0` must not make a receipt an estimate. */
const addNothingUsed = (tally: Tally, { unit }: ValidQuantity): Tally =>
  addLine(tally, { unit, quantity: '0', cost: '0', status: 'priced' }, 0);

/** Touch time rounded up to a multiple of the increment; undefined when that exceeds the largest count. */
const roundUp = (quantity: ValidQuantity, increment: number): ValidQuantity | undefined => {
  const count = quantity.kind === 'count' ? quantity.count : ceilDecimal(quantity.decimal);
  const beyond = count % increment;
  const rounded = beyond === 0 ? count : count + (increment - beyond);
  if (rounded > COUNT_MAX) return undefined;
  return quantity.kind === 'count' && rounded === count ? quantity : { kind: 'count', unit: quantity.unit, count: rounded };
};
