import { createHmac } from 'node:crypto';
import { ATTR_COSTSPAN_API_KEY_FINGERPRINT } from '@costspan/semconv';
import type { Attributes, Context } from '@opentelemetry/api';
import { CostspanError } from '../errors.ts';
import { guard, guarded } from '../faults.ts';
import type { SpanStarter } from '../span-starter.ts';
import type { OpenEmbeddingSpans } from '../spans/open-embedding-spans.ts';
import { activeContext, runInContext } from '../work-item/work-item-context.ts';
import { type AnswerObserver, createAnswerObserver } from './answer-observer.ts';
import { type FailedAttempt, failedByError, failedByStatus, requestIdOf } from './attempt-ending.ts';
import { createIsByteStream, type IsByteStream } from './body/is-byte-stream.ts';
import { observeResponse } from './body/observed-response.ts';
import type { BodyExit } from './body/passage.ts';
import { type Call, endAnsweredCall, endFailedCall, nextAttempt, type ResponseFacts, type SpanOwner, startCall } from './call.ts';
import type { Admission, CallGate } from './call-gate.ts';
import { type LateReading, readLateResults } from './late/late-fetch.ts';
import type { ItemOfResult, LateResults } from './late/late-results.ts';
import { lateSourceOf } from './late/late-sources.ts';
import { isMeteredIn } from './metered-context.ts';
import type { OpenCalls } from './open-calls.ts';
import { type PendingCall, type PendingCalls, repetitionKey } from './pending-calls.ts';
import { providerOf } from './provider.ts';
import { createRefusingResponse, isFromRetryingClient } from './refusing-response.ts';
import { createReadAddress, type ReadAddress } from './request-address.ts';
import { planRequest, type RequestPlan } from './request-plan.ts';

/** The function every fetch client takes. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What a metering fetch needs to know. */
export type MeteredFetchOptions = {
  readonly spans: SpanStarter;
  readonly owner: SpanOwner;
  /** Where the span of an embedding is looked for that another instrumentation has started. */
  readonly openEmbeddings: OpenEmbeddingSpans;
  readonly pending: PendingCalls;
  readonly open: OpenCalls;
  /** Asked before every call. Default: every call may be made. */
  readonly gate?: CallGate;
  readonly late: LateResults;
  /** The work item of a line of a batch. Default: that of whoever reads its results. */
  readonly itemOf?: ItemOfResult;
  /** Sends the spans that wait. */
  readonly flush: () => Promise<void>;
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
  const parts: MeteringParts = {
    ...options,
    readAddress: createReadAddress(options.includeUsageHosts),
    isByteStream: createIsByteStream(),
  };
  // Looked up at each call, so that a global fetch replaced later is the one that is used.
  const metered: Fetch = (input, init) => send(inner ?? globalThis.fetch, input, init, parts);
  meteredFetches.add(metered);
  return metered;
};

type MeteringParts = MeteredFetchOptions & { readonly readAddress: ReadAddress; readonly isByteStream: IsByteStream };

const isRefusal = (error: unknown): error is CostspanError => CostspanError.isInstance(error) && REFUSALS.has(error.code);

const REFUSALS: ReadonlySet<string> = new Set(['approval-required', 'budget-exceeded', 'budget-store-down']);

const send = async (
  transport: Fetch,
  input: string | URL | Request,
  init: RequestInit | undefined,
  options: MeteringParts,
): Promise<Response> => {
  try {
    const parent = activeContext();
    if (isMeteredIn(parent)) return await transport(input, init);
    const plan = guarded('reading a request', undefined, planRequest, input, init, options);
    if (plan === undefined) return await sendUnplanned(transport, input, init, options);
    const pending = guarded('finding a retry', undefined, options.pending.take, plan);
    // Outside of the guard: a refusal is the host's to see. Nobody waits for a gate that answers at once.
    const asked = options.gate === undefined ? undefined : admit(options.gate, plan, pending, options);
    const admission = asked instanceof Promise ? await asked : asked;
    const call = guarded('starting a call', undefined, beginAttempt, plan, options, { parent, pending, admission });
    if (call === undefined) admission?.settle({ used: [], isWhole: false, billable: 'possible', earlierPossible: 0 });
    // A span that records nothing would make all the rest useless work, unless somebody waits for the end of the call.
    if (call === undefined || !(call.span.isRecording || call.admission !== undefined)) return await transport(input, init);
    const attempt: Attempt = { call, plan, options, wasAbortedBefore: plan.signal?.aborted === true };
    let response: Response;
    try {
      response = await runInContext(call.span.context, transport, input, sentInit(init, attempt));
    } catch (error) {
      guarded('ending a call', undefined, failByError, attempt, error);
      throw error;
    }
    return guarded('reading an answer', response, receive, attempt, response);
  } catch (error) {
    // A gate's own refusal is for the host; a client that tries again after every error would hide it.
    if (!isRefusal(error) || options.gate === undefined || !isFromRetryingClient(input, init)) throw error;
    return createRefusingResponse(error);
  }
};

const sendUnplanned = async (
  transport: Fetch,
  input: string | URL | Request,
  init: RequestInit | undefined,
  options: MeteredFetchOptions,
): Promise<Response> => {
  const reading = guarded('reading a request', undefined, lateReadingOf, input, init, options);
  if (reading === undefined) {
    options.gate?.admitUnknown(addressOf(input, init));
    return transport(input, init);
  }
  const found = await transport(input, init);
  return guard('reading results', () => readLateResults(found, reading), found);
};

const addressOf = (
  input: string | URL | Request,
  init: RequestInit | undefined,
): { readonly method: string; readonly url: URL } => {
  const request = typeof input === 'object' && 'url' in input ? input : undefined;
  const method = (init?.method ?? request?.method ?? 'GET').toUpperCase();
  return { method, url: new URL(request?.url ?? String(input)) };
};

/** The admission of a call that begins; of one that goes on, whether it may. */
const admit = (
  gate: CallGate,
  plan: RequestPlan,
  pending: PendingCall | undefined,
  options: MeteredFetchOptions,
): Admission | undefined | Promise<Admission | undefined> =>
  pending === undefined
    ? gate.admit(plan.facts, { body: plan.rawBody, attemptsMax: (options.maxRetries?.() ?? 0) + 1 })
    : admitAgain(pending);

const admitAgain = ({ call, failed, failedAtMs }: PendingCall): undefined | Promise<undefined> => {
  const refuse = (error: unknown): never => {
    endFailedCall(call, failed, failedAtMs);
    throw error;
  };
  try {
    const asked = call.admission?.again?.(call.attempts + 1);
    return asked instanceof Promise ? asked.then(() => undefined, refuse) : undefined;
  } catch (error) {
    return refuse(error);
  }
};

const sentInit = (init: RequestInit | undefined, { call, plan }: Attempt): RequestInit | undefined => {
  const stop = call.admission?.signal;
  if (plan.sentBody === undefined && stop === undefined) return init;
  const sent: RequestInit = { ...init };
  if (plan.sentBody !== undefined) sent.body = plan.sentBody;
  if (stop !== undefined) sent.signal = AbortSignal.any([plan.signal, stop].filter((signal) => signal !== undefined));
  return sent;
};

/** Whether a fetch already meters: metering it again would count every call twice. */
export const isMetered = (fetch: unknown): boolean => typeof fetch === 'function' && meteredFetches.has(fetch);

const meteredFetches = new WeakSet<object>();

/** One HTTP try of a call. It is gone when the try is over, and with it what the request said. */
type Attempt = {
  readonly call: Call;
  readonly plan: RequestPlan;
  readonly options: MeteringParts;
  readonly wasAbortedBefore: boolean;
};

const lateReadingOf = (
  input: string | URL | Request,
  init: RequestInit | undefined,
  { late, itemOf, flush, provider }: MeteredFetchOptions,
): LateReading | undefined => {
  const { method, url } = addressOf(input, init);
  const { hostname, pathname } = url;
  const source = lateSourceOf(method, pathname);
  if (source === undefined) return undefined;
  return {
    source,
    provider: provider ?? providerOf(hostname, source.api.id),
    results: late,
    reader: activeContext(),
    flush,
    ...(itemOf !== undefined && { itemOf }),
  };
};

type AttemptStart = {
  readonly parent: Context;
  readonly pending: PendingCall | undefined;
  readonly admission: Admission | undefined;
};

const beginAttempt = (plan: RequestPlan, options: MeteredFetchOptions, { parent, pending, admission }: AttemptStart): Call => {
  if (pending === undefined) {
    const extra = fingerprint(plan, options);
    const call = startCall(options.spans, parent, plan.facts, {
      owner: options.owner,
      openEmbeddings: options.openEmbeddings,
      extra,
      late: options.late,
      admission,
    });
    if (call.span.isRecording || admission !== undefined) {
      call.onEnded = options.open.delete;
      options.open.add(call);
    }
    if (admission !== undefined) guard('starting a call', () => admission.started?.(call.span), undefined);
    return call;
  }
  // Only a client that gave up tries again, whatever the time said.
  const failed = pending.failed.errorType === 'aborted' ? { ...pending.failed, errorType: 'timeout' } : pending.failed;
  nextAttempt(pending.call, failed, pending.failedAtMs);
  return pending.call;
};

const receive = (attempt: Attempt, response: Response): Response => {
  if (!response.ok) {
    failAttempt(attempt, failedByStatus(response));
    return response;
  }
  const { call, plan, options } = attempt;
  const { body } = response;
  const wasAsked = plan.sentBody !== undefined;
  const observer = createAnswerObserver(plan.facts.api, response.headers.get('content-type') ?? '', {
    wasAsked,
    hasOwnBytes: wasAsked && body !== null && options.isByteStream(body),
  });
  const requestId = requestIdOf(response.headers);
  const told: ResponseFacts = requestId === undefined ? { status: response.status } : { status: response.status, requestId };
  if (body === null || typeof body.getReader !== 'function') {
    endAnswer(call, observer, told);
    return response;
  }
  // A stream is not tried again once it flows, so the request need not be kept for as long as that takes.
  const onExit = observer.isStream ? onExitOfStream(call, observer, told) : onExitOfBody(attempt, observer, told);
  const signal = observer.isLeftByAbort === true ? plan.signal : undefined;
  return observeResponse(response, body, {
    observer: watched(observer, call.admission),
    onExit,
    ...(signal !== undefined && { signal }),
  });
};

/** The observer of a stream, with whoever let the call through looking on. */
const watched = (observer: AnswerObserver, admission: Admission | undefined): AnswerObserver => {
  const look = admission?.piece;
  if (look === undefined || !observer.isStream) return observer;
  return {
    ...observer,
    piece: (bytes) => {
      look(bytes);
      return observer.piece(bytes);
    },
  };
};

const onExitOfStream =
  (call: Call, observer: AnswerObserver, told: ResponseFacts) =>
  (exit: BodyExit): void =>
    endAnswer(
      call,
      observer,
      told,
      exit.kind === 'failed' ? failureOf({ call, wasAbortedBefore: false }, exit.error) : undefined,
    );

const onExitOfBody =
  (attempt: Attempt, observer: AnswerObserver, told: ResponseFacts) =>
  (exit: BodyExit): void => {
    // The answer was on its way when the client gave up: it may try again, as after any timeout.
    if (exit.kind === 'failed') failAttempt(attempt, { ...failureOf(attempt, exit.error), ...told });
    else endAnswer(attempt.call, observer, told);
  };

const endAnswer = (call: Call, observer: AnswerObserver, told: ResponseFacts, failure?: FailedAttempt): void => {
  const answer = observer.answer();
  const errorType = answer.isComplete ? undefined : failure?.errorType;
  endAnsweredCall(call, { answer, told, isWhole: answer.isComplete, errorType });
};

const failAttempt = ({ call, plan, options }: Attempt, failed: FailedAttempt): void => {
  const retriesMax = options.maxRetries?.() ?? Number.POSITIVE_INFINITY;
  const isStopped = call.admission?.signal?.aborted === true;
  const isLast =
    isStopped || plan.facts.retryCount === undefined || failed.retryWithinMs === undefined || call.attempts > retriesMax;
  if (isLast) endFailedCall(call, failed, Date.now());
  else options.pending.hold({ call, failed, failedAtMs: Date.now() }, repetitionKey(plan));
};

const failByError = (attempt: Attempt, error: unknown): void => failAttempt(attempt, failureOf(attempt, error));

const failureOf = ({ call, wasAbortedBefore }: Pick<Attempt, 'call' | 'wasAbortedBefore'>, error: unknown): FailedAttempt => {
  const { timeoutMs } = call.facts;
  const elapsedMs = Date.now() - call.attemptStartMs;
  return failedByError(error, { elapsedMs, wasAbortedBefore, ...(timeoutMs !== undefined && { timeoutMs }) });
};

const fingerprint = ({ headers }: RequestPlan, { apiKeyFingerprintKey }: MeteredFetchOptions): Attributes | undefined => {
  if (apiKeyFingerprintKey === undefined) return undefined;
  const apiKey = headers.get('x-api-key') ?? headers.get('api-key') ?? headers.get('authorization')?.replace(/^Bearer /i, '');
  if (apiKey === undefined) return undefined;
  const digest = createHmac('sha256', apiKeyFingerprintKey).update(apiKey).digest('hex');
  return { [ATTR_COSTSPAN_API_KEY_FINGERPRINT]: digest.slice(0, 12) };
};
