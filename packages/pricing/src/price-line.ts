import { type Candidate, effectivePriceOf } from './candidate.ts';
import { choose, holdingModifiers, type Moment } from './choose.ts';
import { type CompiledBook, type CompiledFxRate, contents } from './compiled-book.ts';
import { COUNT_MAX } from './limits.ts';
import { ceilDecimal, costOfCount, costOfDecimal, type ExactAmount, formatExact, multiplyRate, type Rate } from './money.ts';
import type { Reason } from './reasons.ts';
import type { ReceiptLine } from './receipt.ts';
import type { Resolution } from './resolve.ts';
import { bounded, type CostedLine, costed, costless } from './tally.ts';
import { isTokenUnit, quantityText, type ValidQuantity } from './usage.ts';

/** Prices one unit of the usage: quantity x price, or why it has none. */
export const priceLine = (quantity: ValidQuantity, resolution: Resolution, moment: Moment, book: CompiledBook): CostedLine => {
  const { unit } = quantity;
  if (resolution.unknown !== undefined) return unpriced(quantity, resolution.unknown);
  const chosen = choose(resolution.pricesOf(unit), moment);
  const isZero = quantity.kind === 'count' && quantity.count === 0;
  if (isZero && (typeof chosen === 'string' || chosen.reason !== undefined)) return nothingUsed(quantity);
  if (typeof chosen === 'string') return unpriced(quantity, chosen);
  const { row } = chosen;
  const billed = row.incrementMs === 0 ? quantity : roundUp(quantity, row.incrementMs);
  if (billed === undefined) return tooLarge(quantity);
  const { rate, factor } = effectivePriceOf(chosen, holdingModifiers(chosen, moment));
  const fx = row.currency === book.currency ? undefined : fxInForce(row.currency, moment.atMs, book);
  if (fx === 'none') return unpriced(quantity, 'no-fx');
  const cost = costOf(fx === undefined ? rate : multiplyRate(rate, fx.rate), billed);
  const reason = isZero ? undefined : whyEstimated(chosen, resolution);
  const line: ReceiptLine = {
    unit,
    quantity: quantityText(billed),
    priceId: row.id,
    amount: row.amount,
    per: row.per,
    cost: formatExact(cost),
    status: reason === undefined ? 'priced' : 'estimated',
    layer: row.layer,
  };
  // The common line is done here; copying it with its rarer fields costs more than all of the above.
  if (reason === undefined && factor === undefined && billed === quantity && fx === undefined) return costed(line, cost);
  const full: ReceiptLine = {
    ...line,
    ...(factor === undefined ? {} : { factor }),
    ...(reason === undefined ? {} : { reason }),
    ...(billed === quantity ? {} : { measured: quantityText(quantity) }),
    ...(fx === undefined ? {} : { native: nativeOf(row.currency, costOf(rate, billed), fx) }),
  };
  if (reason === undefined) return costed(full, cost);
  return bounded(full, cost, cost, upperBound(quantity, chosen, cost, resolution, moment, book));
};

const costOf = (rate: Rate, quantity: ValidQuantity): ExactAmount =>
  quantity.kind === 'count' ? costOfCount(rate, quantity.count) : costOfDecimal(rate, quantity.decimal);

const whyEstimated = ({ reason, row }: Candidate, { isTierAssumed }: Resolution): Reason | undefined => {
  if (reason !== undefined) return reason;
  if (row.isEstimate) return 'price-is-estimate';
  return isTierAssumed && isTokenUnit(row.unit) ? 'service-tier-unknown' : undefined;
};

/** Cache writes of unknown lifetime may have been written for an hour; every other stand-in has no known upper bound. */
const upperBound = (
  quantity: ValidQuantity,
  { row }: Candidate,
  cost: ExactAmount,
  resolution: Resolution,
  moment: Moment,
  book: CompiledBook,
): ExactAmount => {
  if (quantity.unit !== 'input_cache_write_other_tokens' || row.unit === quantity.unit) return cost;
  const oneHour = priceLine({ ...quantity, unit: 'input_cache_write_1h_tokens' }, resolution, moment, book);
  return oneHour.cost ?? cost;
};

const unpriced = (quantity: ValidQuantity, reason: Reason): CostedLine =>
  costless({ unit: quantity.unit, quantity: quantityText(quantity), status: 'unpriced', reason });

/** Nothing of a unit costs nothing, whatever its price: a reader that writes `0` must not make a receipt an estimate. */
const nothingUsed = (quantity: ValidQuantity): CostedLine =>
  costed({ unit: quantity.unit, quantity: '0', cost: '0', status: 'priced' }, 0);

const tooLarge = (quantity: ValidQuantity): CostedLine =>
  costless({ unit: quantity.unit, quantity: quantityText(quantity), status: 'invalid_usage', reason: 'count-too-large' });

/** Touch time rounded up to a multiple of the increment; undefined when that exceeds the largest count. */
const roundUp = (quantity: ValidQuantity, increment: number): ValidQuantity | undefined => {
  const count = quantity.kind === 'count' ? quantity.count : ceilDecimal(quantity.decimal);
  const beyond = count % increment;
  const rounded = beyond === 0 ? count : count + (increment - beyond);
  if (rounded > COUNT_MAX) return undefined;
  return quantity.kind === 'count' && rounded === count ? quantity : { kind: 'count', unit: quantity.unit, count: rounded };
};

/** The exchange rate in force at an instant: the latest one that has begun and is not too old. */
export const fxInForce = (currency: string, atMs: number, book: CompiledBook): CompiledFxRate | 'none' => {
  const latest = book[contents].fx.get(currency)?.find(({ fromMs }) => fromMs <= atMs);
  return latest === undefined || atMs >= latest.toMs ? 'none' : latest;
};

/** The native side of a converted line. */
export const nativeOf = (currency: string, cost: ExactAmount, fx: CompiledFxRate): NonNullable<ReceiptLine['native']> => ({
  currency,
  cost: formatExact(cost),
  rate: fx.text,
  rateDate: fx.date,
  rateSource: fx.source,
});
