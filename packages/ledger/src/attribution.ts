import type { ClosedTrace } from './decide-trace.ts';
import type { Decision } from './decision.ts';
import type { ItemKey, SpanFact } from './span-fact.ts';

/** Whose cost a span is, and the dimensions it has. */
export type Attribution = Pick<Decision, 'item' | 'itemSource' | 'unattributedReason' | 'dimensions'>;

/** Attribution of the spans of a trace that name no item and have no ancestor that does. */
export type Unnamed = Omit<Attribution, 'dimensions'>;

/**
 * Returns how the spans of one trace are attributed: to the item the span itself names, else its nearest ancestor that
 * names one, else the only item the trace names. A span, or nearest ancestor, whose item could not be taken leaves the
 * span unattributed for that reason: the innermost item is the one that is meant. Parents may be missing or form a circle.
 */
export function attributionOf(facts: ReadonlyMap<string, SpanFact>, unnamed: Unnamed): (fact: SpanFact) => Attribution {
  const known = new Map<string, Inherited>();
  return (fact) => {
    const { naming, dimensions } = inherited(fact, facts, known);
    const named = naming === undefined ? undefined : namedBy(naming);
    if (named === undefined) return { ...unnamed, dimensions };
    return named.itemSource === undefined || naming === fact
      ? { ...named, dimensions }
      : { ...named, itemSource: 'ancestor', dimensions };
  };
}

/** Returns how the spans of a closed trace are attributed: as they were, and late ones by what they carry themselves. */
export function frozenAttribution({
  unnamed,
  decisionOf,
}: ClosedTrace): (fact: SpanFact) => Attribution & Pick<Decision, 'late' | 'merged'> {
  return (fact) => {
    const decided = decisionOf(fact.spanId);
    if (decided === undefined) return { ...(namedBy(fact) ?? unnamed), dimensions: fact.dimensions ?? noDimensions, late: true };
    const { excluded: _excluded, ...attribution } = decided;
    return attribution;
  };
}

/** The only item the facts of a trace name, or why there is none. */
export function onlyItem(facts: Iterable<SpanFact>): Unnamed {
  let only: ItemKey | undefined;
  for (const { tenant, item } of facts) {
    if (item === undefined) continue;
    if (only === undefined) only = itemKey(tenant, item);
    else if (only.type !== item.type || only.id !== item.id) return { unattributedReason: 'ambiguous-trace' };
  }
  return only === undefined ? { unattributedReason: 'no-item' } : { item: only, itemSource: 'trace' };
}

/** What a fact itself says about whose cost it is; undefined when it says nothing. */
function namedBy({ tenant, item, itemProblem }: SpanFact): Unnamed | undefined {
  if (itemProblem !== undefined) return { unattributedReason: itemProblem };
  return item === undefined ? undefined : { item: itemKey(tenant, item), itemSource: item.source };
}

function itemKey(tenant: string, { type, id }: NonNullable<SpanFact['item']>): ItemKey {
  return { tenant, type, id };
}

/** What a span has from itself or its ancestors: the nearest fact that names an item or fails to, and dimensions by key. */
type Inherited = { readonly naming: SpanFact | undefined; readonly dimensions: Readonly<Record<string, string>> };

const noDimensions: Readonly<Record<string, string>> = {};

/** Walks up until something is known, then down again, so that a chain of any length is walked once and not recursively. */
function inherited(from: SpanFact, facts: ReadonlyMap<string, SpanFact>, known: Map<string, Inherited>): Inherited {
  const path: SpanFact[] = [];
  const onPath = new Set<string>();
  let above: Inherited | undefined;
  let fact: SpanFact | undefined = from;
  while (fact !== undefined && !onPath.has(fact.spanId)) {
    above = known.get(fact.spanId);
    if (above !== undefined) break;
    onPath.add(fact.spanId);
    path.push(fact);
    fact = facts.get(fact.parentSpanId);
  }
  // A circle has no top, and where one enters it must not matter: its spans inherit nothing from each other.
  const circleFrom = fact !== undefined && above === undefined ? path.indexOf(fact) : path.length;
  for (let index = path.length - 1; index >= 0; index -= 1) {
    const step = path[index] as SpanFact;
    above = extend(index >= circleFrom ? undefined : above, step);
    known.set(step.spanId, above);
  }
  return above ?? { naming: undefined, dimensions: noDimensions };
}

function extend(above: Inherited | undefined, fact: SpanFact): Inherited {
  const names = fact.item !== undefined || fact.itemProblem !== undefined;
  return {
    naming: names ? fact : above?.naming,
    dimensions: mergedDimensions(above?.dimensions ?? noDimensions, fact.dimensions),
  };
}

function mergedDimensions(
  above: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  if (own === undefined) return above;
  return above === noDimensions ? own : { ...above, ...own };
}
