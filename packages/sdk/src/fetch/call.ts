import {
  ATTR_COSTSPAN_ATTEMPT_BILLABLE,
  ATTR_COSTSPAN_ATTEMPT_NUMBER,
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_PROVIDER_REQUEST_ID,
  ATTR_COSTSPAN_ROLE,
  ATTR_COSTSPAN_USAGE_MISSING,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_REQUEST_STREAM,
  ATTR_OPENAI_REQUEST_SERVICE_TIER,
} from '@costspan/semconv';
import type { Attributes, Context } from '@opentelemetry/api';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions';
import { guard } from '../faults.ts';
import type { SpanStarter } from '../span-starter.ts';
import { type AttributeSink, writeAll } from '../spans/attribute-sink.ts';
import type { OpenEmbeddingSpans } from '../spans/open-embedding-spans.ts';
import { answerAttributes, writeAnswer } from './answer-attributes.ts';
import type { Answer } from './apis/api-type.ts';
import type { FailedAttempt } from './attempt-ending.ts';
import type { Admission, CallOutcome } from './call-gate.ts';
import { adoptCallSpan, type CallSpan, startCallSpan, withoutTokenCounts } from './call-span.ts';
import type { LateResults } from './late/late-results.ts';
import { type ModelUsage, readUsage } from './read-usage.ts';
import type { RequestFacts } from './request-plan.ts';
import type { Slotted } from './slots.ts';

/** What the application asked for, from its first attempt to the end of the answer: one span. */
export type Call = Slotted & {
  readonly span: CallSpan;
  readonly owner: SpanOwner;
  readonly spans: SpanStarter;
  readonly facts: RequestFacts;
  /** More that is said of every attempt. */
  readonly extra: Attributes | undefined;
  /** Number of the attempt under way, from 1. */
  attempts: number;
  attemptStartMs: number;
  hasEnded: boolean;
  /** Attempts before this one that may have been billed. */
  earlierPossible: number;
  /** What let the call through and waits to hear of its end. */
  readonly admission: Admission | undefined;
  /** Where a call made in the background is expected to end. */
  readonly late: LateResults;
  /** Called once, when the call has ended. */
  onEnded: ((call: Call) => void) | undefined;
};

/** Whose span tells of a call: our own, or one that another instrumentation has started for it. */
export type SpanOwner = 'own' | 'annotate';

/** How an attempt that answered ended. */
export type Ending = {
  readonly answer: Answer;
  /** Absent where nobody sees the response itself. */
  readonly told?: ResponseFacts;
  /** Whether all of it arrived. What was cut short has used more than it said. */
  readonly isWhole: boolean;
  readonly errorType?: string | undefined;
};

/** What a response says of itself; the response must be free to be collected while its body is read. */
export type ResponseFacts = { readonly status: number; readonly requestId?: string };

/**
 * Starts a call in `parent`, together with its first attempt. A client that says it has tried before is believed, so that
 * a retry whose earlier attempts nobody remembers still has its number.
 */
export const startCall = (
  spans: SpanStarter,
  parent: Context,
  facts: RequestFacts,
  options: {
    readonly owner: SpanOwner;
    readonly openEmbeddings: OpenEmbeddingSpans;
    /** More for every attempt of the call. */
    readonly extra?: Attributes | undefined;
    readonly admission?: Admission | undefined;
    readonly late: LateResults;
  },
): Call => {
  const { api } = facts;
  const { model } = facts.body;
  const attemptStartMs = Date.now();
  const start = options.owner === 'annotate' ? adoptCallSpan : startCallSpan;
  const isSought = api.category === 'embedding' && model !== undefined;
  const span = start(spans, parent, {
    name: model === undefined ? api.operation : `${api.operation} ${model}`,
    attributes: sharedAttributes(facts, options.extra),
    startMs: attemptStartMs,
    embedding: isSought ? { model, open: options.openEmbeddings } : undefined,
  });
  return {
    span,
    owner: options.owner,
    spans,
    facts,
    extra: options.extra,
    attempts: (facts.retryCount ?? span.attemptsBefore) + 1,
    attemptStartMs,
    hasEnded: false,
    earlierPossible: 0,
    admission: options.admission,
    late: options.late,
    onEnded: undefined,
    slot: -1,
  };
};

/** What is said of every attempt of a call, from its start: what samplers look at, and no more, because starting costs by the attribute. */
const sharedAttributes = ({ api, body, provider, server }: RequestFacts, extra: Attributes | undefined): Attributes => {
  const attributes: Attributes = {
    [ATTR_COSTSPAN_CATEGORY]: api.category,
    [ATTR_GEN_AI_OPERATION_NAME]: api.operation,
    [ATTR_GEN_AI_PROVIDER_NAME]: provider,
  };
  if (body.model !== undefined) attributes[ATTR_GEN_AI_REQUEST_MODEL] = body.model;
  if (server !== undefined) {
    attributes[ATTR_SERVER_ADDRESS] = server.address;
    attributes[ATTR_SERVER_PORT] = server.port;
  }
  return extra === undefined ? attributes : Object.assign(attributes, extra);
};

/** Starts the next attempt of a call; the one before it becomes a child span of its own. */
export const nextAttempt = (call: Call, failed: FailedAttempt, failedAtMs: number): void => {
  emitAttempt(call, failed, failedAtMs);
  call.attempts += 1;
  if (failed.billable === 'possible') call.earlierPossible += 1;
  call.attemptStartMs = Date.now();
};

const emitAttempt = (call: Call, failed: FailedAttempt, failedAtMs: number): void => {
  const { model } = call.facts.body;
  const span = call.spans.startSpan(
    `attempt ${call.attempts}${model === undefined ? '' : ` ${model}`}`,
    {
      kind: SpanKind.CLIENT,
      startTime: call.attemptStartMs,
      attributes: {
        ...sharedAttributes(call.facts, call.extra),
        [ATTR_COSTSPAN_ROLE]: 'attempt',
        [ATTR_COSTSPAN_ATTEMPT_NUMBER]: call.attempts,
        ...failureAttributes(failed),
      },
    },
    call.span.context,
  );
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(failedAtMs);
};

/** Ends a call whose last attempt failed. */
export const endFailedCall = (call: Call, failed: FailedAttempt, failedAtMs: number): void => {
  if (!claimEnd(call)) return;
  settle(call, { used: [], isWhole: false, billable: failed.billable });
  const { span } = call;
  writeCall(call, span.onto);
  writeAll(failureAttributes(failed), span.onto);
  span.end({
    isFailed: true,
    atMs: failedAtMs,
    isCut: LEFT.has(failed.errorType),
    asAttempt: () => guard('reporting an attempt', () => emitAttempt(call, failed, failedAtMs), undefined),
  });
};

// Nobody waits for the answer any more, so that whoever has a span for the call may not end it either.
const LEFT: ReadonlySet<string> = new Set(['aborted', 'timeout', 'process_ended']);

/** Ends a call whose last attempt answered, with what it used. */
export const endAnsweredCall = (call: Call, ending: Ending): void => {
  if (!claimEnd(call)) return;
  if (ending.answer.isBackground === true) {
    endBackgroundCall(call, ending);
    return;
  }
  const { facts, span } = call;
  const errorType = ending.errorType ?? ending.answer.errorType;
  const used = readUsage(facts.provider, facts.api.id, ending.answer, facts.body);
  const [main, ...others] = used;
  const billable = errorType === undefined || (ending.isWhole && main !== undefined) ? 'yes' : 'possible';
  const { model } = ending.answer;
  if (call.admission !== undefined)
    settle(call, { used, isWhole: ending.isWhole, billable, ...(model !== undefined && { model }) });
  const { onto } = span;
  writeCall(call, onto);
  writeResponse(call, { told: ending.told, errorType }, onto);
  // Not said is billed. After another attempt it is said, because on a span that is not ours the word of that one may stand there.
  if (billable !== 'yes' || call.attempts > 1 || span.attemptsBefore > 0)
    onto.setAttribute(ATTR_COSTSPAN_ATTEMPT_BILLABLE, billable);
  if (errorType !== undefined) onto.setAttribute(ATTR_ERROR_TYPE, errorType);
  if ((main === undefined || !ending.isWhole) && facts.api.isFree !== true) onto.setAttribute(ATTR_COSTSPAN_USAGE_MISSING, true);
  // Beside another instrumentation the token counts are left out, and where usage is missing only units count.
  const isBrief = call.owner === 'own' && ending.isWhole;
  writeAnswer(ending.answer, { used: main, api: facts.api.id, isBrief }, onto);
  for (const other of others) emitOtherModel(call, other);
  span.end({ isFailed: errorType !== undefined, isCut: !ending.isWhole });
};

/**
 * What works in the background is not over when it is answered, and its cost is told by whoever reads it: the same span,
 * however often and by whom. The call itself bears none.
 */
const endBackgroundCall = (call: Call, { answer, told }: Ending): void => {
  const { facts, span, late } = call;
  settle(call, { used: [], isWhole: false, billable: 'possible' });
  if (answer.id !== undefined) {
    late.expect(answer.id, span.context);
    const result = { api: facts.api, id: answer.id, answer };
    if (answer.rawUsage !== undefined) late.report(result, { provider: facts.provider, reader: span.context });
  }
  const { onto } = span;
  writeCall(call, onto);
  onto.setAttribute(ATTR_COSTSPAN_ATTEMPT_BILLABLE, 'no');
  writeResponse(call, { told, errorType: undefined }, onto);
  writeAnswer(answer, { used: undefined, api: facts.api.id }, onto);
  span.end({ isFailed: false });
};

const settle = (call: Call, outcome: Omit<CallOutcome, 'earlierPossible'>): void => {
  const { admission, earlierPossible } = call;
  if (admission !== undefined) guard('settling a call', () => admission.settle({ ...outcome, earlierPossible }), undefined);
};

// A call ends once, whoever comes first: its answer, its host, the garbage collector or the end of the process.
const claimEnd = (call: Call): boolean => {
  if (call.hasEnded) return false;
  call.hasEnded = true;
  call.onEnded?.(call);
  return true;
};

// Models that worked for the answer, such as an advisor, are priced each by itself: a span has one model.
const emitOtherModel = (call: Call, usage: ModelUsage): void => {
  const model = usage.model ?? call.facts.body.model ?? '';
  const span = call.spans.startSpan(
    `${call.facts.api.operation} ${model}`,
    {
      kind: SpanKind.CLIENT,
      startTime: call.attemptStartMs,
      attributes: { ...sharedAttributes(call.facts, call.extra), [ATTR_COSTSPAN_ROLE]: 'call' },
    },
    call.span.context,
  );
  const attributes = {
    [ATTR_GEN_AI_REQUEST_MODEL]: model,
    ...answerAttributes({ isComplete: true }, usage, call.facts.api.id),
  };
  span.setAttributes(call.owner === 'annotate' ? withoutTokenCounts(attributes) : attributes);
  span.end();
};

/**
 * What is said of a call when it ends, whatever became of it. The first attempt is not numbered and its 200 not said: an
 * attribute costs the host a microsecond, and everyone behind it the space.
 */
const writeCall = ({ facts: { api, body }, attempts }: Call, onto: AttributeSink): void => {
  onto.setAttribute(ATTR_COSTSPAN_ROLE, 'call');
  if (attempts > 1) {
    onto.setAttribute(ATTR_COSTSPAN_ATTEMPT_NUMBER, attempts);
    onto.setAttribute(ATTR_HTTP_REQUEST_RESEND_COUNT, attempts - 1);
  }
  if (body.isStream) onto.setAttribute(ATTR_GEN_AI_REQUEST_STREAM, true);
  if (body.maxTokens !== undefined) onto.setAttribute(ATTR_GEN_AI_REQUEST_MAX_TOKENS, body.maxTokens);
  if (body.serviceTier !== undefined && api.id.startsWith('openai.')) {
    onto.setAttribute(ATTR_OPENAI_REQUEST_SERVICE_TIER, body.serviceTier);
  }
};

const writeResponse = (
  { attempts }: Call,
  { told, errorType }: { readonly told: ResponseFacts | undefined; readonly errorType: string | undefined },
  onto: AttributeSink,
): void => {
  if (told === undefined) return;
  // After another attempt it is said, because on a span that is not ours the status of that one may stand there.
  const isPlain = told.status === 200 && attempts === 1 && errorType === undefined;
  if (!isPlain) onto.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, told.status);
  if (told.requestId !== undefined) onto.setAttribute(ATTR_COSTSPAN_PROVIDER_REQUEST_ID, told.requestId);
};

const failureAttributes = (failed: FailedAttempt): Attributes => ({
  [ATTR_COSTSPAN_ATTEMPT_BILLABLE]: failed.billable,
  [ATTR_ERROR_TYPE]: failed.errorType,
  ...(failed.status !== undefined && { [ATTR_HTTP_RESPONSE_STATUS_CODE]: failed.status }),
  ...(failed.requestId !== undefined && { [ATTR_COSTSPAN_PROVIDER_REQUEST_ID]: failed.requestId }),
  // What may have been billed is unknown, not nothing.
  ...(failed.billable === 'possible' && { [ATTR_COSTSPAN_USAGE_MISSING]: true }),
});
