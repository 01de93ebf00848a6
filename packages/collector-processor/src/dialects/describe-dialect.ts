import type { CallKeys, Dialect, Doubt } from './dialect.ts';

/** Keys of a dialect, and what they are read as. Of the keys of one row the first present counts. */
export type KeyMeaning = { readonly keys: readonly string[]; readonly meaning: string };

/** What every key of a dialect is read as, for its documentation and for explaining a span. Rows that read code are without. */
export const meaningsOf = (dialect: Dialect): readonly KeyMeaning[] => {
  const meanings = 'call' in dialect ? [...tokenMeanings(dialect.call), ...nameMeanings(dialect.call)] : [];
  return meanings.flatMap(([meaning, keys]) => (keys === undefined || keys.length === 0 ? [] : [{ keys, meaning }]));
};

/** The doubts about a dialect, in the order in which they are asked. */
export const doubtsOf = ({ doubt }: Pick<CallKeys, 'doubt'>): readonly Doubt[] =>
  doubt === undefined ? [] : 'reason' in doubt ? [doubt] : doubt;

type Row = readonly [meaning: string, keys: readonly string[] | undefined];

const tokenMeanings = ({ tokens, payloads = [] }: CallKeys): readonly Row[] => [
  ...payloads.map(({ key, holds }): Row => [holds, [key]]),
  ['input', tokens.input],
  ['output', tokens.output],
  ['total', tokens.total],
  ['input_cache_read_text_tokens', tokens.cacheRead],
  ['cache writes', tokens.cacheWrite],
  ['input_cache_write_5m_tokens', tokens.cacheWrite5m],
  ['input_cache_write_1h_tokens', tokens.cacheWrite1h],
  ['output_reasoning_tokens', tokens.reasoning],
  ...mediaMeanings(tokens.inputMedia, (medium) => `input_${medium}_tokens`),
  ...mediaMeanings(tokens.cacheReadMedia, (medium) => `input_cache_read_${medium}_tokens`),
  ...mediaMeanings(tokens.outputMedia, (medium) => `output_${medium}_tokens`),
  ...(tokens.beside ?? []).map(([keys, unit]): Row => [`${unit}, on top`, keys]),
];

const mediaMeanings = (
  media: Readonly<Partial<Record<string, readonly string[]>>> | undefined,
  unitOf: (medium: string) => string,
): readonly Row[] => Object.entries(media ?? {}).map(([medium, keys]): Row => [unitOf(medium), keys]);

const nameMeanings = (call: CallKeys): readonly Row[] => [
  ['role', call.role.keys],
  ['provider', call.provider],
  ['model', call.model],
  ['response id', call.responseId],
  ['request id', call.requestId],
  ['agent', call.agent],
  ['tries before this one', call.resends],
  ['service tier that served', call.servedTier],
  ['service tier asked for', call.requestedTier],
  ['region', call.region],
];
