import { type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { SDK_SCOPE, SDK_VERSION } from './version.ts';

/** What this package needs of a tracer. */
export type SpanStarter = Pick<Tracer, 'startSpan'>;

/**
 * Starts every span of this package. It asks for the registered provider at each span: a tracer taken before the provider
 * is registered stays silent for ever where another copy of the OpenTelemetry API registers it.
 */
export const spanStarterOf = (provider: TracerProvider | undefined): SpanStarter => ({
  startSpan: (name, options, context) =>
    (provider ?? trace.getTracerProvider()).getTracer(SDK_SCOPE, SDK_VERSION).startSpan(name, options, context),
});
