import {
  bearsCost,
  bookingOf,
  type CostFact,
  contributionText,
  type DecidedEntry,
  type Decision,
  entryOf,
  parseFact,
  receivedContributions,
} from '@costspan/ledger';
import type { AuditRows } from './audit-rows.ts';
import { type CommitContext, changeContribution } from './commit-trace.ts';
import type { EncodedEntry, EncodedEvents } from './encoded-events.ts';
import type { StoredEntry } from './entry-rows.ts';
import type { SentAudit, SentSighting } from './received-events.ts';
import type { ReceivedSightingRows } from './received-sighting-rows.ts';
import { receivedTrace } from './received-trace.ts';
import { traceText } from './recent-traces.ts';

type ReceiveContext = CommitContext & { readonly sightings: ReceivedSightingRows; readonly audit: AuditRows };

/** Everything that other ledgers said about one trace of one tenant. */
type ReceivedTrace = {
  readonly tenant: string;
  readonly traceId: string;
  readonly entries: EncodedEntry[];
  readonly sightings: SentSighting[];
  readonly audit: SentAudit[];
};

/**
 * Books what other ledgers decided. Of the versions of an entry the highest counts, and of two ledgers that both decided a span
 * the one whose version, then name, is greater; so the order of arrival changes nothing. Returns how many events ended before
 * `prunedBeforeNs` and belong to no trace that is known: they may have been counted before.
 */
export function commitReceived(context: ReceiveContext, events: EncodedEvents, prunedBeforeNs: bigint): number {
  let beyond = 0;
  for (const trace of tracesOf(events)) beyond += commitReceivedTrace(context, trace, prunedBeforeNs);
  return beyond;
}

function tracesOf({ entries, sightings, audit }: EncodedEvents): Iterable<ReceivedTrace> {
  const traces = new Map<string, ReceivedTrace>();
  const traceOf = (tenant: string, traceId: string): ReceivedTrace => {
    const key = traceText({ tenant, traceId });
    const trace = traces.get(key) ?? { tenant, traceId, entries: [], sightings: [], audit: [] };
    traces.set(key, trace);
    return trace;
  };
  for (const entry of entries) traceOf(entry.tenant, entry.traceId).entries.push(entry);
  for (const sent of sightings) traceOf(sent.sighting.item.tenant, sent.traceId).sightings.push(sent);
  for (const sent of audit) traceOf(sent.tenant, sent.traceId).audit.push(sent);
  return traces.values();
}

function commitReceivedTrace(context: ReceiveContext, received: ReceivedTrace, prunedBeforeNs: bigint): number {
  const { traces, nowNs } = context;
  const identity = { tenant: received.tenant, traceId: receivedTrace(received.traceId) };
  const known = traces.find(identity);
  const isBeyond = (endNs: bigint): boolean => known === undefined && prunedBeforeNs > 0n && endNs <= prunedBeforeNs;
  const entries = received.entries.filter(({ line }) => !isBeyond(parseFact(line).endNs));
  const sightings = received.sightings.filter(({ sighting }) => !isBeyond(sighting.lastNs));
  const audit = received.audit.filter(({ spanEndNs }) => !isBeyond(spanEndNs));
  const taken = entries.length + sightings.length + audit.length;
  const beyond = received.entries.length + received.sightings.length + received.audit.length - taken;
  if (taken === 0) return beyond;
  const write = (key: bigint | undefined, facts: number): bigint =>
    traces.write(
      key,
      { ...identity, state: 'closed', facts, sums: 0, unnamed: { unattributedReason: 'no-item' }, rooted: true },
      nowNs,
    );
  const traceKey = known?.key ?? write(undefined, 0);
  const booked = greatest(entries).filter((entry) => takeEntry(context, traceKey, entry)).length;
  const seen = sightings.filter((sent) => context.sightings.take(traceKey, sent)).length;
  const decided = audit.filter((sent) => context.audit.take(traceKey, sent)).length;
  if (booked + seen + decided > 0) write(traceKey, (known?.facts ?? 0) + booked);
  if (booked + seen > 0) writeContributions(context, traceKey);
  return beyond;
}

/** The greatest version of each entry: one that is replaced before it is booked leaves no trace. */
function greatest(entries: readonly EncodedEntry[]): readonly EncodedEntry[] {
  const byId = new Map<string, EncodedEntry>();
  for (const entry of entries) {
    const other = byId.get(entry.id);
    if (other === undefined || isGreater(entry, other)) byId.set(entry.id, entry);
  }
  return [...byId.values()];
}

/** Books a version of an entry unless a greater one is known. Returns whether it is news. */
function takeEntry({ file, entries, items, nowNs }: ReceiveContext, traceKey: bigint, sent: EncodedEntry): boolean {
  const fact = parseFact(sent.line);
  if (!bearsCost(fact)) throw new Error(`ledger: entry ${sent.id} bears no cost`);
  const decision = decisionHere(JSON.parse(sent.decision), fact, { ...sent, currency: file.currency });
  const stored = entries.latest(traceKey, sent.id);
  const known = stored && originOf(stored);
  if (known !== undefined && !isGreater(sent, known)) return false;
  const write = (change: { readonly stored: readonly StoredEntry[]; readonly isLive: boolean }): void => {
    const span = { fact, decision, booking: bookingOf(fact, decision) };
    entries.write(traceKey, { stored: change.stored, spans: change.isLive ? [span] : [], itemKeyOf: items.keyOf, nowNs });
  };
  const isKnownVersion = known?.emitter === sent.emitter && known.version === sent.version;
  if (!isKnownVersion) write({ stored: stored === undefined ? [] : [stored], isLive: true });
  const latest = sent.state === 'void' ? entries.latest(traceKey, sent.id) : undefined;
  if (latest !== undefined) write({ stored: [latest], isLive: false });
  return true;
}

/** The decision as this ledger keeps it. What is void on arrival belongs to no item: an item is not known by it. */
function decisionHere(
  { item, ...decision }: Decision,
  fact: CostFact,
  { state, currency }: Pick<EncodedEntry, 'state'> & { readonly currency: string },
): Decision {
  const isForeign = fact.observation.receipt.currency !== currency && decision.excluded === undefined;
  return {
    ...(item === undefined || state === 'void' ? {} : { item }),
    ...decision,
    ...(isForeign ? { currencyProblem: 'currency-differs' } : {}),
  };
}

/** Whether a version counts rather than another one: by version, then ledger, and a void after what it voids. */
function isGreater(one: Versioned, other: Versioned): boolean {
  if (one.version !== other.version) return one.version > other.version;
  if (one.emitter !== other.emitter) return one.emitter > other.emitter;
  return one.state === 'void' && other.state === 'live';
}

type Versioned = Pick<EncodedEntry, 'emitter' | 'version' | 'state'>;

/** A stored version under the numbers of the ledger that decided it. */
function originOf({ state, decision: { origin } }: StoredEntry): Versioned {
  return { state, emitter: origin?.emitter ?? '', version: origin?.version ?? 0 };
}

/** Makes what the trace contributes to each item anew from everything that is known of it. */
function writeContributions(context: ReceiveContext, traceKey: bigint): void {
  const { contributions, items, sightings } = context;
  const gone = new Map(contributions.ofTrace(traceKey));
  for (const after of receivedContributions(liveEntries(context, traceKey), sightings.live(traceKey))) {
    const itemKey = items.keyOf(after.sighting.item);
    const before = gone.get(itemKey);
    gone.delete(itemKey);
    if (before !== undefined && contributionText(before) === contributionText(after)) continue;
    changeContribution(context, traceKey, { itemKey, before, after });
  }
  for (const [itemKey, before] of gone) {
    contributions.remove(traceKey, itemKey);
    items.change(itemKey, { before });
  }
}

function liveEntries({ file, entries }: ReceiveContext, traceKey: bigint): readonly DecidedEntry[] {
  return entries
    .ofTrace(traceKey)
    .flatMap(({ state, fact, decision }) => (state === 'live' ? [entryOf(fact, decision, file.currency)] : []));
}
