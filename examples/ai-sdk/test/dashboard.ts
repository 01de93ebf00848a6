import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/**
 * Every number of tokens or money a dashboard may add up over the spans of an application: the sum of each attribute by name
 * of the span. Costspan's own attributes are left out, which no dashboard knows before Costspan is there, and limits of requests,
 * which are nothing to add up.
 */
export const sumsOf = (spans: readonly ReadableSpan[]): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = {};
  for (const { name, attributes } of spans) {
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value !== 'number' || /^costspan\.|\.request\./.test(key) || !/usage|token|cost/.test(key)) continue;
      for (const sum of [`${name} ${key}`, key]) sums[sum] = (sums[sum] ?? 0) + value;
    }
  }
  return sums;
};
