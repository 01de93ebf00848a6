import type { CompiledBook } from './compiled-book.ts';
import { fxInForce, nativeOf } from './fx-in-force.ts';
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
import type { MoneyText, PriceRequest } from './price-request.ts';
import type { Reason } from './reasons.ts';
import type { ComparedCost, ReceiptLine } from './receipt.ts';
import { addBoundedLine, addLine, addReason, createTally, exactCostOf, type Tally } from './tally.ts';

/** Pseudo units of costs that are stated, not calculated. */
export type StatedUnit = 'declared_cost' | 'reported_cost';

const STATED: Readonly<Record<StatedUnit, { readonly status: ReceiptLine['status']; readonly invalid: Reason }>> = {
  declared_cost: { status: 'declared', invalid: 'declared-cost-invalid' },
  reported_cost: { status: 'provider_reported', invalid: 'reported-cost-invalid' },
};

/** A cost that somebody states instead of usage: one line, converted where it is in another currency. */
export const statedCost = (unit: StatedUnit, stated: MoneyText, atMs: number, book: CompiledBook): Tally => {
  const tally = createTally();
  const { status, invalid } = STATED[unit];
  const amount = parseDecimal(stated.amount);
  if (amount === undefined || compareDecimal(amount, 0) < 0) {
    return addLine(tally, { unit, quantity: '1', status: 'invalid_usage', reason: invalid }, undefined);
  }
  const rate = rateOf(amount, ONE);
  const line = { unit, quantity: '1', amount: stated.amount, per: '1' };
  const fx = stated.currency === book.currency ? undefined : fxInForce(stated.currency, atMs, book);
  if (fx === 'none') return addLine(tally, { ...line, status: 'unpriced', reason: 'no-fx' }, undefined);
  const cost = costOfCount(fx === undefined ? rate : multiplyRate(rate, fx.rate), 1);
  const native = fx === undefined ? {} : { native: nativeOf(stated.currency, costOfCount(rate, 1), fx) };
  return addLine(tally, { ...line, cost: formatExact(cost), status, ...native }, cost);
};

/** The same lines at no cost: the provider bills nothing for them. */
export const asNotBillable = ({ lines }: Tally, reason: 'not-billable' | 'outcome-not-billed'): Tally => {
  const unbilled = { cost: '0', status: 'non_billable', reason } as const;
  const free = createTally();
  for (const line of lines) {
    if (line.kind === 'discount') continue;
    const { low: _low, high: _high, ...kept } = line;
    addLine(free, { ...kept, ...unbilled }, 0);
  }
  if (free.lines.length === 0) addLine(free, { unit: 'requests', quantity: '1', ...unbilled }, 0);
  return free;
};

/** Every line with a cost becomes an estimate for the reason given; its lower bound falls to 0 if asked for. */
export const withAssumption = (plain: Tally, { reason, lowZero }: NonNullable<PriceRequest['assumption']>): Tally => {
  const assumed = createTally();
  for (const line of plain.lines) {
    const exact = exactCostOf(line);
    if (exact === undefined || line.status === 'non_billable') addLine(assumed, line, exact?.cost);
    else {
      const bounds = { low: lowZero ? 0 : exact.low, high: exact.high };
      addBoundedLine(assumed, { ...line, status: 'estimated', reason }, exact.cost, bounds);
    }
  }
  for (const other of plain.reasons) addReason(assumed, other);
  return assumed;
};

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
