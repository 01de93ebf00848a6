import { retryWaitMs, retryWaitMsMax } from '../limits.ts';

/** How one HTTP attempt ended that did not answer. */
export type FailedAttempt = {
  /** Whether the provider bills it: `no` for refusals, `possible` where it may have worked before the connection broke. */
  readonly billable: 'no' | 'possible';
  /** `error.type`: an HTTP status, a system error code, `timeout`, `aborted`, or the name of the error. */
  readonly errorType: string;
  readonly status?: number;
  readonly requestId?: string;
  /** How long a client that retries may wait before its next attempt, in milliseconds; undefined when none will follow. */
  readonly retryWithinMs?: number;
};

/** An attempt that the provider answered with a status of 300 or more. */
export const failedByStatus = (response: Response): FailedAttempt => {
  const requestId = requestIdOf(response.headers);
  return {
    billable: 'no',
    errorType: String(response.status),
    status: response.status,
    ...(requestId !== undefined && { requestId }),
    ...(isRetryable(response) && { retryWithinMs: retryDelayMs(response.headers) }),
  };
};

/** An attempt that ended with an error instead of an answer. */
export const failedByError = (
  error: unknown,
  attempt: {
    readonly elapsedMs: number;
    readonly timeoutMs?: number;
    readonly wasAbortedBefore: boolean;
  },
): FailedAttempt => {
  const code = errorCode(error);
  if (!isAbort(error)) {
    const isUnsent = code !== undefined && NEVER_SENT.has(code);
    return { billable: isUnsent ? 'no' : 'possible', errorType: code ?? nameOf(error), retryWithinMs: retryWaitMs };
  }
  if (attempt.wasAbortedBefore) return { billable: 'no', errorType: 'aborted' };
  // A client that gives up and a user who gives up both abort. Who did is known from the time, where the client tells it.
  const isTimeout = attempt.timeoutMs === undefined ? undefined : attempt.elapsedMs >= attempt.timeoutMs;
  return {
    billable: 'possible',
    errorType: isTimeout === true || nameOf(error) === 'TimeoutError' ? 'timeout' : 'aborted',
    ...(isTimeout !== false && { retryWithinMs: retryWaitMs }),
  };
};

/** The provider's own identifier of a request. */
export const requestIdOf = (headers: Headers): string | undefined =>
  headers.get('x-request-id') ??
  headers.get('request-id') ??
  headers.get('x-amzn-requestid') ??
  headers.get('apim-request-id') ??
  undefined;

// The rule both clients follow, header included.
const isRetryable = ({ status, headers }: Response): boolean => {
  const said = headers.get('x-should-retry');
  if (said === 'true') return true;
  if (said === 'false') return false;
  return status === 408 || status === 409 || status === 429 || status >= 500;
};

const retryDelayMs = (headers: Headers): number => {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  const seconds = Number.parseFloat(headers.get('retry-after') ?? '');
  const named = Number.isFinite(ms) ? ms : Number.isFinite(seconds) ? seconds * 1000 : 0;
  return Math.min(Math.max(named, 0) + retryWaitMs, retryWaitMsMax + retryWaitMs);
};

// Errors before a connection stands: the provider has seen nothing.
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_URL',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const isAbort = (error: unknown): boolean => ['AbortError', 'TimeoutError', 'ResponseAborted'].includes(nameOf(error));

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

const errorCode = (error: unknown): string | undefined => {
  for (const source of [error, error instanceof Error ? error.cause : undefined]) {
    if (typeof source === 'object' && source !== null && 'code' in source && typeof source.code === 'string') return source.code;
  }
  return undefined;
};
