import type { CallOutcome } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_CATEGORY,
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_RESPONSE_FINISH_REASONS,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  CATEGORIES,
  type Category,
} from '@costspan/semconv';
import { STATED_COST_KEYS } from '../dialects/costspan-stated-costs.ts';
import type { CostReading, Dialect, SpanFields } from '../dialects/dialect.ts';
import type { AttributeValue, KeyTable, SpanView, SpanWire } from '../otlp/span-view.ts';
import { asks, createKnownAnswers } from './known-answers.ts';
import { createListening } from './listen.ts';
import { createReadCall, keysOfCall, type ReadSpan } from './read-call.ts';
import { type Candidates, type CandidatesOf, createCandidatesOf, firstFitting, mayBeNamed } from './signatures.ts';
import { openSpanFields } from './span-fields.ts';

/** A span read by one dialect. */
export type NormalizedSpan = CostReading & {
  /** Identifier and version of the dialect: `otel-gen-ai@1`. */
  readonly dialect: string;
  /** Category by what the span is, whatever it calls itself: what a sender may declare depends on it. */
  readonly ownCategory: Category;
  /** Whether the span reports an error. */
  readonly failed: boolean;
  /** How the call ended, when it did not end well. */
  readonly outcome?: CallOutcome | undefined;
};

/** Reads a span into the words of no vendor; undefined when it bears no cost. */
export type Normalize = (span: SpanView) => NormalizedSpan | undefined;

/** Every key that normalizing with these dialects asks for. */
export const keysOfDialects = (dialects: readonly Dialect[]): readonly string[] => [
  ...dialects.flatMap((dialect) => dialect.detect.flatMap(({ key }) => key ?? [])),
  ...dialects.flatMap((dialect) => ('call' in dialect ? keysOfCall(dialect.call) : dialect.keys)),
  ...STATED_COST_KEYS,
  ...ERROR_KEYS,
  ...STATUS_KEYS,
  ATTR_GEN_AI_RESPONSE_FINISH_REASONS,
  ATTR_COSTSPAN_CATEGORY,
];

/** The stage, and what it knows of spans before it reads them. */
export type Normalizing = {
  readonly normalize: Normalize;
  readonly candidatesOf: CandidatesOf;
  /** Whether spans that answered alike bore no cost; false where a span has to be read. `candidates` are those of the span. */
  readonly isKnownFree: (candidates: Candidates, span: SpanView, wire: SpanWire) => boolean;
};

/** Builds the stage. One dialect reads a span, and no other's words are mixed in. */
export const createNormalize = (
  dialects: readonly Dialect[],
  table: KeyTable,
  { keepsEvidence = true }: { readonly keepsEvidence?: boolean } = {},
): Normalizing => {
  const candidatesOf = createCandidatesOf(dialects, table);
  const readers = new Map(dialects.map((dialect) => [dialect, createReader(dialect)]));
  const known = createKnownAnswers();
  const listening = createListening();
  const listenedFields = openSpanFields(listening.view, table, keepsEvidence);
  let cursor: SpanView | undefined;
  let fields: SpanFields | undefined;
  const read = (span: SpanView, dialect: Dialect | undefined): NormalizedSpan | undefined => {
    if (dialect === undefined) return undefined;
    // One cursor stands on one span after the other, and what asks it for fields serves for all of them.
    if (fields === undefined || span !== cursor) [cursor, fields] = [span, openSpanFields(span, table, keepsEvidence)];
    return readers.get(dialect)?.(fields);
  };
  /** A span with an answer nobody gave before: it is read, and what it was asked is remembered. */
  const readFirst = (span: SpanView, wire: SpanWire, candidates: Candidates): NormalizedSpan | undefined => {
    listening.begin(span, wire);
    const dialect = firstFitting(candidates.unnamed, listening.view);
    const chosenAfter = listening.wasAskedMore() ? Number.POSITIVE_INFINITY : listening.told().length;
    const normalized = dialect === undefined ? undefined : readers.get(dialect)?.(listenedFields);
    const bearsNone = normalized === undefined && !listening.wasAskedMore();
    known.learn(candidates, listening.told(), { dialect, chosenAfter, bearsNone });
    return normalized;
  };
  const normalize: Normalize = (span) => {
    const candidates = candidatesOf(span);
    const { wire } = span;
    if (wire === undefined || mayBeNamed(candidates, wire)) return read(span, firstFitting(candidates.all, span));
    if (candidates.unnamed.length === 0) return undefined;
    const ending = known.recall(candidates, span, wire);
    if (ending === undefined) return readFirst(span, wire, candidates);
    if (ending.asks === asks.bearsNone) return undefined;
    return read(span, ending.dialect ?? firstFitting(candidates.unnamed, span));
  };
  const isKnownFree: Normalizing['isKnownFree'] = (candidates, span, wire) =>
    !mayBeNamed(candidates, wire) &&
    (candidates.unnamed.length === 0 || known.recall(candidates, span, wire)?.asks === asks.bearsNone);
  return { normalize, candidatesOf, isKnownFree };
};

/** Builds the reader of one dialect. */
export const createReader = (dialect: Dialect): ((fields: SpanFields) => NormalizedSpan | undefined) => {
  const name = `${dialect.id}@${dialect.version}`;
  const read = 'call' in dialect ? withRefusals(createReadCall(dialect.call)) : dialect.read;
  return (fields) => {
    const reading = read(fields);
    if (reading === undefined) return undefined;
    const { category: ownCategory } = reading;
    const failed = fields.span.statusCode === STATUS_ERROR;
    // Field by field, because a copy of whatever is there makes objects of many forms, which are slow to read from here on.
    return {
      role: reading.role,
      category: statedCategory(fields) ?? ownCategory,
      ownCategory,
      provider: reading.provider,
      model: reading.model,
      usage: reading.usage,
      undecided: reading.undecided,
      responseId: reading.responseId,
      serviceTier: reading.serviceTier,
      region: reading.region,
      reportedCost: reading.reportedCost,
      declaredCost: reading.declaredCost,
      attempt: reading.attempt,
      agent: reading.agent,
      requestId: reading.requestId,
      apiKeyFingerprint: reading.apiKeyFingerprint,
      human: reading.human,
      dialect: name,
      failed,
      outcome: outcomeOf(fields, failed),
    };
  };
};

/** Usage of a call that the provider refused is not missing: there was none. */
const withRefusals =
  (read: ReadSpan): ReadSpan =>
  (fields) => {
    const reading = read(fields);
    if (reading?.usage.kind !== 'missing' || !isRefused(fields) || isFiltered(fields)) return reading;
    return { ...reading, usage: { kind: 'unbilled', reason: 'call-failed' } };
  };

/** A filter reads the prompt before it turns it away, and some providers bill that: not even an error says that it was free. */
const isFiltered = (fields: SpanFields): boolean => {
  const error = fields.text(ERROR_KEYS);
  return error !== undefined && FILTERED.has(error);
};

const outcomeOf = (fields: SpanFields, failed: boolean): CallOutcome | undefined => {
  const ends = fields.first(FINISH_KEYS);
  if (isOneOf(REFUSED, ends)) return 'refused';
  if (isOneOf(FILTERED, ends) || isFiltered(fields)) return 'filtered';
  return failed ? 'failed' : undefined;
};

/** Whether the reason why an answer ended, or one of several, is among these. */
const isOneOf = (reasons: ReadonlySet<string>, ends: AttributeValue | undefined): boolean => {
  // Sentry writes the list as JSON text.
  if (typeof ends === 'string') return reasons.has(ends) || (ends.startsWith('["') && reasons.has(ends.slice(2, -2)));
  return Array.isArray(ends) && ends.some((end) => typeof end === 'string' && reasons.has(end));
};

/** Reasons why an answer ended, of OpenAI, Anthropic, Gemini and Bedrock, and the AI SDK's own word. */
const REFUSED: ReadonlySet<string> = new Set(['refusal']);
const FILTERED: ReadonlySet<string> = new Set([
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SAFETY',
  'SPII',
  'content-filter',
  'content_filter',
  'content_filtered',
  'guardrail_intervened',
]);

const STATUS_ERROR = 2;
const STATUS_KEYS: readonly string[] = [ATTR_HTTP_RESPONSE_STATUS_CODE, 'http.status_code'];
const ERROR_KEYS: readonly string[] = [ATTR_ERROR_TYPE];
const FINISH_KEYS: readonly string[] = [ATTR_GEN_AI_RESPONSE_FINISH_REASONS];
const CATEGORY_KEYS: readonly string[] = [ATTR_COSTSPAN_CATEGORY];

/** Errors by which a provider refuses a request. Anything else may have happened after the model ran. */
const REFUSALS: ReadonlySet<string> = new Set([
  'AuthenticationError',
  'BadRequestError',
  'NotFoundError',
  'OverloadedError',
  'PermissionDeniedError',
  'RateLimitError',
  'ThrottlingException',
  'authentication_error',
  'insufficient_quota',
  'invalid_request_error',
  'not_found_error',
  'overloaded_error',
  'permission_error',
  'rate_limit_error',
  'rate_limit_exceeded',
]);

/** Whether the provider refused the request: a failed span with an HTTP status from 400 on, or the name of a refusal. */
const isRefused = (fields: SpanFields): boolean => {
  if (fields.span.statusCode !== STATUS_ERROR) return false;
  const error = fields.text(ERROR_KEYS) ?? '';
  const status = Number(fields.text(STATUS_KEYS) ?? error);
  if (status >= 400 && status < 600) return true;
  // Class names may come with their module: `openai.RateLimitError`.
  return REFUSALS.has(error.slice(error.lastIndexOf('.') + 1));
};

const statedCategory = (fields: SpanFields): Category | undefined => {
  const stated = fields.first(CATEGORY_KEYS);
  return stated === undefined ? undefined : CATEGORIES.find((category) => category === stated);
};
