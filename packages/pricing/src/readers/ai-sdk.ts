import type { Usage } from '../usage.ts';
import { readUsageObject, valueAt } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { UsageFields } from './usage-fields.ts';
import type { ReadUsage, UsagePart } from './usage-reading.ts';

/**
 * Reads usage of the Vercel AI SDK: what a result carries (5, 6, 7) or what a provider hands to it (6, 7). From 6 on all
 * details are subsets of the totals. In 5 some providers leave cached tokens out of the input and nothing says so:
 * more cached than input tokens proves it, otherwise they are read as a subset and the part carries an assumption.
 */
export const readAiSdk: ReadUsage = (raw) => {
  if (typeof valueAt(raw, 'inputTokens') === 'object' && valueAt(raw, 'inputTokens') !== null) return readProviderUsage(raw);
  const hasDetails = valueAt(raw, 'inputTokenDetails') !== undefined || valueAt(raw, 'outputTokenDetails') !== undefined;
  return hasDetails ? readDetailedUsage(raw) : readFlatUsage(raw);
};

const readProviderUsage: ReadUsage = (raw) =>
  readUsageObject(raw, ['inputTokens.total', 'outputTokens.total'], (fields) => [
    {
      usage: inclusive(fields, {
        input: 'inputTokens.total',
        cacheRead: 'inputTokens.cacheRead',
        cacheWrite: 'inputTokens.cacheWrite',
        output: 'outputTokens.total',
        reasoning: 'outputTokens.reasoning',
      }),
    },
  ]);

const readDetailedUsage: ReadUsage = (raw) =>
  readUsageObject(raw, ['inputTokens', 'outputTokens'], (fields) => [
    {
      usage: inclusive(fields, {
        input: 'inputTokens',
        cacheRead: 'inputTokenDetails.cacheReadTokens',
        cacheWrite: 'inputTokenDetails.cacheWriteTokens',
        output: 'outputTokens',
        reasoning: 'outputTokenDetails.reasoningTokens',
      }),
    },
  ]);

type Names = Readonly<Record<'input' | 'cacheRead' | 'cacheWrite' | 'output' | 'reasoning', string>>;

const inclusive = (fields: UsageFields, names: Names): Usage =>
  sumUsage(
    'input_text_tokens',
    fields.split({
      total: names.input,
      rest: 'input_text_tokens',
      parts: [
        [names.cacheRead, 'input_cache_read_text_tokens'],
        [names.cacheWrite, 'input_cache_write_other_tokens'],
      ],
    }),
    fields.split({
      total: names.output,
      rest: 'output_text_tokens',
      parts: [[names.reasoning, 'output_reasoning_tokens']],
    }),
  );

const readFlatUsage: ReadUsage = (raw) => readUsageObject(raw, ['inputTokens', 'outputTokens'], (fields) => [flatPart(fields)]);

const flatPart = (fields: UsageFields): UsagePart => {
  const cached = fields.count('cachedInputTokens') ?? 0;
  const output = fields.split({
    total: 'outputTokens',
    rest: 'output_text_tokens',
    parts: [['reasoningTokens', 'output_reasoning_tokens']],
  });
  if (cached > (fields.count('inputTokens') ?? 0)) {
    const input = fields.counts([
      ['inputTokens', 'input_text_tokens'],
      ['cachedInputTokens', 'input_cache_read_text_tokens'],
    ]);
    return { usage: sumUsage('input_text_tokens', input, output) };
  }
  const input = fields.split({
    total: 'inputTokens',
    rest: 'input_text_tokens',
    parts: [['cachedInputTokens', 'input_cache_read_text_tokens']],
  });
  return {
    usage: sumUsage('input_text_tokens', input, output),
    ...(cached > 0 && { assumption: 'cached-input-inclusive' }),
  };
};
