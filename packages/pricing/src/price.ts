import { choose } from './choose.ts';
import { type CompiledBook, contents } from './compiled-book.ts';
import { HUMAN_PROVIDER, HUMAN_UNIT } from './compiled-role.ts';
import { exactToPico, formatExact } from './money.ts';
import { billedFor } from './outcome-rules.ts';
import type { OutcomeRule } from './price-book.ts';
import { addPricedLine, type Pricing } from './price-line.ts';
import type { PriceRequest } from './price-request.ts';
import type { Reason } from './reasons.ts';
import type { ComparedCost, LineStatus, Receipt, ReceiptLine } from './receipt.ts';
import { type Resolution, resolve } from './resolve.ts';
import { asNotBillable, compare, statedCost, withAssumption } from './stated-cost.ts';
import { addLine, createTally, type Tally } from './tally.ts';
import { type Quantity, quantityText, readUsage, type ValidQuantity } from './usage.ts';

/**
 * What a call cost, line by line, and how that is known. Pure and total: the same request and book give the same receipt,
 * whatever is impossible or unknown is a status with a reason, and nothing is thrown.
 *
 * Which figure is taken: nothing when the call is not billable; else the declared cost; else the reported cost where the
 * provider is a router or the calculation is incomplete; else the calculation, after the book's rule for how the call ended.
 * The other figure stays in `compared`.
 */
export const price = (request: PriceRequest, book: CompiledBook): Receipt => {
  const resolution = resolve(request, book);
  const calculated = calculate(request, resolution, book);
  const isPlain = request.nonBillable === undefined && request.outcome === undefined;
  if (isPlain && request.declaredCost === undefined && request.reportedCost === undefined) {
    return toReceipt(request, calculated, 'price_book', undefined, book);
  }
  return decide(request, resolution, calculated, book);
};

const decide = (request: PriceRequest, { provider, outcomes }: Resolution, listed: Tally, book: CompiledBook): Receipt => {
  const { declaredCost, reportedCost, atMs } = request;
  if (request.nonBillable === true) {
    const free = asNotBillable(listed, 'not-billable');
    return toReceipt(request, free, 'price_book', { kind: 'list_price', tally: listed }, book);
  }
  const billed = request.outcome === undefined || listed.status === 'invalid_usage' ? 'usage' : billedFor(request, outcomes);
  const calculated = asBilled(listed, billed);
  if (declaredCost !== undefined) {
    const declared = statedCost('declared_cost', declaredCost, atMs, book);
    return toReceipt(request, declared, 'declared', { kind: 'calculated', tally: calculated }, book);
  }
  if (reportedCost === undefined) {
    const other = billed === 'nothing' ? ({ kind: 'list_price', tally: listed } as const) : undefined;
    return toReceipt(request, calculated, 'price_book', other, book);
  }
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

const asBilled = (listed: Tally, billed: OutcomeRule['billed']): Tally => {
  if (billed === 'nothing') return asNotBillable(listed, 'outcome-not-billed');
  return billed === 'usage' ? listed : withAssumption(listed, { reason: 'outcome-billing-unknown', lowZero: true });
};

const calculate = (request: PriceRequest, resolution: Resolution, book: CompiledBook): Tally => {
  const tally = createTally();
  if (request.usageInvalid === true) return addLine(tally, CONTRADICTORY, undefined);
  const { quantities, isValid, inputTokens } = readUsage(request.usage);
  if (!isValid) return refuse(tally, quantities, 'invalid_usage', 'other-count-invalid');
  if (!Number.isFinite(request.atMs)) return refuse(tally, quantities, 'invalid_usage', 'instant-invalid');
  if (resolution.unknown !== undefined) return refuse(tally, quantities, 'unpriced', resolution.unknown);
  const pricing: Pricing = { resolution, moment: { atMs: request.atMs, inputTokens }, book };
  if (quantities.length === 0) return addDefaultTouch(tally, pricing);
  for (const quantity of quantities) if (quantity.kind !== 'invalid') addPricedLine(tally, quantity, pricing);
  return tally;
};

const CONTRADICTORY: ReceiptLine = { unit: 'usage', quantity: '0', status: 'invalid_usage', reason: 'usage-contradictory' };

/**
 * Lists every count at no price. Of an unknown model because there is none; of an impossible usage because one count that
 * cannot be makes the others untrustworthy too.
 */
const refuse = (tally: Tally, quantities: readonly Quantity[], status: LineStatus, otherwise: Reason): Tally => {
  for (const quantity of quantities) {
    const reason = quantity.kind === 'invalid' ? quantity.reason : otherwise;
    addLine(tally, { unit: quantity.unit, quantity: quantityText(quantity), status, reason }, undefined);
  }
  return tally;
};

/** A person whose touch time nobody measured takes the default of the role, as an estimate; without one, usage is missing. */
const addDefaultTouch = (tally: Tally, pricing: Pricing): Tally => {
  const { resolution, moment } = pricing;
  if (resolution.provider !== HUMAN_PROVIDER) return tally;
  const chosen = choose(resolution.pricesOf(HUMAN_UNIT), moment);
  if (typeof chosen === 'string' || chosen.row.defaultTouchMs === undefined) return tally;
  const touch: ValidQuantity = { kind: 'count', unit: HUMAN_UNIT, count: chosen.row.defaultTouchMs };
  return withAssumption(addPricedLine(tally, touch, pricing), { reason: 'touch-time-default', lowZero: false });
};

const toReceipt = (
  request: PriceRequest,
  plain: Tally,
  source: Receipt['source'],
  other: { readonly kind: ComparedCost['kind']; readonly tally: Tally } | undefined,
  book: CompiledBook,
): Receipt => {
  const taken = request.assumption === undefined ? plain : withAssumption(plain, request.assumption);
  const { status, complete, amount, bounds, lines, reasons } = taken;
  const amountPico = exactToPico(amount);
  const receipt: Receipt = {
    status,
    complete,
    source,
    currency: book.currency,
    amount: formatExact(amount),
    amountPico,
    lowPico: bounds === undefined ? amountPico : exactToPico(bounds.low),
    highPico: bounds === undefined ? amountPico : exactToPico(bounds.high),
    lines,
    reasons: reasonsOf(lines.length === 0, reasons),
    book: book[contents].name,
  };
  const compared = other === undefined ? undefined : compare(other.kind, other.tally, taken);
  return compared === undefined ? receipt : { ...receipt, compared };
};

const MISSING: readonly string[] = ['usage-missing'];

const reasonsOf = (isMissing: boolean, reasons: readonly string[]): readonly string[] => {
  if (isMissing) return MISSING;
  return reasons.length < 2 ? reasons : reasons.toSorted();
};
