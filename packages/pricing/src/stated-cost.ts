import type { CompiledBook } from './compiled-book.ts';
import {
  addExact,
  compareDecimal,
  costOfCount,
  type ExactAmount,
  formatExact,
  multiplyRate,
  negateExact,
  ONE,
  parseDecimal,
  rateOf,
} from './money.ts';
import { fxInForce, nativeOf } from './price-line.ts';
import type { MoneyText, PriceRequest } from './price-request.ts';
import type { Reason } from './reasons.ts';
import type { ComparedCost, ReceiptLine } from './receipt.ts';
import { bounded, type CostedLine, costed, costless, type Tally, tally } from './tally.ts';

const STATED: Readonly<Record<StatedUnit, { readonly status: ReceiptLine['status']; readonly invalid: Reason }>> = {
  declared_cost: { status: 'declared', invalid: 'declared-cost-invalid' },
  reported_cost: { status: 'provider_reported', invalid: 'reported-cost-invalid' },
};

/** Pseudo units of costs that are stated, not calculated. */
export type StatedUnit = 'declared_cost' | 'reported_cost';

/** A cost that somebody states instead of usage: one line, converted where it is in another currency. */
export const statedCost = (unit: StatedUnit, stated: MoneyText, atMs: number, book: CompiledBook): Tally => {
  const { status, invalid } = STATED[unit];
  const amount = parseDecimal(stated.amount);
  if (amount === undefined || compareDecimal(amount, 0) < 0) {
    return tally([costless({ unit, quantity: '1', status: 'invalid_usage', reason: invalid })]);
  }
  const rate = rateOf(amount, ONE);
  const line = { unit, quantity: '1', amount: stated.amount, per: '1' };
  if (stated.currency === book.currency) {
    const cost = costOfCount(rate, 1);
    return tally([costed({ ...line, cost: formatExact(cost), status }, cost)]);
  }
  const fx = fxInForce(stated.currency, atMs, book);
  if (fx === 'none') return tally([costless({ ...line, status: 'unpriced', reason: 'no-fx' })]);
  const cost = costOfCount(multiplyRate(rate, fx.rate), 1);
  const native = nativeOf(stated.currency, costOfCount(rate, 1), fx);
  return tally([costed({ ...line, cost: formatExact(cost), status, native }, cost)]);
};

/** The same lines at no cost: the provider bills nothing for them. */
export const asNotBillable = ({ costed: lines }: Tally): Tally => {
  const free = lines
    .filter(({ line }) => line.kind !== 'discount')
    .map(({ line }): CostedLine => {
      const { low: _low, high: _high, ...kept } = line;
      return costed({ ...kept, cost: '0', status: 'non_billable', reason: 'not-billable' }, 0);
    });
  if (free.length > 0) return tally(free);
  return tally([costed({ unit: 'requests', quantity: '1', cost: '0', status: 'non_billable', reason: 'not-billable' }, 0)]);
};

/** Every line with a cost becomes an estimate for the reason given; its lower bound falls to 0 if asked for. */
export const withAssumption = (plain: Tally, assumption: NonNullable<PriceRequest['assumption']>): Tally => {
  const lines = plain.costed.map((one): CostedLine => {
    const { line, cost } = one;
    if (cost === undefined || line.status === 'non_billable') return one;
    const estimated = { ...line, status: 'estimated' as const, reason: assumption.reason };
    return bounded(estimated, cost, assumption.lowZero ? 0 : (one.low ?? cost), one.high ?? cost);
  });
  return withReasons(tally(lines), plain.reasons);
};

const withReasons = (sums: Tally, reasons: readonly string[]): Tally => ({
  ...sums,
  reasons: [...new Set([...sums.reasons, ...reasons])].sort(),
});

/** A figure that was not taken, beside the one that was; undefined when it says nothing. */
export const compare = (kind: ComparedCost['kind'], other: Tally, taken: Tally): ComparedCost | undefined => {
  if (other.lines.length === 0) return undefined;
  const difference: ExactAmount | undefined =
    other.complete && taken.complete ? addExact(taken.amount, negateExact(other.amount)) : undefined;
  return {
    kind,
    status: other.status,
    complete: other.complete,
    amount: formatExact(other.amount),
    ...(difference === undefined ? {} : { difference: formatExact(difference) }),
    lines: other.lines,
  };
};
