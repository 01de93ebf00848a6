import type { Doubt, SpanFields, TokenKeys } from './dialect.ts';

/**
 * The doubt about a source that never says how much of the input was cached: cached input costs less than it is priced
 * at. Embeddings have no cache.
 */
export const cacheSplitUnknown = ({ cacheRead = [] }: TokenKeys): Doubt => ({
  reason: 'cache-split-unknown',
  when: 'where nothing says how much of the input was cached',
  holds: (fields) => fields.present(cacheRead) === undefined && !isEmbedding(fields),
});

const isEmbedding = (fields: SpanFields): boolean => fields.text('gen_ai.operation.name') === 'embeddings';

/**
 * The doubt about a source whose input leaves the caches out, where it does not say what was in them: what was read from or
 * written to a cache is missing from the cost.
 */
export const cachesUntold = (tokens: TokenKeys): Doubt => {
  const cacheKeys = [...(tokens.cacheRead ?? []), ...(tokens.cacheWrite ?? [])];
  return {
    reason: 'caches-untold',
    when: 'where no cache count stands beside an input that leaves the caches out',
    holds: (fields) => fields.present(cacheKeys) === undefined && !isEmbedding(fields),
  };
};

/**
 * The doubt about a source that counts tokens itself where a stream brought no usage, and does not say so: a streamed
 * call with neither a total nor a cache count may be such a guess.
 */
export const streamMayBeCounted = (tokens: TokenKeys): Doubt => {
  const tellingKeys = [...(tokens.total ?? []), ...(tokens.cacheRead ?? [])];
  return {
    reason: 'client-side-count',
    when: 'where a streamed call has neither a total nor a cache count: the counts may be its own guess',
    holds: (fields) => STREAM_KEYS.some((key) => fields.get(key) === true) && fields.present(tellingKeys) === undefined,
  };
};

/** The doubt about a source that adds the output count of the first event of a stream to that of the last, which has it all. */
export const STREAM_OUTPUT_SUMMED: Doubt = {
  reason: 'stream-output-summed',
  when: 'where a call was streamed: its output is a few tokens too many',
  holds: (fields) => STREAM_KEYS.some((key) => fields.get(key) === true),
};

/** Keys that say that a call was streamed. */
export const STREAM_KEYS: readonly string[] = [
  'gen_ai.request.stream',
  'gen_ai.request.is_stream',
  'gen_ai.is_streaming',
  'llm.is_streaming',
];
