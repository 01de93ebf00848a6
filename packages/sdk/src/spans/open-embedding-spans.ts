import { type Context, type Span, trace } from '@opentelemetry/api';
import { openEmbeddingSpansMax } from '../limits.ts';
import { attributesOf, modelOfForeignSpan } from './model-span.ts';

type StartedSpan = Span & { readonly parentSpanContext?: { readonly spanId: string } };

/** Spans that other instrumentations have started for embeddings and not ended. */
export type OpenEmbeddingSpans = {
  readonly started: (span: StartedSpan) => void;
  readonly ended: (spanId: string) => void;
  /** The innermost one for `model` below the active span of `parent` that `isWanted`, or undefined. */
  readonly find: (parent: Context, model: string, isWanted: (span: Span) => boolean) => Span | undefined;
};

/**
 * None yet. The Vercel AI SDK 7 makes the request for an embedding outside of the span it has started for it: only who has
 * seen that span start can tell where it is.
 */
export const createOpenEmbeddingSpans = (): OpenEmbeddingSpans => {
  const open = new Map<string, StartedSpan>();
  const hasOpenChild = new Set<string>();
  const forget = (spanId: string): void => {
    if (open.size === 0) return;
    open.delete(spanId);
    hasOpenChild.delete(spanId);
  };

  /** Id of the first span above `span` that is none of these. */
  const above = (span: StartedSpan): string | undefined => {
    let parentId = span.parentSpanContext?.spanId;
    for (let depth = 0; depth < open.size && parentId !== undefined; depth += 1) {
      const parent = open.get(parentId);
      if (parent === undefined) return parentId;
      parentId = parent.parentSpanContext?.spanId;
    }
    return parentId;
  };

  return {
    started: (span) => {
      if (modelOfForeignSpan(span) === undefined || !isEmbedding(span)) return;
      const parentId = span.parentSpanContext?.spanId;
      if (parentId !== undefined && open.has(parentId)) hasOpenChild.add(parentId);
      open.set(span.spanContext().spanId, span);
      const [oldest] = open.keys();
      if (open.size > openEmbeddingSpansMax && oldest !== undefined) forget(oldest);
    },
    ended: forget,
    find: (parent, model, isWanted) => {
      const activeId = trace.getSpan(parent)?.spanContext().spanId;
      for (const [spanId, span] of open) {
        if (hasOpenChild.has(spanId) || modelOfForeignSpan(span) !== model) continue;
        if (above(span) === activeId && isWanted(span)) return span;
      }
      return undefined;
    },
  };
};

const isEmbedding = (span: Span): boolean => {
  const attributes = attributesOf(span);
  return attributes['gen_ai.operation.name'] === 'embeddings' || String(attributes['ai.operationId']).startsWith('ai.embed');
};
