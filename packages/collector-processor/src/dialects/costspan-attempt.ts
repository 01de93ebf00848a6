import { ATTR_COSTSPAN_ATTEMPT_BILLABLE, ATTR_COSTSPAN_ATTEMPT_NUMBER } from '@costspan/semconv';
import type { CostReading, SpanFields } from './dialect.ts';

/** Keys of an attempt. */
export const ATTEMPT_KEYS: readonly string[] = [ATTR_COSTSPAN_ATTEMPT_BILLABLE, ATTR_COSTSPAN_ATTEMPT_NUMBER];

/** Which attempt of its call a span is, and whether it is billed; undefined when the span says neither. Not said: billed. */
export const readAttempt = (fields: SpanFields): CostReading['attempt'] => {
  if (fields.first(ATTEMPT_KEYS) === undefined) return undefined;
  const number = fields.get(ATTR_COSTSPAN_ATTEMPT_NUMBER);
  const billable = fields.text(ATTR_COSTSPAN_ATTEMPT_BILLABLE);
  if (number === undefined && billable === undefined) return undefined;
  return {
    number: typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : 1,
    billable: billable === 'no' || billable === 'possible' ? billable : 'yes',
  };
};
