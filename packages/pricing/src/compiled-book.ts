import type { CompiledMatch, Conditions, Layer, Validity } from './compiled-row.ts';
import type { Memo } from './memo.ts';
import type { Decimal } from './money.ts';
import type { NameIndex } from './name-index.ts';
import type { CompiledOutcome } from './outcome-rules.ts';
import type { PendingLimits } from './place-limits.ts';
import type { Resolution } from './resolve.ts';
import type { Unit } from './usage.ts';

/** A modifier ready to be applied. */
export type CompiledModifier = Conditions &
  Validity & {
    readonly id: string;
    readonly provider: string | undefined;
    readonly match: CompiledMatch | undefined;
    /** Undefined: all token units. */
    readonly units: ReadonlySet<Unit> | undefined;
    readonly factor: Decimal;
  };

/** A discount ready to be applied. */
export type CompiledDiscount = Validity & {
  readonly id: string;
  readonly layer: Layer;
  readonly provider: string | undefined;
  readonly match: CompiledMatch | undefined;
  /** Undefined: all units. */
  readonly units: ReadonlySet<Unit> | undefined;
  readonly percent: Decimal;
};

/** An exchange rate into the reporting currency. */
export type CompiledFxRate = {
  readonly fromMs: number;
  /** End of the time in which it may be used, exclusive. */
  readonly toMs: number;
  readonly rate: Decimal;
  readonly text: string;
  readonly date: string;
  readonly source: string;
};

/** What a compiled book holds. Read by this package alone. */
export type BookContents = {
  /** What receipts say of the book; one object for all of them. */
  readonly name: { readonly version: string; readonly sha256: string };
  readonly providers: Map<string, NameIndex>;
  /** Emptied at the first look-up of a limit. */
  readonly pendingLimits: PendingLimits[];
  readonly modifiers: readonly CompiledModifier[];
  readonly discounts: readonly CompiledDiscount[];
  /** In order of precedence. */
  readonly outcomes: readonly CompiledOutcome[];
  /** By source currency, latest first. */
  readonly fx: ReadonlyMap<string, readonly CompiledFxRate[]>;
  /** Providers whose reported cost is taken before the calculated one. */
  readonly reportedWins: ReadonlySet<string>;
  readonly memo: Memo<Resolution>;
};

/** Key of what a compiled book holds. */
export const contents: unique symbol = Symbol('costspan.price-book');

/** Price books compiled for pricing. Opaque but for what names it. */
export type CompiledBook = {
  readonly version: string;
  readonly sha256: string;
  /** Reporting currency, ISO 4217. */
  readonly currency: string;
  readonly rowCount: number;
  /** Catalog identifiers that have rows, sorted. */
  readonly providers: readonly string[];
  readonly [contents]: BookContents;
};
