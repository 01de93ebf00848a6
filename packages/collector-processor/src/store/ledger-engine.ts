import { bearsCost, type CostRecord, type ItemKey, isTelemetry, type SpanFact } from '@costspan/ledger';
import type { PackedTrace } from '../facts/read-packed-facts.ts';
import { type AuditRows, hasAudit, prepareAuditRows } from './audit-rows.ts';
import { type Claim, type Claimed, prepareClaims } from './claims.ts';
import { closeDue, type DueOptions, type Settle, type Watchers } from './close-due.ts';
import { commitLateFacts } from './commit-late-facts.ts';
import { commitLinks, commitPlainTrace } from './commit-plain-trace.ts';
import { commitReceived } from './commit-received.ts';
import { commitOpenTrace, loadOpenTrace, type SpanCommitContext, settleSums } from './commit-trace.ts';
import { prepareContributionRows } from './contribution-rows.ts';
import { type CounterName, type Counters, prepareCounters } from './counters.ts';
import type { EncodedEvents } from './encoded-events.ts';
import { prepareEntryRows } from './entry-rows.ts';
import { type IncomingTrace, incomingTrace } from './incoming.ts';
import { prepareItemRows } from './item-rows.ts';
import { prepareKeptFacts } from './kept-facts.ts';
import { keptWords } from './kept-words.ts';
import type { LedgerFile } from './ledger-file.ts';
import { keepOpenTraces } from './open-traces.ts';
import { prepareOutbox } from './outbox.ts';
import { type Outgoing, prepareOutgoing } from './outgoing.ts';
import { keepPlainTraces } from './plain-traces.ts';
import { prepareReceivedSightingRows } from './received-sighting-rows.ts';
import { inTransaction, prepare } from './sql.ts';
import { prepareTraceRows } from './trace-rows.ts';

/** Moments of a commit at which a test may let the ledger die. */
export type CommitPoint = 'begun' | 'facts-written' | 'records-written' | 'committed';

export type EngineOptions = DueOptions & {
  /** Called at each point of a commit. What it throws is what a crash at that point leaves behind. */
  readonly onCommitPoint?: (point: CommitPoint) => void;
};

/** The ledger as synchronous calls on one thread. Every call is one transaction or a read. */
export type LedgerEngine = {
  readonly commit: (traces: readonly PackedTrace[], nowNs: bigint) => void;
  /** Books what other ledgers decided. */
  readonly receive: (events: EncodedEvents, nowNs: bigint) => void;
  /** Claims keys under which something will be booked once. */
  readonly claim: (claims: readonly Claim[], nowNs: bigint) => readonly Claimed[];
  /** What an item costs by now. */
  readonly record: (item: ItemKey) => CostRecord | undefined;
  /** What has to be sent to another ledger, the oldest first. */
  readonly outgoing: Pick<Outgoing, 'waiting'>;
  readonly markOutgoingSent: Outgoing['markSent'];
  readonly dirtyRecords: (recordsMax: number) => readonly CostRecord[];
  readonly markSent: (records: readonly SentRecord[]) => void;
  /** Does a bounded part of what is due; returns whether there is more. */
  readonly closeDue: (nowNs: bigint) => boolean;
  readonly counters: () => Readonly<Record<CounterName, number>>;
  readonly close: () => void;
};

export type SentRecord = Pick<CostRecord, 'item' | 'revision'>;

/** The ledger over an open file. What it keeps between calls is a copy of the file, dropped when a transaction fails. */
export function createLedgerEngine(file: LedgerFile, options: EngineOptions): LedgerEngine {
  const { database } = file;
  const traces = prepareTraceRows(file);
  const entries = prepareEntryRows(file);
  const contributions = prepareContributionRows(file);
  const sightings = prepareReceivedSightingRows(file);
  const items = prepareItemRows(file);
  const counters = prepareCounters(file);
  const outbox = prepareOutbox(file);
  const outgoing = prepareOutgoing(file);
  const claims = prepareClaims(file);
  const audit = prepareAuditRows(database);
  const prunedBefore = prepare<{ value: string }>(database, "SELECT value FROM settings WHERE name = 'pruned_before_ns'");
  const at = options.onCommitPoint ?? (() => {});
  const kept = prepareKeptFacts(database);
  const [open, plain] = [keepOpenTraces(), keepPlainTraces()];
  const closed: Watchers['closed'] = (trace) => {
    open.remove(trace);
    plain.remove(trace);
  };
  const transact = <Value>(work: () => Value): Value => {
    try {
      return inTransaction(database, work);
    } catch (error) {
      open.clear();
      plain.clear();
      items.forget();
      entries.forget();
      traces.index.forget();
      keptWords(database).reload();
      throw error;
    }
  };
  /** Has facts kept and, in the same transaction, the records that they change. */
  const write = (nowNs: bigint, keep: (prunedBeforeNs: bigint) => void): void => {
    transact(() => {
      at('begun');
      keep(BigInt(prunedBefore.one()?.value ?? 0));
      at('facts-written');
      items.flush(nowNs);
      traces.index.settle();
      at('records-written');
    });
    open.age();
    plain.age();
    at('committed');
  };
  return {
    commit: (batch, nowNs) => {
      const context = { file, traces, entries, contributions, items, nowNs, kept, open, plain };
      write(nowNs, (prunedBeforeNs) => {
        for (const packed of batch) commitPacked(context, packed, { counters, audit, prunedBeforeNs });
      });
    },
    receive: (events, nowNs) => {
      const context = { file, traces, entries, contributions, sightings, audit, items, nowNs };
      write(nowNs, (prunedBeforeNs) => {
        counters.add({ events_beyond_retention: commitReceived(context, events, prunedBeforeNs) });
      });
    },
    claim: (wanted, nowNs) => inTransaction(database, () => claims.claim(wanted, nowNs, BigInt(prunedBefore.one()?.value ?? 0))),
    record: outbox.record,
    outgoing,
    markOutgoingSent: (sequences) => inTransaction(database, () => outgoing.markSent(sequences)),
    dirtyRecords: outbox.dirtyRecords,
    markSent: (records) => inTransaction(database, () => outbox.markSent(records)),
    closeDue: (nowNs) => {
      items.forget();
      const hasMore = transact(() => {
        const context = { file, traces, entries, contributions, items, nowNs };
        const settle: Settle = (...trace) => settleSums(context, ...trace);
        const watchers = { closed, pruned: traces.index.remove };
        const { hasMore: more, withoutRoot } = closeDue(file, { ...options, ...watchers, settle }, nowNs);
        counters.add({ traces_without_root: withoutRoot });
        items.flush(nowNs);
        return more;
      });
      items.forget();
      return hasMore;
    },
    counters: counters.read,
    close: file.close,
  };
}

type Counts = Partial<Record<CounterName, number>>;

function commitPacked(
  context: SpanCommitContext,
  packed: PackedTrace,
  {
    counters,
    audit,
    prunedBeforeNs,
  }: { readonly counters: Counters; readonly audit: AuditRows; readonly prunedBeforeNs: bigint },
): void {
  if (commitLinks(context, packed) || commitPlainTrace(context, packed, prunedBeforeNs)) return;
  const incoming = incomingTrace(packed);
  counters.add(commitTrace(context, incoming, prunedBeforeNs));
  const traceKey = hasAudit(incoming) ? context.traces.find(incoming)?.key : undefined;
  if (traceKey !== undefined) audit.keep(traceKey, incoming);
}

function commitTrace(context: SpanCommitContext, incoming: IncomingTrace, prunedBeforeNs: bigint): Counts {
  const open = context.open.get(incoming);
  const row = open?.row ?? context.traces.find(incoming);
  if (row?.state === 'closed') {
    const telemetry = { telemetry_after_close: incoming.facts.filter(isCountedSpan).length };
    if (context.entries.isFull(row.key))
      return { ...telemetry, spans_beyond_trace: incoming.facts.filter(({ fact }) => bearsCost(fact)).length };
    return { ...telemetry, late_spans: commitLateFacts(context, row, incoming) };
  }
  if (row !== undefined) {
    const news = commitOpenTrace(context, open ?? loadOpenTrace(context, row, incoming), incoming);
    return row.state === 'summed' ? { late_spans: news } : {};
  }
  const facts = incoming.facts.filter(({ fact }) => isWithinRetention(fact, prunedBeforeNs));
  const beyond = incoming.facts.length - facts.length;
  if (beyond === 0) commitOpenTrace(context, undefined, incoming);
  else if (facts.length > 0) commitOpenTrace(context, undefined, { tenant: incoming.tenant, traceId: incoming.traceId, facts });
  return beyond === 0 ? {} : { spans_beyond_retention: beyond };
}

/** Whether a fact is of a span that is counted as telemetry. */
function isCountedSpan({ fact }: IncomingTrace['facts'][number]): boolean {
  return fact.telemetry !== undefined && !isTelemetry(fact);
}

/**
 * Whether a fact of an unknown trace can be new. What ended before entries were last pruned may have been counted already,
 * and nothing is left that could tell: counting it again would be worse than leaving it out, so it is left out and counted.
 */
function isWithinRetention({ endNs }: SpanFact, prunedBeforeNs: bigint): boolean {
  return endNs === 0n || endNs > prunedBeforeNs;
}
