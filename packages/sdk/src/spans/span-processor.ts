import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { guarded, reportFault } from '../faults.ts';
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
  onStart: (span, parent) => {
    try {
      applyForcedSpanId(span, parent);
      stampWorkItem(span, parent, stamp);
      openEmbeddings.started(span);
      foreignCalls.started(span, parent);
    } catch (fault) {
      reportFault('stamping a span', fault);
    }
  },
  onEnd: (span) => {
    openEmbeddings.ended(span.spanContext().spanId);
    guarded('looking at a span', undefined, foreignCalls.ended, span);
    if (spanExport !== undefined) guarded('exporting a span', undefined, spanExport.onEnd, span);
  },
  forceFlush: async () => spanExport?.forceFlush(),
  shutdown: async () => spanExport?.shutdown(),
});
