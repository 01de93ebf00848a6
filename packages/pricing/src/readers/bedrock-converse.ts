import { readUsageObject, valueAt } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { UsageFields } from './usage-fields.ts';
import type { ReadUsage } from './usage-reading.ts';

/** Reads `usage` of Bedrock Converse. Input excludes the caches; older SDKs end the cache fields in `TokenCount`. */
export const readBedrockConverse: ReadUsage = (raw) =>
  readUsageObject(raw, ['inputTokens', 'outputTokens'], (fields) => {
    const written = cacheWrites(raw, fields);
    const usage = sumUsage(
      'input_text_tokens',
      fields.counts([
        ['inputTokens', 'input_text_tokens'],
        [present(fields, 'cacheReadInputTokens', 'cacheReadInputTokenCount'), 'input_cache_read_text_tokens'],
        ['outputTokens', 'output_text_tokens'],
      ]),
      written,
    );
    return [{ usage }];
  });

const present = (fields: UsageFields, name: string, otherName: string): string =>
  fields.count(name) === undefined ? otherName : name;

/** Writes by the lifetime that `cacheDetails` states; what it leaves out has an unknown lifetime. */
const cacheWrites = (raw: unknown, fields: UsageFields): Readonly<Record<string, number>> => {
  const field = present(fields, 'cacheWriteInputTokens', 'cacheWriteInputTokenCount');
  const all = fields.count(field) ?? 0;
  const byLifetime: Record<string, number> = { '5m': 0, '1h': 0 };
  const details = valueAt(raw, 'cacheDetails');
  for (const detail of Array.isArray(details) ? details : []) {
    const ttl = valueAt(detail, 'ttl');
    const tokens = valueAt(detail, 'inputTokens');
    if (typeof tokens !== 'number' || !Number.isSafeInteger(tokens) || tokens < 0) {
      fields.reject('cacheDetails: expected whole counts, found another value');
    } else if (ttl === '5m' || ttl === '1h') byLifetime[ttl] = (byLifetime[ttl] ?? 0) + tokens;
  }
  const { '5m': fiveMinutes = 0, '1h': oneHour = 0 } = byLifetime;
  const other = all - fiveMinutes - oneHour;
  if (other < 0) fields.reject(`cacheDetails: expected at most ${field} (${all}), found ${fiveMinutes + oneHour}`);
  return {
    input_cache_write_5m_tokens: fiveMinutes,
    input_cache_write_1h_tokens: oneHour,
    input_cache_write_other_tokens: other,
  };
};
