import { bearsCost, isLink, type SpanFact, strongerFact } from '@costspan/ledger';
import { contextFactsOf, costFactsOf, type PackedTrace } from '../facts/read-packed-facts.ts';
import type { PackedRecord } from './entry-rows.ts';
import type { TraceIdentity } from './trace-rows.ts';

/** A fact that came in a request; `packed` is its record there when it bears cost. */
export type IncomingFact = { readonly fact: SpanFact; readonly packed?: PackedRecord };

/** The facts of one trace in a request. */
export type IncomingTrace = TraceIdentity & {
  readonly facts: readonly IncomingFact[];
  /** Its facts without cost as they came, as long as none of them was left out. */
  readonly packed?: Pick<PackedTrace, 'context' | 'words'>;
};

/** Reads the facts of a packed trace, cost-bearing ones first. */
export function incomingTrace(packed: PackedTrace): IncomingTrace {
  const { tenant, traceId, words, costs } = packed;
  const facts: IncomingFact[] = costFactsOf(packed).map((fact, index) => {
    const record = costs[index];
    return record === undefined ? { fact } : { fact, packed: { record, words } };
  });
  for (const fact of contextFactsOf(packed)) facts.push({ fact });
  return { tenant, traceId, facts, packed };
}

/** Whether two facts of one span say the same, or the second says less. Most repetitions are of spans without cost. */
export function saysNoMore(known: SpanFact, fact: SpanFact): boolean {
  if (!bearsCost(known) && !bearsCost(fact) && isSameMention(known, fact)) return true;
  return strongerFact(known, fact) === known;
}

function isSameMention(one: SpanFact, other: SpanFact): boolean {
  // Decisions are rare: whether they are the same is left to the comparison of everything.
  if (one.events !== undefined || other.events !== undefined) return false;
  if (one.parentSpanId !== other.parentSpanId || !isSameTelemetry(one.telemetry, other.telemetry)) return false;
  if (isLink(one) && isLink(other) && one.telemetry === undefined) return true;
  return (
    one.startNs === other.startNs &&
    one.endNs === other.endNs &&
    one.itemProblem === other.itemProblem &&
    one.item?.type === other.item?.type &&
    one.item?.id === other.item?.id &&
    one.item?.source === other.item?.source &&
    one.item?.parentId === other.item?.parentId &&
    one.outcome?.value === other.outcome?.value &&
    one.outcome?.atNs === other.outcome?.atNs &&
    isSameDimensions(one.dimensions, other.dimensions)
  );
}

function isSameTelemetry(one: SpanFact['telemetry'], other: SpanFact['telemetry']): boolean {
  return one?.bytes === other?.bytes && one?.prices === other?.prices;
}

function isSameDimensions(one: SpanFact['dimensions'] = {}, other: SpanFact['dimensions'] = {}): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
