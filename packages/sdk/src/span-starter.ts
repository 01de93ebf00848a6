import { ProxyTracerProvider, type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { warnOnce } from './faults.ts';
import { SDK_SCOPE, SDK_VERSION } from './version.ts';

/** What this package needs of a tracer. */
export type SpanStarter = Pick<Tracer, 'startSpan'>;

/**
 * Starts every span of this package. It asks for the registered provider at each span: a tracer taken before the provider
 * is registered stays silent for ever where another copy of the OpenTelemetry API registers it. The tracer of a provider
 * stays the same, and is asked for once.
 */
export const spanStarterOf = (given: TracerProvider | undefined): SpanStarter => {
  let known: { readonly provider: TracerProvider; readonly tracer: Tracer } | undefined;
  return {
    startSpan: (name, options, context) => {
      const provider = behind(given ?? trace.getTracerProvider());
      if (known?.provider !== provider) {
        known = { provider, tracer: provider.getTracer(SDK_SCOPE, SDK_VERSION) };
        // Who gives a provider knows what it does.
        if (given === undefined && provider === NO_PROVIDER) warnOnce('nothing-recorded', NOTHING_RECORDED);
      }
      return known.tracer.startSpan(name, options, context);
    },
  };
};

/** What the API hands out while nothing is registered. */
const NO_PROVIDER = new ProxyTracerProvider().getDelegate();

const NOTHING_RECORDED =
  'no tracer provider is registered, so no cost is recorded: use startCostspan(), or register yours with costspan.spanProcessor before the first call; costspan.doctor() says what is missing';

// What is registered is handed out behind a provider that only passes on, and whose tracers would remember its first one.
const behind = (provider: TracerProvider): TracerProvider =>
  'getDelegate' in provider && typeof provider.getDelegate === 'function' ? (provider.getDelegate() as TracerProvider) : provider;
