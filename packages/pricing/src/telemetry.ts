import { type CompiledBook, contents } from './compiled-book.ts';
import { parsedDecimal } from './compiled-row.ts';
import {
  addExact,
  costOfDecimal,
  type Decimal,
  type ExactAmount,
  exactToPico,
  formatDecimal,
  formatExact,
  isZero,
  multiplyRate,
  negateExact,
  ONE,
  rateOf,
  shareOfExact,
  subtractDecimals,
  ZERO,
} from './money.ts';
import { price } from './price.ts';
import type { Receipt, ReceiptLine } from './receipt.ts';
import { withAssumption } from './stated-cost.ts';
import { addLine, boundsOf, createTally, type Tally } from './tally.ts';
import type { Usage } from './usage.ts';

/** How much telemetry: bytes and spans, safe integers. */
export type TelemetrySize = { readonly bytes: number; readonly spans: number };

/** Who is paid for telemetry. */
export type TelemetrySku = { readonly provider: string; readonly model: string };

/**
 * What a vendor of observability asks at one instant: enough to price any amount of telemetry where no book is at hand. Plain
 * data: safe to store and send.
 */
export type TelemetryPrices = TelemetrySku &
  Pick<Receipt, 'currency' | 'book'> & {
    /** Of a reference amount; only prices count. */
    readonly lines: readonly ReceiptLine[];
  };

/** Why telemetry is an estimate: it is measured where Costspan receives it, not where its vendor does. */
export const TELEMETRY_REASON = 'telemetry-as-received';

/** The usage that so much telemetry is. A gigabyte is 1e9 bytes. */
export const telemetryUsage = ({ bytes, spans }: TelemetrySize): Usage => ({
  telemetry_gb: formatDecimal(gigabytesOf(bytes)),
  telemetry_spans: spans,
});

/**
 * What a SKU costs at an instant, Unix milliseconds. A vendor is paid by the units its SKU has rows for: by gigabytes, by spans
 * or by both. Without any row the prices say why there is none.
 */
export const telemetryPrices = ({ provider, model }: TelemetrySku, atMs: number, book: CompiledBook): TelemetryPrices => {
  const { lines } = price({ atMs, provider, model, usage: referenceUsage }, book);
  const asked = lines.map(({ low: _low, high: _high, ...line }) => line);
  const billed = asked.filter(({ reason }) => reason !== 'no-price');
  return { provider, model, lines: billed.length === 0 ? asked : billed, currency: book.currency, book: book[contents].name };
};

const referenceUsage: Usage = { telemetry_gb: 1, telemetry_spans: 1_000_000 };

/** What so much telemetry costs at these prices: the receipt that {@link price} gives, as an estimate. */
export const telemetryReceipt = (prices: TelemetryPrices, size: TelemetrySize): Receipt => {
  const quantities: Readonly<Record<string, Decimal>> = {
    telemetry_gb: gigabytesOf(size.bytes),
    telemetry_spans: { coefficient: BigInt(size.spans), scale: 0 },
  };
  const plain = createTally();
  let left: Remainder | undefined;
  for (const line of prices.lines) {
    const quantity = quantities[line.unit] ?? ZERO;
    left = line.kind === 'discount' ? addCut(plain, line, quantity, left) : addBase(plain, line, quantity);
  }
  const tally = withAssumption(plain, { reason: TELEMETRY_REASON, lowZero: false });
  const { low, high } = boundsOf(tally);
  return {
    status: tally.status,
    complete: tally.complete,
    source: 'price_book',
    currency: prices.currency,
    amount: formatExact(tally.amount),
    amountPico: exactToPico(tally.amount),
    lowPico: exactToPico(low),
    highPico: exactToPico(high),
    lines: tally.lines,
    reasons: tally.reasons.toSorted(),
    book: prices.book,
  };
};

/** JSON text of prices; equal prices have equal text. */
export const telemetryPricesText = ({ provider, model, lines, currency, book }: TelemetryPrices): string =>
  JSON.stringify({ provider, model, lines, currency, book });

/** The prices that {@link telemetryPricesText} wrote. Trusts the text: it reads only what this package wrote. */
export const parseTelemetryPrices = (text: string): TelemetryPrices => JSON.parse(text);

const gigabytesOf = (bytes: number): Decimal => ({ coefficient: BigInt(bytes), scale: 9 });

/** What discounts have left of a line, as money and as a factor on its price. */
type Remainder = { readonly cost: ExactAmount; readonly factor: Decimal };

const addBase = (tally: Tally, line: ReceiptLine, quantity: Decimal): Remainder | undefined => {
  const { amount, per, factor, native } = line;
  const own = { ...line, quantity: formatDecimal(quantity) };
  if (line.cost === undefined || amount === undefined || per === undefined) {
    addLine(tally, own, undefined);
    return undefined;
  }
  const plainRate = rateOf(parsedDecimal(amount), parsedDecimal(per));
  const rate = factor === undefined ? plainRate : multiplyRate(plainRate, parsedDecimal(factor));
  const cost = costOfDecimal(native === undefined ? rate : multiplyRate(rate, parsedDecimal(native.rate)), quantity);
  const there = native === undefined ? {} : { native: { ...native, cost: formatExact(costOfDecimal(rate, quantity)) } };
  addLine(tally, { ...own, cost: formatExact(cost), ...there }, cost);
  return { cost, factor: factor === undefined ? ONE : parsedDecimal(factor) };
};

/** A discount takes its share of what is left of the line above it. */
const addCut = (tally: Tally, line: ReceiptLine, quantity: Decimal, left: Remainder | undefined): Remainder | undefined => {
  // Nothing is taken off where nothing was charged.
  if (left === undefined || line.factor === undefined || (isZero(left.cost) && tally.lines.at(-1)?.kind !== 'discount'))
    return undefined;
  const off = subtractDecimals(ZERO, parsedDecimal(line.factor));
  const cost = negateExact(shareOfExact(left.cost, off, left.factor));
  addLine(tally, { ...line, quantity: formatDecimal(quantity), cost: formatExact(cost) }, cost);
  return { cost: addExact(left.cost, cost), factor: subtractDecimals(left.factor, off) };
};
