import { type FakeUsage, usageInAttributes } from '@costspan/testkit';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Usage of some spans, by unit. */
export const spanUsage = (spans: readonly ReadableSpan[]): FakeUsage => {
  const sum: Record<string, number> = {};
  for (const { attributes } of spans) {
    for (const [unit, count] of Object.entries(usageInAttributes(attributes))) sum[unit] = (sum[unit] ?? 0) + Number(count);
  }
  return sum;
};
