import { byCandidatePrecedence, type Candidate, type Scope, toCandidate } from './candidate.ts';
import { type CompiledBook, type CompiledDiscount, contents } from './compiled-book.ts';
import { type CompiledMatch, type CompiledRow, tierOf } from './compiled-row.ts';
import { NAME_CHARACTERS_MAX } from './limits.ts';
import { type ModelName, namesOf } from './model-names.ts';
import { compiledRowsOf, matchesOf } from './name-index.ts';
import { matchesPattern } from './name-pattern.ts';
import type { CompiledOutcome } from './outcome-rules.ts';
import type { PriceRequest } from './price-request.ts';
import { catalogIdOf } from './provider-names.ts';
import type { Reason } from './reasons.ts';
import { parentUnitOf, type Unit } from './usage.ts';

/** The prices of one unit: candidates in order of precedence, and what was left out because of tier or region. */
export type UnitPrices = {
  readonly candidates: readonly Candidate[];
  /** The first of them where it prices every whole count at every time and size just so, as most rows do: nothing to decide. */
  readonly fixed: Candidate | undefined;
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
  /** Rules for calls that did not end well, in order of precedence. */
  readonly outcomes: readonly CompiledOutcome[];
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

const NO_PRICES: UnitPrices = { candidates: [], fixed: undefined, missesTier: false, missesRegion: false };
const NO_DISCOUNTS: readonly CompiledDiscount[] = [];
const NO_OUTCOMES: readonly CompiledOutcome[] = [];
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
  outcomes: NO_OUTCOMES,
});

type NamedRows = ModelName & { readonly rows: readonly CompiledRow[] };

const resolveNames = (request: PriceRequest, book: CompiledBook): Resolution => {
  const { providers, modifiers, discounts, outcomes } = book[contents];
  const asWritten = providers.get(request.provider);
  const provider = asWritten === undefined ? catalogIdOf(request.provider) : request.provider;
  const index = asWritten ?? providers.get(provider);
  if (index?.hasRows !== true) return unknownOf(provider, 'provider-unknown');
  const { names, isFineTune, profile } = namesOf(request.model, provider);
  const named: NamedRows[] = [];
  for (const name of names) {
    const matches = matchesOf(index, name, isFineTune);
    if (matches.length === 0) continue;
    const rows = matches.flatMap(compiledRowsOf);
    if (rows.length > 0) named.push({ ...name, rows });
  }
  if (named.length === 0) {
    if (isFineTune) return unknownOf(provider, 'fine-tune-unknown');
    index.unknownModel ??= unknownOf(provider, 'model-unknown');
    return index.unknownModel;
  }
  const isTierAssumed = request.serviceTier?.toLowerCase() === 'auto';
  const scope: Scope = {
    tier: tierOf(request.serviceTier),
    isTierAssumed,
    currency: book.currency,
    regions: [request.region?.toLowerCase(), profile].filter((region) => region !== undefined),
    modifiers: modifiers.filter((modifier) => concerns(modifier, provider, names)),
  };
  return {
    provider,
    units: () => new Set(named.flatMap(({ rows }) => rows.map(({ unit }) => unit))),
    unknown: undefined,
    isTierAssumed,
    pricesOf: rememberUnits(named, scope),
    discounts: discounts.filter((discount) => concerns(discount, provider, names)),
    outcomes: outcomes.filter((rule) => concerns(rule, provider, names)),
  };
};

/** Unit names come from senders too: only those that some row has, or that have a parent, are remembered. */
const rememberUnits = (named: readonly NamedRows[], scope: Scope): ((unit: Unit) => UnitPrices) => {
  const remembered = new Map<Unit, UnitPrices>();
  return (unit) => {
    const known = remembered.get(unit);
    if (known !== undefined) return known;
    const prices = resolveUnit(unit, named, scope);
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
const resolveUnit = (unit: Unit, named: readonly NamedRows[], scope: Scope): UnitPrices => {
  const candidates: Candidate[] = [];
  let missesTier = false;
  let missesRegion = false;
  for (const { rows, isSnapshotFallback } of named) {
    for (let of: Unit | undefined = unit; of !== undefined; of = parentUnitOf(of)) {
      const reason = isSnapshotFallback ? 'snapshot-unknown' : reasonOfStandIn(unit, of);
      const found: Candidate[] = [];
      for (const row of rows) {
        if (row.unit !== of) continue;
        const candidate = toCandidate(row, rows, reason, scope);
        if (candidate === 'tier') missesTier = true;
        else if (candidate === 'region') missesRegion = true;
        else found.push(candidate);
      }
      candidates.push(...found.sort(byCandidatePrecedence));
    }
  }
  if (candidates.length === 0 && !missesTier && !missesRegion) return NO_PRICES;
  return { candidates, fixed: scope.isTierAssumed ? undefined : fixedOf(candidates, scope.currency), missesTier, missesRegion };
};

const fixedOf = ([first]: readonly Candidate[], currency: string): Candidate | undefined => {
  if (first === undefined) return undefined;
  const { row, reason, modifiers, contextRows, needsTierModifier } = first;
  const isAlways = row.fromMs === Number.NEGATIVE_INFINITY && row.toMs === Number.POSITIVE_INFINITY;
  const isUnconditional = isAlways && row.inputMin === 0 && row.timeFrom === -1 && !needsTierModifier;
  const isAsWritten = modifiers.length === 0 && contextRows.length === 0 && row.incrementMs === 0 && row.currency === currency;
  const isSure = reason === undefined && !row.isEstimate && row.match.kind !== 'pattern';
  return isUnconditional && isAsWritten && isSure ? first : undefined;
};

const reasonOfStandIn = (unit: Unit, of: Unit): Reason | undefined => {
  if (unit === of) return undefined;
  return unit === 'input_cache_write_other_tokens' && of === 'input_cache_write_5m_tokens'
    ? 'cache-write-ttl-unknown'
    : 'parent-unit-price';
};
