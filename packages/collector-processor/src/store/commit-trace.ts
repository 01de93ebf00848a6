import {
  bearsCost,
  type Contribution,
  contributionsOf,
  contributionText,
  type DecidedSpan,
  decideTrace,
  type SpanFact,
  strongerFact,
} from '@costspan/ledger';
import type { ContributionRows } from './contribution-rows.ts';
import { decodeFact, type EncodedTrace } from './encoded-facts.ts';
import type { EntryRows, KeyedSpan } from './entry-rows.ts';
import type { ItemRows } from './item-rows.ts';
import type { LedgerFile } from './ledger-file.ts';
import { traceFactsMax } from './limits.ts';
import type { KnownFact, TraceRow, TraceRows } from './trace-rows.ts';

/** What a commit works with inside its transaction. */
export type CommitContext = {
  readonly file: LedgerFile;
  readonly traces: TraceRows;
  readonly entries: EntryRows;
  readonly contributions: ContributionRows;
  readonly items: ItemRows;
  readonly nowNs: bigint;
};

/** Adds facts to a trace that is new or open, decides it anew from all of its facts and writes what changed. */
export function commitOpenTrace(context: CommitContext, trace: TraceRow | undefined, encoded: EncodedTrace): void {
  const { traces, entries, contributions, items, nowNs } = context;
  const known = new Map<string, KnownFact>();
  if (trace !== undefined) for (const fact of traces.facts(trace.key, encoded)) keep(known, fact);
  const fresh = freshFacts(known, encoded);
  if (fresh.length === 0) return;
  for (const fact of fresh) known.set(fact.fact.spanId, fact);

  const decision = decideTrace(values(known), { currency: context.file.currency });
  const facts = (trace?.facts ?? 0) + fresh.length;
  const traceKey = traces.write(
    trace?.key,
    { ...encoded, state: facts > traceFactsMax ? 'closed' : 'open', facts, unnamed: decision.unnamed },
    nowNs,
  );
  for (const fact of store(context, traceKey, fresh)) known.set(fact.fact.spanId, fact);
  entries.write(traceKey, {
    stored: trace === undefined ? [] : entries.ofTrace(traceKey),
    spans: withFactKeys(decision.spans, known),
    itemKeyOf: items.keyOf,
    nowNs,
  });
  const stored = trace === undefined ? noContributions : contributions.ofTrace(traceKey);
  writeContributions(context, traceKey, { stored, wanted: contributionsOf(decision) });
  if (facts > traceFactsMax) traces.forgetContext(traceKey);
}

const noContributions: ReadonlyMap<bigint, Contribution> = new Map();

/** Keeps a fact, or the stronger of two of one span. */
function keep(known: Map<string, KnownFact>, candidate: KnownFact): void {
  const other = known.get(candidate.fact.spanId);
  if (other === undefined || strongerFact(other.fact, candidate.fact) !== other.fact) {
    known.set(candidate.fact.spanId, candidate);
  }
}

/** The facts of a request that change what is known, one per span. A fact that was kept before, or says less, is no news. */
function freshFacts(known: ReadonlyMap<string, KnownFact>, encoded: EncodedTrace): readonly KnownFact[] {
  const fresh = new Map<string, KnownFact>();
  for (const line of encoded.lines) {
    const fact = decodeFact(line, encoded);
    const before = fresh.get(fact.spanId) ?? known.get(fact.spanId);
    if (before?.line === line) continue;
    if (before === undefined || strongerFact(before.fact, fact) !== before.fact) fresh.set(fact.spanId, { fact, line });
  }
  return [...fresh.values()];
}

function store({ traces }: CommitContext, traceKey: bigint, fresh: readonly KnownFact[]): readonly KnownFact[] {
  const context: string[] = [];
  const stored = fresh.map((known) => {
    if (bearsCost(known.fact)) return { ...known, factKey: traces.addFact(traceKey, known.fact, known.line) };
    context.push(known.line);
    return known;
  });
  if (context.length > 0) traces.addContext(traceKey, context);
  return stored;
}

function* values(known: ReadonlyMap<string, KnownFact>): Iterable<SpanFact> {
  for (const { fact } of known.values()) yield fact;
}

function withFactKeys(spans: readonly DecidedSpan[], known: ReadonlyMap<string, KnownFact>): readonly KeyedSpan[] {
  return spans.map((span) => {
    const factKey = known.get(span.fact.spanId)?.factKey;
    if (factKey === undefined) throw new Error(`ledger: span ${span.fact.spanId} bears cost but its fact was not kept`);
    return { ...span, factKey };
  });
}

function writeContributions(
  context: CommitContext,
  traceKey: bigint,
  { stored, wanted }: { readonly stored: ReadonlyMap<bigint, Contribution>; readonly wanted: readonly Contribution[] },
): void {
  const gone = new Map(stored);
  for (const after of wanted) {
    const itemKey = context.items.keyOf(after.sighting.item);
    gone.delete(itemKey);
    changeContribution(context, traceKey, { itemKey, before: stored.get(itemKey), after });
  }
  for (const [itemKey, before] of gone) {
    context.contributions.remove(traceKey, itemKey);
    context.items.change(itemKey, { before });
  }
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
  const text = contributionText(after);
  if (before !== undefined && contributionText(before) === text) return false;
  contributions.write(traceKey, itemKey, text);
  items.change(itemKey, before === undefined ? { after } : { before, after });
  return true;
}
