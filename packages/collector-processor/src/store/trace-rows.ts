import type { SpanFact, Unnamed } from '@costspan/ledger';
import { decodeFact, type EncodedTrace } from './encoded-facts.ts';
import type { LedgerFile } from './ledger-file.ts';
import { prepare } from './sql.ts';

/** A trace of the ledger. */
export type TraceRow = {
  readonly key: bigint;
  readonly state: 'open' | 'closed';
  /** Facts kept of it. */
  readonly facts: number;
  readonly unnamed: Unnamed;
};

/** A fact as it is kept: `factKey` only when it bears cost. */
export type KnownFact = { readonly fact: SpanFact; readonly line: string; readonly factKey?: bigint };

/** The rows of traces and the facts they hold. */
export type TraceRows = {
  readonly find: (trace: TraceIdentity) => TraceRow | undefined;
  /** Writes a trace, a new one when it has no key yet, and returns its key. */
  readonly write: (key: bigint | undefined, trace: TraceIdentity & Omit<TraceRow, 'key'>, nowNs: bigint) => bigint;
  /** Every fact of an open trace, as it was kept; a span may have several. */
  readonly facts: (traceKey: bigint, trace: TraceIdentity) => Iterable<KnownFact>;
  /** Cost-bearing facts that share a call or handoff id, at most `limit`. */
  readonly twins: (traceKey: bigint, ids: TwinIds, limit: number) => Iterable<KnownFact>;
  readonly factOf: (factKey: bigint) => KnownFact | undefined;
  /** Keeps a cost-bearing fact and returns its key. */
  readonly addFact: (traceKey: bigint, fact: SpanFact, line: string) => bigint;
  /** Keeps facts that bear no cost, in one row. */
  readonly addContext: (traceKey: bigint, lines: readonly string[]) => void;
  /** Deletes the facts that bear no cost: the trace has closed and they cannot change anything any more. */
  readonly forgetContext: (traceKey: bigint) => void;
};

export type TraceIdentity = Pick<EncodedTrace, 'tenant' | 'traceId'>;
export type TwinIds = { readonly callId?: string | undefined; readonly handoffId?: string | undefined };

type FactRow = { readonly fact_key: bigint; readonly body: string };

/** Prepares the statements over traces and facts of a file. */
export function prepareTraceRows({ database }: LedgerFile): TraceRows {
  const find = prepare<{ trace_key: bigint; state: 'open' | 'closed'; facts: bigint; unnamed: string }>(
    database,
    'SELECT trace_key, state, facts, unnamed FROM traces WHERE tenant = ? AND trace_id = ?',
  );
  const insert = prepare(
    database,
    'INSERT INTO traces (tenant, trace_id, state, facts, unnamed, active_at_ns) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const update = prepare(database, 'UPDATE traces SET state = ?, facts = ?, unnamed = ?, active_at_ns = ? WHERE trace_key = ?');
  const facts = prepare<FactRow>(database, 'SELECT fact_key, body FROM facts WHERE trace_key = ?');
  const context = prepare<{ body: string }>(database, 'SELECT body FROM context WHERE trace_key = ? ORDER BY context_key');
  const twins = prepare<FactRow>(
    database,
    `SELECT fact_key, body FROM facts WHERE trace_key = ? AND call_id = ?
     UNION SELECT fact_key, body FROM facts WHERE trace_key = ? AND handoff_id = ?
     ORDER BY fact_key LIMIT ?`,
  );
  const factOf = prepare<FactRow>(database, 'SELECT fact_key, body FROM facts WHERE fact_key = ?');
  const addFact = prepare(database, 'INSERT INTO facts (trace_key, call_id, handoff_id, body) VALUES (?, ?, ?, ?)');
  const addContext = prepare(database, 'INSERT INTO context (trace_key, body) VALUES (?, ?)');
  const forgetContext = prepare(database, 'DELETE FROM context WHERE trace_key = ?');
  return {
    find: ({ tenant, traceId }) => {
      const row = find.one(tenant, traceId);
      return row && { key: row.trace_key, state: row.state, facts: Number(row.facts), unnamed: JSON.parse(row.unnamed) };
    },
    write: (key, { tenant, traceId, state, facts, unnamed }, nowNs) => {
      const text = JSON.stringify(unnamed);
      if (key === undefined) return insert.run(tenant, traceId, state, facts, text, nowNs);
      update.run(state, facts, text, nowNs, key);
      return key;
    },
    facts: function* (traceKey, trace) {
      for (const row of facts.each(traceKey)) yield knownFact(row);
      for (const { body } of context.each(traceKey)) {
        for (const line of body.split('\n')) yield { fact: decodeFact(line, trace), line };
      }
    },
    twins: function* (traceKey, { callId, handoffId }, limit) {
      for (const row of twins.each(traceKey, callId ?? null, traceKey, handoffId ?? null, limit)) yield knownFact(row);
    },
    factOf: (factKey) => {
      const row = factOf.one(factKey);
      return row && knownFact(row);
    },
    addFact: (traceKey, { observation }, line) =>
      addFact.run(traceKey, observation?.callId ?? null, observation?.human?.handoffId ?? null, line),
    addContext: (traceKey, lines) => {
      addContext.run(traceKey, lines.join('\n'));
    },
    forgetContext: (traceKey) => {
      forgetContext.run(traceKey);
    },
  };
}

function knownFact({ fact_key: factKey, body }: FactRow): KnownFact {
  return { fact: decodeFact(body, { tenant: '', traceId: '' }), line: body, factKey };
}
