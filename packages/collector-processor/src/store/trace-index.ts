import type { DatabaseSync } from 'node:sqlite';
import { recentTracesMax } from './limits.ts';
import { traceText } from './recent-traces.ts';
import { prepare } from './sql.ts';
import { textHash } from './text-hash.ts';
import type { TraceIdentity } from './trace-rows.ts';

/**
 * Finds traces by their ids. Ids are random, so an index in the file would touch a page of its own for almost every trace of a
 * commit, and write all of them twice. New traces are therefore found in memory, and come into the file's index thousands at a
 * time and in its order, so that many share a page. What was in memory alone is read again from the rows of traces whose keys are
 * greater than the setting `traces_indexed_to`.
 */
export type TraceIndex = {
  /** Key of the row of a trace; undefined for one that is not known. A row pruned since is not there any more. */
  readonly keyOf: (trace: TraceIdentity) => bigint | undefined;
  /** Makes a key for a trace that is not known. */
  readonly add: (trace: TraceIdentity) => bigint;
  readonly remove: (trace: TraceIdentity, key: bigint) => void;
  /** Writes a part of what is due, in the caller's transaction: to be called in each that adds traces. */
  readonly settle: () => void;
  /** Drops what is in memory: to be called when a transaction failed. */
  readonly forget: () => void;
};

/** Traces on their way into the index of the file, by hash. */
type Run = { readonly traces: ReadonlyMap<string, number>; readonly rows: readonly IndexRow[]; written: number };
type IndexRow = readonly [hash: number, key: number];

type Memory = {
  /** Keys of the traces that came last. */
  recent: Map<string, number>;
  run: Run | undefined;
  lastKey: number;
  /** How many traces had been added when a part of the run was written last. */
  settledKey: number;
};

/** Prepares the index of an open file; of new traces it keeps `recentMax`, and those on their way, in memory. */
export function prepareTraceIndex(database: DatabaseSync, recentMax: number = recentTracesMax): TraceIndex {
  const find = prepare<{ trace_key: bigint }>(
    database,
    `SELECT trace_key FROM trace_index JOIN traces USING (trace_key) WHERE trace_hash = ? AND trace_id = ? AND tenant = ?`,
  );
  const drop = prepare(database, 'DELETE FROM trace_index WHERE trace_hash = ? AND trace_key = ?');
  const write = prepare(
    database,
    `INSERT OR IGNORE INTO trace_index (trace_hash, trace_key) SELECT value ->> 0, value ->> 1 FROM json_each(?)`,
  );
  const indexedTo = prepareIndexedTo(database);
  const load = prepareLoad(database, indexedTo.read);
  let loaded: Memory | undefined;
  const memory = (): Memory => {
    loaded ??= load();
    return loaded;
  };
  return {
    keyOf: (trace) => {
      const { recent, run } = memory();
      const text = traceText(trace);
      const key = recent.get(text) ?? run?.traces.get(text);
      return key === undefined ? find.one(textHash(text), trace.traceId, trace.tenant)?.trace_key : BigInt(key);
    },
    add: (trace) => {
      const known = memory();
      known.lastKey += 1;
      known.recent.set(traceText(trace), known.lastKey);
      return BigInt(known.lastKey);
    },
    remove: (trace, key) => {
      const text = traceText(trace);
      memory().recent.delete(text);
      drop.run(textHash(text), key);
    },
    settle: () => {
      const known = memory();
      const added = known.lastKey - known.settledKey;
      known.settledKey = known.lastKey;
      if (known.run === undefined && known.recent.size >= recentMax) {
        known.run = runOf(known.recent);
        known.recent = new Map();
      }
      const { run } = known;
      if (run === undefined) return;
      // Faster than traces come, so that a run is through before the next is due.
      const end = run.written + 2 * added;
      write.run(JSON.stringify(run.rows.slice(run.written, end)));
      run.written = end;
      if (end < run.rows.length) return;
      indexedTo.write(run.rows.reduce((last, [, key]) => Math.max(last, key), 0));
      known.run = undefined;
    },
    forget: () => {
      loaded = undefined;
    },
  };
}

function runOf(traces: ReadonlyMap<string, number>): Run {
  const rows = Array.from(traces, ([text, key]): IndexRow => [textHash(text), key]);
  return { traces, rows: rows.sort(([one], [other]) => one - other), written: 0 };
}

const indexedToName = 'traces_indexed_to';

function prepareIndexedTo(database: DatabaseSync): { readonly read: () => number; readonly write: (key: number) => void } {
  const read = prepare<{ value: string }>(database, 'SELECT value FROM settings WHERE name = ?');
  const write = prepare(
    database,
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  return {
    read: () => Number(read.one(indexedToName)?.value ?? 0),
    write: (key) => {
      write.run(indexedToName, String(key));
    },
  };
}

function prepareLoad(database: DatabaseSync, indexedTo: () => number): () => Memory {
  const unindexed = prepare<{ trace_key: bigint; tenant: string; trace_id: string }>(
    database,
    'SELECT trace_key, tenant, trace_id FROM traces WHERE trace_key > ? ORDER BY trace_key',
  );
  return () => {
    let lastKey = indexedTo();
    const recent = new Map<string, number>();
    for (const { trace_key: key, tenant, trace_id: traceId } of unindexed.each(lastKey)) {
      lastKey = Number(key);
      recent.set(traceText({ tenant, traceId }), lastKey);
    }
    return { recent, run: undefined, lastKey, settledKey: lastKey };
  };
}
