import { compilePlainCounts, readPlainCounts } from './plain-counts.ts';
import { readUsageObject } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { InclusiveCount } from './usage-fields.ts';
import type { ReadUsage } from './usage-reading.ts';

/** Input of a chat completion. All details are subsets of the total. */
export const CHAT_INPUT: InclusiveCount = {
  total: 'prompt_tokens',
  rest: 'input_text_tokens',
  parts: [
    ['prompt_tokens_details.cached_tokens', 'input_cache_read_text_tokens'],
    ['prompt_tokens_details.cache_write_tokens', 'input_cache_write_other_tokens'],
    ['prompt_tokens_details.audio_tokens', 'input_audio_tokens'],
    ['prompt_tokens_details.image_tokens', 'input_image_tokens'],
    ['prompt_tokens_details.video_tokens', 'input_video_tokens'],
  ],
};

/** Output of a chat completion. Reasoning and rejected predictions are part of the total and billed as output. */
export const CHAT_OUTPUT: InclusiveCount = {
  total: 'completion_tokens',
  rest: 'output_text_tokens',
  parts: [
    ['completion_tokens_details.reasoning_tokens', 'output_reasoning_tokens'],
    ['completion_tokens_details.audio_tokens', 'output_audio_tokens'],
    ['completion_tokens_details.image_tokens', 'output_image_tokens'],
  ],
};

/** Reads `usage` of OpenAI chat completions, legacy completions, and servers that speak the same format. */
export const readOpenaiChat: ReadUsage = (raw) => {
  const usage = readPlainCounts(raw, CHAT);
  if (usage !== undefined) return { kind: 'ok', parts: [{ usage }] };
  return readUsageObject(raw, ['prompt_tokens', 'completion_tokens'], (fields) => [
    { usage: sumUsage('input_text_tokens', fields.split(CHAT_INPUT), fields.split(CHAT_OUTPUT)) },
  ]);
};

const CHAT = compilePlainCounts([CHAT_INPUT, CHAT_OUTPUT]);
