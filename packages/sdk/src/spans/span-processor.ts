import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { guard } from '../faults.ts';
import type { Stamp } from '../options.ts';
import { applyForcedSpanId } from './forced-span-id.ts';
import type { ForeignCalls } from './foreign-calls.ts';
import type { OpenEmbeddingSpans } from './open-embedding-spans.ts';
import { stampWorkItem } from './work-item-stamp.ts';

type SpanProcessorParts = {
  readonly stamp: Stamp;
  readonly spanExport: SpanProcessor | undefined;
  readonly openEmbeddings: OpenEmbeddingSpans;
  readonly foreignCalls: ForeignCalls;
};

/** The span processor an application registers: stamps work items on spans as they start, and exports where asked to. */
export const createSpanProcessor = ({ stamp, spanExport, openEmbeddings, foreignCalls }: SpanProcessorParts): SpanProcessor => ({
  onStart: (span, parent) =>
    guard(
      'stamping a span',
      () => {
        applyForcedSpanId(span, parent);
        stampWorkItem(span, parent, stamp);
        openEmbeddings.started(span);
        foreignCalls.started(span, parent);
      },
      undefined,
    ),
  onEnd: (span) => {
    openEmbeddings.ended(span.spanContext().spanId);
    guard('looking at a span', () => foreignCalls.ended(span), undefined);
    guard('exporting a span', () => spanExport?.onEnd(span), undefined);
  },
  forceFlush: async () => spanExport?.forceFlush(),
  shutdown: async () => spanExport?.shutdown(),
});
