import type { Doubt, TokenKeys } from './dialect.ts';

/**
 * The doubt about a source that never says how much of the input was cached: cached input costs less than it is priced
 * at. Embeddings have no cache.
 */
export const cacheSplitUnknown = (tokens: TokenKeys): Doubt => ({
  reason: 'cache-split-unknown',
  when: 'where nothing says how much of the input was cached',
  holds: (fields) =>
    fields.text(['gen_ai.operation.name']) !== 'embeddings' && fields.present(tokens.cacheRead ?? []) === undefined,
});

/**
 * The doubt about a source that counts tokens itself where a stream brought no usage, and does not say so: a streamed
 * call with neither a total nor a cache count may be such a guess.
 */
export const streamMayBeCounted = (tokens: TokenKeys): Doubt => ({
  reason: 'client-side-count',
  when: 'where a streamed call has neither a total nor a cache count: the counts may be its own guess',
  holds: (fields) =>
    STREAM_KEYS.some((key) => fields.get(key) === true) &&
    fields.present([...(tokens.total ?? []), ...(tokens.cacheRead ?? [])]) === undefined,
});

/** Keys that say that a call was streamed. */
export const STREAM_KEYS: readonly string[] = ['gen_ai.request.stream', 'gen_ai.request.is_stream', 'llm.is_streaming'];
