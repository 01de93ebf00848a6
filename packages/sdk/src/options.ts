import type { TracerProvider } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { BudgetStore } from './budget/budget-store.ts';
import { CostspanError, shown } from './errors.ts';
import type { OnMisuse } from './faults.ts';
import { isProviderHost } from './fetch/provider.ts';
import { handoffTtlMsDefault, keyCharactersMin } from './limits.ts';
import { checkFields, type FieldCheck } from './options-check.ts';
import type { Dimensions } from './work-item/work-item-type.ts';

/** Which spans carry the work item: every one of the process, the first of each trace in this process and those of cost, or those of cost alone. */
export type Stamp = 'all' | 'roots' | 'cost';

/** Options of `createCostspan`. All are optional. */
export type CostspanOptions = {
  /** Base URL of an OTLP/HTTP receiver, such as `http://localhost:4318`. Default: none, the application's own exporters send the spans. */
  readonly endpoint?: string;
  /** Headers of the requests to `endpoint`, such as an authorization. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Exporter to use instead of `endpoint`. */
  readonly exporter?: SpanExporter;
  /** Which spans go to `endpoint`: `all` or those of cost. Default `all`: the ledger reads foreign spans too. */
  readonly export?: 'all' | 'cost';
  /** Default `all`. */
  readonly stamp?: Stamp;
  /** Tenant of work items that name none. Default: none; the processor then says `default`. */
  readonly tenant?: string;
  /** Dimensions of every work item; those of the item win. */
  readonly dimensions?: Dimensions;
  /** Key of an HMAC that replaces the identifiers of work items on everything sent. At least 16 characters. */
  readonly idHmacKey?: string;
  /** Key of an HMAC whose first 12 digits tell API keys apart on call spans. Default: none are written. */
  readonly apiKeyFingerprintKey?: string;
  /** Key that signs handoff tokens; of a list the first signs and all are accepted. Default `COSTSPAN_HANDOFF_KEY`. */
  readonly handoffKey?: string | readonly string[];
  /** How long a handoff token is valid, in milliseconds. Default 30 days. */
  readonly handoffTtlMs?: number;
  /** Where the accounts of budgets are kept. Default: in this process; `@costspan/sdk/redis` has one for several. */
  readonly budgetStore?: BudgetStore;
  /** Hosts, besides OpenAI's and others known, whose chat streams accept `stream_options.include_usage`. Default: none. */
  readonly includeUsageHosts?: readonly string[];
  /**
   * Hosts whose requests carry the work item in baggage, where `costspan.propagator` is registered: services of your own, by
   * exact name. Default none. Model providers are refused.
   */
  readonly baggageHosts?: readonly string[];
  /** Where spans are started. Default: the provider registered with the OpenTelemetry API. */
  readonly tracerProvider?: TracerProvider;
  /** What a call made wrongly at run time does. Default `warn`: the application's own work goes on. */
  readonly onMisuse?: OnMisuse;
};

/** The options with every default filled in. */
export type CostspanSettings = {
  readonly endpoint?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly exporter?: SpanExporter;
  readonly exported: 'all' | 'cost';
  readonly stamp: Stamp;
  readonly tenant?: string;
  readonly dimensions: Dimensions;
  readonly idHmacKey?: string;
  readonly apiKeyFingerprintKey?: string;
  readonly handoffKeys: readonly string[];
  readonly handoffTtlMs: number;
  readonly budgetStore?: BudgetStore;
  readonly includeUsageHosts: readonly string[];
  readonly baggageHosts: readonly string[];
  readonly tracerProvider?: TracerProvider;
  readonly onMisuse: OnMisuse;
};

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isOwnHost = (host: string): boolean => /^[\w.-]+$|^[\da-f:]+$/i.test(host) && !isProviderHost(host.toLowerCase());
const isKey = (value: unknown): boolean => typeof value === 'string' && value.length >= keyCharactersMin;
const isTextRecord = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((item) => typeof item === 'string');
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isHttpUrl = (value: unknown): boolean =>
  typeof value === 'string' && URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol);
const oneOf =
  (...allowed: readonly string[]) =>
  (value: unknown): boolean =>
    typeof value === 'string' && allowed.includes(value);

/** What each option has to be. */
export const optionChecks: Readonly<Record<keyof CostspanOptions, FieldCheck>> = {
  endpoint: [isHttpUrl, 'expected the base URL of an OTLP/HTTP receiver', 'write it like http://localhost:4318'],
  headers: [isTextRecord, 'expected an object of strings', 'write it like { authorization: "Bearer ..." }'],
  exporter: [isObject, 'expected a SpanExporter', 'give an exporter object, or `endpoint`'],
  export: [oneOf('all', 'cost'), 'expected "all" or "cost"', 'choose one of them'],
  stamp: [oneOf('all', 'roots', 'cost'), 'expected "all", "roots" or "cost"', 'choose one of them'],
  tenant: [isText, 'expected a name', 'give a string, or leave it out'],
  dimensions: [isTextRecord, 'expected an object of strings', 'write it like { team: "support" }'],
  idHmacKey: [isKey, `expected a key of at least ${keyCharactersMin} characters`, 'generate one and keep it'],
  apiKeyFingerprintKey: [isKey, `expected a key of at least ${keyCharactersMin} characters`, 'generate one and keep it'],
  handoffKey: [
    (value) => isKey(value) || (Array.isArray(value) && value.length > 0 && value.every(isKey)),
    `expected a key of at least ${keyCharactersMin} characters, or a list of them`,
    'give every process that finishes handoffs the same key',
  ],
  handoffTtlMs: [
    (value) => typeof value === 'number' && Number.isSafeInteger(value) && value > 0,
    'expected a positive whole number of milliseconds',
    'write it like 7 * 24 * 60 * 60 * 1000',
  ],
  budgetStore: [
    (value) => isObject(value) && 'reserve' in (value as object),
    'expected a store of budgets',
    'make one with redisBudgetStore of @costspan/sdk/redis, or leave it out',
  ],
  includeUsageHosts: [isTexts, 'expected a list of host names', 'write it like ["llm.example.com"]'],
  baggageHosts: [
    (value) => isTexts(value) && (value as readonly string[]).every(isOwnHost),
    'expected a list of names of your own hosts',
    'write it like ["billing.internal"], without scheme, port or path, and without hosts of model providers',
  ],
  tracerProvider: [isObject, 'expected a TracerProvider', 'leave it out to use the registered one'],
  onMisuse: [oneOf('warn', 'throw'), 'expected "warn" or "throw"', 'choose one of them'],
};

/** The settings for `options`; throws a CostspanError that names the first wrong or unknown option. */
export const readOptions = (options: CostspanOptions, env: Readonly<Record<string, string | undefined>>): CostspanSettings => {
  checkFields('createCostspan', options, optionChecks);
  if (options.endpoint !== undefined && options.exporter !== undefined) {
    throw new CostspanError({
      code: 'option-invalid',
      where: 'createCostspan: exporter',
      problem: 'expected either `endpoint` or `exporter`',
      found: 'both',
      advice: 'leave one out',
    });
  }
  return {
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    headers: options.headers ?? {},
    ...(options.exporter !== undefined && { exporter: options.exporter }),
    exported: options.export ?? 'all',
    stamp: options.stamp ?? 'all',
    ...(options.tenant !== undefined && { tenant: options.tenant }),
    dimensions: options.dimensions ?? {},
    ...(options.idHmacKey !== undefined && { idHmacKey: options.idHmacKey }),
    ...(options.apiKeyFingerprintKey !== undefined && { apiKeyFingerprintKey: options.apiKeyFingerprintKey }),
    handoffKeys: handoffKeys(options.handoffKey, env[HANDOFF_KEY]),
    handoffTtlMs: options.handoffTtlMs ?? handoffTtlMsDefault,
    ...(options.budgetStore !== undefined && { budgetStore: options.budgetStore }),
    includeUsageHosts: options.includeUsageHosts ?? [],
    baggageHosts: (options.baggageHosts ?? []).map((host) => host.toLowerCase()),
    ...(options.tracerProvider !== undefined && { tracerProvider: options.tracerProvider }),
    onMisuse: options.onMisuse ?? 'warn',
  };
};

const HANDOFF_KEY = 'COSTSPAN_HANDOFF_KEY';

const handoffKeys = (option: CostspanOptions['handoffKey'], fromEnv: string | undefined): readonly string[] => {
  if (typeof option === 'string') return [option];
  if (option !== undefined) return option;
  if (fromEnv === undefined || fromEnv === '') return [];
  if (isKey(fromEnv)) return [fromEnv];
  throw new CostspanError({
    code: 'handoff-key-invalid',
    where: HANDOFF_KEY,
    problem: `expected a key of at least ${keyCharactersMin} characters`,
    found: shown(fromEnv),
    advice: 'give every process that finishes handoffs the same key',
  });
};
