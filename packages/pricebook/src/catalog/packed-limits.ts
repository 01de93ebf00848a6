import type { ModelLimit, PriceBook, Source } from '@costspan/pricing';
import { at, createPlaces, packMatch, unpackMatch } from './packed-catalog.ts';

/** A book of limits as shipped: names with the same provider, sizes and source form a group. */
export type PackedLimits = {
  readonly head: Omit<PriceBook, 'limits'>;
  readonly sources: readonly Source[];
  /** Sizes are 0 where they are not known, `source` is a place in the list, names are those of {@link packMatch}. */
  readonly groups: readonly (readonly [
    provider: string,
    output: number,
    input: number,
    source: number,
    names: readonly string[],
  ])[];
};

/** Packs a book of limits without dates. Throws when an entry holds what the form cannot say. */
export function packLimits({ limits = [], ...head }: PriceBook): PackedLimits {
  const sources = createPlaces<Source>();
  const groups = new Map<string, [string, number, number, number, string[]]>();
  for (const limit of limits) {
    const { provider, match, output_tokens_max: output = 0, input_tokens_max: input = 0, source, ...rest } = limit;
    if (Object.keys(rest).length > 0 || source === undefined)
      throw new Error(`${provider}/${packMatch(match)}: the packed limits cannot hold ${Object.keys(rest)}`);
    const group = [provider, output, input, sources.placeOf(source)] as const;
    const known = groups.get(JSON.stringify(group));
    if (known === undefined) groups.set(JSON.stringify(group), [...group, [packMatch(match)]]);
    else known[4].push(packMatch(match));
  }
  return { head, sources: sources.list, groups: [...groups.values()] };
}

/** The book of packed limits. */
export function unpackLimits({ head, sources, groups }: PackedLimits): PriceBook {
  const limits = groups.flatMap(([provider, output, input, source, names]) =>
    names.map(
      (name): ModelLimit => ({
        provider,
        match: unpackMatch(name),
        ...(output > 0 && { output_tokens_max: output }),
        ...(input > 0 && { input_tokens_max: input }),
        source: at(sources, source),
      }),
    ),
  );
  return { ...head, limits };
}
