import {
  ATTR_COSTSPAN_HANDOFF_EXPIRES_AT_MS,
  ATTR_COSTSPAN_HANDOFF_ID,
  ATTR_COSTSPAN_HANDOFF_STATE,
  ATTR_COSTSPAN_HUMAN_DECISION,
  ATTR_COSTSPAN_HUMAN_ROLE,
  ATTR_COSTSPAN_HUMAN_TOUCH_MS,
  ATTR_COSTSPAN_HUMAN_TOUCH_SOURCE,
  ATTR_COSTSPAN_HUMAN_WAIT_MS,
} from '@costspan/semconv';
import { optional } from '../optional.ts';
import type { CostReading, SpanFields, SpanUsage } from './dialect.ts';
import { usageOfValues } from './usage-of-values.ts';
import { withAssumption } from './with-assumption.ts';

/** Keys of a handoff. */
export const HUMAN_KEYS: readonly string[] = [
  ATTR_COSTSPAN_HANDOFF_EXPIRES_AT_MS,
  ATTR_COSTSPAN_HANDOFF_ID,
  ATTR_COSTSPAN_HANDOFF_STATE,
  ATTR_COSTSPAN_HUMAN_DECISION,
  ATTR_COSTSPAN_HUMAN_ROLE,
  ATTR_COSTSPAN_HUMAN_TOUCH_MS,
  ATTR_COSTSPAN_HUMAN_TOUCH_SOURCE,
  ATTR_COSTSPAN_HUMAN_WAIT_MS,
];

/** Role priced where a handoff names none. It has no rate, so the handoff shows as unpriced. */
const ROLE_OTHERWISE = 'unspecified';

/**
 * A handoff: who worked on the item and for how long. While it is open nobody has worked yet, so that it costs nothing; it
 * is kept so that it can be found. Without a touch time nothing is known; the price book may hold a default for the role.
 */
export const readHuman = (
  fields: SpanFields,
): { readonly human: NonNullable<CostReading['human']>; readonly usage: SpanUsage } => {
  if (fields.text(ATTR_COSTSPAN_HANDOFF_STATE) === 'open') return { human: openHandoff(fields), usage: NOBODY_YET };
  const touch = fields.get(ATTR_COSTSPAN_HUMAN_TOUCH_MS);
  const human = {
    role: fields.text(ATTR_COSTSPAN_HUMAN_ROLE) ?? ROLE_OTHERWISE,
    ...optional('touchMs', milliseconds(touch)),
    ...optional('waitMs', milliseconds(fields.get(ATTR_COSTSPAN_HUMAN_WAIT_MS))),
    ...optional('decision', fields.text(ATTR_COSTSPAN_HUMAN_DECISION)),
    ...optional('handoffId', fields.text(ATTR_COSTSPAN_HANDOFF_ID)),
  };
  if (touch === undefined) return { human, usage: { kind: 'missing' } };
  const isDefault = fields.text(ATTR_COSTSPAN_HUMAN_TOUCH_SOURCE) === 'default';
  const usage = withAssumption(usageOfValues([['human_ms', touch]]), isDefault ? 'touch-time-default' : undefined);
  return { human, usage };
};

const openHandoff = (fields: SpanFields): NonNullable<CostReading['human']> => ({
  role: fields.text(ATTR_COSTSPAN_HUMAN_ROLE) ?? ROLE_OTHERWISE,
  ...optional('handoffId', fields.text(ATTR_COSTSPAN_HANDOFF_ID)),
  ...optional('expiresAtMs', milliseconds(fields.get(ATTR_COSTSPAN_HANDOFF_EXPIRES_AT_MS))),
});

const NOBODY_YET: SpanUsage = { kind: 'unbilled', reason: 'handoff-open' };

const milliseconds = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
