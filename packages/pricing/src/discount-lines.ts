import type { CompiledDiscount } from './compiled-book.ts';
import { isInForce } from './compiled-row.ts';
import {
  addExact,
  type Decimal,
  type ExactAmount,
  formatDecimal,
  formatExact,
  multiplyDecimals,
  negateExact,
  parseDecimal,
  percentOf,
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
  if (cost === undefined || cost === 0 || cost === 0n || line.priceId === undefined) return [];
  const lines: CostedLine[] = [];
  let left = { cost, low: base.low, high: base.high, factor: factorOf(line) };
  for (const discount of discounts) {
    if (!isInForce(discount, atMs) || discount.units?.has(line.unit) === false) continue;
    const cut = (amount: ExactAmount): ExactAmount => negateExact(percentOf(amount, discount.percent));
    const low = left.low === undefined ? undefined : cut(left.low);
    const high = left.high === undefined ? undefined : cut(left.high);
    const off = cut(left.cost);
    const share = multiplyDecimals(left.factor, { ...discount.percent, scale: discount.percent.scale + 2 });
    lines.push({ line: discountLine(line, discount, share, off, low, high), cost: off, low, high });
    left = {
      cost: addExact(left.cost, off),
      low: left.low === undefined || low === undefined ? undefined : addExact(left.low, low),
      high: left.high === undefined || high === undefined ? undefined : addExact(left.high, high),
      factor: subtract(left.factor, share),
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
  factor: formatDecimal({ coefficient: -share.coefficient, scale: share.scale }),
  cost: formatExact(cost),
  ...(low === undefined ? {} : { low: formatExact(low) }),
  ...(high === undefined ? {} : { high: formatExact(high) }),
  status: line.status,
  layer: discount.layer,
  ...(line.reason === undefined ? {} : { reason: line.reason }),
});

const ONE: Decimal = { coefficient: 1n, scale: 0 };

const factorOf = ({ factor }: ReceiptLine): Decimal => (factor === undefined ? ONE : (parseDecimal(factor) ?? ONE));

const subtract = (a: Decimal, b: Decimal): Decimal => ({
  coefficient: a.coefficient * 10n ** BigInt(b.scale) - b.coefficient * 10n ** BigInt(a.scale),
  scale: a.scale + b.scale,
});
