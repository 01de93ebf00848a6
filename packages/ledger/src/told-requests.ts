import { ancestry } from './ancestry.ts';
import type { CostFact } from './decision.ts';
import { groupBy } from './group-by.ts';
import { siblingsComparedMax } from './limits.ts';
import { parentsOf } from './parents-of.ts';
import type { SpanFact } from './span-fact.ts';

/** What else is known of the trace: its other spans that bear cost, in the order of their start, and what counts among them. */
export type ToldOptions = {
  readonly others: readonly CostFact[];
  /** Span id -> entry id of the one that is counted. */
  readonly duplicateOf: ReadonlyMap<string, string>;
  /** Span ids of sums that stand for their calls. */
  readonly standing: ReadonlySet<string>;
  /** Of a trace that has closed: entry id that a span was found to be a duplicate of. */
  readonly knownDuplicateOf: (spanId: string) => string | undefined;
};

/**
 * Whether a span is an answered request to a provider of models as an HTTP client's instrumentation sees it: it tells that a
 * call was made, and nothing of what the call used.
 */
export function isAnsweredRequest({ observation: { role, dialect } }: CostFact): boolean {
  return role === 'call' && dialect.startsWith(requestDialect);
}

const requestDialect = 'http-attempt@';

/**
 * Which answered requests another span of the trace tells: span id -> entry id of the one that is counted. What remains are
 * calls whose usage nobody reported. A request is told by
 *
 * - the nearest call, attempt or standing sum above it, or a tool above it that is billed by the same provider,
 * - else by a call beside it, or below a span beside it, that was open when it was sent: some instrumentations do not make their
 *   spans the parents of what happens in them. Each call tells one request then, because another one may be a call that nobody
 *   reports,
 * - else by a request above it that another HTTP instrumentation saw.
 *
 * `requests` are in the order of their start.
 */
export function toldRequests(
  facts: ReadonlyMap<string, SpanFact>,
  requests: readonly CostFact[],
  { others, duplicateOf, standing, knownDuplicateOf }: ToldOptions,
): ReadonlyMap<string, string> {
  if (requests.length === 0) return noRequests;
  const told = new Map<string, string>();
  const countedFor = (teller: CostFact): string => duplicateOf.get(teller.spanId) ?? teller.observation.entryId;
  const tellers = new Map(others.filter((other) => isTeller(other, standing)).map((teller) => [teller.spanId, teller]));
  const aboveOf = ancestry(facts, ({ spanId }) => tellers.has(spanId));
  for (const request of requests) {
    const known = knownDuplicateOf(request.spanId);
    const teller = known === undefined ? tellerAbove(request, tellers, aboveOf) : undefined;
    if (known !== undefined) told.set(request.spanId, known);
    else if (teller !== undefined) told.set(request.spanId, countedFor(teller));
  }
  const alone = requests.filter(({ spanId, parentSpanId }) => parentSpanId !== '' && !told.has(spanId));
  const used = new Set(told.values());
  const isFree = (call: CostFact): boolean => !used.has(countedFor(call));
  for (const [request, call] of callsBeside(facts, alone, others.filter(isAnsweredCall), isFree)) {
    told.set(request.spanId, countedFor(call));
    used.add(countedFor(call));
  }
  addNested(facts, requests, told);
  return told;
}

const noRequests: ReadonlyMap<string, string> = new Map();

function isTeller({ spanId, observation: { role, receipt } }: CostFact, standing: ReadonlySet<string>): boolean {
  if (role === 'attempt') return receipt.status !== 'non_billable';
  return role === 'call' || role === 'tool' || standing.has(spanId);
}

function isAnsweredCall({ observation: { role, receipt } }: CostFact): boolean {
  return role === 'call' && receipt.status !== 'non_billable';
}

/** A tool has prices of its own, and may call models beside: only one that the same provider bills is the request. */
function tellerAbove(
  request: CostFact,
  tellers: ReadonlyMap<string, CostFact>,
  aboveOf: ReturnType<typeof ancestry>,
): CostFact | undefined {
  const passed = new Set<string>();
  let above = tellers.get(aboveOf(request).nearest?.spanId ?? '');
  while (above !== undefined && !passed.has(above.spanId)) {
    const { role, provider } = above.observation;
    if (role !== 'tool' || provider === request.observation.provider) return above;
    passed.add(above.spanId);
    above = tellers.get(aboveOf(above).nearest?.spanId ?? '');
  }
  return undefined;
}

/**
 * Pairs as many requests as possible with calls below the same parent that were open when they were sent. `isFree` is asked again
 * for every pair: two spans may tell one call.
 */
function* callsBeside(
  facts: ReadonlyMap<string, SpanFact>,
  requests: readonly CostFact[],
  calls: readonly CostFact[],
  isFree: (call: CostFact) => boolean,
): Iterable<readonly [request: CostFact, call: CostFact]> {
  if (requests.length === 0 || calls.length === 0) return;
  const sentFrom = groupBy(requests, (request) => request.parentSpanId);
  const below = new Map<string, CostFact[]>([...sentFrom.keys()].map((spanId) => [spanId, []]));
  for (const call of calls) for (const spanId of parentsOf(facts, call)) below.get(spanId)?.push(call);
  for (const [parentSpanId, sent] of sentFrom) {
    const besides = below.get(parentSpanId) ?? [];
    const open: CostFact[] = [];
    let next = 0;
    for (const request of sent) {
      for (let call = besides[next]; call !== undefined && call.startNs <= request.startNs; call = besides[next]) {
        insertByEnd(open, call);
        next += 1;
      }
      // Of those that are open the first to end is of least use to the requests after this one.
      const at = open.findIndex((call) => call.endNs >= request.startNs && isFree(call));
      const call = open[at];
      open.splice(0, call === undefined ? open.length : at + 1);
      if (call !== undefined) yield [request, call];
    }
  }
}

function insertByEnd(open: CostFact[], call: CostFact): void {
  const at = open.findLastIndex(({ endNs }) => endNs <= call.endNs) + 1;
  open.splice(at, 0, call);
  if (open.length > siblingsComparedMax) open.shift();
}

/** Of requests within requests the outer one counts. One that starts no earlier than another is never above it, so no circle is. */
function addNested(facts: ReadonlyMap<string, SpanFact>, requests: readonly CostFact[], told: Map<string, string>): void {
  if (requests.length < 2) return;
  const bySpan = new Map(requests.map((request, index) => [request.spanId, { request, index }]));
  const aboveOf = ancestry(facts, ({ spanId }) => bySpan.has(spanId));
  for (const [index, request] of requests.entries()) {
    const outer = bySpan.get(aboveOf(request).nearest?.spanId ?? '');
    if (outer === undefined || outer.index > index || told.has(request.spanId)) continue;
    if (outer.request.observation.scopeName === request.observation.scopeName) continue;
    told.set(request.spanId, told.get(outer.request.spanId) ?? outer.request.observation.entryId);
  }
}
