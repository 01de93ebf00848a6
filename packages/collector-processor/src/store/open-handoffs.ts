import type { DatabaseSync } from 'node:sqlite';
import type { Entry } from '@costspan/ledger';
import { prepare, type SqlValue } from './sql.ts';

/** Some of the open handoffs of a ledger. */
export type HandoffPage = {
  /** In the order in which the ledger first saw their traces. */
  readonly entries: readonly Entry[];
  /** Where to go on; absent at the end. */
  readonly next?: string;
};

/** Which handoffs are wanted. */
export type HandoffPageOptions = {
  /** `next` of the page before. Default: from the beginning. */
  readonly after?: string;
  /** Default: of every tenant. */
  readonly tenant?: string;
  readonly foundMax: number;
  /** Handoffs that are looked at, open or not, before the page ends. */
  readonly lookedAtMax: number;
};

/** Columns of the entry that a row of versions tells. */
type Row<EntryRow> = EntryRow & { readonly trace_key: bigint; readonly handoff_hash: bigint; readonly place: bigint };

/**
 * Prepares reading what nobody has finished. Only handoffs are looked at, by their index, whatever else the ledger holds.
 * Returns undefined for a place that no page named.
 */
export function prepareOpenHandoffs<EntryRow extends Readonly<Record<string, SqlValue>>>(
  database: DatabaseSync,
  columns: string,
  entryIn: (row: EntryRow) => Entry,
): (options: HandoffPageOptions) => HandoffPage | undefined {
  const rows = prepare<Row<EntryRow>>(
    database,
    `SELECT ${columns}, told.trace_key, told.handoff_hash, told.version_key AS place
     FROM versions AS told INDEXED BY versions_by_handoff JOIN entries ON entries.entry_key = (
       SELECT version_key FROM versions AS latest
       WHERE latest.trace_key = told.trace_key AND latest.entry_id = told.entry_id ORDER BY latest.version DESC LIMIT 1)
     WHERE told.handoff_hash IS NOT NULL AND entries.fact_key = told.version_key
       AND (told.trace_key, told.handoff_hash, told.version_key) > (?, ?, ?)
     ORDER BY told.trace_key, told.handoff_hash, told.version_key LIMIT ?`,
  );
  return ({ after, tenant, foundMax, lookedAtMax }) => {
    const place = after === undefined ? beginning : placeIn(after);
    if (place === undefined) return undefined;
    const entries: Entry[] = [];
    let lookedAt = 0;
    for (const row of rows.each(...place, lookedAtMax)) {
      lookedAt += 1;
      const entry = entryIn(row);
      if (isOpenHandoff(entry) && (tenant === undefined || entry.tenant === tenant)) entries.push(entry);
      if (entries.length === foundMax || lookedAt === lookedAtMax) {
        return { entries, next: [row.trace_key, row.handoff_hash, row.place].join('.') };
      }
    }
    return { entries };
  };
}

const beginning = [-1n, -1n, -1n] as const;

/** The place that a page named: three numbers of the file. */
function placeIn(text: string): readonly [bigint, bigint, bigint] | undefined {
  if (!/^\d{1,18}\.\d{1,18}\.\d{1,18}$/.test(text)) return undefined;
  const [trace = 0n, hash = 0n, version = 0n] = text.split('.').map(BigInt);
  return [trace, hash, version];
}

/** A finished one stands as a cost of its own, and the open one as its duplicate. */
function isOpenHandoff({ state, role, status, human }: Entry): boolean {
  return state === 'live' && role === 'handoff' && status === 'non_billable' && human?.handoffId !== undefined;
}
