import type { Unnamed } from './attribution.ts';
import type { Claim } from './claim.ts';
import type { DecideOptions, TraceDecision } from './decide-trace.ts';
import { bookingOf, type CostFact, type DecidedSpan, type Decision } from './decision.ts';
import { isSameCall } from './nested-calls.ts';
import type { Sighting } from './sighting.ts';
import type { ItemKey, SpanFact } from './span-fact.ts';
import { addTelemetry, decideTelemetry, isTelemetry, type TelemetrySum, telemetryOf } from './telemetry.ts';
import { isAnsweredRequest } from './told-requests.ts';

/** A trace, and what its spans that bear no cost say, where all that say anything say the same. */
export type PlainContext = Pick<SpanFact, 'tenant' | 'traceId'> & {
  /** What they say; absent: they only link. */
  readonly mentioned?: Said & {
    /** Start of the earliest and end of the latest of them, Unix nanoseconds. */
    readonly firstNs: bigint;
    readonly lastNs: bigint;
    /** The one with the greatest (start, span id). */
    readonly latest: { readonly atNs: bigint; readonly spanId: string };
  };
  /** What they add up to as telemetry; absent: nobody asked, or there are none. */
  readonly telemetry?: TelemetrySum;
  /** The nearest of some calls above another one of them; undefined: there is none. */
  readonly callAbove: (call: CostFact, calls: readonly CostFact[]) => CostFact | undefined;
};

/**
 * The decision about a trace in which there is nothing to weigh: every span that says anything names the same item with the same
 * dimensions, and nothing tells twice what another span tells. That is most traces of agents whose spans are stamped, and it is
 * decided without looking at the spans that bear no cost. The decision is the one that `decideTrace` makes; undefined for any
 * other trace. `costFacts` are one per span; they need no lines of receipts where they have a price.
 */
export function decidePlainTrace(
  costFacts: readonly CostFact[],
  context: PlainContext,
  { currency, entryIdOf }: Pick<DecideOptions, 'currency' | 'entryIdOf'>,
): TraceDecision | undefined {
  const { mentioned } = context;
  const first: Said | undefined = costFacts[0] ?? mentioned ?? (context.telemetry && noSaying);
  if (first === undefined) return undefined;
  if (mentioned !== undefined && !isSameItem(mentioned, first)) return undefined;
  for (const fact of costFacts) if (!saysPlainly(fact, first)) return undefined;
  if (tellsTwice(costFacts, context.callAbove)) return undefined;
  const item = first.item && { tenant: context.tenant, type: first.item.type, id: first.item.id };
  const dimensions = first.dimensions ?? noDimensions;
  const decision: Decision =
    item === undefined || first.item === undefined
      ? { unattributedReason: 'no-item', dimensions }
      : { item, itemSource: first.item.source, dimensions };
  const unnamed: Unnamed = item === undefined ? { unattributedReason: 'no-item' } : { item, itemSource: 'trace' };
  let foreign: Decision | undefined;
  const spans: DecidedSpan[] = [...costFacts].sort(byStart).map((fact) => {
    let decided = decision;
    if (fact.observation.receipt.currency !== currency) {
      foreign ??= { ...decision, currencyProblem: 'currency-differs' };
      decided = foreign;
    }
    return { fact, decision: decided, booking: bookingOf(fact, decided) };
  });
  const telemetry = entryIdOf && telemetryOfAll(costFacts, context.telemetry);
  if (telemetry !== undefined && entryIdOf !== undefined) {
    const owned = item === undefined ? { ...telemetry, unattributedReason: 'no-item' } : { ...telemetry, item };
    const { tenant, traceId } = context;
    const place = { tenant, traceId, dimensions: item === undefined ? noDimensions : dimensions };
    spans.push(decideTelemetry(owned, place, { currency, entryIdOf, repriced: noneRepriced }));
  }
  const sightings = item === undefined ? [] : [sightingOf(item, dimensions, spans, context)];
  return { spans, sightings, unnamed, standingSums: 0 };
}

const noneRepriced: ReadonlyMap<string, CostFact> = new Map();

function telemetryOfAll(costFacts: readonly CostFact[], others: TelemetrySum | undefined): TelemetrySum | undefined {
  let sum = others;
  for (const fact of costFacts) {
    const part = fact.telemetry && telemetryOf(fact);
    if (part !== undefined) sum = sum === undefined ? part : addTelemetry(sum, part);
  }
  return sum;
}

/** What a span says about its item. */
export type Said = Pick<SpanFact, 'item' | 'dimensions'>;

const noSaying: Said = {};
const noDimensions: Readonly<Record<string, string>> = {};

/** Whether a span says what the first one says, and nothing that needs the rest of the trace. */
function saysPlainly(fact: CostFact, first: Said): boolean {
  const { item, itemProblem, outcome, events, observation } = fact;
  if (itemProblem !== undefined || outcome !== undefined || events !== undefined) return false;
  if (item?.parentId !== undefined || item?.source !== first.item?.source) return false;
  if (observation.role === 'aggregate' || isTelemetry(fact) || isAnsweredRequest(fact)) return false;
  return fact === first || isSameItem(fact, first);
}

/** Whether two spans name the same item with the same dimensions. */
export function isSameItem(one: Said, other: Said): boolean {
  if (one.item?.type !== other.item?.type || one.item?.id !== other.item?.id) return false;
  return one.dimensions === other.dimensions || isSameText(one.dimensions ?? noDimensions, other.dimensions ?? noDimensions);
}

function isSameText(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  let left = 0;
  for (const key in one) {
    if (one[key] !== other[key]) return false;
    left += 1;
  }
  for (const _key in other) left -= 1;
  return left === 0;
}

/**
 * Whether two spans may tell one thing. Only different instrumentations do, of model calls, of queries of a vector database or
 * of attempts, and calls above calls, and handoffs.
 */
function tellsTwice(costFacts: readonly CostFact[], callAbove: PlainContext['callAbove']): boolean {
  const calls: CostFact[] = [];
  const scopes: { -readonly [Kind in TellerKind]: string | undefined } = {
    attempt: undefined,
    vector: undefined,
    model: undefined,
  };
  let handoffs = 0;
  for (const fact of costFacts) {
    const { scopeName, callId, human } = fact.observation;
    if (human?.handoffId !== undefined) handoffs += 1;
    const kind = tellerKindOf(fact);
    if (kind === undefined) continue;
    if ((scopes[kind] ?? scopeName) !== scopeName || (kind === 'vector' && callId !== undefined)) return true;
    scopes[kind] = scopeName;
    if (kind !== 'attempt') calls.push(fact);
  }
  if (handoffs > 1) return true;
  return calls.length > 1 && calls.some((call) => isWithinItself(call, callAbove(call, calls)));
}

/** Spans of one kind may tell one thing; of two kinds they never do. */
type TellerKind = 'attempt' | 'vector' | 'model';

function tellerKindOf({ observation: { role, category } }: CostFact): TellerKind | undefined {
  if (role === 'attempt') return 'attempt';
  if (category === 'vector') return role === 'call' || role === 'tool' ? 'vector' : undefined;
  return role === 'call' ? 'model' : undefined;
}

function isWithinItself(call: CostFact, above: CostFact | undefined): boolean {
  return above !== undefined && isSameCall(above, call);
}

function sightingOf(
  item: ItemKey,
  dimensions: Readonly<Record<string, string>>,
  spans: readonly DecidedSpan[],
  { mentioned, traceId }: PlainContext,
): Sighting {
  let [firstNs, lastNs] = [mentioned?.firstNs, mentioned?.lastNs];
  let latest = mentioned?.latest;
  for (const { fact } of spans) {
    const { startNs, endNs, spanId } = fact;
    if (firstNs === undefined || startNs < firstNs) firstNs = startNs;
    if (lastNs === undefined || endNs > lastNs) lastNs = endNs;
    if (latest === undefined || startNs > latest.atNs || (startNs === latest.atNs && spanId > latest.spanId)) {
      latest = { atNs: startNs, spanId };
    }
  }
  const { atNs, spanId } = latest ?? { atNs: 0n, spanId: '' };
  const claims = Object.keys(dimensions)
    .sort()
    .map((key): [string, Claim] => [key, { value: dimensions[key] ?? '', atNs, traceId, spanId }]);
  return { item, firstNs: firstNs ?? 0n, lastNs: lastNs ?? 0n, dimensions: Object.fromEntries(claims) };
}

function byStart(left: SpanFact, right: SpanFact): number {
  if (left.startNs !== right.startNs) return left.startNs < right.startNs ? -1 : 1;
  return left.spanId < right.spanId ? -1 : 1;
}
