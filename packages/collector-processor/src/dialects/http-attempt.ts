import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
} from '@costspan/semconv';
import type { CostReading, Dialect, SpanFields } from './dialect.ts';

const METHOD_KEYS: readonly string[] = [ATTR_HTTP_REQUEST_METHOD, 'http.method'];
const STATUS_KEYS: readonly string[] = [ATTR_HTTP_RESPONSE_STATUS_CODE, 'http.status_code'];
const HOST_KEYS: readonly string[] = [ATTR_SERVER_ADDRESS, 'net.peer.name', 'http.host'];
const ERROR_KEYS: readonly string[] = [ATTR_ERROR_TYPE];
const CLIENT = 3;

/** Errors of a connection that did not come about: the provider never saw the request. */
const NEVER_SENT = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CONNECT_TIMEOUT|ConnectTimeout|gaierror|CERT|TLS/i;

const PROVIDER_OF_HOST: Readonly<Record<string, string>> = {
  'api.openai.com': 'openai',
  'api.anthropic.com': 'anthropic',
  'generativelanguage.googleapis.com': 'google',
  'api.mistral.ai': 'mistral',
  'api.groq.com': 'groq',
  'api.deepseek.com': 'deepseek',
  'api.x.ai': 'x-ai',
  'api.cohere.com': 'cohere',
  'openrouter.ai': 'openrouter',
};

const readSpan = (fields: SpanFields): CostReading | undefined => {
  if (fields.span.kind !== CLIENT) return undefined;
  const status = Number(fields.text(STATUS_KEYS) ?? Number.NaN);
  // A request that was answered is counted by the call above it. What remains are refusals, which nobody bills, and requests
  // that were given up before an answer, which the provider may have worked on: the retries of a client hide both.
  if (status < 400) return undefined;
  const provider = providerOf(fields.text(HOST_KEYS) ?? '');
  if (provider === undefined) return undefined;
  const isRefused = status >= 400 || NEVER_SENT.test(fields.text(ERROR_KEYS) ?? '');
  const resends = fields.get(ATTR_HTTP_REQUEST_RESEND_COUNT);
  return {
    role: 'attempt',
    category: 'llm',
    provider,
    model: '',
    usage: isRefused ? { kind: 'unbilled', reason: 'attempt-refused' } : { kind: 'missing' },
    attempt: {
      number: typeof resends === 'number' && Number.isSafeInteger(resends) && resends > 0 ? resends + 1 : 1,
      billable: isRefused ? 'no' : 'possible',
    },
  };
};

const providerOf = (host: string): string | undefined => {
  const [name = ''] = host.toLowerCase().split(':');
  if (Object.hasOwn(PROVIDER_OF_HOST, name)) return PROVIDER_OF_HOST[name];
  if (name.endsWith('.openai.azure.com')) return 'azure';
  if (name.startsWith('bedrock-runtime.') && name.endsWith('.amazonaws.com')) return 'aws';
  return name.endsWith('aiplatform.googleapis.com') ? 'google' : undefined;
};

/** Requests to model providers that were refused, as HTTP client instrumentations see them. */
export const httpAttempt: Dialect = {
  id: 'http-attempt',
  version: 1,
  emitter: 'HTTP client instrumentations such as undici, http and fetch',
  limits: [
    'What a request that was given up before its answer used is unknown: it may have been billed, so it shows as missing usage.',
    'A request that was answered is read from the span of the call above it: without one it is not seen.',
  ],
  evidence: 'captured',
  detect: [{ key: METHOD_KEYS }],
  keys: [...METHOD_KEYS, ...STATUS_KEYS, ...HOST_KEYS, ...ERROR_KEYS, ATTR_HTTP_REQUEST_RESEND_COUNT],
  reads: [
    ['a status from 400 on, of a client span to a known host', 'an attempt that nobody bills'],
    ['no status', 'an attempt that may have been billed, unless its connection never came about'],
    ['`http.request.resend_count`', 'number of the attempt'],
  ],
  read: readSpan,
};
