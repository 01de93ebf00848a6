import type { FakeUsage } from '@costspan/testkit';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Usage of some spans, by unit. */
export const spanUsage = (spans: readonly ReadableSpan[]): FakeUsage => {
  const sum: Record<string, number> = {};
  for (const { attributes } of spans) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('costspan.usage.')) sum[name.slice(15)] = (sum[name.slice(15)] ?? 0) + Number(value);
    }
  }
  return sum;
};
