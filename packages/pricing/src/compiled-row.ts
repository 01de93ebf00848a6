import { parseClock, parseInstant } from './instant.ts';
import { type Decimal, parseDecimal } from './money.ts';
import { patternWeight } from './name-pattern.ts';
import type { Match, PriceBook, PriceRow, When } from './price-book.ts';
import type { Unit } from './usage.ts';

/** Layers from lowest to highest; the rank is the index. */
export const LAYERS = ['catalog', 'organisation', 'contract', 'override'] as const;

/** A layer of price books. */
export type Layer = (typeof LAYERS)[number];

/** Rank of the layer of a book. */
export const layerRankOf = ({ layer = 'organisation' }: Pick<PriceBook, 'layer'>): number => LAYERS.indexOf(layer);

/** How specific a match is: exact before any prefix, the longest prefix before any pattern, the weightiest pattern last. */
export type CompiledMatch = { readonly kind: 'exact' | 'prefix' | 'pattern'; readonly text: string; readonly rank: number };

/** Conditions in the form they are checked. */
export type Conditions = {
  /** Undefined: the standard tier. */
  readonly tier: string | undefined;
  readonly region: string | undefined;
  /** Smallest total of input tokens that meets it; 0: none asked for. */
  readonly inputMin: number;
  /** Minutes of the day, UTC; `from` is -1 when none is asked for. */
  readonly timeFrom: number;
  readonly timeTo: number;
  /** How many conditions there are. */
  readonly keyCount: number;
};

/** From inclusive, to exclusive, Unix milliseconds. */
export type Validity = { readonly fromMs: number; readonly toMs: number };

/** A price row ready to be chosen and multiplied. */
export type CompiledRow = Conditions &
  Validity & {
    readonly id: string;
    readonly layer: Layer;
    readonly layerRank: number;
    readonly match: CompiledMatch;
    readonly unit: Unit;
    readonly amount: string;
    readonly per: string;
    readonly currency: string;
    readonly isEstimate: boolean;
    readonly outputTokensMax: number | undefined;
    /** Roles only: touch time is rounded up to a multiple of it. 0: taken as it is. */
    readonly incrementMs: number;
    readonly defaultTouchMs: number | undefined;
  };

const STANDARD_TIERS: ReadonlySet<string> = new Set([
  '',
  'auto',
  'default',
  'none',
  'on_demand',
  'on-demand',
  'ondemand',
  'standard',
]);

/** A service tier in lower case, or undefined for any name of the standard one. */
export const tierOf = (tier: string | undefined): string | undefined => {
  if (tier === undefined) return undefined;
  const lower = tier.toLowerCase();
  return STANDARD_TIERS.has(lower) ? undefined : lower;
};

/** The conditions of a row or modifier; none when it has no `when`. Rows of a packed catalog share theirs, so they are kept. */
export const compileWhen = (when: When | undefined): Conditions => {
  if (when === undefined) return NO_CONDITIONS;
  const known = compiledWhens.get(when);
  if (known !== undefined) return known;
  const conditions = conditionsOf(when);
  compiledWhens.set(when, conditions);
  return conditions;
};

const compiledWhens = new WeakMap<When, Conditions>();

const conditionsOf = (when: When): Conditions => {
  const { input_above: above, time_of_day: window } = when;
  const tier = tierOf(when.service_tier);
  const region = when.region?.toLowerCase();
  const conditions = [tier, region, above, window];
  return {
    tier,
    region,
    inputMin: above === undefined ? 0 : above + (when.threshold_inclusive === true ? 0 : 1),
    timeFrom: window === undefined ? -1 : (parseClock(window.from) ?? -1),
    timeTo: window === undefined ? -1 : (parseClock(window.to) ?? -1),
    keyCount: conditions.filter((condition) => condition !== undefined).length,
  };
};

const NO_CONDITIONS: Conditions = { tier: undefined, region: undefined, inputMin: 0, timeFrom: -1, timeTo: -1, keyCount: 0 };

/** The span of time something is in force; without dates, always. */
export const compileValidity = (dated: { readonly valid_from?: string; readonly valid_to?: string }): Validity => ({
  fromMs:
    dated.valid_from === undefined ? Number.NEGATIVE_INFINITY : (parseInstant(dated.valid_from) ?? Number.NEGATIVE_INFINITY),
  toMs: dated.valid_to === undefined ? Number.POSITIVE_INFINITY : (parseInstant(dated.valid_to) ?? Number.POSITIVE_INFINITY),
});

/** A match with its rank; names are compared in lower case. */
export const compileMatch = (match: Match): CompiledMatch => {
  if ('exact' in match) return { kind: 'exact', text: match.exact.toLowerCase(), rank: 2_000_000 };
  if ('prefix' in match) return { kind: 'prefix', text: match.prefix.toLowerCase(), rank: 1_000_000 + match.prefix.length };
  return { kind: 'pattern', text: match.pattern.toLowerCase(), rank: patternWeight(match.pattern) };
};

/** A row of a parsed book, compiled. */
export const compileRow = (row: PriceRow, match: CompiledMatch, book: Pick<PriceBook, 'layer' | 'currency'>): CompiledRow => {
  const layer = book.layer ?? 'organisation';
  const when = compileWhen(row.when);
  const validity = compileValidity(row);
  return {
    id: row.id,
    layer,
    layerRank: LAYERS.indexOf(layer),
    match,
    unit: row.unit,
    amount: row.amount,
    per: row.per,
    currency: row.currency ?? book.currency,
    isEstimate: row.status === 'estimate',
    outputTokensMax: row.output_tokens_max,
    incrementMs: 0,
    defaultTouchMs: undefined,
    tier: when.tier,
    region: when.region,
    inputMin: when.inputMin,
    timeFrom: when.timeFrom,
    timeTo: when.timeTo,
    keyCount: when.keyCount,
    fromMs: validity.fromMs,
    toMs: validity.toMs,
  };
};

/** A decimal text that a parser has accepted before. */
export const parsedDecimal = (text: string): Decimal => {
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw new RangeError(`expected decimal text, found ${JSON.stringify(text)}; parse the book first`);
  return decimal;
};

/** Whether an instant lies in a validity. */
export const isInForce = (validity: Validity, atMs: number): boolean => atMs >= validity.fromMs && atMs < validity.toMs;

/** Whether input size and time of day meet the conditions; tier and region are settled before. */
export const meetsConditions = (conditions: Conditions, inputTokens: number, minute: number): boolean => {
  if (inputTokens < conditions.inputMin) return false;
  if (conditions.timeFrom === -1) return true;
  return conditions.timeFrom < conditions.timeTo
    ? minute >= conditions.timeFrom && minute < conditions.timeTo
    : minute >= conditions.timeFrom || minute < conditions.timeTo;
};
