import {
  ATTR_COSTSPAN_PROVIDER,
  ATTR_COSTSPAN_USAGE_MISSING,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
} from '@costspan/semconv';
import { type Attributes, type Context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import type { SpanStarter } from '../span-starter.ts';
import { type AttributeSink, sinkOf, writeAll } from '../spans/attribute-sink.ts';
import { attributesOf, modelOfForeignSpan } from '../spans/model-span.ts';
import type { OpenEmbeddingSpans } from '../spans/open-embedding-spans.ts';

/** How a call ended, for its span. */
export type CallSpanEnding = {
  readonly isFailed: boolean;
  /** Milliseconds since 1970. Default: now. */
  readonly atMs?: number;
  /** Whether the call was left before its end. */
  readonly isCut?: boolean;
  /** Emits the failed call as an attempt, should another follow on the same span. */
  readonly asAttempt?: () => void;
};

/** The span that tells what a call cost: one of our own, or one that another instrumentation has started for the call. */
export type CallSpan = {
  readonly isRecording: boolean;
  /** Context in which the call is the active span. */
  readonly context: Context;
  /** Attempts that came before on the same span, and failed. */
  readonly attemptsBefore: number;
  readonly addEvent: (name: string, attributes: Attributes) => unknown;
  /** Takes what is said of the call when it ends. */
  readonly onto: AttributeSink;
  readonly end: (ending: CallSpanEnding) => void;
};

/** What a call span of our own looks like when it starts. */
export type CallSpanStart = {
  readonly name: string;
  readonly attributes: Attributes;
  readonly startMs: number;
  /** Where an embedding may find the span that was started for it: its model, and the spans that are open. */
  readonly embedding?: { readonly model: string; readonly open: OpenEmbeddingSpans } | undefined;
};

/** A span of our own, a child of what is active in `parent`. */
export const startCallSpan = (spans: SpanStarter, parent: Context, start: CallSpanStart): CallSpan => {
  const options = { kind: SpanKind.CLIENT, attributes: start.attributes, startTime: start.startMs };
  const span = spans.startSpan(start.name, options, parent);
  return {
    isRecording: span.isRecording(),
    context: trace.setSpan(parent, span),
    attemptsBefore: 0,
    addEvent: (name, attributes) => span.addEvent(name, attributes),
    onto: span,
    end: ({ isFailed, atMs }) => {
      if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(atMs);
    },
  };
};

/**
 * The span that another instrumentation started for the model call in `parent`, if nothing was written on it yet but a
 * failure that is now tried again; else a span of our own. Name, status, token counts and end of an adopted span stay with its
 * owner. One that its owner has ended too soon to be written on, or may never end because the call was left, gets a child
 * that says the rest.
 */
export const adoptCallSpan = (spans: SpanStarter, parent: Context, start: CallSpanStart): CallSpan => {
  const span = findAdoptable(parent, start);
  if (span === undefined) return silently(startCallSpan(spans, parent, start));
  const before = adopted.get(span);
  before?.asAttempt?.();
  const state: Adoption = { attempts: (before?.attempts ?? 0) + 1 };
  adopted.set(span, state);
  const inSpan = trace.setSpan(parent, span);
  // All at once: a span that says it is a call but not what it used would look like one whose usage is unknown.
  const told: Attributes = {};
  return {
    isRecording: true,
    context: inSpan,
    attemptsBefore: state.attempts - 1,
    addEvent: (name, attributes) => span.addEvent(name, attributes),
    onto: sinkOf(told),
    end: (ending) => {
      if (!span.isRecording() || ending.isCut === true) {
        const own = silently(startCallSpan(spans, inSpan, start));
        writeAll(told, own.onto);
        own.end(ending);
        return;
      }
      if (ending.asAttempt !== undefined) state.asAttempt = ending.asAttempt;
      span.setAttributes(additions(span, { ...start.attributes, ...told }, state));
    },
  };
};

/** Attributes without the token counts that dashboards add up: beside another instrumentation they would count twice. */
export const withoutTokenCounts = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([key]) => !isTokenCount(key)));

const isTokenCount = (key: string): boolean => key.startsWith('gen_ai.usage.');

/** Whether a call was written, or will be, on a span that another instrumentation has started for it. */
export const isAdopted = (span: Span): boolean => adopted.has(span);

type Adoption = { readonly attempts: number; asAttempt?: () => void };

const adopted = new WeakMap<Span, Adoption>();

const findAdoptable = (parent: Context, { embedding }: CallSpanStart): Span | undefined => {
  const active = trace.getSpan(parent);
  if (active !== undefined && isAdoptable(active) && modelOfForeignSpan(active) !== undefined) return active;
  return embedding?.open.find(parent, embedding.model, isAdoptable);
};

/** A span that a request is made in may be anything: a web request, a whole conversation. Only a model call is adopted. */
const isAdoptable = (span: Span): boolean => {
  const state = adopted.get(span);
  return span.isRecording() && (state === undefined || state.asAttempt !== undefined);
};

const silently = (span: CallSpan): CallSpan => ({
  ...span,
  onto: {
    setAttribute: (name, value) => {
      if (!isTokenCount(name)) span.onto.setAttribute(name, value);
    },
  },
});

/** What is written on the span of another: our own words, and names it lacks. What it is and what it counts stays its owner's. */
const additions = (span: Span, attributes: Attributes, { attempts }: Adoption): Attributes => {
  const present = attributesOf(span);
  const provider = attributes[ATTR_GEN_AI_PROVIDER_NAME];
  const isOurs = (key: string): boolean => key.startsWith('costspan.') || (attempts > 1 && key.startsWith('http.'));
  const added = Object.entries(withoutTokenCounts(attributes)).filter(
    ([key]) => isOurs(key) || (present[key] === undefined && !OWNERS.has(key)),
  );
  return {
    ...Object.fromEntries(added),
    ...(provider !== undefined && { [ATTR_COSTSPAN_PROVIDER]: provider }),
    // What an earlier attempt left unknown this one may have told.
    ...(attempts > 1 && attributes[ATTR_COSTSPAN_USAGE_MISSING] === undefined && { [ATTR_COSTSPAN_USAGE_MISSING]: false }),
  };
};

const OWNERS: ReadonlySet<string> = new Set([ATTR_GEN_AI_OPERATION_NAME, ATTR_GEN_AI_PROVIDER_NAME, ATTR_ERROR_TYPE]);
