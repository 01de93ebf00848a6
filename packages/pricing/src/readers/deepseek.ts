import { CHAT_OUTPUT } from './openai-chat.ts';
import { readUsageObject } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { ReadUsage } from './usage-reading.ts';

/** Reads `usage` of DeepSeek. Cache hits and misses together are the prompt. */
export const readDeepseek: ReadUsage = (raw) =>
  readUsageObject(raw, ['prompt_tokens', 'completion_tokens'], (fields) => {
    const prompt = fields.count('prompt_tokens') ?? 0;
    const hits = fields.count('prompt_cache_hit_tokens');
    const misses = fields.count('prompt_cache_miss_tokens');
    if (hits !== undefined && misses !== undefined && hits + misses !== prompt) {
      fields.reject(
        `prompt_cache_hit_tokens + prompt_cache_miss_tokens: expected prompt_tokens (${prompt}), found ${hits + misses}`,
      );
    }
    const cached = hits === undefined ? 'prompt_tokens_details.cached_tokens' : 'prompt_cache_hit_tokens';
    const input = fields.split({
      total: 'prompt_tokens',
      rest: 'input_text_tokens',
      parts: [[cached, 'input_cache_read_text_tokens']],
    });
    return [{ usage: sumUsage('input_text_tokens', input, fields.split(CHAT_OUTPUT)) }];
  });
