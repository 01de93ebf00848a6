import { strict as assert } from 'node:assert';
import type { DatabaseSync } from 'node:sqlite';
import { type CostFact, type Decision, type Entry, entryOf } from '@costspan/ledger';
import { prepareSentAudit } from './audit-rows.ts';
import { type KeptContributions, prepareKeptContributions } from './kept-contributions.ts';
import { prepareKeptFacts } from './kept-facts.ts';
import type { LedgerFile } from './ledger-file.ts';
import type { SentAudit, SentSighting } from './received-events.ts';
import { traceIdOf } from './received-trace.ts';
import { inTransaction, prepare } from './sql.ts';

/** A change that still has to be sent to another ledger, with its place in the outbox. */
export type OutgoingEvent =
  | { readonly kind: 'entry'; readonly sequence: bigint; readonly entry: Entry }
  | { readonly kind: 'sighting'; readonly sequence: bigint; readonly sent: SentSighting }
  | { readonly kind: 'audit'; readonly sequence: bigint; readonly sent: SentAudit };

/** The outbox of entry events. */
export type Outgoing = {
  /** Those that wait longest. */
  readonly waiting: (eventsMax: number) => readonly OutgoingEvent[];
  /** Forgets what was delivered. What changed in the meantime has another place by now and stays. */
  readonly markSent: (sequences: readonly bigint[]) => void;
};

/**
 * Says in the file whether what it decides also goes to another ledger. Once it does, every change to an entry, to what a
 * trace says about an item, and to what was decided in it, is noted in the outbox by the transaction that makes it; what the file held before goes there too.
 * Without a wish it stays as it is.
 */
export function setUpOutgoing(database: DatabaseSync, wanted: boolean | undefined): void {
  const setting = prepare<{ value: string }>(database, "SELECT value FROM settings WHERE name = 'entries_out'").one();
  const isOn = wanted ?? setting?.value === 'on';
  inTransaction(database, () => {
    prepare(
      database,
      "INSERT INTO settings (name, value) VALUES ('entries_out', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    ).run(isOn ? 'on' : 'off');
    // Nobody asks for what is in it, and it would hold back pruning.
    if (!isOn) database.exec('DELETE FROM outgoing');
    if (isOn && setting?.value !== 'on') {
      database.exec(`
INSERT INTO outgoing (trace_key, entry_key) SELECT trace_key, version_key FROM versions WHERE voided_at_ns IS NULL ORDER BY version_key;
INSERT INTO outgoing (trace_key, item_key) SELECT trace_key, item_key FROM contributions ORDER BY trace_key, item_key;
INSERT INTO outgoing (trace_key, audit_key) SELECT trace_key, audit_key FROM audit ORDER BY audit_key;`);
    }
  });
  if (isOn) database.exec(triggers);
}

/** A change takes the place of an earlier one that was not sent: only the latest matters. */
function note(name: string, event: string, key: 'entry_key' | 'item_key' | 'audit_key', value: string): string {
  const row = value.slice(0, value.indexOf('.'));
  return `
CREATE TEMP TRIGGER outgoing_${name} AFTER ${event} WHEN ${value} IS NOT NULL BEGIN
  DELETE FROM outgoing WHERE trace_key = ${row}.trace_key AND ${key} = ${value};
  INSERT INTO outgoing (trace_key, ${key}) VALUES (${row}.trace_key, ${value});
END;`;
}

// Of this connection only, which is the only one that writes: a file whose entries go nowhere has none.
const triggers = [
  note('added_version', 'INSERT ON main.versions', 'entry_key', 'NEW.version_key'),
  note('voided_version', 'UPDATE OF voided_at_ns ON main.versions', 'entry_key', 'NEW.version_key'),
  note('added_trace', 'INSERT ON main.traces', 'item_key', 'NEW.item_key'),
  note('left_first', 'UPDATE OF item_key ON main.traces', 'item_key', 'OLD.item_key'),
  note('changed_first', 'UPDATE OF contribution ON main.traces', 'item_key', 'NEW.item_key'),
  note('added_further', 'INSERT ON main.further_contributions', 'item_key', 'NEW.item_key'),
  note('changed_further', 'UPDATE ON main.further_contributions', 'item_key', 'NEW.item_key'),
  note('left_further', 'DELETE ON main.further_contributions', 'item_key', 'OLD.item_key'),
  note('added_audit', 'INSERT ON main.audit', 'audit_key', 'NEW.audit_key'),
  note('changed_audit', 'UPDATE ON main.audit', 'audit_key', 'NEW.audit_key'),
].join('');

type OutgoingRow = {
  readonly sequence: bigint;
  readonly trace_key: bigint;
  readonly entry_key: bigint | null;
  readonly item_key: bigint | null;
  readonly audit_key: bigint | null;
};

type EntryRow = {
  readonly version: bigint;
  readonly state: Entry['state'];
  readonly decision: string;
  readonly recorded_at_ns: bigint;
  readonly fact: Uint8Array;
};

type SightingRow = {
  readonly trace_id: string;
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
  readonly body: Uint8Array | null;
  readonly first_span_ns: bigint;
  readonly last_span_ns: bigint;
};

/** Prepares the statements over the outbox of a file. */
export function prepareOutgoing(file: LedgerFile): Outgoing {
  const { database } = file;
  const { readCost } = prepareKeptFacts(database);
  const kept = prepareKeptContributions(database);
  const waiting = prepare<OutgoingRow>(
    database,
    'SELECT sequence, trace_key, entry_key, item_key, audit_key FROM outgoing ORDER BY sequence LIMIT ?',
  );
  const entry = prepare<EntryRow>(
    database,
    'SELECT version, state, decision, recorded_at_ns, fact FROM entries WHERE entry_key = ?',
  );
  const sighting = prepare<SightingRow>(
    database,
    `SELECT traces.trace_id, items.tenant, items.type, items.id, first_span_ns, last_span_ns,
       iif(traces.item_key = items.item_key, traces.contribution, (SELECT body FROM further_contributions AS further
         WHERE further.trace_key = traces.trace_key AND further.item_key = items.item_key)) AS body
     FROM items JOIN traces ON traces.trace_key = ? WHERE items.item_key = ?`,
  );
  const forget = prepare(database, 'DELETE FROM outgoing WHERE sequence = ?');
  const readAudit = prepareSentAudit(database);
  const eventOf = ({ sequence, trace_key: traceKey, ...keys }: OutgoingRow): OutgoingEvent => {
    const { entry_key: entryKey, item_key: itemKey, audit_key: auditKey } = keys;
    if (auditKey !== null) return { kind: 'audit', sequence, sent: readAudit(auditKey) };
    const entryRow = entryKey === null ? undefined : entry.one(entryKey);
    if (entryRow !== undefined) return { kind: 'entry', sequence, entry: entryIn(entryRow, readCost(entryRow.fact), file) };
    const sightingRow = sighting.one(traceKey, itemKey);
    assert(sightingRow !== undefined, `ledger: what waits at ${sequence} to be sent is not there`);
    return { kind: 'sighting', sequence, sent: sightingIn(sightingRow, sequence, { ...file, kept }) };
  };
  return {
    waiting: (eventsMax) => waiting.all(eventsMax).map(eventOf),
    markSent: (sequences) => {
      for (const sequence of sequences) forget.run(sequence);
    },
  };
}

function entryIn(row: EntryRow, fact: CostFact, { currency, emitter }: LedgerFile): Entry {
  const decision: Decision = JSON.parse(row.decision);
  return {
    ...entryOf(fact, decision, currency),
    version: Number(row.version),
    state: row.state,
    recordedAtNs: row.recorded_at_ns,
    emitter,
  };
}

/** Without a contribution the trace has left the item: that is said with what the item itself was last known to be. */
function sightingIn(
  row: SightingRow,
  sequence: bigint,
  { emitter, kept }: LedgerFile & { readonly kept: KeptContributions },
): SentSighting {
  const { tenant, type, id, first_span_ns: firstNs, last_span_ns: lastNs } = row;
  const nothing = { item: { tenant, type, id }, firstNs, lastNs, dimensions: {} };
  return {
    emitter,
    traceId: traceIdOf(row.trace_id),
    sequence,
    state: row.body === null ? 'void' : 'live',
    sighting: row.body === null ? nothing : kept.read(row.body).sighting,
  };
}
