import type { CompiledDiscount } from './compiled-book.ts';
import { isInForce, parsedDecimal } from './compiled-row.ts';
import {
  addExact,
  type Decimal,
  type ExactAmount,
  formatDecimal,
  formatExact,
  hundredthOf,
  isZero,
  multiplyDecimals,
  negateExact,
  ONE,
  percentOf,
  subtractDecimals,
  ZERO,
} from './money.ts';
import type { ReceiptLine } from './receipt.ts';
import { addBoundedLine, addLine, type Bounds, type Tally } from './tally.ts';

/** A priced line before its discounts; bounds where it is an estimate. */
export type DiscountBase = { readonly line: ReceiptLine; readonly cost: ExactAmount; readonly bounds: Bounds | undefined };

/**
 * Adds the lines that reduce a priced line. All discounts that concern it apply, one after the other, each to what the ones
 * before it have left; their costs are negative. Quantity and price are those of the reduced line and `factor` is the
 * negative share taken off, so that each line can be recalculated on its own.
 */
export const addDiscountLines = (
  tally: Tally,
  { line, cost, bounds }: DiscountBase,
  discounts: readonly CompiledDiscount[],
  atMs: number,
): void => {
  if (isZero(cost)) return;
  let left: Remainder = { cost, bounds, factor: line.factor === undefined ? ONE : parsedDecimal(line.factor) };
  for (const discount of discounts) {
    if (!isInForce(discount, atMs) || discount.units?.has(line.unit) === false) continue;
    const cut = cutOf(left, discount);
    const cutLine = discountLine(line, discount, cut);
    if (cut.bounds === undefined) addLine(tally, cutLine, cut.cost);
    else addBoundedLine(tally, cutLine, cut.cost, cut.bounds);
    left = afterCut(left, cut);
  }
};

type Remainder = { readonly cost: ExactAmount; readonly bounds: Bounds | undefined; readonly factor: Decimal };

const cutOf = ({ cost, bounds, factor }: Remainder, { percent }: CompiledDiscount): Remainder => {
  const off = (amount: ExactAmount): ExactAmount => negateExact(percentOf(amount, percent));
  return {
    cost: off(cost),
    bounds: bounds === undefined ? undefined : { low: off(bounds.low), high: off(bounds.high) },
    factor: subtractDecimals(ZERO, multiplyDecimals(factor, hundredthOf(percent))),
  };
};

const afterCut = (left: Remainder, cut: Remainder): Remainder => ({
  cost: addExact(left.cost, cut.cost),
  bounds:
    left.bounds === undefined || cut.bounds === undefined
      ? undefined
      : { low: addExact(left.bounds.low, cut.bounds.low), high: addExact(left.bounds.high, cut.bounds.high) },
  factor: subtractDecimals(left.factor, subtractDecimals(ZERO, cut.factor)),
});

const discountLine = (line: ReceiptLine, discount: CompiledDiscount, { cost, factor }: Remainder): ReceiptLine => ({
  unit: line.unit,
  quantity: line.quantity,
  kind: 'discount',
  priceId: discount.id,
  ...(line.amount === undefined ? {} : { amount: line.amount }),
  ...(line.per === undefined ? {} : { per: line.per }),
  factor: formatDecimal(factor),
  cost: formatExact(cost),
  status: line.status,
  layer: discount.layer,
  ...(line.reason === undefined ? {} : { reason: line.reason }),
});
