import { Buffer } from 'node:buffer';
import {
  type Booking,
  type CostFact,
  type DecidedSpan,
  type Decision,
  decisionText,
  diffEntries,
  type StoredVersion,
} from '@costspan/ledger';
import { splitPico } from '@costspan/pricing';
import { prepareKeptFacts } from './kept-facts.ts';
import { prepareKeptKinds } from './kept-kinds.ts';
import type { LedgerFile } from './ledger-file.ts';
import { traceVersionsMax } from './limits.ts';
import { versionBits } from './schema.ts';
import { prepare } from './sql.ts';
import { textHash } from './text-hash.ts';

/** The latest version of an entry as the file has it, with the fact it was made of. */
export type StoredEntry = StoredVersion & { readonly factKey: bigint; readonly fact: CostFact; readonly decision: Decision };

/** A decided span. `factKey` is where its fact is kept; absent for a fact that is not kept yet. */
export type KeyedSpan = DecidedSpan & { readonly factKey?: bigint; readonly packed?: PackedRecord };

/** A cost-bearing fact as it came in a request. */
export type PackedRecord = { readonly record: Uint8Array; readonly words: readonly string[] };

/** The rows of entries. Each version of an entry is one; the first that a fact makes holds the fact. */
export type EntryRows = {
  /** Latest versions of every entry of a trace. */
  readonly ofTrace: (traceKey: bigint) => readonly StoredEntry[];
  /** Latest version of one entry. */
  readonly latest: (traceKey: bigint, entryId: string) => StoredEntry | undefined;
  /** Latest versions of entries whose facts share a call or handoff id, at most `limit`. */
  readonly twins: (traceKey: bigint, ids: TwinIds, limit: number) => readonly StoredEntry[];
  /** Voids and adds versions until the live entries among `stored` are the decided ones. Returns the latest versions then. */
  readonly write: (traceKey: bigint, change: EntryWrite) => readonly StoredEntry[];
  /** Adds the first versions of entries to a trace that has `versions` of others. Default: none. */
  readonly writeFirst: (traceKey: bigint, change: Pick<EntryWrite, 'spans' | 'itemKeyOf' | 'nowNs'>, versions?: number) => void;
  /** Whether a trace holds as many versions as it may. */
  readonly isFull: (traceKey: bigint) => boolean;
  /** Drops what is kept in memory: to be called when a transaction failed. */
  readonly forget: () => void;
};

export type TwinIds = { readonly callId?: string | undefined; readonly handoffId?: string | undefined };

export type EntryWrite = {
  readonly stored: readonly StoredEntry[];
  readonly spans: readonly KeyedSpan[];
  readonly itemKeyOf: (item: NonNullable<Decision['item']>) => bigint;
  readonly nowNs: bigint;
  /** Whether the trace has no versions yet. Default: false. */
  readonly isNewTrace?: boolean;
};

type VersionRow = {
  readonly entry_id: string;
  readonly version: bigint;
  readonly state: 'live' | 'void';
  readonly fact_key: bigint;
  readonly fact: Uint8Array;
  readonly decision: string;
};

const columns = 'entry_id, version, state, fact_key, fact, decision';

/** Prepares the statements over entries of a file. */
export function prepareEntryRows({ database }: LedgerFile): EntryRows {
  const { readCost } = prepareKeptFacts(database);
  const ofTrace = prepare<VersionRow>(database, `SELECT ${columns} FROM entries WHERE trace_key = ? ORDER BY entry_id, version`);
  const latest = prepare<VersionRow>(
    database,
    `SELECT ${columns} FROM entries WHERE entry_key = (
       SELECT version_key FROM versions WHERE trace_key = ? AND entry_id = unhex(?) ORDER BY version DESC LIMIT 1)`,
  );
  const stored = (row: VersionRow): StoredEntry => storedEntry(row, readCost(row.fact));
  const latestOf = (traceKey: bigint, entryId: string): StoredEntry | undefined => {
    const row = latest.one(traceKey, entryId);
    return row && stored(row);
  };
  const { write, writeFirst, isFull, forget } = prepareWrite(database);
  return {
    ofTrace: (traceKey) => [...new Map(ofTrace.all(traceKey).map((row) => [row.entry_id, row])).values()].map(stored),
    latest: latestOf,
    twins: prepareTwins(database, latestOf),
    write,
    writeFirst,
    isFull,
    forget,
  };
}

/** Ids are found by their hashes; entries whose ids only share one are left out, and facts that a stronger one has replaced. */
function prepareTwins(
  database: LedgerFile['database'],
  latestOf: (traceKey: bigint, entryId: string) => StoredEntry | undefined,
): EntryRows['twins'] {
  const twins = prepare<{ version_key: bigint; entry_id: string }>(
    database,
    `SELECT version_key, lower(hex(entry_id)) AS entry_id FROM versions WHERE trace_key = ? AND call_hash = ?
     UNION SELECT version_key, lower(hex(entry_id)) FROM versions WHERE trace_key = ? AND handoff_hash = ?
     ORDER BY version_key LIMIT ?`,
  );
  return (traceKey, { callId, handoffId }, limit) =>
    twins.all(traceKey, hashOf(callId), traceKey, hashOf(handoffId), limit).flatMap(({ version_key: key, entry_id: id }) => {
      const entry = latestOf(traceKey, id);
      if (entry?.factKey !== key) return [];
      const { callId: otherCall, human } = entry.fact.observation;
      const isTwin =
        (callId !== undefined && otherCall === callId) || (handoffId !== undefined && human?.handoffId === handoffId);
      return isTwin ? [entry] : [];
    });
}

function prepareWrite(database: LedgerFile['database']): Pick<EntryRows, 'write' | 'writeFirst' | 'isFull' | 'forget'> {
  const toVoid = prepare(
    database,
    'UPDATE versions SET voided_at_ns = ? WHERE trace_key = ? AND entry_id = unhex(?) AND version = ?',
  );
  const last = prepare<{ last: bigint | null }>(
    database,
    'SELECT max(version_key) AS last FROM versions WHERE version_key >= ? AND version_key < ?',
  );
  const { add, forget } = prepareAdd(database);
  const shift = BigInt(versionBits);
  const nextOf = (traceKey: bigint): bigint => {
    const first = traceKey << shift;
    return (last.one(first, (traceKey + 1n) << shift)?.last ?? first - 1n) + 1n;
  };
  return {
    forget,
    isFull: (traceKey) => nextOf(traceKey) - (traceKey << shift) >= BigInt(traceVersionsMax),
    writeFirst: (traceKey, { spans, itemKeyOf, nowNs }, versions = 0) => {
      let key = (traceKey << shift) + BigInt(versions);
      let shared: { readonly decision: Decision; readonly key: bigint; readonly itemKey: bigint | null } | undefined;
      for (const span of spans) {
        const { decision } = span;
        const isShared = shared?.decision === decision;
        if (!isShared) shared = { decision, key, itemKey: decision.item === undefined ? null : itemKeyOf(decision.item) };
        const { itemKey = null } = shared ?? {};
        add({ key, version: 1, span, itemKey, decision: isShared && shared ? shared.key : decisionText(decision), nowNs });
        key += 1n;
      }
    },
    write: (traceKey, { stored, spans, itemKeyOf, nowNs, isNewTrace = false }) => {
      const wanted = spans.map((span) => {
        const decision = decisionText(span.decision);
        return { id: span.fact.observation.entryId, content: contentOf(span.factKey, decision), span, decision };
      });
      const changes = diffEntries(stored, wanted);
      if (changes.length === 0) return stored;
      const latest = new Map(stored.map((entry) => [entry.id, entry]));
      let next = isNewTrace ? traceKey << shift : nextOf(traceKey);
      let shared: { readonly text: string; readonly key: bigint } | undefined;
      for (const change of changes) {
        if (change.kind === 'void') {
          toVoid.run(nowNs, traceKey, change.id, change.version);
          const before = latest.get(change.id);
          if (before !== undefined) latest.set(change.id, { ...before, state: 'void' });
          continue;
        }
        const { span, decision, id } = change.entry;
        const { item } = span.decision;
        const key = next;
        next += 1n;
        add({
          ...{ key, version: change.version, span, nowNs },
          itemKey: item === undefined ? null : itemKeyOf(item),
          decision: shared?.text === decision ? shared.key : decision,
        });
        if (shared?.text !== decision) shared = { text: decision, key };
        const factKey = span.factKey ?? key;
        const content = contentOf(factKey, decision);
        latest.set(id, {
          id,
          version: change.version,
          state: 'live',
          content,
          factKey,
          fact: span.fact,
          decision: span.decision,
        });
      }
      return [...latest.values()];
    },
  };
}

function storedEntry({ entry_id: id, version, state, fact_key: factKey, decision }: VersionRow, fact: CostFact): StoredEntry {
  return {
    id,
    version: Number(version),
    state,
    content: contentOf(factKey, decision),
    factKey,
    fact,
    decision: JSON.parse(decision),
  };
}

/** An entry is its fact and what was decided about it; nothing else can make two versions differ. */
function contentOf(factKey: bigint | undefined, decision: string): string {
  return `${factKey ?? 'new'} ${decision}`;
}

type NewVersion = {
  readonly key: bigint;
  readonly version: number;
  readonly span: KeyedSpan;
  readonly itemKey: bigint | null;
  /** Its text, or the key of the version of the trace that has the same. */
  readonly decision: string | bigint;
  readonly nowNs: bigint;
};

function prepareAdd(database: LedgerFile['database']): {
  readonly add: (version: NewVersion) => void;
  readonly forget: () => void;
} {
  const kinds = prepareKeptKinds(database);
  const kept = prepareKeptFacts(database);
  const insert = prepare(
    database,
    `INSERT INTO versions (version_key, entry_id, version, item_key, kind_key, amount_whole, amount_pico,
       low_whole, low_pico, high_whole, high_pico, usage_at_ns, recorded_at_ns, decision_key, decision,
       fact_key, call_hash, handoff_hash, fact)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const add = ({ key, version, span, itemKey, decision, nowNs }: NewVersion): void => {
    const { fact, booking, factKey, packed } = span;
    const { callId, human } = fact.observation;
    const isNewFact = factKey === undefined;
    const amount = splitPico(booking.amountPico);
    const low = boundOf(booking, booking.lowPico);
    const high = boundOf(booking, booking.highPico);
    insert.run(
      key,
      Buffer.from(booking.id, 'hex'),
      version,
      itemKey,
      kinds.keyOf(booking),
      amount.whole,
      amount.pico,
      low.whole,
      low.pico,
      high.whole,
      high.pico,
      booking.usageAtNs,
      nowNs,
      typeof decision === 'bigint' ? decision : null,
      typeof decision === 'bigint' ? null : decision,
      factKey ?? null,
      isNewFact ? hashOf(callId) : null,
      isNewFact ? hashOf(human?.handoffId) : null,
      isNewFact ? kept.keepCost(fact, packed) : null,
    );
  };
  return { add, forget: kinds.forget };
}

/** A bound is kept only where it is not the amount. */
function boundOf({ amountPico }: Booking, boundPico: bigint): { readonly whole: bigint | null; readonly pico: bigint | null } {
  return boundPico === amountPico ? noBound : splitPico(boundPico);
}

const noBound = { whole: null, pico: null };

function hashOf(text: string | undefined): number | null {
  return text === undefined ? null : textHash(text);
}
