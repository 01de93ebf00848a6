import type { Usage } from '../usage.ts';
import { readUsageObject, valueAt } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import { openUsageFields, type UsageFields } from './usage-fields.ts';
import type { ReadUsage, UsagePart } from './usage-reading.ts';

/**
 * Reads `usage` of Anthropic messages. Input excludes the caches. Where `iterations` are given they are the bill: the
 * totals above leave out compaction and advisor runs, and each iteration may have a model of its own.
 */
export const readAnthropicMessages: ReadUsage = (raw) =>
  readUsageObject(raw, ['input_tokens', 'output_tokens'], (fields) => {
    const iterations = valueAt(raw, 'iterations');
    const parts =
      Array.isArray(iterations) && iterations.length > 0 ? iterationParts(iterations, fields) : [{ usage: tokensOf(fields) }];
    const [main, ...others] = withTier(parts, fields);
    if (main === undefined) return [];
    return [{ ...main, usage: sumUsage('input_text_tokens', splitThinking(main.usage, fields), serverTools(fields)) }, ...others];
  });

const tokensOf = (fields: UsageFields): Usage =>
  sumUsage(
    'input_text_tokens',
    fields.counts([
      ['input_tokens', 'input_text_tokens'],
      ['cache_read_input_tokens', 'input_cache_read_text_tokens'],
      ['output_tokens', 'output_text_tokens'],
    ]),
    fields.split({
      total: 'cache_creation_input_tokens',
      rest: 'input_cache_write_other_tokens',
      parts: [
        ['cache_creation.ephemeral_5m_input_tokens', 'input_cache_write_5m_tokens'],
        ['cache_creation.ephemeral_1h_input_tokens', 'input_cache_write_1h_tokens'],
      ],
    }),
  );

/** One part per model, in order of appearance. An iteration without a model ran on the model the answer names. */
const iterationParts = (iterations: readonly unknown[], fields: UsageFields): readonly UsagePart[] => {
  const byModel = new Map<string, Usage>();
  for (const [index, iteration] of iterations.entries()) {
    const own = openUsageFields((path) => valueAt(iteration, path));
    if (own.count('input_tokens') === undefined) own.reject('input_tokens: expected a count, found nothing');
    if (own.count('output_tokens') === undefined) own.reject('output_tokens: expected a count, found nothing');
    const usage = tokensOf(own);
    const problem = own.problem();
    if (problem !== undefined) fields.reject(`iterations[${index}].${problem}`);
    const model = own.text('model') ?? '';
    byModel.set(model, sumUsage('input_text_tokens', byModel.get(model) ?? {}, usage));
  }
  return [...byModel].map(([model, usage]) => ({ ...(model !== '' && { model }), usage }));
};

// Thinking is known for the whole answer only. It is told apart where the first part can have produced all of it.
const splitThinking = (usage: Usage, fields: UsageFields): Usage => {
  const thinking = fields.count('output_tokens_details.thinking_tokens') ?? 0;
  const output = fields.count('output_tokens') ?? 0;
  if (thinking > output) {
    fields.reject(`output_tokens_details.thinking_tokens: expected at most output_tokens (${output}), found ${thinking}`);
  }
  const { output_text_tokens: text, ...rest } = usage;
  if (thinking === 0 || typeof text !== 'number' || text < thinking) return usage;
  return { ...rest, ...(text > thinking && { output_text_tokens: text - thinking }), output_reasoning_tokens: thinking };
};

// Web fetches are free of charge beyond their tokens.
const serverTools = (fields: UsageFields): Usage => fields.counts([['server_tool_use.web_search_requests', 'web_searches']]);

const withTier = (parts: readonly UsagePart[], fields: UsageFields): readonly UsagePart[] => {
  const fast = fields.text('speed') === 'fast' ? 'fast' : undefined;
  const served = fields.text('service_tier');
  const serviceTier = fast ?? (served === 'standard' ? undefined : served);
  const geo = fields.text('inference_geo');
  const region = geo === 'not_available' ? undefined : geo;
  return parts.map((part) => ({
    ...part,
    ...(serviceTier !== undefined && { serviceTier }),
    ...(region !== undefined && { region }),
  }));
};
