/** Outcomes that complete a unit, by item type. A type without an entry uses {@link completedByDefault}. */
export type CompletedOutcomes = Readonly<Record<string, readonly string[]>>;

/**
 * Outcomes that complete a unit of a type nobody configured: words that mean the work is done as it was meant to be. Escalated,
 * rejected, denied, failed, cancelled and abandoned items are attempts, not completed units; nor is one without an outcome.
 */
export const completedByDefault: readonly string[] = [
  'approved',
  'completed',
  'delivered',
  'done',
  'fulfilled',
  'processed',
  'qualified',
  'resolved',
  'success',
  'succeeded',
];

/** True when an item of the type that ended so counts as a completed unit. */
export function isCompleted(type: string, outcome: string | undefined, completed: CompletedOutcomes): boolean {
  return outcome !== undefined && (completed[type] ?? completedByDefault).includes(outcome);
}
