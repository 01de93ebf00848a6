import type { Category } from '@costspan/semconv';

/** What a request that a provider of models bills was for, as far as its path tells. */
export type BilledRequest = {
  readonly category: Category;
  /** '' where the path does not name it. */
  readonly model: string;
};

/** Ends of the paths that are billed per request. A group that matches is the model, or its path. */
const ROWS: ReadonlyArray<readonly [path: RegExp, category: Category]> = [
  // OpenAI, and everybody who speaks its API. `/threads/{id}/messages` of its assistants costs nothing.
  [/\/(?:completions|responses|v1\/messages|v1\/complete)$/, 'llm'],
  [/\/embeddings$/, 'embedding'],
  [/\/(?:images\/(?:generations|edits|variations)|audio\/(?:speech|transcriptions|translations)|v1\/videos)$/, 'llm'],
  // Mistral and Cohere, and rerankers of others.
  [/\/v1\/ocr$/, 'llm'],
  [/\/v[12]\/(?:chat|generate|classify|rerank)$/, 'llm'],
  [/\/v[12]\/embed$/, 'embedding'],
  // Gemini and Vertex AI. Tokens are counted for nothing, also by the model that Vertex AI has for it.
  [/\/models\/(?!count-tokens)([^/:]+):(?:(?:stream)?(?:GenerateContent|RawPredict)|predict(?:LongRunning)?)$/i, 'llm'],
  [/\/endpoints\/[^/:]+:(?:stream)?GenerateContent$/i, 'llm'],
  [/\/models\/([^/:]+):(?:embedContent|batchEmbedContents)$/, 'embedding'],
  [/\/v1(?:beta|alpha)?\d*\/interactions$/, 'llm'],
  // Bedrock.
  [/\/model\/([^/]+)\/(?:invoke|invoke-with-response-stream|converse|converse-stream)$/, 'llm'],
  [/\/async-invoke$/, 'llm'],
];

/**
 * What a POST to a host of models was for; undefined where nobody says that it is billed: counting tokens, lists of models,
 * files, batches, fine-tuning, moderation. `path` is without query.
 */
export const billedRequestOf = (path: string): BilledRequest | undefined => {
  for (const [row, category] of ROWS) {
    const found = row.exec(path);
    if (found === null) continue;
    const model = decoded(found[1] ?? '');
    return { category: model.includes('embed') ? 'embedding' : category, model };
  }
  return undefined;
};

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};
