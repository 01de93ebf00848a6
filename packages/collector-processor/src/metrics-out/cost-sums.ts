import type { DatabaseSync } from 'node:sqlite';
import { type CompletedOutcomes, isCompleted } from '@costspan/ledger';
import { joinPico } from '@costspan/pricing';
import { kindColumns } from '../store/kept-sums.ts';
import { summedEntriesMax } from '../store/limits.ts';
import { prepare } from '../store/sql.ts';

/** What a work item is and how it ended. Empty text: there is none. */
export type ItemKind = {
  readonly type: string;
  readonly outcome: string;
  /** Whether the outcome completes a unit of the type. */
  readonly completed: boolean;
};

/** Sum of the entries of one kind, those included that were pruned. */
export type EntrySum = ItemKind & {
  readonly agent: string;
  readonly category: string;
  readonly status: string;
  readonly waste: boolean;
  /** Why there is no price, joined by `,`. */
  readonly unpricedReasons: string;
  readonly entries: number;
  readonly amountPico: bigint;
};

/** Items by kind and state. */
export type ItemCount = ItemKind & { readonly state: 'open' | 'closed'; readonly items: number };

/** Items that closed at a cost of one bucket. */
export type ClosingCount = ItemKind & { readonly bucket: number; readonly items: number; readonly totalPico: bigint };

/** Everything metrics say about costs, of one moment of the ledger. */
export type CostSums = {
  /** UUID of the ledger file. */
  readonly emitter: string;
  readonly currency: string;
  /** When the ledger file was made, Unix nanoseconds. */
  readonly createdAtNs: bigint;
  readonly entries: readonly EntrySum[];
  readonly items: readonly ItemCount[];
  readonly closings: readonly ClosingCount[];
};

/** Sums up a ledger file that is open for reading. Reads every entry, some at a time, all of one moment. */
export function readCostSums(database: DatabaseSync): CostSums {
  database.exec('BEGIN');
  try {
    const settings = new Map(
      prepare<{ name: string; value: string }>(database, 'SELECT name, value FROM settings')
        .all()
        .map(({ name, value }) => [name, value]),
    );
    const completed: CompletedOutcomes = JSON.parse(settings.get('completed') ?? '{}');
    return {
      emitter: settings.get('emitter') ?? '',
      currency: settings.get('currency') ?? '',
      createdAtNs: BigInt(settings.get('created_at_ns') ?? 0),
      entries: readEntries(database, completed),
      items: readItems(database, completed),
      closings: readClosings(database, completed),
    };
  } finally {
    database.exec('COMMIT');
  }
}

type KindRow = {
  readonly type: string;
  readonly outcome: string;
  readonly agent: string;
  readonly category: string;
  readonly status: string;
  readonly waste: bigint;
  readonly unpriced_reasons: string;
  readonly entries: bigint;
  readonly amount_whole: bigint;
  readonly amount_pico: bigint;
};

function readEntries(database: DatabaseSync, completed: CompletedOutcomes): readonly EntrySum[] {
  const sums = new Map<string, EntrySum>();
  const add = (row: KindRow): void => {
    const { type, outcome, agent, category, status, unpriced_reasons: unpricedReasons } = row;
    const key = JSON.stringify([type, outcome, agent, category, status, Number(row.waste), unpricedReasons]);
    const sum = sums.get(key);
    // Evidence only: its cost is carried by other entries, as in records.
    const isExcluded = status === 'aggregate' || status === 'duplicate';
    const amountPico = isExcluded ? 0n : joinPico(row.amount_whole, row.amount_pico);
    sums.set(key, {
      ...kindOf(row, completed),
      ...{ agent, category, status, unpricedReasons },
      waste: row.waste === 1n,
      entries: (sum?.entries ?? 0) + Number(row.entries),
      amountPico: (sum?.amountPico ?? 0n) + amountPico,
    });
  };
  for (const row of prepare<KindRow>(database, 'SELECT * FROM pruned_sums').each()) add(row);
  const some = prepare<KindRow>(
    database,
    `SELECT ${kindColumns}, sum(entries) AS entries, sum(amount_whole) AS amount_whole, sum(amount_pico) AS amount_pico
     FROM (SELECT item_key, kind_key, count(*) AS entries, sum(amount_whole) AS amount_whole, sum(amount_pico) AS amount_pico
       FROM versions WHERE version_key >= ? AND version_key <= ? AND voided_at_ns IS NULL GROUP BY 1, 2)
     JOIN kinds USING (kind_key) LEFT JOIN items USING (item_key) GROUP BY 1, 2, 3, 4, 5, 6, 7`,
  );
  const end = prepare<{ first: bigint | null; last: bigint | null }>(
    database,
    `SELECT min(version_key) AS first, max(version_key) AS last
     FROM (SELECT version_key FROM versions WHERE version_key > ? ORDER BY version_key LIMIT ?)`,
  );
  for (let before = -1n; ; ) {
    const { first = null, last = null } = end.one(before, summedEntriesMax) ?? {};
    if (first === null || last === null) break;
    for (const row of some.each(first, last)) add(row);
    before = last;
  }
  return [...sums.values()];
}

function readItems(database: DatabaseSync, completed: CompletedOutcomes): readonly ItemCount[] {
  return prepare<{ type: string; outcome: string; state: ItemCount['state']; items: bigint }>(
    database,
    `SELECT type, coalesce(outcome, '') AS outcome, state, count(*) AS items FROM items WHERE state <> 'withdrawn' GROUP BY 1, 2, 3`,
  )
    .all()
    .map((row) => ({ ...kindOf(row, completed), state: row.state, items: Number(row.items) }));
}

function readClosings(database: DatabaseSync, completed: CompletedOutcomes): readonly ClosingCount[] {
  type Row = { type: string; outcome: string; bucket: bigint; items: bigint; total_whole: bigint; total_pico: bigint };
  return prepare<Row>(database, 'SELECT * FROM closings')
    .all()
    .map((row) => ({
      ...kindOf(row, completed),
      bucket: Number(row.bucket),
      items: Number(row.items),
      totalPico: joinPico(row.total_whole, row.total_pico),
    }));
}

function kindOf({ type, outcome }: { readonly type: string; readonly outcome: string }, completed: CompletedOutcomes): ItemKind {
  return { type, outcome, completed: isCompleted(type, outcome === '' ? undefined : outcome, completed) };
}
