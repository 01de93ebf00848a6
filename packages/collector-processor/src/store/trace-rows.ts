import type { SpanFact, Unnamed } from '@costspan/ledger';
import type { PackedTrace } from '../facts/read-packed-facts.ts';
import { prepareKeptFacts } from './kept-facts.ts';
import type { LedgerFile } from './ledger-file.ts';
import { prepare } from './sql.ts';
import { prepareTraceIndex, type TraceIndex } from './trace-index.ts';

/** A trace of the ledger. */
export type TraceRow = {
  readonly key: bigint;
  /** `summed`: closed, but sums of it stand for calls that may still come, so it is decided as a whole like an open one. */
  readonly state: 'open' | 'summed' | 'closed';
  /** Facts kept of it. */
  readonly facts: number;
  /** Sums in it whose calls did not come. */
  readonly sums: number;
  readonly unnamed: Unnamed;
  /** Whether a span without a parent has come. */
  readonly rooted: boolean;
};

/** The rows of traces and what spans that bear no cost say in them. */
export type TraceRows = {
  readonly find: (trace: TraceIdentity) => TraceRow | undefined;
  /** Writes a trace, a new one with its context when it has no key yet, and returns its key. */
  readonly write: (
    key: bigint | undefined,
    trace: TraceIdentity & Omit<TraceRow, 'key'> & { readonly context?: Uint8Array | undefined },
    nowNs: bigint,
  ) => bigint;
  /** Writes a new trace and returns its key; undefined, having written nothing, if the trace is known. */
  readonly writeNew: (trace: TraceIdentity & Omit<TraceRow, 'key'> & NewTrace, nowNs: bigint) => bigint | undefined;
  /** Writes a new trace of spans that only link and returns its key; undefined, having written nothing, if it is known. */
  readonly writeLinks: (trace: PackedTrace, nowNs: bigint) => bigint | undefined;
  /** Writes what an open trace has become that belongs to one item at most. */
  readonly grow: (
    traceKey: bigint,
    trace: Pick<TraceRow, 'facts' | 'unnamed' | 'rooted'> & Pick<NewTrace, 'contributed'>,
    nowNs: bigint,
  ) => void;
  /** The facts of an open trace that bear no cost, as they were kept; a span may have several. */
  readonly context: (traceKey: bigint, trace: TraceIdentity) => Iterable<SpanFact>;
  /** Keeps further facts that bear no cost; `part` tells them from others of the trace. */
  readonly addContext: (traceKey: bigint, part: number, context: Uint8Array) => void;
  /** Deletes the facts that bear no cost: the trace has closed and they cannot change anything any more. */
  readonly forgetContext: (traceKey: bigint) => void;
  /** How traces are found by their ids. */
  readonly index: Pick<TraceIndex, 'remove' | 'settle' | 'forget'>;
};

/** What is known at once of a new trace: what spans without cost say, and what it contributes to its only item. */
export type NewTrace = {
  readonly context: Uint8Array | undefined;
  readonly contributed: { readonly itemKey: bigint; readonly body: Uint8Array } | undefined;
};

export type TraceIdentity = Pick<PackedTrace, 'tenant' | 'traceId'>;
/** Prepares the statements over traces of a file. */
export function prepareTraceRows({ database }: LedgerFile): TraceRows {
  return { ...prepareTraces(database), ...prepareContext(database, prepareKeptFacts(database)) };
}

function prepareTraces(
  database: LedgerFile['database'],
): Pick<TraceRows, 'find' | 'write' | 'writeNew' | 'writeLinks' | 'grow' | 'index'> {
  const index = prepareTraceIndex(database);
  const find = prepare<{
    trace_key: bigint;
    state: TraceRow['state'];
    facts: bigint;
    sums: bigint;
    unnamed: string;
    rooted: bigint;
  }>(database, 'SELECT trace_key, state, facts, sums, unnamed, rooted FROM traces WHERE trace_key = ?');
  const insert = prepare(
    database,
    'INSERT INTO traces (trace_key, tenant, trace_id, state, facts, sums, unnamed, rooted, active_at_ns, context) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const insertNew = prepare(
    database,
    `INSERT INTO traces (trace_key, tenant, trace_id, state, facts, sums, unnamed, rooted, active_at_ns, item_key, contribution,
       context)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertLinks = prepare(
    database,
    `INSERT INTO traces (trace_key, tenant, trace_id, state, facts, sums, unnamed, rooted, active_at_ns, context)
     VALUES (?, ?, ?, 'open', ?, 0, '{"unattributedReason":"no-item"}', ?, ?, ?)`,
  );
  const update = prepare(
    database,
    'UPDATE traces SET state = ?, facts = ?, sums = ?, unnamed = ?, rooted = ?, active_at_ns = ? WHERE trace_key = ?',
  );
  const grow = prepare(
    database,
    `UPDATE traces SET facts = ?, unnamed = ?, rooted = ?, active_at_ns = ?, item_key = ?, contribution = ?
     WHERE trace_key = ?`,
  );
  return {
    index,
    find: (trace) => {
      const key = index.keyOf(trace);
      const row = key === undefined ? undefined : find.one(key);
      if (key === undefined || row === undefined) return undefined;
      const [facts, sums, rooted] = [Number(row.facts), Number(row.sums), row.rooted === 1n];
      return { key, state: row.state, facts, sums, unnamed: JSON.parse(row.unnamed), rooted };
    },
    writeNew: (trace, nowNs) => {
      if (index.keyOf(trace) !== undefined) return undefined;
      const { tenant, traceId, state, facts, sums, unnamed, rooted, context = null, contributed } = trace;
      const key = index.add(trace);
      const [text, isRooted] = [JSON.stringify(unnamed), Number(rooted)];
      const { itemKey = null, body = null } = contributed ?? {};
      insertNew.run(key, tenant, traceId, state, facts, sums, text, isRooted, nowNs, itemKey, body, context);
      return key;
    },
    writeLinks: (trace, nowNs) => {
      if (index.keyOf(trace) !== undefined) return undefined;
      const { tenant, traceId, spanCount, context } = trace;
      const key = index.add(trace);
      insertLinks.run(key, tenant, traceId, spanCount, Number(hasRoot(context)), nowNs, context);
      return key;
    },
    grow: (key, { facts, unnamed, rooted, contributed }, nowNs) => {
      const { itemKey = null, body = null } = contributed ?? {};
      grow.run(facts, JSON.stringify(unnamed), Number(rooted), nowNs, itemKey, body, key);
    },
    write: (known, trace, nowNs) => {
      const { tenant, traceId, state, facts, sums, unnamed, rooted, context = null } = trace;
      const [text, isRooted] = [JSON.stringify(unnamed), Number(rooted)];
      const key = known ?? index.add(trace);
      if (known === undefined) insert.run(key, tenant, traceId, state, facts, sums, text, isRooted, nowNs, context);
      else update.run(state, facts, sums, text, isRooted, nowNs, key);
      return key;
    },
  };
}

/** Whether a link of a context that holds nothing else has no parent. */
function hasRoot(context: Uint8Array): boolean {
  for (let parent = 2 + 8; parent < context.length; parent += 16) {
    if (context.subarray(parent, parent + 8).every((byte) => byte === 0)) return true;
  }
  return false;
}

function prepareContext(
  database: LedgerFile['database'],
  kept: ReturnType<typeof prepareKeptFacts>,
): Pick<TraceRows, 'context' | 'addContext' | 'forgetContext'> {
  const first = prepare<{ context: Uint8Array | null }>(database, 'SELECT context FROM traces WHERE trace_key = ?');
  const further = prepare<{ body: Uint8Array }>(database, 'SELECT body FROM context WHERE trace_key = ? ORDER BY part');
  const add = prepare(database, 'INSERT INTO context (trace_key, part, body) VALUES (?, ?, ?)');
  const forgetFirst = prepare(database, 'UPDATE traces SET context = NULL WHERE trace_key = ?');
  const forgetFurther = prepare(database, 'DELETE FROM context WHERE trace_key = ?');
  return {
    context: function* (traceKey, trace) {
      const context = first.one(traceKey)?.context ?? undefined;
      if (context !== undefined) yield* kept.readContext(trace, context);
      for (const { body } of further.each(traceKey)) yield* kept.readContext(trace, body);
    },
    addContext: (traceKey, part, context) => {
      add.run(traceKey, part, context);
    },
    forgetContext: (traceKey) => {
      forgetFirst.run(traceKey);
      forgetFurther.run(traceKey);
    },
  };
}
