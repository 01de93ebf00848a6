import { ATTR_COSTSPAN_AGENT_NAME, ATTR_COSTSPAN_WORK_ITEM_ID } from '@costspan/semconv';
import type { Context } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/sdk-trace';
import type { Stamp } from '../options.ts';
import { workItemOf, workScopeOf } from '../work-item/work-item-context.ts';
import { isCostSpan } from './is-cost-span.ts';

/** Writes the work item of `parent` on a span that has just started, wherever it comes from. */
export const stampWorkItem = (span: Span, parent: Context, stamp: Stamp): void => {
  const agent = workScopeOf(parent)?.agent;
  if (agent !== undefined && span.attributes[ATTR_COSTSPAN_AGENT_NAME] === undefined && isWanted(span, stamp)) {
    span.setAttribute(ATTR_COSTSPAN_AGENT_NAME, agent.name);
  }
  const item = workItemOf(parent);
  if (item === undefined || !isWanted(span, stamp)) return;
  // Whoever named an item on the span itself knows better, and half of two identities would be nobody's.
  if (span.attributes[ATTR_COSTSPAN_WORK_ITEM_ID] !== undefined) return;
  span.setAttributes(item.attributes);
};

const isWanted = (span: Span, stamp: Stamp): boolean =>
  stamp === 'all' || isCostSpan(span) || (stamp === 'roots' && !hasParentHere(span));

const hasParentHere = ({ parentSpanContext }: Span): boolean =>
  parentSpanContext !== undefined && parentSpanContext.isRemote !== true;
