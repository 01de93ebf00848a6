import { usageInAttributes } from '@costspan/testkit';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { afterEach } from 'vitest';
import { type Costspan, type CostspanOptions, createCostspan } from '../../src/index.ts';

/** A Costspan whose spans end in memory. */
export type Measured = {
  readonly costspan: Costspan;
  readonly provider: TracerProvider;
  /** Finished spans, after everything that is pending has been ended. */
  readonly spans: () => Promise<readonly ReadableSpan[]>;
  /** Finished spans of one role. */
  readonly ofRole: (role: string) => Promise<readonly ReadableSpan[]>;
};

/** A Costspan on the real OpenTelemetry SDK with a context manager, as an application sets it up. */
export const measure = (options: CostspanOptions = {}, setup: { readonly sampler?: Sampler } = {}): Measured => {
  // Each is a process of its own: what was set up before keeps its provider, what comes now gets another.
  trace.disable();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new InMemorySpanExporter();
  const own: { provider?: TracerProvider } = {};
  const costspan = createCostspan({ onMisuse: 'throw', includeUsageHosts: ['127.0.0.1'], ...options });
  own.provider = new TracerProvider({
    spanProcessors: [costspan.spanProcessor, new SimpleSpanProcessor({ exporter })],
    ...(setup.sampler !== undefined && { sampler: setup.sampler }),
  });
  trace.setGlobalTracerProvider(own.provider);
  const spans = async (): Promise<readonly ReadableSpan[]> => {
    await costspan.flush();
    return exporter.getFinishedSpans();
  };
  return {
    costspan,
    provider: own.provider,
    spans,
    ofRole: async (role) => (await spans()).filter(({ attributes }) => attributes['costspan.role'] === role),
  };
};

afterEach(() => {
  trace.disable();
  context.disable();
});

/** The disjoint usage a span carries, by unit. */
export const usageOf = (span: ReadableSpan | undefined): Readonly<Record<string, unknown>> =>
  usageInAttributes(span?.attributes ?? {});

/** Some attributes of a span, absent ones left out. */
export const pick = (span: ReadableSpan | undefined, ...names: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(names.filter((name) => span?.attributes[name] !== undefined).map((name) => [name, span?.attributes[name]]));
