import { ATTR_COSTSPAN_WORK_ITEM_OUTCOME, ATTR_COSTSPAN_WORK_ITEM_OUTCOME_AT } from '@costspan/semconv';
import { type Context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { nextInstantNs } from '../clock.ts';
import { guard } from '../faults.ts';
import type { SpanStarter } from '../span-starter.ts';
import { errorTypeOf } from '../wrap/error-type.ts';
import { observeResult } from '../wrap/observe-result.ts';
import { runInContext, withWorkItem } from './work-item-context.ts';
import type { WorkItem } from './work-item-type.ts';

/**
 * Runs `fn` as work on `item`, inside a span of its own: what one run causes is one trace, or a part of the trace it is
 * called in. `fn` gets the context it runs in.
 */
export const runAsWorkItem = <T>(spans: SpanStarter, parent: Context, item: WorkItem, fn: (context: Context) => T): T => {
  const outer = withWorkItem(parent, item);
  const start = (): Span =>
    spans.startSpan(`work_item ${item.type}`, { kind: SpanKind.INTERNAL, attributes: { ...item.attributes } }, outer);
  const span = guard('starting a work item', start, undefined);
  const inner = span === undefined ? outer : trace.setSpan(outer, span);
  return observeResult(
    () => runInContext(inner, () => fn(inner)),
    (ending) => {
      if (ending.kind === 'failed') {
        span?.setAttribute(ATTR_ERROR_TYPE, errorTypeOf(ending.error)).setStatus({ code: SpanStatusCode.ERROR });
      }
      span?.end();
    },
  );
};

/** Emits how `item` ended, as a span of its own: it may be known long after the work, and in another process. */
export const emitOutcome = (spans: SpanStarter, parent: Context, item: WorkItem, value: string): void => {
  const attributes = {
    ...item.attributes,
    [ATTR_COSTSPAN_WORK_ITEM_OUTCOME]: value,
    [ATTR_COSTSPAN_WORK_ITEM_OUTCOME_AT]: String(nextInstantNs()),
  };
  spans.startSpan(ATTR_COSTSPAN_WORK_ITEM_OUTCOME, { kind: SpanKind.INTERNAL, attributes }, withWorkItem(parent, item)).end();
};
