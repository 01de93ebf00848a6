import { createHash } from 'node:crypto';
import type { Match, PriceBook, PriceRow } from '@costspan/pricing';
import { canonicalJson } from '../canonical-json.ts';
import { rowId } from './row-id.ts';
import { correctThreshold } from './threshold-corrections.ts';
import { toolFeeRows } from './tool-fees.ts';
import { readUpstreamCatalog, type UpstreamModel, type UpstreamProvider } from './upstream-catalog.ts';
import { matchText, ruleAccepts, ruleMatches } from './upstream-match.ts';
import { type ModelPrice, modelPrices } from './upstream-rows.ts';
import { TOOL_UNITS } from './upstream-units.ts';

/** Name of the book an import makes. */
export const GENAI_PRICES_BOOK = 'genai-prices';

/** Where the data came from. */
export type UpstreamRelease = {
  /** Version of the package, for example `0.1.8`. */
  readonly version: string;
  /** ISO date of the release: the day its prices were read from the providers' pages at the latest. */
  readonly releasedAt: string;
};

/** What an import could not or would not carry over, for people to read. */
export type ImportReport = {
  /** SHA-256 of the data as imported, 64 hex digits. */
  readonly sha256: string;
  readonly providers: number;
  readonly models: number;
  readonly rows: number;
  /** Match rules that no row can express exactly; names that only they accept are not priced exactly. */
  readonly leftOut: readonly string[];
  /** Models that upstream lists without any price. No price is not a price of zero. */
  readonly withoutPrice: readonly string[];
};

export type ImportResult =
  | { readonly kind: 'ok'; readonly book: PriceBook; readonly report: ImportReport }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/**
 * A catalog book from the data of `@pydantic/genai-prices`. Refuses the whole data when it holds a unit, condition or rule
 * it does not know: a price understood in part is a wrong price. Rows come out in order of their identifiers.
 */
export function importGenaiPrices(data: unknown, release: UpstreamRelease): ImportResult {
  const { providers, problems: unread } = readUpstreamCatalog(data);
  // What could not be read would only cause more problems below.
  if (unread.length > 0) return { kind: 'refused', problems: unread };
  const problems: string[] = [];
  const leftOut: string[] = [];
  const withoutPrice: string[] = [];
  const rows: PriceRow[] = [];
  for (const provider of providers) {
    for (const model of provider.models) {
      const where = `${provider.id}/${model.id}`;
      const prices = modelPrices(provider.id, model, (problem) => problems.push(`${where}: ${problem}`));
      const { matches, leftOut: rules } = ruleMatches(model.rule);
      leftOut.push(...rules.map((rule) => `${where}: ${rule}`));
      if (prices.length === 0) withoutPrice.push(where);
      rows.push(...matches.flatMap((match) => prices.map((price) => rowOf(provider, match, price, 'list', provider, release))));
    }
    rows.push(...fallbackRows(provider, providers, release));
  }
  rows.push(...toolFeeRows(rows));
  rows.sort((left, right) => (left.id < right.id ? -1 : 1));
  problems.push(
    ...rows.filter(({ id }, index) => id === rows[index + 1]?.id).map(({ id }) => `${id}: expected one row, found two`),
  );
  if (problems.length > 0) return { kind: 'refused', problems };
  const sha256 = createHash('sha256').update(canonicalJson(data)).digest('hex');
  return {
    kind: 'ok',
    book: {
      book: GENAI_PRICES_BOOK,
      version: `${release.version}+${release.releasedAt}`,
      layer: 'catalog',
      currency: 'USD',
      note: `@pydantic/genai-prices ${release.version}, MIT, data sha256 ${sha256}`,
      prices: rows,
    },
    report: {
      sha256,
      providers: providers.length,
      models: providers.reduce((count, { models }) => count + models.length, 0),
      rows: rows.length,
      leftOut,
      withoutPrice,
    },
  };
}

/**
 * Rows of models that a provider bills though another makes them, where upstream says so and lists no price of its own.
 * The figures are the maker's, so they are estimates; fees for tools are left out, because each biller has its own.
 */
function fallbackRows(
  provider: UpstreamProvider,
  providers: readonly UpstreamProvider[],
  release: UpstreamRelease,
): readonly PriceRow[] {
  const isCovered: ((name: string) => boolean)[] = [(name) => accepts(provider.models, name)];
  const rows: PriceRow[] = [];
  for (const id of provider.fallbacks) {
    const maker = providers.find((other) => other.id === id);
    for (const model of maker?.models ?? []) {
      // Problems of the maker's model were reported with the maker.
      const prices = modelPrices(id, model, () => {}).filter(({ unit }) => !TOOL_UNITS.has(unit));
      const matches = ruleMatches(model.rule).matches.filter((match) => !isCovered.some((covers) => covers(probe(match))));
      if (maker === undefined) continue;
      rows.push(...matches.flatMap((match) => prices.map((price) => rowOf(provider, match, price, 'estimate', maker, release))));
    }
    if (maker !== undefined) isCovered.push((name) => accepts(maker.models, name));
  }
  return rows;
}

const accepts = (models: readonly UpstreamModel[], name: string): boolean => models.some(({ rule }) => ruleAccepts(rule, name));

/** A name that the match accepts. */
const probe = (match: Match): string => matchText(match).replaceAll('*', '').replaceAll('#', '0');

function rowOf(
  provider: UpstreamProvider,
  match: Match,
  price: ModelPrice,
  status: PriceRow['status'],
  maker: UpstreamProvider,
  release: UpstreamRelease,
): PriceRow {
  const corrected = correctThreshold(maker.id, price.when);
  const when = corrected?.when ?? price.when;
  const { unit, amount, per, valid_from: from, valid_to: to } = price;
  return {
    id: rowId(provider.id, match, { ...price, ...(when !== undefined && { when }) }),
    provider: provider.id,
    match,
    unit,
    amount,
    per,
    ...(from !== undefined && { valid_from: from }),
    ...(to !== undefined && { valid_to: to }),
    ...(when !== undefined && { when }),
    status,
    source: corrected?.source ?? { url: maker.pricingUrl, retrieved_at: release.releasedAt },
  };
}
