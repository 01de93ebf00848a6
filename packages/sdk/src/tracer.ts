import { type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { SDK_SCOPE, SDK_VERSION } from './version.ts';

/** The tracer of every span this package starts. A provider registered later is found too. */
export const tracerOf = (provider: TracerProvider | undefined): Tracer =>
  provider === undefined ? trace.getTracer(SDK_SCOPE, SDK_VERSION) : provider.getTracer(SDK_SCOPE, SDK_VERSION);
