import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type CostRecord, type Entry, entryOf, type ItemKey, type Tally } from '@costspan/ledger';
import { CostspanError } from '../errors.ts';
import { type AuditedEvent, prepareAudit } from './audit-rows.ts';
import { type CostCells, prepareCells } from './cost-cells.ts';
import { type CounterName, readCounters } from './counters.ts';
import { prepareKeptContributions } from './kept-contributions.ts';
import { type KeptFacts, prepareKeptFacts } from './kept-facts.ts';
import { inMemory, schemaVersion, unusable, unusableBecause } from './ledger-file.ts';
import { type HandoffPage, type HandoffPageOptions, prepareOpenHandoffs } from './open-handoffs.ts';
import { type RecordRow, recordColumns, recordOf } from './outbox.ts';
import { type RepriceOptions, type Repricing, repricings } from './reprice.ts';
import { applicationId, migrations } from './schema.ts';
import { prepare } from './sql.ts';
import { type LedgerVerdict, verifyLedger } from './verify-ledger.ts';

/** What a ledger file says about itself. */
export type LedgerHeader = {
  readonly file: string;
  readonly emitter: string;
  readonly currency: string;
  readonly schema: number;
  /** Entries of traces that were quiet since this instant were deleted, Unix nanoseconds; absent: none ever was. */
  readonly prunedBeforeNs?: bigint;
  /** Outcomes that complete a unit, by item type, as the service that wrote the file was configured. */
  readonly completed?: Readonly<Record<string, readonly string[]>>;
  /** True when what it decides also goes to another ledger: its records are a part of the whole. */
  readonly isPartial: boolean;
  readonly counters: Readonly<Record<CounterName, number>>;
};

/** A ledger file as it was at one moment, read without disturbing who writes it. */
export type LedgerReader = CostCells & {
  readonly header: LedgerHeader;
  /** Every record, by (tenant, type, id). */
  readonly records: () => Iterable<CostRecord>;
  /** Records whose item has this id, in any tenant and of any type unless given. */
  readonly findItem: (item: { readonly id: string } & Partial<ItemKey>) => readonly CostRecord[];
  /** Every version of every entry of an item, by time of use, then version. */
  readonly entriesOf: (item: ItemKey) => readonly Entry[];
  /** What the entries of an item that were deleted with their traces add up to; undefined: none ever was. */
  readonly deletedOf: (item: ItemKey) => Tally | undefined;
  /** What was decided for an item by budgets and gates, by time. */
  readonly audit: (item: ItemKey) => readonly AuditedEvent[];
  /** Every version of every entry, by identity, then version. */
  readonly entries: () => Iterable<Entry>;
  /** Live entries without an item, by time of use. */
  readonly unattributed: (entriesMax: number) => readonly Entry[];
  /** Handoffs that nobody has finished, a page at a time; undefined for a place that no page named. */
  readonly openHandoffs: (options: HandoffPageOptions) => HandoffPage | undefined;
  /** Prices live entries anew, by time of use. Changes nothing. */
  readonly repricings: (options: RepriceOptions) => Iterable<Repricing>;
  /** Works every record out again from the entries. Reads the whole file. */
  readonly verify: () => LedgerVerdict;
  readonly close: () => void;
};

/** Opens a ledger file for reading, also while a service writes it. Throws a CostspanError (`ledger-unusable`). */
export function openLedgerReader(file: string): LedgerReader {
  if (file === inMemory || !existsSync(file)) {
    throw unusable(file, 'there is no such ledger; start `costspan serve`, or name the file with --ledger');
  }
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    // One read transaction for everything: totals and the entries behind them are of one moment.
    database.exec('PRAGMA trusted_schema = OFF; BEGIN');
    checkSchema(database, file);
    return createReader(database, file);
  } catch (error) {
    database?.close();
    throw error instanceof CostspanError ? error : unusableBecause(file, error);
  }
}

function checkSchema(database: DatabaseSync, file: string): void {
  const { application_id: id } = prepare<{ application_id: bigint }>(database, 'PRAGMA application_id').one() ?? {};
  if (id !== BigInt(applicationId)) throw unusable(file, 'is not a ledger; name another file');
  const found = schemaVersion(database);
  const newest = migrations.at(-1)?.version ?? 0;
  if (found > newest)
    throw unusable(file, `was written by a newer costspan (schema ${found}, this one knows ${newest}); update costspan`);
  if (found < newest) {
    throw unusable(
      file,
      `has schema ${found}, this costspan reads ${newest}; start \`costspan serve\` with it once to bring it up to date`,
    );
  }
}

/** Reads an open ledger. What it returns is of one moment only inside a transaction. */
export function createReader(database: DatabaseSync, file: string): LedgerReader {
  const header = readHeader(database, file);
  const contributions = prepareKeptContributions(database);
  const entryIn = createEntryIn(header, prepareKeptFacts(database));
  const all = prepare<RecordRow>(
    database,
    `SELECT ${recordColumns} FROM items WHERE state <> 'withdrawn' ORDER BY tenant, type, id`,
  );
  const byId = prepare<RecordRow & ItemRow>(
    database,
    `SELECT ${recordColumns}, tenant, type FROM items WHERE id = ? AND state <> 'withdrawn' ORDER BY tenant, type`,
  );
  const ofItem = prepare<EntryRow>(
    database,
    // By way of the traces that belong to the item, or did.
    `SELECT ${entryColumns} FROM items JOIN entries USING (item_key)
     WHERE tenant = ? AND type = ? AND id = ? AND entries.trace_key IN (
       SELECT trace_key FROM contributions WHERE contributions.item_key = items.item_key
       UNION ALL SELECT trace_key FROM departures WHERE departures.item_key = items.item_key)
     ORDER BY usage_at_ns, entry_id, version`,
  );
  const pruned = prepare<{ pruned: Uint8Array | null }>(
    database,
    'SELECT pruned FROM items WHERE tenant = ? AND type = ? AND id = ?',
  );
  const every = prepare<EntryRow>(database, `SELECT ${entryColumns} FROM entries ORDER BY entry_id, version`);
  const withoutItem = prepare<EntryRow>(
    database,
    `SELECT ${entryColumns} FROM entries
     WHERE item_key IS NULL AND entries.state = 'live' ORDER BY usage_at_ns, entry_id LIMIT ?`,
  );
  return {
    header,
    records: function* () {
      for (const row of all.each()) yield recordOf(row, header, contributions);
    },
    findItem: ({ id, type, tenant }) =>
      byId
        .all(id)
        .filter((row) => (type === undefined || row.type === type) && (tenant === undefined || row.tenant === tenant))
        .map((row) => recordOf(row, header, contributions)),
    entriesOf: ({ tenant, type, id }) => ofItem.all(tenant, type, id).map((row) => entryIn(row)),
    deletedOf: ({ tenant, type, id }) => {
      const body = pruned.one(tenant, type, id)?.pruned ?? undefined;
      return body === undefined ? undefined : contributions.read(body).tally;
    },
    audit: prepareAudit(database),
    entries: function* () {
      for (const row of every.each()) yield entryIn(row);
    },
    unattributed: (entriesMax) => withoutItem.all(entriesMax).map((row) => entryIn(row)),
    openHandoffs: prepareOpenHandoffs(database, entryColumns, entryIn),
    ...prepareCells(database),
    repricings: (options) => repricings({ database, currency: header.currency }, options),
    verify: () => verifyLedger(database, header.currency),
    close: () => database.close(),
  };
}

type ItemRow = { readonly tenant: string; readonly type: string };

type EntryRow = {
  readonly version: bigint;
  readonly state: Entry['state'];
  readonly decision: string;
  readonly recorded_at_ns: bigint;
  readonly fact: Uint8Array;
};

const entryColumns = 'entries.version, entries.state, entries.decision, entries.recorded_at_ns, entries.fact';

function createEntryIn({ currency, emitter }: LedgerHeader, { readCost }: KeptFacts): (row: EntryRow) => Entry {
  return (row) => ({
    ...entryOf(readCost(row.fact), JSON.parse(row.decision), currency),
    version: Number(row.version),
    state: row.state,
    recordedAtNs: row.recorded_at_ns,
    emitter,
  });
}

function readHeader(database: DatabaseSync, file: string): LedgerHeader {
  const settings = new Map(
    prepare<{ name: string; value: string }>(database, 'SELECT name, value FROM settings')
      .all()
      .map(({ name, value }) => [name, value]),
  );
  const prunedBefore = settings.get('pruned_before_ns');
  const completed = settings.get('completed');
  return {
    file,
    emitter: settings.get('emitter') ?? '',
    currency: settings.get('currency') ?? '',
    schema: schemaVersion(database),
    ...(prunedBefore === undefined ? {} : { prunedBeforeNs: BigInt(prunedBefore) }),
    ...(completed === undefined ? {} : { completed: JSON.parse(completed) }),
    isPartial: settings.get('entries_out') === 'on',
    counters: readCounters(database),
  };
}
