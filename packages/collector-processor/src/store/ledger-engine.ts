import type { CostRecord } from '@costspan/ledger';
import { closeDue, type DueOptions } from './close-due.ts';
import { commitLateFacts } from './commit-late-facts.ts';
import { commitReceived } from './commit-received.ts';
import { type CommitContext, commitOpenTrace } from './commit-trace.ts';
import { prepareContributionRows } from './contribution-rows.ts';
import { type CounterName, prepareCounters } from './counters.ts';
import type { EncodedEvents } from './encoded-events.ts';
import { decodeFact, type EncodedTrace } from './encoded-facts.ts';
import { prepareEntryRows } from './entry-rows.ts';
import { prepareItemRows } from './item-rows.ts';
import type { LedgerFile } from './ledger-file.ts';
import { prepareOutbox } from './outbox.ts';
import { type Outgoing, prepareOutgoing } from './outgoing.ts';
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
  readonly commit: (traces: readonly EncodedTrace[], nowNs: bigint) => void;
  /** Books what other ledgers decided. */
  readonly receive: (events: EncodedEvents, nowNs: bigint) => void;
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

/** The ledger over an open file. It keeps nothing between calls, so a transaction that fails leaves nothing stale behind. */
export function createLedgerEngine(file: LedgerFile, options: EngineOptions): LedgerEngine {
  const { database } = file;
  const traces = prepareTraceRows(file);
  const entries = prepareEntryRows(file);
  const contributions = prepareContributionRows(file);
  const sightings = prepareReceivedSightingRows(file);
  const beginItems = prepareItemRows(file);
  const counters = prepareCounters(file);
  const outbox = prepareOutbox(file);
  const outgoing = prepareOutgoing(file);
  const prunedBefore = prepare<{ value: string }>(database, "SELECT value FROM settings WHERE name = 'pruned_before_ns'");
  const at = options.onCommitPoint ?? (() => {});
  return {
    commit: (batch, nowNs) => {
      inTransaction(database, () => {
        at('begun');
        const context = { file, traces, entries, contributions, items: beginItems(), nowNs };
        const prunedBeforeNs = BigInt(prunedBefore.one()?.value ?? 0);
        for (const encoded of batch) counters.add(commitTrace(context, encoded, prunedBeforeNs));
        at('facts-written');
        context.items.flush(nowNs);
        at('records-written');
      });
      at('committed');
    },
    receive: (events, nowNs) => {
      inTransaction(database, () => {
        at('begun');
        const context = { file, traces, entries, contributions, sightings, items: beginItems(), nowNs };
        const prunedBeforeNs = BigInt(prunedBefore.one()?.value ?? 0);
        counters.add({ events_beyond_retention: commitReceived(context, events, prunedBeforeNs) });
        at('facts-written');
        context.items.flush(nowNs);
        at('records-written');
      });
      at('committed');
    },
    outgoing,
    markOutgoingSent: (sequences) => inTransaction(database, () => outgoing.markSent(sequences)),
    dirtyRecords: outbox.dirtyRecords,
    markSent: (records) => inTransaction(database, () => outbox.markSent(records)),
    closeDue: (nowNs) => inTransaction(database, () => closeDue(file, options, nowNs)),
    counters: counters.read,
    close: file.close,
  };
}

type Counts = Partial<Record<CounterName, number>>;

function commitTrace(context: CommitContext, encoded: EncodedTrace, prunedBeforeNs: bigint): Counts {
  const trace = context.traces.find(encoded);
  if (trace?.state === 'closed') return { late_spans: commitLateFacts(context, trace, encoded) };
  if (trace !== undefined) {
    commitOpenTrace(context, trace, encoded);
    return {};
  }
  const lines = encoded.lines.filter((line) => isWithinRetention(line, encoded, prunedBeforeNs));
  if (lines.length > 0) commitOpenTrace(context, undefined, { ...encoded, lines });
  return { spans_beyond_retention: encoded.lines.length - lines.length };
}

/**
 * Whether a fact of an unknown trace can be new. What ended before entries were last pruned may have been counted already,
 * and nothing is left that could tell: counting it again would be worse than leaving it out, so it is left out and counted.
 */
function isWithinRetention(line: string, encoded: EncodedTrace, prunedBeforeNs: bigint): boolean {
  if (prunedBeforeNs === 0n) return true;
  const { endNs } = decodeFact(line, encoded);
  return endNs === 0n || endNs > prunedBeforeNs;
}
