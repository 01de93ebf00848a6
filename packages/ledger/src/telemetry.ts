import { parseTelemetryPrices, type TelemetryPrices, telemetryReceipt, telemetryUsage } from '@costspan/pricing';
import type { Attribution } from './attribution.ts';
import { bearsCost, bookingOf, type CostFact, type DecidedSpan, type Decision } from './decision.ts';
import { itemText } from './item-text.ts';
import { earlierNs, laterNs } from './nanoseconds.ts';
import type { SpanFact } from './span-fact.ts';

/** What some spans of a trace add up to as telemetry. */
export type TelemetrySum = {
  readonly bytes: number;
  readonly spans: number;
  /** Start of the earliest and end of the latest, Unix nanoseconds. */
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  /** The span with the least (start, span id), and the prices at its start: they hold for all. */
  readonly firstSpanId: string;
  readonly prices: string;
};

/** How what telemetry adds up to becomes an entry. */
export type TelemetryOptions = {
  /** ISO 4217: the reporting currency of the ledger. */
  readonly currency: string;
  /** Identity of an entry of a trace by a name, as spans have theirs by their ids: 32 hex digits. */
  readonly entryIdOf: (tenant: string, traceId: string, name: string) => string;
  /** What was priced anew, by identity: those prices hold. */
  readonly repriced: ReadonlyMap<string, CostFact>;
};

/** Whose telemetry it is: an item's, or nobody's for a reason. */
type Owner = Pick<Attribution, 'item' | 'unattributedReason'>;

/** What the spans of one owner add up to. */
export type OwnedTelemetry = TelemetrySum & Owner;

/** True for the fact of an entry of telemetry, which no span reported. */
export function isTelemetry({ observation }: SpanFact): boolean {
  return observation?.role === 'telemetry';
}

/** The facts that spans reported, and what was priced anew of those that none did. */
export function withoutTelemetry(facts: ReadonlyMap<string, SpanFact>): {
  readonly spans: ReadonlyMap<string, SpanFact>;
  readonly repriced: ReadonlyMap<string, CostFact>;
} {
  const made = [...facts.values()].filter(bearsCost).filter(isTelemetry);
  if (made.length === 0) return { spans: facts, repriced: nothing };
  const spans = new Map(facts);
  for (const { spanId } of made) spans.delete(spanId);
  const again = made.filter(({ observation }) => observation.repriced !== undefined);
  return { spans, repriced: new Map(again.map((fact) => [fact.observation.entryId, fact])) };
}

const nothing: ReadonlyMap<string, CostFact> = new Map();

/** What the spans of each item, and of none for one reason, add up to, by item. */
export function telemetrySums(facts: Iterable<SpanFact>, attribute: (fact: SpanFact) => Attribution): readonly OwnedTelemetry[] {
  const sums = new Map<string, { readonly of: Owner; sum: TelemetrySum }>();
  for (const fact of facts) {
    const part = telemetryOf(fact);
    if (part === undefined) continue;
    const of = ownerOf(attribute(fact));
    const key = nameOf(of);
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { of, sum: part });
    else known.sum = addTelemetry(known.sum, part);
  }
  return [...sums].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, { of, sum }]) => ({ ...of, ...sum }));
}

/** What one span is as telemetry; undefined where that was not asked for. */
export function telemetryOf({ telemetry, startNs, endNs, spanId }: SpanFact): TelemetrySum | undefined {
  if (telemetry === undefined) return undefined;
  const { bytes, prices } = telemetry;
  return { bytes, spans: 1, firstNs: startNs, lastNs: endNs, firstSpanId: spanId, prices };
}

/** What two groups of spans add up to. Order changes nothing. */
export function addTelemetry(one: TelemetrySum, other: TelemetrySum): TelemetrySum {
  const first = one.firstNs === other.firstNs ? one.firstSpanId < other.firstSpanId : one.firstNs < other.firstNs;
  const { firstSpanId, prices } = first ? one : other;
  return {
    bytes: one.bytes + other.bytes,
    spans: one.spans + other.spans,
    firstNs: earlierNs(one.firstNs, other.firstNs),
    lastNs: laterNs(one.lastNs, other.lastNs),
    ...{ firstSpanId, prices },
  };
}

/** The entry of what spans add up to: what it cost to have them taken in, at the price of the instant when the first began. */
export function decideTelemetry(
  sum: OwnedTelemetry,
  { tenant, traceId, dimensions }: Pick<SpanFact, 'tenant' | 'traceId'> & Pick<Decision, 'dimensions'>,
  { currency, entryIdOf, repriced }: TelemetryOptions,
): DecidedSpan {
  const of = ownerOf(sum);
  const entryId = entryIdOf(tenant, traceId, `telemetry ${nameOf(of)}`);
  const again = repriced.get(entryId);
  const text = again?.telemetry?.prices ?? sum.prices;
  const prices = pricesIn(text);
  const fact: CostFact = {
    ...{ tenant, traceId, parentSpanId: '', name: 'telemetry', startNs: sum.firstNs, endNs: sum.lastNs },
    // No span has it, and two entries of a trace have not the same.
    spanId: entryId.slice(0, 16),
    telemetry: { bytes: sum.bytes, prices: text },
    observation: observationOf(sum, prices, { entryId, repriced: again?.observation.repriced }),
  };
  const problem = prices.currency === currency ? {} : { currencyProblem: 'currency-differs' };
  const decision: Decision = { ...of, dimensions, ...problem };
  return { fact, decision, booking: bookingOf(fact, decision) };
}

let lastRead: { readonly text: string; readonly prices: TelemetryPrices } | undefined;

/** What prices a text holds. Spans one after the other mostly have the same. */
function pricesIn(text: string): TelemetryPrices {
  if (lastRead?.text !== text) lastRead = { text, prices: parseTelemetryPrices(text) };
  return lastRead.prices;
}

function observationOf(
  sum: TelemetrySum,
  prices: TelemetryPrices,
  { entryId, repriced }: { readonly entryId: string; readonly repriced: CostFact['observation']['repriced'] | undefined },
): CostFact['observation'] {
  return {
    entryId,
    ...{ scopeName: 'costspan', scopeVersion: '', dialect: 'telemetry@1', role: 'telemetry', category: 'observability' },
    ...{ provider: prices.provider, model: prices.model },
    usage: telemetryUsage(sum),
    receipt: telemetryReceipt(prices, sum),
    ...(repriced === undefined ? {} : { repriced }),
    waste: false,
  };
}

function ownerOf({ item, unattributedReason = '' }: Owner): Owner {
  return item === undefined ? { unattributedReason } : { item };
}

/** Text that two owners of one tenant share only when they are the same. */
function nameOf({ item, unattributedReason }: Owner): string {
  return item === undefined ? JSON.stringify([unattributedReason]) : itemText(item);
}
