import type { CallOutcome } from './price-book.ts';
import type { Usage } from './usage.ts';

/** An amount of a currency as text, exact. */
export type MoneyText = {
  /** Decimal text. */
  readonly amount: string;
  /** ISO 4217. */
  readonly currency: string;
};

/** What is to be priced. A SKU `provider/name` is priced as provider and model. */
export type PriceRequest = {
  /** The instant whose prices apply, Unix milliseconds: the start of the span. */
  readonly atMs: number;
  /** Catalog identifier, or the name OpenTelemetry gives the provider. */
  readonly provider: string;
  /** Model, SKU name or role as billed. */
  readonly model: string;
  readonly usage: Usage;
  /** True when a reader found the usage impossible: nothing is calculated and the receipt is `invalid_usage`. Default: false. */
  readonly usageInvalid?: boolean;
  /** Tier the provider served. Absent: standard. `auto` (a request, not an answer) is priced as standard, as an estimate. */
  readonly serviceTier?: string;
  readonly region?: string;
  /** Cost the provider reported in its answer. */
  readonly reportedCost?: MoneyText;
  /** Cost the application states; the caller passes it only where configuration trusts it. */
  readonly declaredCost?: MoneyText;
  /** How the call ended, when it did not end well: the book may have a rule for what is billed then. */
  readonly outcome?: CallOutcome;
  /** True when the provider bills nothing for this call, for example under a flat plan. */
  readonly nonBillable?: boolean;
  /** Makes the whole receipt `estimated` for this reason, for example `attempt-possible`; `lowZero` sets its lower bound to 0. */
  readonly assumption?: { readonly reason: string; readonly lowZero: boolean };
};
