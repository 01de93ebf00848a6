import type { Status } from '@costspan/semconv';
import type { Unit } from './usage.ts';

/** Statuses one line of a receipt can have. */
export type LineStatus = Exclude<Status, 'aggregate' | 'duplicate'>;

/** One unit of usage times one price, or the reason why there is no price. */
export type ReceiptLine = {
  readonly unit: Unit;
  /** Decimal text. */
  readonly quantity: string;
  /** Identifier of the row; absent when the line is not priced from a book. */
  readonly priceId?: string;
  /** Decimal text: price of `per` units. */
  readonly amount?: string;
  readonly per?: string;
  /** Decimal text: product of all modifiers that applied; absent when none did. */
  readonly factor?: string;
  /** Decimal text at 1e-18 of the currency; absent when the line is not priced. */
  readonly cost?: string;
  /** Bounds of an estimated line, decimal text. */
  readonly low?: string;
  readonly high?: string;
  readonly status: LineStatus;
  /** Why the line is not plainly `priced`. */
  readonly reason?: string;
  /** Layer of the book the price comes from. */
  readonly layer?: string;
  /** Present on a discount: its cost is negative and its quantity is that of the line it reduces, not more usage. */
  readonly kind?: 'discount';
  /** What was measured, decimal text, where `quantity` is rounded up to the increment of a role. */
  readonly measured?: string;
  /** Where the price is in another currency: its cost there at 1e-18, and the rate that turned it into `cost`. */
  readonly native?: {
    readonly currency: string;
    readonly cost: string;
    readonly rate: string;
    readonly rateDate: string;
    readonly rateSource: string;
  };
};

/** A figure that was not taken, kept beside the one that was. */
export type ComparedCost = {
  /** From the book, from the provider's answer, or what a call that is not billed would cost at list price. */
  readonly kind: 'calculated' | 'reported' | 'list_price';
  readonly status: LineStatus;
  /** False when any line has no cost. */
  readonly complete: boolean;
  /** Sum of its priced lines, decimal text at 1e-18 of the receipt's currency. */
  readonly amount: string;
  /** The receipt's amount minus this one, decimal text; absent unless both are complete. */
  readonly difference?: string;
  readonly lines: readonly ReceiptLine[];
};

/** What one span cost, line by line, and how that is known. Plain data: safe to clone, store and send. */
export type Receipt = {
  /** Worst status of the lines; `usage_missing` without lines. */
  readonly status: LineStatus;
  /** False when any line has no cost, or there is no line. */
  readonly complete: boolean;
  /** Where the amount comes from. */
  readonly source: 'price_book' | 'provider' | 'declared';
  /** ISO 4217. */
  readonly currency: string;
  /** Sum of the priced lines, decimal text at 1e-18 of the currency. */
  readonly amount: string;
  /** The same rounded half-even once to 1e-12 of the currency. */
  readonly amountPico: bigint;
  /** Bounds when a line is estimated, else equal to `amountPico`. */
  readonly lowPico: bigint;
  readonly highPico: bigint;
  readonly lines: readonly ReceiptLine[];
  /** The other figure where two are known: see {@link ComparedCost}. */
  readonly compared?: ComparedCost;
  /** Distinct reasons of the lines, sorted. */
  readonly reasons: readonly string[];
  readonly book: { readonly version: string; readonly sha256: string };
};
