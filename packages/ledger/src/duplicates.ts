import { ancestry } from './ancestry.ts';
import { type CallGroup, type CallGroups, openCallGroups } from './call-groups.ts';
import { joinCousins } from './cousin-calls.ts';
import type { CostFact } from './decision.ts';
import { groupBy } from './group-by.ts';
import { joinNested } from './nested-calls.ts';
import { richerCall } from './richer-call.ts';
import { joinSiblings } from './sibling-calls.ts';
import type { SpanFact } from './span-fact.ts';

/** Which spans repeat what others report. */
export type Duplicates = {
  /** Span id -> entry id of the one that is counted. */
  readonly duplicateOf: ReadonlyMap<string, string>;
  /** Span id of one that is counted -> the others that tell the same call, which may know what it does not. */
  readonly tellers: ReadonlyMap<string, readonly CostFact[]>;
};

export type DuplicatesOptions = {
  /** Span ids of sums that stand for their calls. */
  readonly standing: ReadonlySet<string>;
  /** Of a trace that has closed: entry id that a span was found to be a duplicate of. */
  readonly knownDuplicateOf: (spanId: string) => string | undefined;
};

/**
 * Which cost-bearing spans of a trace repeat what another one reports.
 *
 * - Model calls, and queries of vector databases: spans of different instrumentations with one id of the answer, one below the
 *   other, or side by side with the same use. The span that tells most is counted.
 * - Attempts below attempts: the outer one, which knows its call, is counted.
 * - Handoffs with one handoff id: a finished one before an open one, then the first to end. Finishing twice charges once.
 *
 * Sums take no part unless they stand for their calls. `costFacts` are in the order of their start.
 */
export function duplicatesOf(
  facts: ReadonlyMap<string, SpanFact>,
  costFacts: readonly CostFact[],
  options: DuplicatesOptions,
): Duplicates {
  const duplicateOf = new Map<string, string>();
  const tellers = new Map<string, readonly CostFact[]>();
  const calls = costFacts.filter((fact) => isCall(fact, options.standing));
  if (calls.length > 1) addCalls(groupCalls(facts, calls), calls, options, { duplicateOf, tellers });
  else for (const { spanId } of calls) addKnown(spanId, options, duplicateOf);
  addAttempts(facts, costFacts, duplicateOf);
  const priced = costFacts.filter(({ observation }) => observation.role !== 'aggregate');
  for (const handoff of alike(priced, ({ observation }) => observation.human?.handoffId)) {
    const first = handoff.reduce(finishedFirst);
    for (const { spanId } of handoff) {
      if (spanId !== first.spanId) duplicateOf.set(spanId, first.observation.entryId);
    }
  }
  return { duplicateOf, tellers };
}

function isCall({ spanId, observation: { role, category } }: CostFact, standing: ReadonlySet<string>): boolean {
  return role === 'call' || (role === 'tool' && category === 'vector') || standing.has(spanId);
}

function groupCalls(facts: ReadonlyMap<string, SpanFact>, calls: readonly CostFact[]): CallGroups {
  const groups = openCallGroups(calls);
  const sharedIds: (readonly CostFact[])[] = [];
  for (const sameId of alike(calls, ({ observation }) => observation.callId)) {
    const [first, ...others] = sameId;
    if (first === undefined || new Set(sameId.map(({ observation }) => observation.scopeName)).size < sameId.length) {
      sharedIds.push(sameId);
    } else for (const other of others) groups.join(first, other);
  }
  joinSiblings(facts, calls, groups);
  joinCousins(facts, calls, groups);
  const nested = joinNested(facts, calls, groups);
  nested.supersede();
  // Some servers give every answer the same id, so within an instrumentation an id makes no duplicate.
  for (const sameId of sharedIds) {
    const best = sameId.reduce(richerCall);
    for (const call of sameId) {
      const group = groups.of(call);
      if (!group.scopes.has(best.observation.scopeName)) groups.supersede(group, groups.of(best));
    }
  }
  return groups;
}

type Found = { readonly duplicateOf: Map<string, string>; readonly tellers: Map<string, readonly CostFact[]> };

function addCalls(groups: CallGroups, calls: readonly CostFact[], options: DuplicatesOptions, found: Found): void {
  const present = new Set(calls.map(({ observation }) => observation.entryId));
  const winners = new Map<CallGroup, string>();
  for (const call of calls) {
    const counted = groups.countedFor(call);
    const winner = winners.get(counted) ?? winnerOf(counted, present, options);
    winners.set(counted, winner);
    if (winner !== call.observation.entryId) found.duplicateOf.set(call.spanId, winner);
    else if (counted.members.length > 1) {
      found.tellers.set(
        call.spanId,
        counted.members.filter((member) => member !== call),
      );
    }
  }
}

/** Entry id of the span that is counted for a group: in a trace that has closed it may not be at hand. */
function winnerOf({ members, best }: CallGroup, present: ReadonlySet<string>, { knownDuplicateOf }: DuplicatesOptions): string {
  const known = members
    .map(({ spanId }) => knownDuplicateOf(spanId))
    .find((entryId) => entryId !== undefined && !present.has(entryId));
  return known ?? best.observation.entryId;
}

function addKnown(spanId: string, { knownDuplicateOf }: DuplicatesOptions, duplicateOf: Map<string, string>): void {
  const entryId = knownDuplicateOf(spanId);
  if (entryId !== undefined) duplicateOf.set(spanId, entryId);
}

/** The attempt that an HTTP client's instrumentation sees is the one that a wrapper around it tells. */
function addAttempts(
  facts: ReadonlyMap<string, SpanFact>,
  costFacts: readonly CostFact[],
  duplicateOf: Map<string, string>,
): void {
  const attempts = new Map(
    costFacts.filter(({ observation }) => observation.role === 'attempt').map((attempt) => [attempt.spanId, attempt]),
  );
  if (attempts.size < 2) return;
  const aboveOf = ancestry(facts, ({ spanId }) => attempts.has(spanId));
  const outerOf = new Map<CostFact, CostFact>();
  for (const attempt of attempts.values()) {
    const outer = attempts.get(aboveOf(attempt).nearest?.spanId ?? '');
    if (outer === undefined || outer.observation.scopeName === attempt.observation.scopeName) continue;
    outerOf.set(attempt, outer);
  }
  for (const attempt of outerOf.keys()) {
    const outermost = lastOf(attempt, outerOf);
    if (outermost !== attempt) duplicateOf.set(attempt.spanId, outermost.observation.entryId);
  }
}

/** The end of a chain; of a circle, the member with the smallest span id. */
function lastOf(first: CostFact, next: ReadonlyMap<CostFact, CostFact>): CostFact {
  const seen = new Set<CostFact>();
  let at = first;
  for (let after = next.get(at); after !== undefined && !seen.has(at); after = next.get(at)) {
    seen.add(at);
    at = after;
  }
  if (!next.has(at)) return at;
  let smallest = at;
  for (let each = next.get(at); each !== undefined && each !== at; each = next.get(each)) {
    if (each.spanId < smallest.spanId) smallest = each;
  }
  return smallest;
}

/** Groups of two or more. */
function alike(facts: readonly CostFact[], keyOf: (fact: CostFact) => string | undefined): Iterable<readonly CostFact[]> {
  return [...groupBy(facts, keyOf).values()].filter((group) => group.length > 1);
}

function finishedFirst(left: CostFact, right: CostFact): CostFact {
  const finished = isFinished(left);
  if (finished !== isFinished(right)) return finished ? left : right;
  if (left.endNs !== right.endNs) return left.endNs < right.endNs ? left : right;
  return left.spanId < right.spanId ? left : right;
}

// A finished handoff may state neither its minutes nor a decision, but then it has a cost, known or not. An open one has none.
function isFinished({ observation: { human, receipt } }: CostFact): boolean {
  return human?.touchMs !== undefined || human?.decision !== undefined || receipt.status !== 'non_billable';
}
