import { createRequire } from 'node:module';
import { createCostspan } from '@costspan/sdk';
import { type TracerProvider as ApiTracerProvider, context, type MeterProvider, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type ReadableSpan, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type OpenAI from 'openai-6';

const require = createRequire(import.meta.url);

/** A wrapper under test, ready to be used. */
export type Contender = {
  readonly client: OpenAI;
  /** Spans that have ended so far: a wrapper that reports nothing proves nothing. */
  readonly spansEnded: () => number;
};

type Options = ConstructorParameters<typeof OpenAI>[0];

/** Sets one wrapper up in this process, as its own documentation says. Patches are global, so a process has one. */
export type SetUp = (options: Options) => Promise<Contender>;

// The CommonJS copy is the one that gets wrapped or patched; the bare client is of the other copy and stays as it is.
const wrappedClass = (): typeof OpenAI => (require('openai-6') as { readonly default: typeof OpenAI }).default;

/** Registers a provider that throws spans away, so that no exporter's work is counted for any wrapper. */
const register = (
  ...first: readonly SpanProcessor[]
): { readonly provider: ApiTracerProvider; readonly spansEnded: () => number } => {
  let ended = 0;
  const count: SpanProcessor = {
    onStart: () => undefined,
    onEnd: (_: ReadableSpan) => {
      ended += 1;
    },
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const provider = new TracerProvider({ spanProcessors: [...first, count] });
  trace.setGlobalTracerProvider(provider);
  return { provider, spansEnded: () => ended };
};

type Instrumentation = {
  readonly setTracerProvider: (provider: ApiTracerProvider) => void;
  readonly setMeterProvider: (provider: MeterProvider) => void;
  readonly manuallyInstrument?: (module: unknown) => void;
};

const patched =
  (load: () => Promise<new (options?: object) => Instrumentation>, isManual: boolean): SetUp =>
  async (options) => {
    const { provider, spansEnded } = register();
    const instrumentation = new (await load())();
    instrumentation.setTracerProvider(provider);
    instrumentation.setMeterProvider(metrics.getMeterProvider());
    const Client = wrappedClass();
    if (isManual) instrumentation.manuallyInstrument?.(Client);
    return { client: new Client(options), spansEnded };
  };

/** Every wrapper, by name. */
export const contenders: Readonly<Record<string, SetUp>> = {
  Costspan: async (options) => {
    const costspan = createCostspan({ includeUsageHosts: ['localhost'] });
    const { spansEnded } = register(costspan.spanProcessor);
    return { client: costspan.meter(new (wrappedClass())(options)), spansEnded };
  },
  OpenInference: patched(
    async () => (await import('@arizeai/openinference-instrumentation-openai')).OpenAIInstrumentation as never,
    true,
  ),
  OpenLLMetry: patched(async () => (await import('@traceloop/instrumentation-openai')).OpenAIInstrumentation as never, true),
  Langfuse: async (options) => {
    const { spansEnded } = register();
    const { observeOpenAI } = await import('@langfuse/openai');
    return { client: observeOpenAI(new (wrappedClass())(options) as never) as unknown as OpenAI, spansEnded };
  },
  OpenTelemetry: patched(
    async () => (await import('@opentelemetry/instrumentation-openai')).OpenAIInstrumentation as never,
    false,
  ),
};
