import type { Span } from '@opentelemetry/api';
import { SDK_SCOPE } from '../version.ts';

// Attributes by which other instrumentations say that a span is a model call, and that it is the call itself.
const MODEL_CALL = ['gen_ai.request.model', 'ai.model.id', 'llm.model_name'];

/** The attributes of a span, where its implementation shows them. */
export const attributesOf = (span: Span): Readonly<Record<string, unknown>> =>
  'attributes' in span && typeof span.attributes === 'object' && span.attributes !== null
    ? (span.attributes as Readonly<Record<string, unknown>>)
    : {};

/** The model a span of another instrumentation names as the one it calls; undefined for any other span, and for ours. */
export const modelOfForeignSpan = (span: Span): string | undefined => {
  const scope = 'instrumentationScope' in span ? (span.instrumentationScope as { readonly name?: unknown }) : undefined;
  if (scope?.name === SDK_SCOPE) return undefined;
  const attributes = attributesOf(span);
  const model = MODEL_CALL.map((key) => attributes[key]).find((value) => value !== undefined);
  return typeof model === 'string' ? model : undefined;
};
