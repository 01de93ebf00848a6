import { addContributions } from '@costspan/ledger';
import { nextRevision } from './item-rows.ts';
import { prepareKeptContributions } from './kept-contributions.ts';
import { type ClosingItem, prepareKeptSums } from './kept-sums.ts';
import type { LedgerFile } from './ledger-file.ts';
import { dueTracesMax } from './limits.ts';
import { prepare } from './sql.ts';
import type { TraceIdentity, TraceRow } from './trace-rows.ts';

export type DueOptions = {
  /** Milliseconds after its last span until a trace closes, and an item that has an outcome. */
  readonly traceWindowMs: number;
  /** Milliseconds after its last span until the entries of a closed trace are deleted. */
  readonly retentionMs: number;
};

/** Decides a trace that closes although calls of some of its sums did not come. */
export type Settle = (trace: TraceRow, identity: TraceIdentity) => void;

/** Who has to know of what is done: they keep copies of it. */
export type Watchers = {
  /** A trace is not open any more. */
  readonly closed: (trace: TraceIdentity) => void;
  /** A trace has no row any more. */
  readonly pruned: (trace: TraceIdentity, key: bigint) => void;
};

/**
 * Closes traces and items and prunes traces that are due, a bounded number of each, in the caller's transaction. Returns
 * whether more is due, and how many of the traces that closed bear cost and never showed a root.
 */
export function closeDue(
  file: LedgerFile,
  { traceWindowMs, retentionMs, settle, closed, pruned }: DueOptions & Watchers & { readonly settle: Settle },
  nowNs: bigint,
): { readonly hasMore: boolean; readonly withoutRoot: number } {
  const closedTraces = closeTraces(file, nowNs - nanoseconds(traceWindowMs), { settle, closed });
  const closedItems = closeItems(file, nowNs - nanoseconds(traceWindowMs), nowNs);
  const prunedTraces = pruneTraces(file, nowNs - nanoseconds(retentionMs), pruned);
  forgetClaims(file, nowNs - nanoseconds(retentionMs));
  const hasMore = Math.max(closedTraces.count, closedItems, prunedTraces) === dueTracesMax;
  return { hasMore, withoutRoot: closedTraces.withoutRoot };
}

function nanoseconds(durationMs: number): bigint {
  return BigInt(durationMs) * 1_000_000n;
}

/** Forgets the links of traces that have been quiet, and with them everything that could change their attribution. */
function closeTraces(
  { database }: LedgerFile,
  quietSinceNs: bigint,
  { settle, closed }: Pick<Watchers, 'closed'> & { readonly settle: Settle },
): { readonly count: number; readonly withoutRoot: number } {
  const due = prepare<DueTrace>(
    database,
    `SELECT trace_key, tenant, trace_id, facts, sums, unnamed, rooted FROM traces
     WHERE state = 'open' AND active_at_ns <= ? ORDER BY active_at_ns LIMIT ?`,
  );
  const forget = prepare(database, 'DELETE FROM context WHERE trace_key = ?');
  const close = prepare(database, "UPDATE traces SET state = 'closed', context = NULL WHERE trace_key = ?");
  const bearsCost = prepare<{ found: bigint }>(database, 'SELECT 1 AS found FROM versions WHERE trace_key = ? LIMIT 1');
  const rows = due.all(quietSinceNs, dueTracesMax);
  let withoutRoot = 0;
  for (const { trace_key: key, tenant, trace_id: traceId, facts, sums, unnamed, rooted } of rows) {
    if (rooted === 0n && bearsCost.one(key) !== undefined) withoutRoot += 1;
    if (sums > 0n) {
      const counts = { facts: Number(facts), sums: Number(sums), rooted: rooted === 1n };
      const row = { key, state: 'open', ...counts, unnamed: JSON.parse(unnamed) } as const;
      settle(row, { tenant, traceId });
    } else {
      forget.run(key);
      close.run(key);
    }
    closed({ tenant, traceId });
  }
  return { count: rows.length, withoutRoot };
}

type DueTrace = {
  readonly trace_key: bigint;
  readonly tenant: string;
  readonly trace_id: string;
  readonly facts: bigint;
  readonly sums: bigint;
  readonly unnamed: string;
  readonly rooted: bigint;
};

/** Closes items that have an outcome and have been quiet. What comes later opens them again. */
function closeItems({ database }: LedgerFile, quietSinceNs: bigint, nowNs: bigint): number {
  const due = prepare<ClosingItem & { item_key: bigint; revision: bigint }>(
    database,
    `SELECT item_key, revision, type, outcome, total_whole, total_pico FROM items
     WHERE state = 'open' AND outcome IS NOT NULL AND active_at_ns <= ? ORDER BY active_at_ns LIMIT ?`,
  );
  const close = prepare(database, "UPDATE items SET state = 'closed', revision = ? WHERE item_key = ?");
  const rows = due.all(quietSinceNs, dueTracesMax);
  if (rows.length === 0) return 0;
  const sums = prepareKeptSums(database);
  for (const row of rows) {
    close.run(nextRevision(row.revision, nowNs), row.item_key);
    sums.addClosing(row);
  }
  return rows.length;
}

/** What was claimed long ago cannot be told from what is new by its time any more, and is refused by that. */
function forgetClaims({ database }: LedgerFile, beforeNs: bigint): void {
  prepare(
    database,
    'DELETE FROM claims WHERE (tenant, claim_key) IN (SELECT tenant, claim_key FROM claims WHERE at_ns <= ? LIMIT ?)',
  ).run(beforeNs, dueTracesMax);
}

/** Deletes traces with their entries. What they contributed stays in the items, which are never deleted. */
function pruneTraces({ database }: LedgerFile, quietSinceNs: bigint, pruned: Watchers['pruned']): number {
  const due = prepare<{ trace_key: bigint; tenant: string; trace_id: string }>(
    database,
    // What still has to be sent elsewhere stays until it was.
    `SELECT trace_key, tenant, trace_id FROM traces WHERE state IN ('summed', 'closed') AND active_at_ns <= ?
       AND NOT EXISTS (SELECT 1 FROM outgoing WHERE outgoing.trace_key = traces.trace_key)
     ORDER BY active_at_ns LIMIT ?`,
  );
  const traces = due.all(quietSinceNs, dueTracesMax);
  if (traces.length === 0) return 0;
  const kept = prepareKeptContributions(database);
  const parts = prepare<{ item_key: bigint; body: Uint8Array; pruned: Uint8Array | null }>(
    database,
    'SELECT item_key, body, pruned FROM contributions JOIN items USING (item_key) WHERE trace_key = ?',
  );
  const fold = prepare(database, 'UPDATE items SET pruned = ? WHERE item_key = ?');
  const deletions = [
    'versions',
    'context',
    'audit',
    'further_contributions',
    'departures',
    'received_sightings',
    'traces',
    'outgoing',
  ].map((table) => prepare(database, `DELETE FROM ${table} WHERE trace_key = ?`));
  const sums = prepareKeptSums(database);
  for (const { trace_key: key, tenant, trace_id: traceId } of traces) {
    sums.addPruned(key);
    for (const { item_key, body, pruned: before } of parts.all(key)) {
      const part = kept.read(body);
      fold.run(kept.keep(before === null ? part : addContributions(kept.read(before), part)), item_key);
    }
    for (const deletion of deletions) deletion.run(key);
    pruned({ tenant, traceId }, key);
  }
  prepare(
    database,
    `INSERT INTO settings (name, value) VALUES ('pruned_before_ns', ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE CAST(value AS INTEGER) < CAST(excluded.value AS INTEGER)`,
  ).run(String(quietSinceNs));
  return traces.length;
}
