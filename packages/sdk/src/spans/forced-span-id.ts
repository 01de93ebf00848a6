import { type Context, createContextKey } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/sdk-trace';

const FORCED_SPAN_ID = createContextKey('costspan.forced_span_id');

/**
 * A context in which the next span gets the given id, if the span processor is registered. The ledger takes spans of one
 * identity for one span, so that what is reported twice, even by two processes, is charged once.
 */
export const withForcedSpanId = (parent: Context, spanId: string): Context => parent.setValue(FORCED_SPAN_ID, spanId);

/** Gives a span that has just started the id its context asks for. */
export const applyForcedSpanId = (span: Span, parent: Context): void => {
  const spanId = parent.getValue(FORCED_SPAN_ID);
  // The API has no other way to choose an id, and at this moment nobody has read it yet.
  if (typeof spanId === 'string') span.spanContext().spanId = spanId;
};
