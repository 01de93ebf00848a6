import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { NodeSDK, NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { type Costspan, createCostspan } from './create-costspan.ts';
import { CostspanError, shown } from './errors.ts';
import { type CostspanOptions, optionChecks } from './options.ts';
import { checkFields, type FieldCheck } from './options-check.ts';

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
  checkFields('startCostspan', options, startChecks);
  const { serviceName, sdk: sdkOptions, ...own } = options;
  const endpoint = own.endpoint ?? endpointOf(process.env);
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

const { tracerProvider: _own, ...costspanChecks } = optionChecks;

const startChecks: Readonly<Record<keyof StartOptions, FieldCheck>> = {
  serviceName: [(value) => typeof value === 'string' && value !== '', 'expected a name', 'give a string, or leave it out'],
  sdk: [
    (value) => typeof value === 'object' && value !== null,
    'expected a configuration of NodeSDK',
    'write it like { instrumentations: [] }',
  ],
  ...costspanChecks,
};

/** The endpoint the environment names. As everywhere in OpenTelemetry, a variable that is empty is not set. */
const endpointOf = (env: Readonly<Record<string, string | undefined>>): string => {
  const variable = ENDPOINT_VARIABLES.find((name) => (env[name] ?? '') !== '');
  const endpoint = variable === undefined ? undefined : env[variable];
  if (variable === undefined || endpoint === undefined) return ENDPOINT_DEFAULT;
  const [accepts, problem, advice] = optionChecks.endpoint;
  if (accepts(endpoint)) return endpoint;
  throw new CostspanError({ code: 'option-invalid', where: variable, problem, found: shown(endpoint), advice });
};

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
