import { compilePlainCounts, readPlainCounts } from './plain-counts.ts';
import { readUsageObject } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { InclusiveCount } from './usage-fields.ts';
import type { ReadUsage } from './usage-reading.ts';

/** Input of a response. Cached tokens and tokens written to the cache are subsets of the total. */
export const RESPONSES_INPUT: InclusiveCount = {
  total: 'input_tokens',
  rest: 'input_text_tokens',
  parts: [
    ['input_tokens_details.cached_tokens', 'input_cache_read_text_tokens'],
    ['input_tokens_details.cache_write_tokens', 'input_cache_write_other_tokens'],
    ['input_tokens_details.audio_tokens', 'input_audio_tokens'],
    ['input_tokens_details.image_tokens', 'input_image_tokens'],
  ],
};

/** Output of a response. Reasoning is a subset of the total. */
export const RESPONSES_OUTPUT: InclusiveCount = {
  total: 'output_tokens',
  rest: 'output_text_tokens',
  parts: [
    ['output_tokens_details.reasoning_tokens', 'output_reasoning_tokens'],
    ['output_tokens_details.audio_tokens', 'output_audio_tokens'],
    ['output_tokens_details.image_tokens', 'output_image_tokens'],
  ],
};

/** Reads `usage` of the OpenAI Responses API. Fees of server tools are counted by {@link countOpenaiServerTools}. */
export const readOpenaiResponses: ReadUsage = (raw) => {
  const usage = readPlainCounts(raw, RESPONSES);
  if (usage !== undefined) return { kind: 'ok', parts: [{ usage }] };
  return readUsageObject(raw, ['input_tokens', 'output_tokens'], (fields) => [
    { usage: sumUsage('input_text_tokens', fields.split(RESPONSES_INPUT), fields.split(RESPONSES_OUTPUT)) },
  ]);
};

const RESPONSES = compilePlainCounts([RESPONSES_INPUT, RESPONSES_OUTPUT]);
