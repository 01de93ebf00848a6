import type { Moment } from './choose.ts';
import { choose } from './choose.ts';
import { type CompiledBook, contents } from './compiled-book.ts';
import { HUMAN_PROVIDER } from './compiled-role.ts';
import { discountLines } from './discount-lines.ts';
import { exactToPico, formatExact } from './money.ts';
import { priceLine } from './price-line.ts';
import type { PriceRequest } from './price-request.ts';
import type { ComparedCost, Receipt } from './receipt.ts';
import { type Resolution, resolve } from './resolve.ts';
import { asNotBillable, compare, statedCost, withAssumption } from './stated-cost.ts';
import { type CostedLine, costless, type Tally, tally } from './tally.ts';
import { type Quantity, quantityText, type ReadQuantities, readUsage } from './usage.ts';

/**
 * What a call cost, line by line, and how that is known. Pure and total: the same request and book give the same receipt,
 * whatever is impossible or unknown is a status with a reason, and nothing is thrown.
 *
 * Which figure is taken: nothing when the call is not billable; else the declared cost; else the reported cost where the
 * provider is a router or the calculation is incomplete; else the calculation. The other figure stays in `compared`.
 */
export const price = (request: PriceRequest, book: CompiledBook): Receipt => {
  const resolution = resolve(request, book);
  const calculated = calculate(request, resolution, book);
  if (request.nonBillable === undefined && request.declaredCost === undefined && request.reportedCost === undefined) {
    return toReceipt(request, calculated, 'price_book', undefined, book);
  }
  return decide(request, resolution, calculated, book);
};

const decide = (request: PriceRequest, { provider }: Resolution, calculated: Tally, book: CompiledBook): Receipt => {
  const { declaredCost, reportedCost, atMs } = request;
  if (request.nonBillable === true) {
    return toReceipt(request, asNotBillable(calculated), 'price_book', { kind: 'list_price', tally: calculated }, book);
  }
  if (declaredCost !== undefined) {
    const declared = statedCost('declared_cost', declaredCost, atMs, book);
    return toReceipt(request, declared, 'declared', { kind: 'calculated', tally: calculated }, book);
  }
  if (reportedCost === undefined) return toReceipt(request, calculated, 'price_book', undefined, book);
  const reported = statedCost('reported_cost', reportedCost, atMs, book);
  const isRouter = book[contents].reportedWins.has(provider);
  if (reported.complete && (isRouter || !calculated.complete)) {
    return toReceipt(request, reported, 'provider', { kind: 'calculated', tally: calculated }, book);
  }
  // A router alone knows what it charges: without its figure the list price is an estimate.
  const reason = isRouter ? reported.reasons[0] : undefined;
  const taken = reason === undefined ? calculated : withAssumption(calculated, { reason, lowZero: false });
  return toReceipt(request, taken, 'price_book', { kind: 'reported', tally: reported }, book);
};

const calculate = (request: PriceRequest, resolution: Resolution, book: CompiledBook): Tally => {
  if (request.usageInvalid === true) return tally(CONTRADICTORY);
  const reading = readUsage(request.usage);
  if (!reading.isValid) return tally(reading.quantities.map(refuse));
  if (!Number.isFinite(request.atMs)) return tally(reading.quantities.map(refuseInstant));
  const moment: Moment = { atMs: request.atMs, inputTokens: reading.inputTokens };
  if (reading.quantities.length === 0) return tally(defaultTouch(resolution, moment, book));
  return tally(priceQuantities(reading, resolution, moment, book));
};

const priceQuantities = (
  { quantities }: ReadQuantities,
  resolution: Resolution,
  moment: Moment,
  book: CompiledBook,
): CostedLine[] => {
  const lines: CostedLine[] = [];
  for (const quantity of quantities) {
    if (quantity.kind === 'invalid') continue;
    lines.push(priceLine(quantity, resolution, moment, book));
  }
  if (resolution.discounts.length > 0) {
    for (const line of [...lines]) lines.push(...discountLines(line, resolution.discounts, moment.atMs));
  }
  return lines;
};

const CONTRADICTORY: readonly CostedLine[] = [
  costless({ unit: 'usage', quantity: '0', status: 'invalid_usage', reason: 'usage-contradictory' }),
];

/** One impossible count makes the whole usage untrustworthy: nothing of it is priced, everything is listed. */
const refuse = (quantity: Quantity): CostedLine =>
  costless({
    unit: quantity.unit,
    quantity: quantityText(quantity),
    status: 'invalid_usage',
    reason: quantity.kind === 'invalid' ? quantity.reason : 'other-count-invalid',
  });

const refuseInstant = (quantity: Quantity): CostedLine =>
  costless({ unit: quantity.unit, quantity: quantityText(quantity), status: 'invalid_usage', reason: 'instant-invalid' });

/** A person whose touch time nobody measured takes the default of the role, as an estimate; without one, usage is missing. */
const defaultTouch = (resolution: Resolution, moment: Moment, book: CompiledBook): readonly CostedLine[] => {
  if (resolution.provider !== HUMAN_PROVIDER || resolution.unknown !== undefined) return [];
  const chosen = choose(resolution.pricesOf('human_ms'), moment);
  if (typeof chosen === 'string' || chosen.row.defaultTouchMs === undefined) return [];
  const count = chosen.row.defaultTouchMs;
  const line = priceLine({ kind: 'count', unit: 'human_ms', count }, resolution, moment, book);
  const lines = [line, ...discountLines(line, resolution.discounts, moment.atMs)];
  return withAssumption(tally(lines), { reason: 'touch-time-default', lowZero: false }).costed;
};

const toReceipt = (
  request: PriceRequest,
  plain: Tally,
  source: Receipt['source'],
  other: { readonly kind: ComparedCost['kind']; readonly tally: Tally } | undefined,
  book: CompiledBook,
): Receipt => {
  const taken = request.assumption === undefined ? plain : withAssumption(plain, request.assumption);
  const amountPico = exactToPico(taken.amount);
  const receipt: Receipt = {
    status: taken.status,
    complete: taken.complete,
    source,
    currency: book.currency,
    amount: formatExact(taken.amount),
    amountPico,
    lowPico: taken.low === taken.amount ? amountPico : exactToPico(taken.low),
    highPico: taken.high === taken.amount ? amountPico : exactToPico(taken.high),
    lines: taken.lines,
    reasons: taken.lines.length === 0 ? MISSING : taken.reasons,
    book: book[contents].name,
  };
  const compared = other === undefined ? undefined : compare(other.kind, other.tally, taken);
  return compared === undefined ? receipt : { ...receipt, compared };
};

const MISSING: readonly string[] = ['usage-missing'];
