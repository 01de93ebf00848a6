import { createHmac } from 'node:crypto';
import { ATTR_COSTSPAN_API_KEY_FINGERPRINT } from '@costspan/semconv';
import type { Attributes } from '@opentelemetry/api';
import { guard } from '../faults.ts';
import type { SpanStarter } from '../span-starter.ts';
import { activeContext, runInContext } from '../work-item/work-item-context.ts';
import { type AnswerObserver, createAnswerObserver } from './answer-observer.ts';
import { type FailedAttempt, failedByError, failedByStatus, requestIdOf } from './attempt-ending.ts';
import { type BodyExit, observeBody } from './body/observed-body.ts';
import { rebuildResponse } from './body/rebuilt-response.ts';
import { type Call, endAnsweredCall, endFailedCall, nextAttempt, type SpanOwner, startCall } from './call.ts';
import type { OpenCalls } from './open-calls.ts';
import type { PendingCalls } from './pending-calls.ts';
import { planRequest, type RequestPlan } from './request-plan.ts';

/** The function every fetch client takes. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What a metering fetch needs to know. */
export type MeteredFetchOptions = {
  readonly spans: SpanStarter;
  readonly owner: SpanOwner;
  readonly pending: PendingCalls;
  readonly open: OpenCalls;
  readonly includeUsageHosts: readonly string[];
  /** Name of the provider, where the host does not tell it. */
  readonly provider?: string;
  readonly apiKeyFingerprintKey?: string;
  /** How often the client tries again at most, where that is known: after that many retries a failure is final. */
  readonly maxRetries?: () => number | undefined;
};

/**
 * `inner` with a span for every call that costs. Responses, errors and streams reach the caller as before; what an
 * answer used is read while it passes.
 */
export const createMeteredFetch = (inner: Fetch | undefined, options: MeteredFetchOptions): Fetch => {
  if (inner !== undefined && isMetered(inner)) return inner;
  const metered: Fetch = async (input, init) => {
    // Looked up at each call, so that a global fetch replaced later is the one that is used.
    const send = inner ?? globalThis.fetch;
    const plan = guard('reading a request', () => planRequest(input, init, options), undefined);
    const call = plan === undefined ? undefined : guard('starting a call', () => beginAttempt(plan, options), undefined);
    // A span that records nothing would make all the rest useless work.
    if (plan === undefined || call?.span.isRecording !== true) return send(input, init);
    const wasAbortedBefore = plan.signal?.aborted === true;
    let response: Response;
    try {
      const sent = plan.sentBody === undefined ? init : { ...init, body: plan.sentBody };
      response = await runInContext(call.span.context, () => send(input, sent));
    } catch (error) {
      guard('ending a call', () => failAttempt(call, failureOf(call, error, wasAbortedBefore), options), undefined);
      throw error;
    }
    return guard('reading an answer', () => receive(call, response, options), response);
  };
  meteredFetches.add(metered);
  return metered;
};

/** Whether a fetch already meters: metering it again would count every call twice. */
export const isMetered = (fetch: unknown): boolean => typeof fetch === 'function' && meteredFetches.has(fetch);

const meteredFetches = new WeakSet<object>();

const beginAttempt = (plan: RequestPlan, options: MeteredFetchOptions): Call => {
  const pending = options.pending.take(plan);
  if (pending === undefined) {
    const call = startCall(options.spans, activeContext(), plan, { owner: options.owner, extra: fingerprint(plan, options) });
    call.onEnded = () => options.open.delete(call);
    if (call.span.isRecording) options.open.add(call);
    return call;
  }
  // Only a client that gave up tries again, whatever the time said.
  const failed = pending.failed.errorType === 'aborted' ? { ...pending.failed, errorType: 'timeout' } : pending.failed;
  nextAttempt(pending.call, failed, pending.failedAtMs);
  return pending.call;
};

const receive = (call: Call, response: Response, options: MeteredFetchOptions): Response => {
  if (!response.ok) {
    failAttempt(call, failedByStatus(response), options);
    return response;
  }
  const observer = createAnswerObserver(call.plan.api, response.headers.get('content-type') ?? '', {
    wasAsked: call.plan.sentBody !== undefined,
  });
  const { body } = response;
  if (body === null || typeof body.getReader !== 'function') {
    finish(call, response, observer, { kind: 'read' }, options);
    return response;
  }
  // Only what the ending needs: the response itself must be free to be collected.
  const facts = { status: response.status, headers: response.headers };
  const observed = observeBody(body, observer, (exit) => finish(call, facts, observer, exit, options));
  return rebuildResponse(response, observed);
};

const finish = (
  call: Call,
  response: Pick<Response, 'status' | 'headers'>,
  observer: AnswerObserver,
  exit: BodyExit,
  options: MeteredFetchOptions,
): void => {
  const answer = observer.answer();
  if (exit.kind === 'failed' && !answer.isComplete && !call.plan.body.isStream) {
    // The answer was on its way when the client gave up: it may try again, as after any timeout.
    failAttempt(call, failureOf(call, exit.error, false, response.status), options);
    return;
  }
  const isBroken = exit.kind === 'failed' && !answer.isComplete;
  endAnsweredCall(call, {
    answer,
    status: response.status,
    requestId: requestIdOf(response.headers),
    isWhole: answer.isComplete,
    ...(isBroken && { errorType: failureOf(call, exit.error, false).errorType }),
  });
};

const failAttempt = (call: Call, failed: FailedAttempt, options: MeteredFetchOptions): void => {
  const { retryCount } = call.plan;
  const retriesMax = options.maxRetries?.();
  const isLast = retryCount === undefined || failed.retryWithinMs === undefined || call.attempts > (retriesMax ?? Infinity);
  if (isLast) endFailedCall(call, failed, Date.now());
  else options.pending.hold({ call, failed, failedAtMs: Date.now() });
};

const failureOf = (call: Call, error: unknown, wasAbortedBefore: boolean, status?: number): FailedAttempt =>
  failedByError(error, {
    elapsedMs: Date.now() - call.attemptStartMs,
    wasAbortedBefore,
    ...(call.plan.timeoutMs !== undefined && { timeoutMs: call.plan.timeoutMs }),
    ...(status !== undefined && { status }),
  });

const fingerprint = ({ headers }: RequestPlan, { apiKeyFingerprintKey }: MeteredFetchOptions): Attributes => {
  if (apiKeyFingerprintKey === undefined) return {};
  const apiKey = headers.get('x-api-key') ?? headers.get('api-key') ?? headers.get('authorization')?.replace(/^Bearer /i, '');
  if (apiKey === undefined) return {};
  const digest = createHmac('sha256', apiKeyFingerprintKey).update(apiKey).digest('hex');
  return { [ATTR_COSTSPAN_API_KEY_FINGERPRINT]: digest.slice(0, 12) };
};
