import {
  type CompiledBook,
  type MoneyText,
  type PriceRequest,
  price,
  type Receipt,
  sumReceipts,
  type UsagePart,
} from '@costspan/pricing';
import type { Trust } from '../config/config.ts';
import type { NormalizedSpan } from './normalize.ts';

/** Prices what a span says it used, at the prices of its start. */
export type PriceSpan = (span: NormalizedSpan, startNs: bigint) => Receipt;

/** What the price stage works with. */
export type PriceOptions = {
  readonly book: CompiledBook;
  /** Which statements of the sender about cost are believed. */
  readonly trust: Trust;
  /** Whether a declared cost is believed for category `llm` too, where tokens tell better. Default: false. */
  readonly declaredCostForLlm?: boolean;
};

/** Builds the stage. */
export const createPriceSpan = (options: PriceOptions): PriceSpan => {
  const { book } = options;
  return (span, startNs) => {
    const { usage } = span;
    switch (usage.kind) {
      case 'ok': {
        const receipt = priceParts(span, usage.parts, startNs, options);
        return usage.lacks === undefined ? receipt : lacking(receipt, usage.lacks);
      }
      case 'missing':
        return price(requestOf(span, { usage: {} }, startNs, options), book);
      case 'unbilled':
        return because(price({ ...requestOf(span, { usage: {} }, startNs, options), nonBillable: true }, book), usage.reason);
      case 'invalid':
        return withoutPrice('invalid_usage', usage.reason, book);
      case 'unread':
        return withoutPrice('unpriced', usage.reason, book);
      default:
        return usage satisfies never;
    }
  };
};

/** Each part at the prices of its own model. A cost stated for the span is that of all parts together, so it counts once. */
const priceParts = (span: NormalizedSpan, parts: readonly UsagePart[], startNs: bigint, options: PriceOptions): Receipt => {
  const { book } = options;
  const [only] = parts;
  if (only === undefined) return withoutPrice('usage_missing', 'usage-missing', book);
  if (parts.length === 1) return price(requestOf(span, only, startNs, options), book);
  const { declaredCost: _declared, reportedCost: _reported, ...unstated } = span;
  const [first, ...others] = parts.map((part) => price(requestOf(unstated, part, startNs, options), book));
  const calculated = first === undefined ? withoutPrice('usage_missing', 'usage-missing', book) : sumReceipts(first, ...others);
  const stated = price(requestOf(span, { usage: {} }, startNs, options), book);
  if (stated.source === 'declared') return stated;
  return stated.source === 'provider' && !calculated.complete ? stated : calculated;
};

const NS_PER_MS = 1_000_000n;

const requestOf = (span: NormalizedSpan, part: UsagePart, startNs: bigint, options: PriceOptions): PriceRequest => {
  const { trust, book } = options;
  const billable = trust.billable ? span.attempt?.billable : undefined;
  const isLlm = span.category === 'llm' || span.ownCategory === 'llm';
  const isDeclaredTrusted = trust.declaredCost && (!isLlm || options.declaredCostForLlm === true);
  const request: { -readonly [Key in keyof PriceRequest]: PriceRequest[Key] } = {
    atMs: Number(startNs / NS_PER_MS),
    provider: span.provider,
    model: part.model ?? span.model,
    usage: part.usage,
  };
  const serviceTier = part.serviceTier ?? span.serviceTier;
  const region = part.region ?? span.region;
  const declaredCost = isDeclaredTrusted ? inCurrency(span.declaredCost, book) : undefined;
  const reportedCost = trust.providerCost ? inCurrency(part.reportedCost ?? span.reportedCost, book) : undefined;
  const assumption = assumptionOf(span, part, billable);
  if (serviceTier !== undefined) request.serviceTier = serviceTier;
  if (region !== undefined) request.region = region;
  if (declaredCost !== undefined) request.declaredCost = declaredCost;
  if (reportedCost !== undefined) request.reportedCost = reportedCost;
  if (span.outcome !== undefined) request.outcome = span.outcome;
  if (billable === 'no') request.nonBillable = true;
  if (assumption !== undefined) request.assumption = assumption;
  return request;
};

/** A cost without a currency is in the reporting one. */
const inCurrency = (money: MoneyText | undefined, book: CompiledBook): MoneyText | undefined =>
  money === undefined || money.currency !== '' ? money : { ...money, currency: book.currency };

/** The gravest assumption under which the span is priced; its bounds hold the others. */
const assumptionOf = (span: NormalizedSpan, part: UsagePart, billable: string | undefined): PriceRequest['assumption'] => {
  if (billable === 'possible') return { reason: 'attempt-possible', lowZero: true };
  // What a sum says is used only where the spans it sums never came: whatever else is assumed weighs less.
  if (span.role === 'aggregate') return { reason: 'aggregate-only', lowZero: false };
  return part.assumption === undefined ? undefined : { reason: part.assumption, lowZero: false };
};

/** The receipt with the reason why nothing is billed, beside the fact that nothing is. */
const because = (receipt: Receipt, reason: string): Receipt =>
  receipt.status === 'non_billable' ? { ...receipt, reasons: [...new Set([...receipt.reasons, reason])].sort() } : receipt;

/** Half of the usage is priced, the other half is known to be missing. */
const lacking = (receipt: Receipt, reason: string): Receipt => {
  // Where the cost is stated, or nothing is billed, what was used does not matter.
  if (receipt.source !== 'price_book' || receipt.status === 'non_billable') return receipt;
  return {
    ...receipt,
    status: receipt.status === 'invalid_usage' ? receipt.status : 'usage_missing',
    complete: false,
    reasons: [...new Set([...receipt.reasons, reason])].sort(),
  };
};

const withoutPrice = (status: Receipt['status'], reason: string, book: CompiledBook): Receipt => ({
  status,
  complete: false,
  source: 'price_book',
  currency: book.currency,
  amount: '0',
  amountPico: 0n,
  lowPico: 0n,
  highPico: 0n,
  lines: [],
  reasons: [reason],
  book: { version: book.version, sha256: book.sha256 },
});
