import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { guard } from '../faults.ts';
import type { Stamp } from '../options.ts';
import { applyForcedSpanId } from './forced-span-id.ts';
import { stampWorkItem } from './work-item-stamp.ts';

/** The span processor an application registers: stamps work items on spans as they start, and exports where asked to. */
export const createSpanProcessor = (stamp: Stamp, spanExport: SpanProcessor | undefined): SpanProcessor => ({
  onStart: (span, parent) =>
    guard(
      'stamping a span',
      () => {
        applyForcedSpanId(span, parent);
        stampWorkItem(span, parent, stamp);
      },
      undefined,
    ),
  onEnd: (span) => guard('exporting a span', () => spanExport?.onEnd(span), undefined),
  forceFlush: async () => spanExport?.forceFlush(),
  shutdown: async () => spanExport?.shutdown(),
});
