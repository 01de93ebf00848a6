import type { CallKeys, TokenKeys } from './dialect.ts';

type Doubt = NonNullable<CallKeys['doubt']>;

/**
 * The doubt about a source that never says how much of the input was cached: cached input costs less than it is priced
 * at. Embeddings have no cache.
 */
export const cacheSplitUnknown =
  (tokens: TokenKeys): Doubt =>
  (fields) => {
    if (fields.text(['gen_ai.operation.name']) === 'embeddings') return undefined;
    return fields.present(tokens.cacheRead ?? []) === undefined ? 'cache-split-unknown' : undefined;
  };

/**
 * The doubt about a source that counts tokens itself where a stream brought no usage, and does not say so: a streamed
 * call with neither a total nor a cache count may be such a guess.
 */
export const streamMayBeCounted =
  (tokens: TokenKeys): Doubt =>
  (fields) => {
    const isStream = STREAM_KEYS.some((key) => fields.get(key) === true);
    const isProven = fields.present([...(tokens.total ?? []), ...(tokens.cacheRead ?? [])]) !== undefined;
    return isStream && !isProven ? 'client-side-count' : undefined;
  };

/** Keys that say that a call was streamed. */
export const STREAM_KEYS: readonly string[] = ['gen_ai.request.stream', 'gen_ai.request.is_stream', 'llm.is_streaming'];
