import type { DatabaseSync } from 'node:sqlite';
import type { CostCell, ItemKey } from '@costspan/ledger';
import { joinPico } from '@costspan/pricing';
import { prepare } from './sql.ts';

/** By what entries are summed. */
export type Grouping =
  | {
      /** `attributed`: `1` for entries of a work item, `0` for those of none. */
      readonly by:
        | 'agent'
        | 'attributed'
        | 'category'
        | 'model'
        | 'outcome'
        | 'provider'
        | 'quarter_hour'
        | 'status'
        | 'tenant'
        | 'type';
    }
  | { readonly by: 'dimension'; readonly key: string };

/** Which entries are summed; without bounds all of them. Bounds are Unix nanoseconds: from the first, before the last. */
export type CellWindow = {
  /** `usage`: entries of that time. `completed`: every entry of the items whose outcome is of that time. */
  readonly basis: 'usage' | 'completed';
  readonly fromNs?: bigint;
  readonly toNs?: bigint;
};

/** Sum of the live entries of one item that agree in everything a report tells apart. */
export type ItemCell = CostCell & { readonly item: ItemKey };

/** Live entries that something is not known about, by what is not known and where they come from. */
export type Gap = {
  /** Why entries have no price, or why they belong to no item; several reasons of one entry joined by `,`. */
  readonly reason: string;
  readonly category: CostCell['category'];
  readonly provider: string;
  readonly model: string;
  readonly entries: number;
  /** What they cost as far as it is known. */
  readonly amountPico: bigint;
};

/** Sums of live entries, made by SQLite, so that a million entries take a second and no memory. */
export type CostCells = {
  readonly cells: (grouping: Grouping, window?: CellWindow) => readonly CostCell[];
  /** By item, in no particular order; entries that belong to none are left out. */
  readonly itemCells: (window: CellWindow) => Iterable<ItemCell>;
  /** Of entries without a price, or without an item; the most entries first. */
  readonly gaps: (kind: 'unpriced' | 'unattributed', window?: CellWindow) => readonly Gap[];
};

/** Prepares sums over the live entries of an open ledger. */
export function prepareCells(database: DatabaseSync): CostCells {
  return {
    cells: (grouping, window = everything) => {
      const { sql, bounds } = boundsOf(window);
      const statement = prepare<CellRow & { value: string | bigint | null }>(
        database,
        `SELECT ${groupSql[grouping.by]} AS value, ${cellColumns} FROM entries ${itemsFor(window, grouping)}
         WHERE entries.state = 'live'${sql} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
      );
      const parameters = grouping.by === 'dimension' ? [grouping.key, ...bounds] : bounds;
      return statement.all(...parameters).map((row) => ({
        ...(row.value === null ? {} : { value: String(row.value) }),
        ...cellOf(row),
      }));
    },
    itemCells: function* (window) {
      const { sql, bounds } = boundsOf(window);
      const statement = prepare<CellRow & ItemKey>(
        database,
        `SELECT items.tenant, items.type, items.id, ${cellColumns} FROM entries JOIN items USING (item_key)
         WHERE entries.state = 'live'${sql} GROUP BY item_key, entries.category, entries.status, entries.waste`,
      );
      for (const row of statement.each(...bounds)) {
        yield { item: { tenant: row.tenant, type: row.type, id: row.id }, ...cellOf(row) };
      }
    },
    gaps: (kind, window = everything) => {
      const { sql, bounds } = boundsOf(window);
      const reason = kind === 'unpriced' ? 'unpriced_reasons' : 'unattributed_reason';
      const statement = prepare<GapRow>(
        database,
        `SELECT ${reason} AS reason, category, provider, model, count(*) AS entries, ${sums('amount')}
         FROM entries ${itemsFor(window)}
         WHERE entries.state = 'live' AND ${reason} IS NOT NULL AND status NOT IN ('aggregate', 'duplicate')${sql}
         GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 3, 4`,
      );
      return statement.all(...bounds).map(gapOf);
    },
  };
}

/** Looking up the item of every entry takes as long as reading the entry: only where something of it is asked for. */
function itemsFor({ basis }: CellWindow, grouping?: Grouping): string {
  const isAsked = basis === 'completed' || ['outcome', 'tenant', 'type'].includes(grouping?.by ?? '');
  return isAsked ? 'LEFT JOIN items USING (item_key)' : '';
}

const everything: CellWindow = { basis: 'usage' };

const groupSql: Readonly<Record<Grouping['by'], string>> = {
  agent: 'entries.agent',
  attributed: 'entries.item_key IS NOT NULL',
  category: 'entries.category',
  dimension: "json_extract(entries.decision, '$.dimensions.' || json_quote(?))",
  model: "entries.provider || '/' || entries.model",
  outcome: 'items.outcome',
  provider: 'entries.provider',
  // Unix seconds. Every time zone of today changes days and offsets at a quarter of an hour, so days are made of these.
  quarter_hour: 'entries.usage_at_ns / 900000000000 * 900',
  status: 'entries.status',
  tenant: 'items.tenant',
  type: 'items.type',
};

type Amount<Name extends string> = Readonly<Record<`${Name}_${'whole' | 'micro' | 'pico'}`, bigint>>;

type CellRow = {
  readonly category: CostCell['category'];
  readonly status: CostCell['status'];
  readonly waste: bigint;
  readonly entries: bigint;
} & Amount<'amount' | 'low' | 'high'>;

type GapRow = Pick<Gap, 'reason' | 'category' | 'provider' | 'model'> & { readonly entries: bigint } & Amount<'amount'>;

const cellColumns = `entries.category, entries.status, entries.waste, count(*) AS entries,
  ${sums('amount')}, ${sums('low')}, ${sums('high')}`;

/** SQLite sums in 64 bits: a column of pico would overflow at nine million rows, so its halves are summed apart. */
function sums(name: string): string {
  return `sum(${name}_whole) AS ${name}_whole, sum(${name}_pico / 1000000) AS ${name}_micro, sum(${name}_pico % 1000000) AS ${name}_pico`;
}

function boundsOf({ basis, fromNs, toNs }: CellWindow): { readonly sql: string; readonly bounds: readonly bigint[] } {
  const column = basis === 'usage' ? 'entries.usage_at_ns' : 'items.outcome_at_ns';
  const bounds = [fromNs, toNs].filter((bound) => bound !== undefined);
  const sql = [
    ...(basis === 'completed' ? [' AND items.outcome IS NOT NULL'] : []),
    ...(fromNs === undefined ? [] : [` AND ${column} >= ?`]),
    ...(toNs === undefined ? [] : [` AND ${column} < ?`]),
  ].join('');
  return { sql, bounds };
}

function cellOf(row: CellRow): CostCell {
  return {
    category: row.category,
    status: row.status,
    waste: row.waste === 1n,
    entries: Number(row.entries),
    amountPico: joinPico(row.amount_whole, row.amount_micro * 1_000_000n + row.amount_pico),
    lowPico: joinPico(row.low_whole, row.low_micro * 1_000_000n + row.low_pico),
    highPico: joinPico(row.high_whole, row.high_micro * 1_000_000n + row.high_pico),
  };
}

function gapOf({ reason, category, provider, model, entries, ...amount }: GapRow): Gap {
  return {
    ...{ reason, category, provider, model },
    entries: Number(entries),
    amountPico: joinPico(amount.amount_whole, amount.amount_micro * 1_000_000n + amount.amount_pico),
  };
}
