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
import type { CostedLine } from './tally.ts';

/**
 * The lines that reduce a priced line. All discounts that concern it apply, one after the other, each to what the ones
 * before it have left; their costs are negative. Quantity and price are those of the reduced line and `factor` is the
 * negative share taken off, so that each line can be recalculated on its own.
 */
export const discountLines = (base: CostedLine, discounts: readonly CompiledDiscount[], atMs: number): readonly CostedLine[] => {
  const { line, cost } = base;
  if (cost === undefined || isZero(cost) || line.priceId === undefined) return [];
  const lines: CostedLine[] = [];
  let left = { cost, low: base.low, high: base.high, factor: factorOf(line) };
  for (const discount of discounts) {
    if (!isInForce(discount, atMs) || discount.units?.has(line.unit) === false) continue;
    const cut = (amount: ExactAmount): ExactAmount => negateExact(percentOf(amount, discount.percent));
    const low = left.low === undefined ? undefined : cut(left.low);
    const high = left.high === undefined ? undefined : cut(left.high);
    const off = cut(left.cost);
    const share = multiplyDecimals(left.factor, hundredthOf(discount.percent));
    lines.push({ line: discountLine(line, discount, share, off, low, high), cost: off, low, high });
    left = {
      cost: addExact(left.cost, off),
      low: left.low === undefined || low === undefined ? undefined : addExact(left.low, low),
      high: left.high === undefined || high === undefined ? undefined : addExact(left.high, high),
      factor: subtractDecimals(left.factor, share),
    };
  }
  return lines;
};

const discountLine = (
  line: ReceiptLine,
  discount: CompiledDiscount,
  share: Decimal,
  cost: ExactAmount,
  low: ExactAmount | undefined,
  high: ExactAmount | undefined,
): ReceiptLine => ({
  unit: line.unit,
  quantity: line.quantity,
  kind: 'discount',
  priceId: discount.id,
  ...(line.amount === undefined ? {} : { amount: line.amount }),
  ...(line.per === undefined ? {} : { per: line.per }),
  factor: formatDecimal(subtractDecimals(ZERO, share)),
  cost: formatExact(cost),
  ...(low === undefined ? {} : { low: formatExact(low) }),
  ...(high === undefined ? {} : { high: formatExact(high) }),
  status: line.status,
  layer: discount.layer,
  ...(line.reason === undefined ? {} : { reason: line.reason }),
});

const factorOf = ({ factor }: ReceiptLine): Decimal => (factor === undefined ? ONE : parsedDecimal(factor));
