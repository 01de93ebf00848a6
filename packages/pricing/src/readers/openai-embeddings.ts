import { readUsageObject } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { ReadUsage } from './usage-reading.ts';

/** Reads `usage` of OpenAI embeddings, and of servers that speak the same format. There is no output. */
export const readOpenaiEmbeddings: ReadUsage = (raw) =>
  readUsageObject(raw, ['prompt_tokens'], (fields) => [
    { usage: sumUsage('input_text_tokens', fields.split({ total: 'prompt_tokens', rest: 'input_text_tokens' })) },
  ]);
