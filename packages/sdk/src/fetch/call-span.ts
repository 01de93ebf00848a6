import { type Attributes, type Context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { SpanStarter } from '../span-starter.ts';
import { SDK_SCOPE } from '../version.ts';

/** The span that tells what a call cost: one of our own, or one that another instrumentation has started for the call. */
export type CallSpan = {
  readonly isRecording: boolean;
  /** Context in which the call is the active span. */
  readonly context: Context;
  readonly addEvent: (name: string, attributes: Attributes) => unknown;
  readonly end: (attributes: Attributes, ending: { readonly isFailed: boolean; readonly atMs?: number }) => void;
};

/** What a call span of our own looks like when it starts. */
export type CallSpanStart = { readonly name: string; readonly attributes: Attributes; readonly startMs: number };

/** A span of our own, a child of what is active in `parent`. */
export const startCallSpan = (spans: SpanStarter, parent: Context, start: CallSpanStart): CallSpan => {
  const options = { kind: SpanKind.CLIENT, attributes: start.attributes, startTime: start.startMs };
  const span = spans.startSpan(start.name, options, parent);
  return {
    isRecording: span.isRecording(),
    context: trace.setSpan(parent, span),
    addEvent: (name, attributes) => span.addEvent(name, attributes),
    end: (attributes, { isFailed, atMs }) => {
      span.setAttributes(attributes);
      if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(atMs);
    },
  };
};

/**
 * The active span of `parent`, if another instrumentation started it for a model call and nothing was written on it yet;
 * else a span of our own. Name, status and end of an adopted span stay with its owner, and one that its owner has ended
 * too soon to be written on gets a child that says the rest.
 */
export const adoptCallSpan = (spans: SpanStarter, parent: Context, start: CallSpanStart): CallSpan => {
  const span = trace.getSpan(parent);
  if (span === undefined || !isAdoptable(span)) return startCallSpan(spans, parent, start);
  adopted.add(span);
  return {
    isRecording: true,
    context: parent,
    addEvent: (name, attributes) => span.addEvent(name, attributes),
    end: (attributes, ending) => {
      // All at once: a span that says it is a call but not what it used would look like one whose usage is unknown.
      if (span.isRecording()) span.setAttributes({ ...start.attributes, ...attributes });
      else startCallSpan(spans, parent, start).end(attributes, ending);
    },
  };
};

const adopted = new WeakSet<Span>();

// Attributes by which other instrumentations say that a span is a model call, and that it is the call itself.
const MODEL_CALL = ['gen_ai.request.model', 'ai.model.id', 'llm.model_name'];

/** A span that a request is made in may be anything: a web request, a whole conversation. Only a model call is adopted. */
const isAdoptable = (span: Span): boolean => {
  if (!span.isRecording() || adopted.has(span)) return false;
  if (!('attributes' in span) || typeof span.attributes !== 'object' || span.attributes === null) return false;
  const scope = 'instrumentationScope' in span ? (span.instrumentationScope as { readonly name?: unknown }) : undefined;
  const attributes = span.attributes as Readonly<Record<string, unknown>>;
  return scope?.name !== SDK_SCOPE && MODEL_CALL.some((key) => attributes[key] !== undefined);
};
