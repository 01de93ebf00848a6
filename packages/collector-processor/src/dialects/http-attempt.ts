import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
} from '@costspan/semconv';
import { billedRequestOf } from './billed-request.ts';
import type { CostReading, Dialect, SpanFields } from './dialect.ts';
import { providerOfHost } from './provider-of-host.ts';

const METHOD_KEYS: readonly string[] = [ATTR_HTTP_REQUEST_METHOD, 'http.method'];
const STATUS_KEYS: readonly string[] = [ATTR_HTTP_RESPONSE_STATUS_CODE, 'http.status_code'];
const HOST_KEYS: readonly string[] = [ATTR_SERVER_ADDRESS, 'net.peer.name', 'http.host'];
const PATH_KEYS: readonly string[] = ['url.path', 'http.target'];
const URL_KEYS: readonly string[] = ['url.full', 'http.url'];
const ERROR_KEYS: readonly string[] = [ATTR_ERROR_TYPE];
const CLIENT = 3;

/** Errors of a connection that did not come about: the provider never saw the request. */
const NEVER_SENT = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CONNECT_TIMEOUT|ConnectTimeout|gaierror|CERT|TLS/i;

const readSpan = (fields: SpanFields): CostReading | undefined => {
  if (fields.span.kind !== CLIENT) return undefined;
  const status = statusOf(fields);
  if (status < 200 || (status >= 300 && status < 400)) return undefined;
  // Nearly all answered requests are not billed by their method alone.
  if (status < 300 && fields.text(METHOD_KEYS)?.toUpperCase() !== 'POST') return undefined;
  const provider = providerOfHost(fields.text(HOST_KEYS) ?? urlOf(fields)?.host ?? '');
  if (provider === undefined) return undefined;
  const resends = fields.get(ATTR_HTTP_REQUEST_RESEND_COUNT);
  const number = typeof resends === 'number' && Number.isSafeInteger(resends) && resends > 0 ? resends + 1 : 1;
  const path = pathOf(fields) ?? urlOf(fields)?.path;
  if (status < 300) return readAnswered({ provider, path, number });
  return readFailed({ provider, path, number, isRefused: status >= 400 || NEVER_SENT.test(fields.text(ERROR_KEYS) ?? '') });
};

const statusOf = (fields: SpanFields): number => {
  const stated = fields.first(STATUS_KEYS);
  return typeof stated === 'number' ? stated : Number(fields.text(STATUS_KEYS) ?? Number.NaN);
};

type Request = {
  readonly provider: string;
  /** undefined where the span does not say. */
  readonly path: string | undefined;
  readonly number: number;
};

/**
 * A request that was answered is told by the call above it, in most traces. Where it is not, this span is the only one that
 * knows of the call. A path that is not known to be billed, or that nobody states, bears no cost.
 */
const readAnswered = ({ provider, path = '', number }: Request): CostReading | undefined => {
  const billed = billedRequestOf(path);
  if (billed === undefined) return undefined;
  return {
    role: 'call',
    ...billed,
    provider,
    usage: { kind: 'missing' },
    undecided: true,
    ...(number > 1 && { attempt: { number, billable: 'yes' } }),
  };
};

/**
 * Refusals nobody bills, and requests that were given up before an answer, which the provider may have worked on: the
 * retries of a client hide both.
 */
const readFailed = (request: Request & { readonly isRefused: boolean }): CostReading | undefined => {
  const { provider, path, number, isRefused } = request;
  const billed = path === undefined ? undefined : billedRequestOf(path);
  if (!isRefused && path !== undefined && billed === undefined) return undefined;
  return {
    role: 'attempt',
    category: billed?.category ?? 'llm',
    provider,
    model: billed?.model ?? '',
    usage: isRefused ? { kind: 'unbilled', reason: 'attempt-refused' } : { kind: 'missing' },
    attempt: { number, billable: isRefused ? 'no' : 'possible' },
  };
};

const urlOf = (fields: SpanFields): { readonly host: string; readonly path: string } | undefined => {
  const [, host, path = ''] = /^\w+:\/\/(?:[^/?#@]*@)?([^/?#]+)([^?#]*)/.exec(fields.text(URL_KEYS) ?? '') ?? [];
  return host === undefined ? undefined : { host, path };
};

const pathOf = (fields: SpanFields): string | undefined => fields.text(PATH_KEYS)?.replace(/[?#].*$/s, '');

/** Requests to model providers, as HTTP client instrumentations see them. */
export const httpAttempt: Dialect = {
  id: 'http-attempt',
  version: 2,
  emitter: 'HTTP client instrumentations such as undici, http and fetch',
  limits: [
    'What a request that was given up before its answer used is unknown: it may have been billed, so it shows as missing usage.',
    'A request that was answered says nothing of usage. It is a duplicate of the call above it in the trace, or of one beside it that was open when it was sent; without one it is a call whose usage is missing.',
    'A call in another trace than its request does not tell it, nor does one that comes after the trace has closed.',
    'Paths that are not known to be billed bear no cost, nor do answered requests that state none: counting tokens, lists of models, files, batches.',
  ],
  evidence: 'captured',
  detect: [{ key: METHOD_KEYS }],
  keys: [...METHOD_KEYS, ...STATUS_KEYS, ...HOST_KEYS, ...PATH_KEYS, ...URL_KEYS, ...ERROR_KEYS, ATTR_HTTP_REQUEST_RESEND_COUNT],
  reads: [
    [
      'a status from 200 to 299, of a POST to a known host and a path that is billed',
      'a call, unless a span of its trace tells it',
    ],
    ['a status from 400 on, of a client span to a known host', 'an attempt that nobody bills'],
    ['no status', 'an attempt that may have been billed, unless its connection never came about'],
    ['`url.path`, or the path of `url.full`', 'category, and the model where the path names it; the query is never read'],
    ['`http.request.resend_count`', 'number of the attempt'],
  ],
  read: readSpan,
};
