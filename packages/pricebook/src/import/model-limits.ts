import type { Match, ModelLimit, PriceBook } from '@costspan/pricing';
import { largerSizes, type NamedSizes } from './named-sizes.ts';
import { readUpstreamCatalog, type UpstreamProvider } from './upstream-catalog.ts';
import { matchText, ruleAccepts, ruleMatches } from './upstream-match.ts';

/** A list of models and its release. */
export type LimitsList = {
  /** Package and version, for example `litellm 1.109.1`. */
  readonly name: string;
  readonly sizes: readonly NamedSizes[];
};

type Listed = NamedSizes & { readonly list: string };

/**
 * A book of limits: an exact entry for each name of a list, and an entry for every other name, prefix or pattern by which
 * the catalog knows a model of which some name is listed. A name is taken from the first list that has it.
 *
 * @param lists Best first.
 * @param catalog Data of `@pydantic/genai-prices`, which knows what names are the same model.
 * @param retrievedAt ISO date on which the lists were read.
 */
export function importModelLimits(lists: readonly LimitsList[], catalog: unknown, retrievedAt: string): PriceBook {
  const { providers } = readUpstreamCatalog(catalog);
  const billers = new Set(providers.map(({ id }) => id));
  const listed = new Map<string, Listed>();
  for (const { name: list, sizes } of lists) {
    for (const one of sizes) {
      const key = keyOf(one.provider, { exact: one.name });
      const known = listed.get(key);
      if (!billers.has(one.provider) || (known !== undefined && known.list !== list)) continue;
      listed.set(key, { ...one, sizes: known === undefined ? one.sizes : largerSizes(known.sizes, one.sizes), list });
    }
  }
  const limits = new Map<string, ModelLimit>();
  const add = (match: Match, { provider, sizes, url, list }: Listed): void => {
    if (limits.has(keyOf(provider, match))) return;
    const source = { url, retrieved_at: retrievedAt, note: `as listed by ${list}` };
    limits.set(keyOf(provider, match), { provider, match, ...sizes, source });
  };
  for (const [key, one] of listed) if (!isSaidByBase(key, one, listed)) add({ exact: one.name }, one);
  for (const { matches, sizes } of modelsOf(providers, [...listed.values()])) {
    for (const match of matches) if (!listed.has(keyOf(sizes.provider, match))) add(match, sizes);
  }
  const names = lists.map(({ name }) => name).join(', ');
  return {
    book: 'model-limits',
    version: retrievedAt,
    layer: 'catalog',
    currency: 'USD',
    note: `${names}; MIT`,
    prices: [],
    limits: [...limits].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, limit]) => limit),
  };
}

const keyOf = (provider: string, match: Match): string => `${provider}/${matchText(match)}`;

/** The models of every biller of which a name is listed, with the largest of the sizes listed for their names. */
function modelsOf(
  providers: readonly UpstreamProvider[],
  listed: readonly Listed[],
): readonly { readonly matches: readonly Match[]; readonly sizes: Listed }[] {
  return providers.flatMap(({ id, models, fallbacks }) => {
    const named = listed.filter(({ provider }) => provider === id);
    const makers = providers.filter((other) => fallbacks.includes(other.id));
    return [...models, ...makers.flatMap((maker) => maker.models)].flatMap(({ rule }) => {
      const [first, ...others] = named.filter(({ name }) => ruleAccepts(rule, name));
      if (first === undefined) return [];
      const sizes = others.reduce((largest, one) => largerSizes(largest, one.sizes), first.sizes);
      return [{ matches: ruleMatches(rule).matches, sizes: { ...first, sizes } }];
    });
  });
}

const PROFILE = /^aws\/[a-z-]{2,6}\./;

/** Whether a Bedrock inference profile only repeats its model: look-ups take the profile off themselves. */
function isSaidByBase(key: string, { sizes }: Listed, listed: ReadonlyMap<string, Listed>): boolean {
  const base = PROFILE.test(key) ? listed.get(key.replace(PROFILE, 'aws/')) : undefined;
  return base !== undefined && JSON.stringify(base.sizes) === JSON.stringify(sizes);
}
