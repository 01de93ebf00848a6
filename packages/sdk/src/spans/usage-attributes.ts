import type { Usage } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_USAGE_PREFIX,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
} from '@costspan/semconv';
import type { Attributes } from '@opentelemetry/api';

/** Disjoint usage as attributes, `costspan.usage.<unit>` each. A count that is no whole number goes as decimal text. */
export const usageAttributes = (usage: Usage): Attributes => {
  const attributes: Attributes = {};
  for (const [unit, count] of Object.entries(usage)) {
    if (count !== undefined) attributes[ATTR_COSTSPAN_USAGE_PREFIX + unit] = count;
  }
  return attributes;
};

/** The inclusive token counts of the OpenTelemetry conventions for the same usage; input includes what caches hold. */
export const tokenAttributes = (usage: Usage): Attributes => {
  const attributes: Attributes = {};
  for (const [attribute, isPart] of sums) {
    const counts = Object.entries(usage).filter(([unit, count]) => typeof count === 'number' && isPart(unit));
    if (counts.length === 0) continue;
    attributes[attribute] = counts.reduce((sum, [, count]) => sum + Number(count), 0);
  }
  return attributes;
};

const sums: ReadonlyArray<readonly [attribute: string, isPart: (unit: string) => boolean]> = [
  [ATTR_GEN_AI_USAGE_INPUT_TOKENS, (unit) => unit.startsWith('input_') && unit.endsWith('_tokens')],
  [ATTR_GEN_AI_USAGE_OUTPUT_TOKENS, (unit) => unit.startsWith('output_') && unit.endsWith('_tokens')],
  [ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, (unit) => unit.startsWith('input_cache_read_')],
  [ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS, (unit) => unit.startsWith('input_cache_write_')],
  [ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, (unit) => unit === 'output_reasoning_tokens'],
];
