import { readUsageObject } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { ReadUsage } from './usage-reading.ts';

/** Reads `usage` of OpenAI image generation and editing. Output is image tokens except where the details name text. */
export const readOpenaiImages: ReadUsage = (raw) =>
  readUsageObject(raw, ['input_tokens', 'output_tokens'], (fields) => [
    {
      usage: sumUsage(
        'input_text_tokens',
        fields.split({
          total: 'input_tokens',
          rest: 'input_text_tokens',
          parts: [
            ['input_tokens_details.image_tokens', 'input_image_tokens'],
            ['input_tokens_details.cached_tokens', 'input_cache_read_text_tokens'],
          ],
        }),
        fields.split({
          total: 'output_tokens',
          rest: 'output_image_tokens',
          parts: [['output_tokens_details.text_tokens', 'output_text_tokens']],
        }),
      ),
    },
  ]);
