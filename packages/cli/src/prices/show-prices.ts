import { canonicalJson } from '@costspan/pricebook';
import {
  type CompiledBook,
  catalogIdOf,
  HUMAN_PROVIDER,
  listPrices,
  type ModelLimits,
  type Modifier,
  matchesPattern,
  type PriceBook,
  type PriceRow,
  type Role,
  type When,
} from '@costspan/pricing';
import { UNITS } from '@costspan/semconv';
import { SHARED_START_MIN, SUGGESTIONS_MAX } from './limits.ts';

/** One price that holds for a name at an instant. */
export type ShownPrice = {
  readonly unit: string;
  readonly amount: string;
  readonly per: string;
  /** Conditions in words; empty: none. */
  readonly when: string;
  readonly row: PriceRow;
  readonly book: string;
  /** Why the row stands in for one that is missing. */
  readonly reason?: string;
};

/** The prices of one name at an instant, and the factors that may apply to them. */
export type ShownPrices = {
  readonly prices: readonly ShownPrice[];
  readonly modifiers: readonly { readonly modifier: Modifier; readonly when: string; readonly book: string }[];
  /** How large a call can be, where a book says so. */
  readonly limits: ModelLimits;
  /** Why there is none, and names that look alike; only when there are no prices. */
  readonly unknown?: { readonly reason: string; readonly similar: readonly string[] };
};

type PlacedRow = { readonly row: PriceRow; readonly book: string; readonly layer: string };

/**
 * What a name costs at an instant: for each unit the row that the engine takes for a small call without conditions, and
 * beside it the rows of the same names with conditions.
 */
export function showPrices(
  books: readonly PriceBook[],
  compiled: CompiledBook,
  provider: string,
  model: string,
  atMs: number,
): ShownPrices {
  const biller = catalogIdOf(provider);
  const rows = books.flatMap(({ book, layer = 'organisation', prices, roles = [] }) =>
    [...prices, ...roles.map(rowOfRole)]
      .filter((row) => catalogIdOf(row.provider) === biller)
      .map((row): PlacedRow => ({ row, book, layer })),
  );
  const listed = listPrices({ atMs, provider, model }, compiled);
  const taken = listed.prices.flatMap(({ priceId, layer, reason }) => {
    const placed = rows.find((one) => one.row.id === priceId && one.layer === layer);
    return placed === undefined ? [] : [{ placed, reason }];
  });
  const names = new Set(taken.map(({ placed }) => canonicalJson(placed.row.match)));
  const conditional = rows.filter(
    (placed) =>
      placed.row.when !== undefined &&
      isInForce(placed.row, atMs) &&
      (names.has(canonicalJson(placed.row.match)) || matches(placed.row, model)) &&
      !taken.some((one) => one.placed === placed),
  );
  const prices = [
    ...taken.map(({ placed, reason }) => shownPrice(placed, reason)),
    ...conditional.map((placed) => shownPrice(placed)),
  ].sort(byUnit);
  if (prices.length === 0) {
    const reason = listed.unknown ?? listed.missing[0]?.reason ?? 'model-unknown';
    return { prices, modifiers: [], limits: listed.limits, unknown: { reason, similar: similarNames(rows, model) } };
  }
  const modifiers = books.flatMap(({ book, modifiers: all = [] }) =>
    all
      .filter((modifier) => concerns(modifier, biller, model) && isInForce(modifier, atMs))
      .map((modifier) => ({ modifier, when: whenText(modifier.when), book })),
  );
  return { prices, modifiers, limits: listed.limits };
}

/** A role as a row: what an hour costs, or a year over its productive hours. */
const rowOfRole = ({ role, hourly, yearly = '', productive_hours: hours, ...rest }: Role): PriceRow => ({
  id: `${HUMAN_PROVIDER}/${role}${rest.valid_from === undefined ? '' : `@${rest.valid_from}`}`,
  provider: HUMAN_PROVIDER,
  match: { exact: role },
  unit: 'human_ms',
  amount: hourly ?? yearly,
  per: hourly === undefined ? `${hours} hours` : 'hour',
  status: 'contract',
  ...(rest.valid_from !== undefined && { valid_from: rest.valid_from }),
  ...(rest.valid_to !== undefined && { valid_to: rest.valid_to }),
  ...(rest.source !== undefined && { source: rest.source }),
});

const shownPrice = ({ row, book }: PlacedRow, reason?: string): ShownPrice => ({
  unit: row.unit,
  amount: row.amount,
  per: row.per,
  when: whenText(row.when),
  row,
  book,
  ...(reason !== undefined && { reason }),
});

const UNIT_ORDER: ReadonlyMap<string, number> = new Map(UNITS.map((unit, index) => [unit, index]));

function byUnit(left: ShownPrice, right: ShownPrice): number {
  const order = (UNIT_ORDER.get(left.unit) ?? UNITS.length) - (UNIT_ORDER.get(right.unit) ?? UNITS.length);
  return (
    order || (canonicalJson([left.unit, left.when, left.row.id]) < canonicalJson([right.unit, right.when, right.row.id]) ? -1 : 1)
  );
}

/** Conditions in words: `batch tier, above 200000 input tokens`. */
function whenText(when: When | undefined): string {
  if (when === undefined) return '';
  const { service_tier: tier, region, input_above: above, threshold_inclusive: inclusive, time_of_day: time } = when;
  return [
    ...(tier === undefined ? [] : [`${tier} tier`]),
    ...(region === undefined ? [] : [`region ${region}`]),
    ...(above === undefined ? [] : [`${inclusive === true ? 'from' : 'above'} ${above} input tokens`]),
    ...(time === undefined ? [] : [`${time.from} to ${time.to} UTC`]),
  ].join(', ');
}

function matches({ match }: Pick<PriceRow, 'match'>, model: string): boolean {
  const name = model.toLowerCase();
  if ('exact' in match) return match.exact.toLowerCase() === name;
  return 'prefix' in match ? name.startsWith(match.prefix.toLowerCase()) : matchesPattern(match.pattern.toLowerCase(), name);
}

function concerns({ provider, match }: Modifier, biller: string, model: string): boolean {
  return (provider === undefined || catalogIdOf(provider) === biller) && (match === undefined || matches({ match }, model));
}

function isInForce({ valid_from: from, valid_to: to }: Pick<PriceRow, 'valid_from' | 'valid_to'>, atMs: number): boolean {
  return (from === undefined || Date.parse(from) <= atMs) && (to === undefined || atMs < Date.parse(to));
}

/** Known names that begin like the one asked for: those that agree longest first, of them the shortest. */
function similarNames(rows: readonly PlacedRow[], model: string): readonly string[] {
  const name = model.toLowerCase();
  const names = new Set(
    rows.flatMap(({ row: { match } }) => ('exact' in match ? [match.exact] : 'prefix' in match ? [`${match.prefix}*`] : [])),
  );
  return [...names]
    .map((known) => ({ known, shared: sharedStart(known.toLowerCase(), name) }))
    .filter(({ shared }) => shared >= SHARED_START_MIN)
    .sort(
      (left, right) =>
        right.shared - left.shared || left.known.length - right.known.length || (left.known > right.known ? -1 : 1),
    )
    .slice(0, SUGGESTIONS_MAX)
    .map(({ known }) => known);
}

/** Characters two texts have in common at their start. */
function sharedStart(left: string, right: string): number {
  const end = [...left].findIndex((character, index) => character !== right[index]);
  return end === -1 ? left.length : end;
}
