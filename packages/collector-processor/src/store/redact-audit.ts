import {
  ATTR_COSTSPAN_BUDGET_APPROVAL_ID,
  ATTR_COSTSPAN_BUDGET_CURRENCY,
  ATTR_COSTSPAN_BUDGET_DECISION,
  ATTR_COSTSPAN_BUDGET_LIMIT,
  ATTR_COSTSPAN_BUDGET_LIMIT_MS,
  ATTR_COSTSPAN_BUDGET_NAME,
  ATTR_COSTSPAN_BUDGET_REASON,
  ATTR_COSTSPAN_BUDGET_SCOPE,
} from '@costspan/semconv';
import type { Redaction } from '../config/config.ts';
import type { SentAudit } from './received-events.ts';

/** A decision as one destination may see it. */
export type RedactedAudit = SentAudit & {
  /** What the destination does not get to see of any decision; absent: it sees everything. */
  readonly redaction?: Redaction;
};

/**
 * The decision without what a destination must not see. It does not say whether its amounts are those of one call at a price per
 * call, of a contract, or of a person, and what was spent before and after it is their difference; so whatever is redacted,
 * what a budget was set to stays and no other number does.
 */
export function redactAudit(sent: SentAudit, redaction: Redaction): RedactedAudit {
  if (redaction.length === 0) return sent;
  const told = Object.entries(sent.event.attributes).filter(([key]) => withoutAmount.has(key));
  return { ...sent, event: { ...sent.event, attributes: Object.fromEntries(told) }, redaction };
}

const withoutAmount: ReadonlySet<string> = new Set([
  ATTR_COSTSPAN_BUDGET_DECISION,
  ATTR_COSTSPAN_BUDGET_NAME,
  ATTR_COSTSPAN_BUDGET_SCOPE,
  ATTR_COSTSPAN_BUDGET_CURRENCY,
  ATTR_COSTSPAN_BUDGET_LIMIT,
  ATTR_COSTSPAN_BUDGET_LIMIT_MS,
  ATTR_COSTSPAN_BUDGET_REASON,
  ATTR_COSTSPAN_BUDGET_APPROVAL_ID,
]);
