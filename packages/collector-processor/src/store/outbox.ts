import { type CostRecord, type ItemKey, rollUp } from '@costspan/ledger';
import { type KeptContributions, prepareKeptContributions } from './kept-contributions.ts';
import type { SentRecord } from './ledger-engine.ts';
import type { LedgerFile } from './ledger-file.ts';
import { prepare } from './sql.ts';

/** The records that still have to be sent: those whose revision is above the one that was sent last. */
export type Outbox = {
  readonly dirtyRecords: (recordsMax: number) => readonly CostRecord[];
  readonly markSent: (records: readonly SentRecord[]) => void;
  /** The record of one item, sent or not. */
  readonly record: (item: ItemKey) => CostRecord | undefined;
};

/** Columns from which {@link recordOf} makes a record. */
export const recordColumns = 'contribution, state, revision';

export type RecordRow = {
  readonly contribution: Uint8Array;
  /** Withdrawn: no span belongs to the item any more. What was sent of it is followed by a closed record that says 0. */
  readonly state: CostRecord['state'] | 'withdrawn';
  readonly revision: bigint;
};

/** The record a row of `items` holds. */
export function recordOf(
  row: RecordRow,
  { currency, emitter }: Pick<LedgerFile, 'currency' | 'emitter'>,
  kept: KeptContributions,
): CostRecord {
  const state = row.state === 'open' ? 'open' : 'closed';
  return rollUp(kept.read(row.contribution), { currency, emitter, state, revision: row.revision });
}

/** Prepares the statements over the outbox of a file. */
export function prepareOutbox(file: LedgerFile): Outbox {
  // The condition must read exactly like the one of the index items_dirty, or SQLite scans every item.
  const dirty = prepare<RecordRow>(
    file.database,
    `SELECT ${recordColumns} FROM items WHERE revision > sent_revision ORDER BY revision, item_key LIMIT ?`,
  );
  const one = prepare<RecordRow>(
    file.database,
    `SELECT ${recordColumns} FROM items WHERE tenant = ? AND type = ? AND id = ? AND state <> 'withdrawn'`,
  );
  const kept = prepareKeptContributions(file.database);
  const sent = prepare(
    file.database,
    'UPDATE items SET sent_revision = max(sent_revision, ?) WHERE tenant = ? AND type = ? AND id = ?',
  );
  return {
    dirtyRecords: (recordsMax) => dirty.all(recordsMax).map((row) => recordOf(row, file, kept)),
    record: ({ tenant, type, id }) => {
      const row = one.one(tenant, type, id);
      return row && recordOf(row, file, kept);
    },
    markSent: (records) => {
      for (const { item, revision } of records) sent.run(revision, item.tenant, item.type, item.id);
    },
  };
}
