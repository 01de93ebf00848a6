import {
  bearsCost,
  type Contribution,
  canonicalText,
  contributionsOf,
  contributionText,
  type DecidedSpan,
  decideTrace,
  isTelemetry,
  type SpanFact,
  strongerFact,
} from '@costspan/ledger';
import { entryIdOf } from '../facts/entry-id.ts';
import type { ContributionRows } from './contribution-rows.ts';
import type { EntryRows, KeyedSpan, PackedRecord, StoredEntry } from './entry-rows.ts';
import { type IncomingFact, type IncomingTrace, saysNoMore } from './incoming.ts';
import type { ItemRows } from './item-rows.ts';
import type { KeptFacts } from './kept-facts.ts';
import type { LedgerFile } from './ledger-file.ts';
import { traceFactsMax } from './limits.ts';
import type { OpenTrace, OpenTraces } from './open-traces.ts';
import type { PlainTraces } from './plain-traces.ts';
import type { TraceIdentity, TraceRow, TraceRows } from './trace-rows.ts';

/** What a commit works with inside its transaction. */
export type CommitContext = {
  readonly file: LedgerFile;
  readonly traces: TraceRows;
  readonly entries: EntryRows;
  readonly contributions: ContributionRows;
  readonly items: ItemRows;
  readonly nowNs: bigint;
};

/** What committing spans works with besides. */
export type SpanCommitContext = CommitContext & {
  readonly open: OpenTraces;
  readonly plain: PlainTraces;
  readonly kept: KeptFacts;
};

/**
 * Adds facts to a trace that is new or not closed, decides it anew from all of its facts and writes what changed. Returns how
 * many of the facts that are news bear cost.
 */
export function commitOpenTrace(context: SpanCommitContext, trace: OpenTrace | undefined, incoming: IncomingTrace): number {
  const fresh = freshFacts(trace?.known ?? noFacts, incoming);
  if (fresh.length === 0) return 0;
  const known = new Map<string, SpanFact>(trace?.known);
  for (const { fact } of fresh) known.set(fact.spanId, fact);

  const { open, nowNs } = context;
  const before = trace?.row.state ?? 'open';
  const decision = decideTrace(known.values(), {
    currency: context.file.currency,
    sumsStand: before === 'summed',
    entryIdOf,
  });
  const facts = (trace?.row.facts ?? 0) + fresh.length;
  const state = facts > traceFactsMax ? 'closed' : before;
  const rooted = trace?.row.rooted === true || fresh.some(({ fact }) => fact.parentSpanId === '');
  const row = { state, facts, sums: decision.standingSums, unnamed: decision.unnamed, rooted };
  const others = state !== 'closed' ? contextOf(context, fresh, incoming) : undefined;
  const traceKey = context.traces.write(
    trace?.row.key,
    { ...incoming, ...row, ...(trace === undefined ? { context: others } : {}) },
    nowNs,
  );
  if (trace !== undefined && others !== undefined) context.traces.addContext(traceKey, facts, others);
  const stored = context.entries.write(traceKey, {
    stored: trace?.stored ?? [],
    spans: withKeys(decision.spans, trace?.stored ?? [], fresh),
    itemKeyOf: context.items.keyOf,
    nowNs,
    isNewTrace: trace === undefined,
  });
  const contributions = writeContributions(context, traceKey, {
    stored: trace?.contributions ?? noContributions,
    wanted: contributionsOf(decision),
  });
  if (state !== 'closed') open.put(incoming, { row: { key: traceKey, ...row }, known, stored, contributions });
  else {
    context.traces.forgetContext(traceKey);
    open.remove(incoming);
  }
  return fresh.filter(({ fact }) => bearsCost(fact)).length;
}

/** Decides a trace whose window is over and some of whose sums have no calls: they stand for them, until the calls come. */
export function settleSums(context: CommitContext, row: TraceRow, identity: TraceIdentity): void {
  const { file, traces, entries, items, nowNs } = context;
  const { known, stored, contributions } = loadOpenTrace(context, row, identity);
  const decision = decideTrace(known.values(), { currency: file.currency, sumsStand: true, entryIdOf });
  traces.write(row.key, { ...identity, ...row, state: 'summed' }, nowNs);
  entries.write(row.key, { stored, spans: withKeys(decision.spans, stored, []), itemKeyOf: items.keyOf, nowNs });
  writeContributions(context, row.key, { stored: contributions, wanted: contributionsOf(decision) });
}

/** An open trace as its rows have it. */
export function loadOpenTrace(
  { traces, entries, contributions }: CommitContext,
  row: TraceRow,
  identity: Pick<IncomingTrace, 'tenant' | 'traceId'>,
): OpenTrace {
  const stored = entries.ofTrace(row.key);
  const known = new Map<string, SpanFact>();
  const add = (fact: SpanFact): void => {
    const other = known.get(fact.spanId);
    if (other === undefined || strongerFact(other, fact) !== other) known.set(fact.spanId, fact);
  };
  for (const { fact } of stored) add(fact);
  for (const fact of traces.context(row.key, identity)) add(fact);
  return { row, known, stored, contributions: contributions.ofTrace(row.key) };
}

const noFacts: ReadonlyMap<string, SpanFact> = new Map();
const noContributions: ReadonlyMap<bigint, Contribution> = new Map();

/** The facts of a request that change what is known, one per span. A fact that was kept before, or says less, is no news. */
function freshFacts(known: ReadonlyMap<string, SpanFact>, { facts }: IncomingTrace): readonly IncomingFact[] {
  const fresh = new Map<string, IncomingFact>();
  for (const incoming of facts) {
    const { fact } = incoming;
    const before = fresh.get(fact.spanId)?.fact ?? known.get(fact.spanId);
    if (before === undefined || !saysNoMore(before, fact)) fresh.set(fact.spanId, incoming);
  }
  return [...fresh.values()];
}

/** The fresh facts that bear no cost as the file keeps them; undefined when there are none. */
function contextOf(
  { kept }: SpanCommitContext,
  fresh: readonly IncomingFact[],
  { facts, packed }: IncomingTrace,
): Uint8Array | undefined {
  const others = fresh.flatMap(({ fact }) => (bearsCost(fact) ? [] : [fact]));
  if (others.length === 0) return undefined;
  return kept.keepContext(() => others, fresh.length === facts.length ? packed : undefined);
}

/** Decided spans, each with where its fact is kept, or what is to be kept of it. */
function withKeys(
  spans: readonly DecidedSpan[],
  stored: readonly StoredEntry[],
  fresh: readonly IncomingFact[],
): readonly KeyedSpan[] {
  const packedOf = new Map(fresh.map(({ fact, packed }): [SpanFact, PackedRecord | undefined] => [fact, packed]));
  const entryOf = new Map(stored.map((entry) => [entry.id, entry]));
  return spans.map((span) => {
    if (packedOf.has(span.fact)) {
      const packed = packedOf.get(span.fact);
      return packed === undefined ? span : { ...span, packed };
    }
    const before = entryOf.get(span.fact.observation.entryId);
    if (isTelemetry(span.fact))
      return before !== undefined && isSameFact(before.fact, span.fact) ? { ...span, factKey: before.factKey } : span;
    const factKey = before?.factKey;
    if (factKey === undefined) throw new Error(`ledger: span ${span.fact.spanId} bears cost but its fact was not kept`);
    return { ...span, factKey };
  });
}

/** Telemetry adds up anew with every span: a fact that comes out as it was kept is the same fact. */
function isSameFact(one: SpanFact, other: SpanFact): boolean {
  return canonicalText(one) === canonicalText(other);
}

/** Returns what the trace contributes now, by item key. */
function writeContributions(
  context: CommitContext,
  traceKey: bigint,
  { stored, wanted }: { readonly stored: ReadonlyMap<bigint, Contribution>; readonly wanted: readonly Contribution[] },
): ReadonlyMap<bigint, Contribution> {
  const now = new Map<bigint, Contribution>();
  for (const after of wanted) {
    const itemKey = context.items.keyOf(after.sighting.item);
    now.set(itemKey, after);
    changeContribution(context, traceKey, { itemKey, before: stored.get(itemKey), after });
  }
  for (const [itemKey, before] of stored) {
    if (now.has(itemKey)) continue;
    context.contributions.remove(traceKey, itemKey);
    context.items.change(itemKey, { before });
  }
  return now;
}

/** Writes what a trace contributes to an item and tells the item. Returns false, having written nothing, if that is no news. */
export function changeContribution(
  { contributions, items }: CommitContext,
  traceKey: bigint,
  {
    itemKey,
    before,
    after,
  }: { readonly itemKey: bigint; readonly before: Contribution | undefined; readonly after: Contribution },
): boolean {
  if (before !== undefined && contributionText(before) === contributionText(after)) return false;
  contributions.write(traceKey, itemKey, after);
  items.change(itemKey, before === undefined ? { after } : { before, after });
  return true;
}
