import { readUsageObject, valueAt } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { ReadUsage } from './usage-reading.ts';

/**
 * Reads `usage` (v2) or `meta` (v1) of Cohere chat, embed, rerank and classify. Only `billed_units` are charged; `tokens`
 * also counts what Cohere adds to a prompt and does not charge.
 */
export const readCohere: ReadUsage = (raw) => {
  const billed = valueAt(raw, 'billed_units');
  if (typeof raw === 'object' && raw !== null && (billed === undefined || billed === null)) {
    return { kind: 'missing', reason: 'no-billed_units' };
  }
  return readUsageObject(raw, [], (fields) => [
    {
      usage: sumUsage(
        'input_text_tokens',
        fields.counts([
          ['billed_units.input_tokens', 'input_text_tokens'],
          ['billed_units.image_tokens', 'input_image_tokens'],
          ['billed_units.output_tokens', 'output_text_tokens'],
          ['billed_units.search_units', 'rerank_searches'],
          ['billed_units.classifications', 'classifications'],
        ]),
      ),
    },
  ]);
};
