import { type CompiledBook, type CompiledDiscount, type CompiledModifier, contents } from './compiled-book.ts';
import { type CompiledMatch, type CompiledRow, parsedDecimal, tierOf } from './compiled-row.ts';
import { byPrecedence } from './find-ties.ts';
import { NAME_CHARACTERS_MAX } from './limits.ts';
import { type ModelName, namesOf } from './model-names.ts';
import { formatDecimal, multiplyDecimals, multiplyRate, type Rate, rateOf } from './money.ts';
import { rowsMatching } from './name-index.ts';
import { matchesPattern } from './name-pattern.ts';
import type { PriceRequest } from './price-request.ts';
import { catalogIdOf } from './provider-names.ts';
import type { Reason } from './reasons.ts';
import { isTokenUnit, parentUnitOf, type Unit } from './usage.ts';

/** A price with the factors of its modifiers multiplied in. */
export type EffectivePrice = { readonly rate: Rate; readonly factor: string | undefined };

/** A row that may price a unit of the request, with everything settled that does not depend on time and size. */
export type Candidate = {
  readonly row: CompiledRow;
  /** Why a price from here is an estimate. */
  readonly reason: Reason | undefined;
  /** Modifiers that may apply; time and size decide. */
  readonly modifiers: readonly CompiledModifier[];
  /** True when the row is of the standard tier and holds only together with a modifier of the tier served. */
  readonly needsTierModifier: boolean;
  /** Rows of the standard tier for longer inputs, which a row of another tier without an input condition does not cover. */
  readonly contextRows: readonly CompiledRow[];
  /** The price without any modifier. */
  readonly plain: EffectivePrice;
  /** The last price made with modifiers: which ones hold seldom changes from call to call. */
  modified: ModifiedPrice | undefined;
};

type ModifiedPrice = EffectivePrice & { readonly holding: readonly CompiledModifier[] };

/** The prices of one unit: candidates in order of precedence, and what was left out because of tier or region. */
export type UnitPrices = {
  readonly candidates: readonly Candidate[];
  readonly missesTier: boolean;
  readonly missesRegion: boolean;
};

/** All that is known about (provider, model, tier, region), whatever the time and the usage. */
export type Resolution = {
  readonly provider: string;
  /** Units that rows matching the name have, in no order. */
  readonly units: () => ReadonlySet<Unit>;
  /** Why nothing can be priced, or undefined when some row matches the name. */
  readonly unknown: Reason | undefined;
  readonly isTierAssumed: boolean;
  readonly pricesOf: (unit: Unit) => UnitPrices;
  readonly discounts: readonly CompiledDiscount[];
};

/** Resolves the names of a request against a book; remembered in the book. */
export const resolve = (request: PriceRequest, book: CompiledBook): Resolution => {
  const { memo } = book[contents];
  const { provider, model } = request;
  const variant = variantOf(request);
  const known = memo.get(provider, model, variant);
  if (known !== undefined) return known;
  if (Math.max(provider.length, model.length, variant.length) > NAME_CHARACTERS_MAX) return unknownOf(provider, 'model-unknown');
  const resolution = resolveNames(request, book);
  // Unknown names are not remembered: there is no end of them, and finding that nothing matches is quick.
  if (resolution.unknown === undefined) memo.set(provider, model, variant, resolution);
  return resolution;
};

/** Tier and region in one text; the length in front keeps ("a", "bc") apart from ("ab", "c"). */
const variantOf = ({ serviceTier = '', region = '' }: PriceRequest): string =>
  serviceTier === '' && region === '' ? '' : `${serviceTier.length} ${serviceTier}${region}`;

const NO_PRICES: UnitPrices = { candidates: [], missesTier: false, missesRegion: false };
const NO_DISCOUNTS: readonly CompiledDiscount[] = [];
const noPrices = (): UnitPrices => NO_PRICES;
const NO_UNITS: ReadonlySet<Unit> = new Set();
const noUnits = (): ReadonlySet<Unit> => NO_UNITS;

const unknownOf = (provider: string, unknown: Reason): Resolution => ({
  provider,
  units: noUnits,
  unknown,
  isTierAssumed: false,
  pricesOf: noPrices,
  discounts: NO_DISCOUNTS,
});

type NamedRows = ModelName & { readonly rows: readonly CompiledRow[] };

const resolveNames = (request: PriceRequest, book: CompiledBook): Resolution => {
  const { providers, modifiers, discounts } = book[contents];
  const provider = providers.has(request.provider) ? request.provider : catalogIdOf(request.provider);
  const index = providers.get(provider);
  if (index === undefined) return unknownOf(provider, 'provider-unknown');
  const { names, isFineTune, profile } = namesOf(request.model.toLowerCase(), provider);
  const named: NamedRows[] = [];
  for (const name of names) {
    const rows = rowsMatching(index, name.name, isFineTune);
    if (rows.length > 0) named.push({ ...name, rows });
  }
  if (named.length === 0) return unknownOf(provider, isFineTune ? 'fine-tune-unknown' : 'model-unknown');
  const scope: Scope = {
    tier: tierOf(request.serviceTier),
    region: request.region?.toLowerCase() ?? profile,
    named,
    modifiers: modifiers.filter((modifier) => concerns(modifier, provider, names)),
  };
  return {
    provider,
    units: () => new Set(named.flatMap(({ rows }) => rows.map(({ unit }) => unit))),
    unknown: undefined,
    isTierAssumed: request.serviceTier?.toLowerCase() === 'auto',
    pricesOf: rememberUnits(scope),
    discounts: discounts.filter((discount) => concerns(discount, provider, names)),
  };
};

type Scope = {
  readonly tier: string | undefined;
  readonly region: string | undefined;
  readonly named: readonly NamedRows[];
  readonly modifiers: readonly CompiledModifier[];
};

/** Unit names come from senders too: only those that some row has, or that have a parent, are remembered. */
const rememberUnits = (scope: Scope): ((unit: Unit) => UnitPrices) => {
  const remembered = new Map<Unit, UnitPrices>();
  return (unit) => {
    const known = remembered.get(unit);
    if (known !== undefined) return known;
    const prices = resolveUnit(unit, scope);
    if (prices !== NO_PRICES) remembered.set(unit, prices);
    return prices;
  };
};

const concerns = (
  one: { readonly provider: string | undefined; readonly match: CompiledMatch | undefined },
  provider: string,
  names: readonly ModelName[],
): boolean =>
  (one.provider === undefined || one.provider === provider) &&
  (one.match === undefined || names.some(({ name }) => matchesName(one.match!, name)));

const matchesName = (match: CompiledMatch, name: string): boolean => {
  if (match.kind === 'exact') return match.text === name;
  return match.kind === 'prefix' ? name.startsWith(match.text) : matchesPattern(match.text, name);
};

/** Rows of the name as billed for the unit, then for its parents; only then the same under the next name. */
const resolveUnit = (unit: Unit, scope: Scope): UnitPrices => {
  const candidates: Candidate[] = [];
  let missesTier = false;
  let missesRegion = false;
  for (const { rows, isSnapshotFallback } of scope.named) {
    for (let of: Unit | undefined = unit; of !== undefined; of = parentUnitOf(of)) {
      const reason = isSnapshotFallback ? 'snapshot-unknown' : reasonOfStandIn(unit, of);
      const found: Candidate[] = [];
      for (const row of rows) {
        if (row.unit !== of) continue;
        const candidate = toCandidate(row, rows, unit, reason, scope);
        if (candidate === 'tier') missesTier = true;
        else if (candidate === 'region') missesRegion = true;
        else found.push(candidate);
      }
      candidates.push(...found.sort(byCandidatePrecedence));
    }
  }
  if (candidates.length === 0 && !missesTier && !missesRegion) return NO_PRICES;
  return { candidates, missesTier, missesRegion };
};

/** Within a match, a row of the tier served goes before a row of the standard tier that a modifier adapts. */
const byCandidatePrecedence = (a: Candidate, b: Candidate): number =>
  b.row.layerRank - a.row.layerRank ||
  b.row.match.rank - a.row.match.rank ||
  Number(a.needsTierModifier) - Number(b.needsTierModifier) ||
  byPrecedence(a.row, b.row);

const reasonOfStandIn = (unit: Unit, of: Unit): Reason | undefined => {
  if (unit === of) return undefined;
  return unit === 'input_cache_write_other_tokens' && of === 'input_cache_write_5m_tokens'
    ? 'cache-write-ttl-unknown'
    : 'parent-unit-price';
};

/** Fees of tools, machines, storage and people: they stand beside the model and do not follow its service tier. */
const TIERLESS_UNITS: ReadonlySet<string> = new Set([
  'web_searches',
  'file_searches',
  'code_sessions',
  'tool_calls',
  'vector_queries',
  'vector_read_units',
  'vector_write_units',
  'storage_gb_months',
  'egress_gb',
  'human_ms',
  'telemetry_gb',
  'telemetry_spans',
]);

const toCandidate = (
  row: CompiledRow,
  rows: readonly CompiledRow[],
  unit: Unit,
  reason: Reason | undefined,
  scope: Scope,
): Candidate | 'tier' | 'region' => {
  if (row.region !== undefined && row.region !== scope.region) return 'region';
  const modifiers = scope.modifiers.filter((modifier) => mayModify(modifier, row, unit, scope));
  const needsTierModifier = row.tier !== scope.tier && !(row.tier === undefined && TIERLESS_UNITS.has(unit));
  if (needsTierModifier && !(row.tier === undefined && modifiers.some(({ tier }) => tier !== undefined))) return 'tier';
  const isFlatTierRow = row.tier !== undefined && row.inputMin === 0;
  const contextRows = isFlatTierRow ? rows.filter((other) => isContextRow(other, row, scope)) : [];
  const plain: EffectivePrice = { rate: rateOf(parsedDecimal(row.amount), parsedDecimal(row.per)), factor: undefined };
  return { row, reason, modifiers, needsTierModifier, contextRows, plain, modified: undefined };
};

const isContextRow = (other: CompiledRow, row: CompiledRow, scope: Scope): boolean =>
  other.inputMin > 0 &&
  other.tier === undefined &&
  other.unit === row.unit &&
  other.layerRank === row.layerRank &&
  other.match.rank === row.match.rank &&
  (other.region === undefined || other.region === scope.region);

/** A modifier does not touch a row that names one of its conditions itself: such a row has the surcharge in its price. */
const mayModify = (modifier: CompiledModifier, row: CompiledRow, unit: Unit, scope: Scope): boolean => {
  if (modifier.units === undefined ? !isTokenUnit(unit) : !modifier.units.has(unit)) return false;
  if (modifier.tier !== undefined && (modifier.tier !== scope.tier || row.tier !== undefined)) return false;
  if (modifier.region !== undefined && (modifier.region !== scope.region || row.region !== undefined)) return false;
  if (modifier.inputMin > 0 && row.inputMin > 0) return false;
  return modifier.timeFrom === -1 || row.timeFrom === -1;
};

/** The price of a candidate with the modifiers that hold. */
export const effectivePriceOf = (candidate: Candidate, holding: readonly CompiledModifier[]): EffectivePrice => {
  const { plain, modified } = candidate;
  if (holding.length === 0) return plain;
  if (modified?.holding.length === holding.length && holding.every((one, at) => one === modified.holding[at])) return modified;
  const factors = holding.map(({ factor }) => factor);
  candidate.modified = {
    holding,
    rate: factors.reduce(multiplyRate, plain.rate),
    factor: formatDecimal(factors.reduce(multiplyDecimals)),
  };
  return candidate.modified;
};
