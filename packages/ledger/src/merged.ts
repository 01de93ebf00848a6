import type { Attribution } from './attribution.ts';
import type { CostFact, Decision } from './decision.ts';
import type { SpanFact } from './span-fact.ts';

/** Whose cost a span is, with what else is decided about it from where it stands in its trace. */
type Placed = Attribution & Pick<Decision, 'late' | 'merged'>;

/** A span that is counted, with what the other spans of its call say that it does not. */
export type Merged = { readonly attribution: Placed; readonly merged?: NonNullable<Decision['merged']> };

/**
 * What to add to spans that are counted, from the other spans of their calls: the work item where their own way up names none,
 * dimensions, and names. Of several others the first to start says it.
 */
export function mergedOf(
  tellers: ReadonlyMap<string, readonly CostFact[]>,
  facts: ReadonlyMap<string, SpanFact>,
  attribute: (fact: SpanFact) => Placed,
): ReadonlyMap<string, Merged> {
  const merged = new Map<string, Merged>();
  for (const [spanId, others] of tellers) {
    const counted = facts.get(spanId);
    if (counted !== undefined) merged.set(spanId, merge(counted, others.toSorted(byStart), attribute));
  }
  return merged;
}

function merge(counted: SpanFact, others: readonly CostFact[], attribute: (fact: SpanFact) => Placed): Merged {
  const own = attribute(counted);
  const attributions = others.map(attribute);
  const { item, itemSource } = (isNamed(own) ? undefined : attributions.find(isNamed)) ?? {};
  const { unattributedReason: _reason, ...rest } = own;
  const whose = item === undefined || itemSource === undefined ? own : { ...rest, item, itemSource };
  const dimensions = Object.assign({}, ...attributions.toReversed().map((each) => each.dimensions), own.dimensions);
  const merged = namesOf(counted, others);
  return { attribution: { ...whose, dimensions }, ...(merged === undefined ? {} : { merged }) };
}

/** Whether the way up of a span names the item, rather than the rest of its trace. */
function isNamed({ itemSource }: Attribution): boolean {
  return itemSource !== undefined && itemSource !== 'trace';
}

const names = ['agent', 'requestId', 'apiKeyFingerprint', 'callId'] as const;

function namesOf({ observation: counted }: SpanFact, others: readonly CostFact[]): Merged['merged'] {
  const merged: Partial<Record<(typeof names)[number], string>> = {};
  for (const name of names) {
    if (counted?.[name] !== undefined) continue;
    const value = others.map(({ observation }) => observation[name]).find((each) => each !== undefined);
    if (value !== undefined) merged[name] = value;
  }
  return Object.keys(merged).length === 0 ? undefined : merged;
}

function byStart(left: CostFact, right: CostFact): number {
  if (left.startNs !== right.startNs) return left.startNs < right.startNs ? -1 : 1;
  return left.spanId < right.spanId ? -1 : 1;
}
