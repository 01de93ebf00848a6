import { trace } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

/** Spans of the application under test, told apart by the run they belong to. */
export type AppSpans = {
  readonly processor: SpanProcessor;
  /** Does some work inside of a trace of its own. */
  readonly traced: <R>(work: () => Promise<R>) => Promise<{ readonly result: R; readonly traceId: string }>;
  /** What a dashboard may add up over the spans of a trace: each number of tokens or money, by span name and attribute. */
  readonly sums: (traceId: string, which: 'all' | 'others') => Readonly<Record<string, number>>;
};

/** Keeps the spans that have ended. */
export const createAppSpans = (): AppSpans => {
  const ended: ReadableSpan[] = [];
  return {
    processor: {
      onStart: () => undefined,
      onEnd: (span) => {
        ended.push(span);
      },
      forceFlush: async () => undefined,
      shutdown: async () => undefined,
    },
    traced: (work) =>
      trace.getTracer('application').startActiveSpan('application', async (span) => {
        try {
          return { result: await work(), traceId: span.spanContext().traceId };
        } finally {
          span.end();
        }
      }),
    sums: (traceId, which) => {
      const sums: Record<string, number> = {};
      for (const span of ended.filter((one) => one.spanContext().traceId === traceId)) {
        const { name, attributes, instrumentationScope } = span;
        if (which === 'others' && instrumentationScope.name === '@costspan/sdk') continue;
        for (const [key, value] of Object.entries(attributes)) {
          if (typeof value !== 'number' || !isSummed(key)) continue;
          for (const sum of [key, `${name} ${key}`]) sums[sum] = (sums[sum] ?? 0) + value;
        }
      }
      return Object.fromEntries(Object.entries(sums).toSorted(([left], [right]) => (left < right ? -1 : 1)));
    },
  };
};

// What Costspan says no dashboard knows before Costspan is there; limits and rates are nothing to add up.
const isSummed = (key: string): boolean =>
  !/^costspan\.|\.request\.|settings|PerSecond/.test(key) && /usage|token|cost/i.test(key);
