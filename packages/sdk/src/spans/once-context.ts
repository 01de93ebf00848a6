import { createHash } from 'node:crypto';
import { type Context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { withAttributes } from '../work-item/create-work-item.ts';
import { parseTraceparent } from '../work-item/span-context-text.ts';
import { withWorkItem } from '../work-item/work-item-context.ts';
import type { WorkItem } from '../work-item/work-item-type.ts';
import { withForcedSpanId } from './forced-span-id.ts';

/** What a token knows of the span that it began with. */
export type TokenOrigin = {
  readonly item: Omit<WorkItem, 'attributes'>;
  /** The span the token was made in, as `traceparent`. */
  readonly traceparent: string;
};

/**
 * A context for something that happens once, wherever it is reported: the trace and item it began in, and a span id that
 * follows from `event` alone. Reports of two processes are then one span to the ledger, and charged once. Where the
 * beginning was not traced, the trace follows from the event too.
 */
export const onceContext = (event: string, origin: TokenOrigin): Context => {
  const digest = createHash('sha256').update(`costspan ${event}`).digest('hex');
  const own = { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48), traceFlags: TraceFlags.SAMPLED, isRemote: true };
  const parent = trace.setSpanContext(ROOT_CONTEXT, parseTraceparent(origin.traceparent) ?? own);
  return withForcedSpanId(withWorkItem(parent, withAttributes(origin.item)), digest.slice(48, 64));
};
