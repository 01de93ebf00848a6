import type { CostRecord, Entry, ItemKey, SpanFact } from '@costspan/ledger';
import { packFacts } from '../../../src/facts/pack-facts.ts';
import { type PackedTrace, readPackedFacts } from '../../../src/facts/read-packed-facts.ts';
import type { AuditedEvent } from '../../../src/store/audit-rows.ts';
import { type CommitPoint, createLedgerEngine, type LedgerEngine } from '../../../src/store/ledger-engine.ts';
import { type LedgerFile, openLedgerFile } from '../../../src/store/ledger-file.ts';
import { createReader } from '../../../src/store/ledger-reader.ts';

/** Noon of 2026-06-02 UTC, a day after the facts of tests. */
export const commitNs = 1_780_401_600_000_000_000n;
export const minuteNs = 60_000_000_000n;
export const hourNs: bigint = 60n * minuteNs;
export const dayNs: bigint = 24n * hourNs;

/** A ledger on the test's own thread. */
export type TestLedger = {
  readonly file: LedgerFile;
  readonly engine: LedgerEngine;
  readonly commit: (facts: readonly SpanFact[], nowNs?: bigint) => void;
  /** Closes whatever is due, until nothing is. */
  readonly closeDue: (nowNs: bigint) => void;
  readonly records: () => readonly CostRecord[];
  readonly entries: () => readonly Entry[];
  readonly live: () => readonly Entry[];
  /** What was decided for an item. */
  readonly audit: (item: ItemKey) => readonly AuditedEvent[];
  /** What verification finds wrong. */
  readonly verify: () => readonly string[];
};

/** Facts as a request brings them to the ledger. */
export function packedTraces(facts: readonly SpanFact[]): readonly PackedTrace[] {
  return readPackedFacts(packFacts(facts).bytes);
}

/** Opens a ledger, in memory unless a file is named, with a window of an hour and a retention of thirty days. */
export function openTestLedger({
  path = ':memory:',
  onCommitPoint,
  sendsEntries = false,
}: {
  readonly path?: string;
  readonly sendsEntries?: boolean;
  readonly onCommitPoint?: (point: CommitPoint) => void;
} = {}): TestLedger {
  const file = openLedgerFile({ file: path, currency: 'USD', sendsEntries, nowNs: commitNs });
  const engine = createLedgerEngine(file, {
    traceWindowMs: 3_600_000,
    retentionMs: 30 * 86_400_000,
    ...(onCommitPoint === undefined ? {} : { onCommitPoint }),
  });
  const reader = createReader(file.database, path);
  const entries = (): readonly Entry[] => [...reader.entries()];
  return {
    file,
    engine,
    commit: (facts, nowNs = commitNs) => engine.commit(packedTraces(facts), nowNs),
    closeDue: (nowNs) => {
      while (engine.closeDue(nowNs));
    },
    records: () => [...reader.records()],
    entries,
    live: () => entries().filter(({ state }) => state === 'live'),
    audit: reader.audit,
    verify: () => reader.verify().problems,
  };
}
