import {
  type DecidedEntry,
  type DecidedSpan,
  type Decision,
  decisionText,
  diffEntries,
  isUnpriced,
  type StoredVersion,
  unpricedReasonsOf,
} from '@costspan/ledger';
import { splitPico } from '@costspan/pricing';
import type { LedgerFile } from './ledger-file.ts';
import { prepare } from './sql.ts';

/** The latest version of an entry as the file has it. */
export type StoredEntry = StoredVersion & { readonly factKey: bigint; readonly decision: Decision };

/** A decided span and the key of its fact. */
export type KeyedSpan = DecidedSpan & { readonly factKey: bigint };

/** The rows of entries. */
export type EntryRows = {
  /** Latest versions of every entry of a trace. */
  readonly ofTrace: (traceKey: bigint) => readonly StoredEntry[];
  /** Latest version of one entry. */
  readonly latest: (traceKey: bigint, entryId: string) => StoredEntry | undefined;
  /** Voids and adds versions until the live entries among `stored` are the decided ones. Returns the latest versions then. */
  readonly write: (traceKey: bigint, change: EntryWrite) => readonly StoredEntry[];
};

export type EntryWrite = {
  readonly stored: readonly StoredEntry[];
  readonly spans: readonly KeyedSpan[];
  readonly itemKeyOf: (item: NonNullable<Decision['item']>) => bigint;
  readonly nowNs: bigint;
};

type EntryRow = {
  readonly entry_id: string;
  readonly version: bigint;
  readonly state: 'live' | 'void';
  readonly fact_key: bigint;
  readonly decision: string;
};

const columns = 'entry_id, version, state, fact_key, decision';

/** Prepares the statements over entries of a file. */
export function prepareEntryRows({ database }: LedgerFile): EntryRows {
  const ofTrace = prepare<EntryRow>(database, `SELECT ${columns} FROM entries WHERE trace_key = ? ORDER BY entry_id, version`);
  const latest = prepare<EntryRow>(
    database,
    `SELECT ${columns} FROM entries WHERE trace_key = ? AND entry_id = ? ORDER BY version DESC LIMIT 1`,
  );
  const toVoid = prepare(
    database,
    "UPDATE entries SET state = 'void', voided_at_ns = ? WHERE trace_key = ? AND entry_id = ? AND version = ?",
  );
  const add = prepareAdd(database);
  return {
    ofTrace: (traceKey) => [...new Map(ofTrace.all(traceKey).map((row) => [row.entry_id, storedEntry(row)])).values()],
    latest: (traceKey, entryId) => {
      const row = latest.one(traceKey, entryId);
      return row && storedEntry(row);
    },
    write: (traceKey, { stored, spans, itemKeyOf, nowNs }) => {
      const wanted = spans.map((span) => {
        const decision = decisionText(span.decision);
        return { id: span.fact.observation.entryId, content: contentOf(span.factKey, decision), span, decision };
      });
      const changes = diffEntries(stored, wanted);
      if (changes.length === 0) return stored;
      const latest = new Map(stored.map((entry) => [entry.id, entry]));
      for (const change of changes) {
        if (change.kind === 'void') {
          toVoid.run(nowNs, traceKey, change.id, change.version);
          const before = latest.get(change.id);
          if (before !== undefined) latest.set(change.id, { ...before, state: 'void' });
        } else {
          const { span, decision, id, content } = change.entry;
          latest.set(id, { id, version: change.version, state: 'live', content, factKey: span.factKey, decision: span.decision });
          const { item } = span.decision;
          add(span.entry, {
            traceKey,
            factKey: span.factKey,
            itemKey: item === undefined ? null : itemKeyOf(item),
            version: change.version,
            decision,
            nowNs,
          });
        }
      }
      return [...latest.values()];
    },
  };
}

function storedEntry({ entry_id: id, version, state, fact_key: factKey, decision }: EntryRow): StoredEntry {
  return {
    id,
    version: Number(version),
    state,
    content: contentOf(factKey, decision),
    factKey,
    decision: JSON.parse(decision),
  };
}

/** An entry is its fact and what was decided about it; nothing else can make two versions differ. */
function contentOf(factKey: bigint, decision: string): string {
  return `${factKey} ${decision}`;
}

type Recording = {
  readonly traceKey: bigint;
  readonly factKey: bigint;
  readonly itemKey: bigint | null;
  readonly version: number;
  readonly decision: string;
  readonly nowNs: bigint;
};

function prepareAdd(database: LedgerFile['database']): (entry: DecidedEntry, recording: Recording) => void {
  const insert = prepare(
    database,
    `INSERT INTO entries (trace_key, entry_id, version, state, fact_key, item_key, decision, unattributed_reason, unpriced_reasons,
       category, status, waste, amount_whole, amount_pico, low_whole, low_pico, high_whole, high_pico, usage_at_ns, recorded_at_ns, provider, model, agent)
     VALUES (?, ?, ?, 'live', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return (entry, { traceKey, factKey, itemKey, version, decision, nowNs }) => {
    const [amount, low, high] = [splitPico(entry.amountPico), splitPico(entry.lowPico), splitPico(entry.highPico)];
    insert.run(
      traceKey,
      entry.id,
      version,
      factKey,
      itemKey,
      decision,
      entry.unattributedReason ?? null,
      isUnpriced(entry.status) ? unpricedReasonsOf(entry).join(',') : null,
      entry.category,
      entry.status,
      entry.waste ? 1 : 0,
      amount.whole,
      amount.pico,
      low.whole,
      low.pico,
      high.whole,
      high.pico,
      entry.usageAtNs,
      nowNs,
      entry.provider,
      entry.model,
      entry.agent ?? null,
    );
  };
}
