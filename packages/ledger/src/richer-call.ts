import type { CostFact } from './decision.ts';

/**
 * The one of two spans of a call that tells more about its cost: a whole cost before a part, a known one before an estimated
 * one, our own measurement before what others say, more units told apart, then the one that started later, which is nearer to
 * the provider. What remains is settled by scope and span id.
 */
export function richerCall(left: CostFact, right: CostFact): CostFact {
  for (const measure of measures) {
    const difference = measure(left) - measure(right);
    if (difference !== 0) return difference > 0 ? left : right;
  }
  if (left.startNs !== right.startNs) return left.startNs > right.startNs ? left : right;
  const [one, other] = [left.observation.scopeName, right.observation.scopeName];
  if (one !== other) return one < other ? left : right;
  return left.spanId < right.spanId ? left : right;
}

const measures: ReadonlyArray<(fact: CostFact) => number> = [
  ({ observation: { receipt } }) => (receipt.complete ? 1 : 0),
  ({ observation: { receipt } }) => (receipt.status === 'estimated' ? 0 : 1),
  ({ observation }) => (Object.keys(observation.usage).length > 0 ? 1 : 0),
  ({ observation }) => (observation.dialect.startsWith(ownDialect) ? 1 : 0),
  ({ observation }) => Object.keys(observation.usage).length,
];

/** What the wrappers of the SDK write is measured at the provider's answer itself. */
const ownDialect = 'costspan@';
