import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { NodeSDK, NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { type Costspan, createCostspan } from './create-costspan.ts';
import { CostspanError, shown } from './errors.ts';
import type { CostspanOptions } from './options.ts';

/** Options of `startCostspan`: those of `createCostspan`, and what a setup of OpenTelemetry needs. */
export type StartOptions = Omit<CostspanOptions, 'tracerProvider'> & {
  /** `service.name` of everything sent. Default: `OTEL_SERVICE_NAME`, or else `unknown_service:node`. */
  readonly serviceName?: string;
  /** Configuration of the `NodeSDK` it starts, such as instrumentations or a sampler. */
  readonly sdk?: Partial<NodeSDKConfiguration>;
};

/**
 * A Costspan for an application without OpenTelemetry: starts a `NodeSDK` that sends every span to `endpoint`, default
 * `COSTSPAN_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT`, or `http://localhost:4318`. A process that ends by itself sends what
 * is left; one that calls `process.exit` must `await costspan.shutdown()` before.
 */
export const startCostspan = (options: StartOptions = {}): Costspan => {
  const { serviceName, sdk: sdkOptions, ...own } = options;
  if (serviceName !== undefined && (typeof serviceName !== 'string' || serviceName === '')) {
    throw new CostspanError({
      code: 'option-invalid',
      where: 'startCostspan: serviceName',
      problem: 'expected a name',
      found: shown(serviceName),
      advice: 'give a string, or leave it out',
    });
  }
  const endpoint =
    own.endpoint ?? ENDPOINT_VARIABLES.map((name) => process.env[name]).find((value) => value !== undefined) ?? ENDPOINT_DEFAULT;
  const costspan = createCostspan({ ...own, ...(own.exporter === undefined && { endpoint }) });
  const sdk = new (loadNodeSdk())({
    // Costspan measures spans; metrics and logs are for the application to set up.
    metricReaders: [],
    logRecordProcessors: [],
    ...sdkOptions,
    ...(serviceName !== undefined && { serviceName }),
    ...(sdkOptions?.sampler !== undefined && { sampler: costspan.sampler(sdkOptions.sampler) }),
    spanProcessors: [costspan.spanProcessor, ...(sdkOptions?.spanProcessors ?? [])],
  });
  sdk.start();
  // The batch waits on a timer that keeps no process alive: a short script would end before its spans are sent.
  process.once('beforeExit', () => void costspan.flush());
  return {
    ...costspan,
    shutdown: async () => {
      await costspan.shutdown();
      await sdk.shutdown();
    },
  };
};

// Beside an older API, as an OpenTelemetry SDK 2 wants it, the modules of its SDK cannot be linked.
const unloadable = (cause: unknown): CostspanError =>
  new CostspanError({
    code: 'telemetry-missing',
    where: 'startCostspan',
    problem: 'expected @opentelemetry/sdk-node 0.301 with @opentelemetry/api 1.10 to load',
    found: cause instanceof Error ? cause.message.trim() : String(cause),
    advice: 'install that API; where an OpenTelemetry SDK 2 needs an older one, use createCostspan() and its span processor',
  });

const ENDPOINT_VARIABLES = ['COSTSPAN_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
const ENDPOINT_DEFAULT = 'http://localhost:4318';

/**
 * Loads the `NodeSDK` when it is wanted: that takes longer than all the rest of this package, and applications with a setup
 * of their own never need it. By its URL, so that it shares the modules that are loaded already.
 */
const loadNodeSdk = (): typeof NodeSDK => {
  const name = '@opentelemetry/sdk-node';
  const path = typeof import.meta.resolve === 'function' ? fileURLToPath(import.meta.resolve(name)) : name;
  try {
    const loaded = createRequire(import.meta.url)(path) as { readonly NodeSDK: typeof NodeSDK };
    return loaded.NodeSDK;
  } catch (cause) {
    throw Object.assign(unloadable(cause), { cause });
  }
};
