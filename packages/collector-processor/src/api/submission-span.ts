import { createHash } from 'node:crypto';
import { parseSku } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_AGENT_NAME,
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_DECLARED_COST_AMOUNT,
  ATTR_COSTSPAN_DECLARED_COST_CURRENCY,
  ATTR_COSTSPAN_DIMENSION_PREFIX,
  ATTR_COSTSPAN_HUMAN_DECISION,
  ATTR_COSTSPAN_HUMAN_ROLE,
  ATTR_COSTSPAN_HUMAN_TOUCH_MS,
  ATTR_COSTSPAN_HUMAN_TOUCH_SOURCE,
  ATTR_COSTSPAN_ROLE,
  ATTR_COSTSPAN_SKU,
  ATTR_COSTSPAN_USAGE_PREFIX,
  ATTR_COSTSPAN_WORK_ITEM_OUTCOME,
  ATTR_COSTSPAN_WORK_ITEM_OUTCOME_AT,
} from '@costspan/semconv';
import { type ItemOfSpan, itemAttributes, type MadeSpan } from './made-span.ts';
import type { Submission } from './submission.ts';

/**
 * A submission as a span in the words of the SDK: it is priced, forwarded and booked like any other. Its ids follow from the
 * tenant and the idempotency key, so sending it again is the same span again.
 */
export function submissionSpan(submission: Submission, tenant: string): MadeSpan {
  const { item, at, agent, dimensions = {} } = submission;
  const identity: ItemOfSpan = { tenant, type: item.type, id: item.id, parentId: item.parent_id };
  const digest = createHash('sha256').update(`costspan entry\n${tenant}\n${submission.idempotency_key}`).digest('hex');
  return {
    traceId: digest.slice(0, 32),
    spanId: digest.slice(32, 48),
    name: `entry ${nameOf(submission)}`,
    startNs: at,
    endNs: at,
    attributes: {
      ...itemAttributes(identity),
      ...Object.fromEntries(Object.entries(dimensions).map(([key, value]) => [ATTR_COSTSPAN_DIMENSION_PREFIX + key, value])),
      ...(agent === undefined ? {} : { [ATTR_COSTSPAN_AGENT_NAME]: agent }),
      ...outcomeAttributes(submission),
      ...humanAttributes(submission),
      ...usageAttributes(submission),
    },
  };
}

function nameOf({ human, sku, cost, category }: Submission): string {
  if (human !== undefined) return human.role;
  return sku ?? (cost === undefined ? 'outcome' : (category ?? 'cost'));
}

function outcomeAttributes({ outcome, at }: Submission): MadeSpan['attributes'] {
  if (outcome === undefined) return {};
  return { [ATTR_COSTSPAN_WORK_ITEM_OUTCOME]: outcome, [ATTR_COSTSPAN_WORK_ITEM_OUTCOME_AT]: String(at) };
}

function humanAttributes({ human, category }: Submission): MadeSpan['attributes'] {
  if (human === undefined) return {};
  return {
    [ATTR_COSTSPAN_ROLE]: 'handoff',
    [ATTR_COSTSPAN_CATEGORY]: category ?? 'human',
    [ATTR_COSTSPAN_HUMAN_ROLE]: human.role,
    [ATTR_COSTSPAN_HUMAN_TOUCH_MS]: human.touch,
    [ATTR_COSTSPAN_HUMAN_TOUCH_SOURCE]: 'declared',
    ...(human.decision === undefined ? {} : { [ATTR_COSTSPAN_HUMAN_DECISION]: human.decision }),
  };
}

function usageAttributes({ human, usage, sku, cost, category }: Submission): MadeSpan['attributes'] {
  if (human !== undefined || (usage === undefined && cost === undefined)) return {};
  return {
    [ATTR_COSTSPAN_ROLE]: 'tool',
    ...(category === undefined ? {} : { [ATTR_COSTSPAN_CATEGORY]: category }),
    ...(sku === undefined || parseSku(sku) === undefined ? {} : { [ATTR_COSTSPAN_SKU]: sku }),
    ...Object.fromEntries(Object.entries(usage ?? {}).map(([unit, count]) => [ATTR_COSTSPAN_USAGE_PREFIX + unit, count])),
    ...(cost === undefined
      ? {}
      : { [ATTR_COSTSPAN_DECLARED_COST_AMOUNT]: cost.amount, [ATTR_COSTSPAN_DECLARED_COST_CURRENCY]: cost.currency }),
  };
}
