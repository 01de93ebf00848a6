import type { Unit } from './usage.ts';

/**
 * Which models or SKU names of a provider a row prices, compared in lower case. Exactly one field is set. A pattern matches
 * the whole name: `*` is any run of characters, `?` any one, `#` one digit.
 */
export type Match = { readonly exact: string } | { readonly prefix: string } | { readonly pattern: string };

/** Conditions under which a row or modifier holds. Every condition given must be met. */
export type When = {
  /** Service tier the provider served, for example `flex`, `priority`, `batch`. A row without it prices the standard tier only. */
  readonly service_tier?: string;
  /** Region or geography, as the provider names it. */
  readonly region?: string;
  /** Total input tokens of the request, all caches included, above which the row holds. */
  readonly input_above?: number;
  /** Whether exactly `input_above` tokens already meet it. Default: false. */
  readonly threshold_inclusive?: boolean;
  /** Daily window in UTC, `HH:MM` each; `to` is exclusive and may lie after midnight. */
  readonly time_of_day?: { readonly from: string; readonly to: string };
};

/** The page a figure comes from and the day it was read. */
export type Source = { readonly url: string; readonly retrieved_at: string; readonly note?: string };

/** One dated price. Rows are never overwritten: a change ends one row and starts another. */
export type PriceRow = {
  /** Unique within a book, for example `openai/gpt-5/input_text_tokens@2025-08-07`. */
  readonly id: string;
  /** Catalog identifier of whoever bills: `openai`, `qdrant`, `human`. */
  readonly provider: string;
  readonly match: Match;
  readonly unit: Unit;
  /** Decimal text in the book's currency. "0" is a price. */
  readonly amount: string;
  /** Decimal text: how many units `amount` pays for. */
  readonly per: string;
  /** ISO date or date-time in UTC, inclusive; absent: since ever. */
  readonly valid_from?: string;
  /** ISO date or date-time in UTC, exclusive; absent: until further notice. */
  readonly valid_to?: string;
  readonly when?: When;
  readonly status: 'list' | 'introductory' | 'contract' | 'estimate';
  readonly source?: Source;
  /** Output tokens of one call at most, where no entry of `limits` says so; for worst-case budgets. */
  readonly output_tokens_max?: number;
  /** ISO 4217 code when it differs from the book's currency. */
  readonly currency?: string;
  /** For people; never read. */
  readonly note?: string;
};

/** A factor on rows, for surcharges that a provider publishes as factors. */
export type Modifier = {
  readonly id: string;
  readonly provider?: string;
  readonly match?: Match;
  readonly when?: When;
  /** Units it applies to. Default: all token units. */
  readonly units?: readonly Unit[];
  /** Decimal text, for example `"1.1"`. */
  readonly factor: string;
  readonly valid_from?: string;
  readonly valid_to?: string;
  readonly source?: Source;
  /** For people; never read. */
  readonly note?: string;
};

/** A negotiated reduction, applied after modifiers, shown as its own receipt line. */
export type Discount = {
  readonly id: string;
  readonly provider?: string;
  readonly match?: Match;
  readonly units?: readonly Unit[];
  /** Decimal text between "0" and "100": percent taken off. */
  readonly percent: string;
  readonly valid_from?: string;
  readonly valid_to?: string;
  /** For people; never read. */
  readonly note?: string;
};

/**
 * What a provider bills for a call that did not end well. Without a rule the usage it reports is billed, however the call
 * ended.
 */
export type OutcomeRule = {
  readonly id: string;
  readonly provider?: string;
  readonly match?: Match;
  /** How the call ended. */
  readonly outcome: CallOutcome;
  /** Holds only when the call produced at most this many output tokens. Default: however many. */
  readonly output_at_most?: number;
  /** `nothing`; what its `usage` says; or `unknown`: the provider may bill the usage or nothing, so that it is an estimate from 0. */
  readonly billed: 'nothing' | 'usage' | 'unknown';
  readonly valid_from?: string;
  readonly valid_to?: string;
  readonly source?: Source;
  /** For people; never read. */
  readonly note?: string;
};

/**
 * How a call ended that did not end well: `failed` with an error, `refused` by the model, `filtered` by a filter for its
 * content, `cancelled` by whoever called.
 */
export type CallOutcome = 'failed' | 'refused' | 'filtered' | 'cancelled';

/** One unit of `from` is worth `rate` units of `to` on `date`. */
export type FxRate = {
  readonly from: string;
  readonly to: string;
  readonly rate: string;
  /** ISO date. */
  readonly date: string;
  readonly source: string;
};

/** The rate of a person. Exactly one of `hourly` or `yearly` with `productive_hours` is given, in the book's currency. */
export type Role = {
  readonly role: string;
  /** Loaded cost of one hour, decimal text. */
  readonly hourly?: string;
  /** Loaded cost of one year, decimal text. */
  readonly yearly?: string;
  /** Productive hours of one year, decimal text. */
  readonly productive_hours?: string;
  /** Touch time is rounded up to a multiple of this, in milliseconds. Default: 1. */
  readonly increment_ms?: number;
  /** Milliseconds taken when the touch time is unknown; the line is then `estimated`. */
  readonly default_touch_ms?: number;
  readonly valid_from?: string;
  readonly valid_to?: string;
  readonly source?: Source;
  /** For people; never read. */
  readonly note?: string;
};

/** The largest calls a model takes: what bounds the cost of a call before it is made. At least one of the two is given. */
export type ModelLimit = {
  /** Catalog identifier of whoever serves the model. */
  readonly provider: string;
  readonly match: Match;
  /** Output tokens of one call at most, reasoning included. */
  readonly output_tokens_max?: number;
  /** Input tokens of one call at most, caches included. */
  readonly input_tokens_max?: number;
  readonly valid_from?: string;
  readonly valid_to?: string;
  readonly source?: Source;
  /** For people; never read. */
  readonly note?: string;
};

/** Dated prices in one currency, as a YAML or JSON file holds them. */
export type PriceBook = {
  readonly book: string;
  readonly version: string;
  /** Which layer the rows belong to; higher layers win per unit. Default: `organisation`. */
  readonly layer?: 'catalog' | 'organisation' | 'contract' | 'override';
  /** ISO 4217. */
  readonly currency: string;
  readonly prices: readonly PriceRow[];
  readonly modifiers?: readonly Modifier[];
  readonly discounts?: readonly Discount[];
  readonly outcomes?: readonly OutcomeRule[];
  /** A rate is in force from its date until the next one of the same pair. */
  readonly fx?: readonly FxRate[];
  /** How the rates are chosen, in words, for example "ECB reference rate of the day". */
  readonly fx_method?: string;
  /** Days after which the last rate is too old and the line is `unpriced: no-fx`. Default: never. */
  readonly fx_days_max?: number;
  readonly roles?: readonly Role[];
  /** Hourly rates, decimal text, between which a role of the book raises no warning. Default: 7 to 500 for USD, EUR, GBP, CHF, CAD, AUD; else none. */
  readonly hourly_range?: { readonly low: string; readonly high: string };
  readonly limits?: readonly ModelLimit[];
  /** For people; never read. */
  readonly note?: string;
};

/**
 * A book whose rows are made when one of their names is first asked for, as catalogs are shipped: a process prices a few of
 * thousands of names. Whoever makes one has checked its rows against each other; compiling checks them against those of
 * other books. All rows are in the book's currency.
 */
export type ShelvedBook = Omit<PriceBook, 'prices' | 'limits'> & {
  readonly shelves: readonly Shelf[];
  /** Makes the limits; called at most once by a compiled book. */
  readonly limits?: () => readonly ModelLimit[];
};

/** The rows of one name of a {@link ShelvedBook}. */
export type Shelf = {
  readonly provider: string;
  readonly match: Match;
  readonly rowCount: number;
  /** Makes the rows; called at most once by a compiled book. */
  readonly rows: () => readonly PriceRow[];
};
