import type { DatabaseSync } from 'node:sqlite';
import type { CostCell } from '@costspan/ledger';
import { joinPico } from '@costspan/pricing';
import { prepare } from './sql.ts';

/** By what entries are summed. */
export type Grouping =
  | { readonly by: 'agent' | 'category' | 'day' | 'model' | 'outcome' | 'provider' | 'status' | 'tenant' | 'type' }
  | { readonly by: 'dimension'; readonly key: string };

const groupSql: Readonly<Record<Grouping['by'], string>> = {
  agent: 'entries.agent',
  category: 'entries.category',
  // Days of UTC, whatever the time zone of the computer: the same ledger reads the same everywhere.
  day: "date(entries.usage_at_ns / 1000000000, 'unixepoch')",
  dimension: "json_extract(entries.decision, '$.dimensions.' || json_quote(?))",
  model: "entries.provider || '/' || entries.model",
  outcome: 'items.outcome',
  provider: 'entries.provider',
  status: 'entries.status',
  tenant: 'items.tenant',
  type: 'items.type',
};

type CellRow = {
  readonly value: string | null;
  readonly category: CostCell['category'];
  readonly status: CostCell['status'];
  readonly waste: bigint;
  readonly entries: bigint;
} & Readonly<Record<`${'amount' | 'low' | 'high'}_${'whole' | 'micro' | 'pico'}`, bigint>>;

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

/** Prepares the sums of gaps, the most entries first. */
export function prepareGaps(database: DatabaseSync): (kind: 'unpriced' | 'unattributed') => readonly Gap[] {
  return (kind) => {
    const reason = kind === 'unpriced' ? 'unpriced_reasons' : 'unattributed_reason';
    const gaps = prepare<GapRow>(
      database,
      `SELECT ${reason} AS reason, category, provider, model, count(*) AS entries, ${sums('amount')}
       FROM entries WHERE state = 'live' AND ${reason} IS NOT NULL AND status NOT IN ('aggregate', 'duplicate')
       GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 3, 4`,
    );
    return gaps.all().map(({ reason, category, provider, model, entries, ...amount }) => ({
      ...{ reason, category, provider, model },
      entries: Number(entries),
      amountPico: joinPico(amount.amount_whole, amount.amount_micro * 1_000_000n + amount.amount_pico),
    }));
  };
}

type GapRow = {
  readonly reason: string;
  readonly category: CostCell['category'];
  readonly provider: string;
  readonly model: string;
  readonly entries: bigint;
} & Readonly<Record<`amount_${'whole' | 'micro' | 'pico'}`, bigint>>;

/** Prepares the sums of live entries. Sums are made by SQLite, so a million entries take a second and no memory. */
export function prepareCells(database: DatabaseSync): (grouping: Grouping) => readonly CostCell[] {
  return (grouping) => {
    const value = groupSql[grouping.by];
    const cells = prepare<CellRow>(
      database,
      `SELECT ${value} AS value, entries.category, entries.status, entries.waste, count(*) AS entries,
         ${sums('amount')}, ${sums('low')}, ${sums('high')}
       FROM entries LEFT JOIN items USING (item_key)
       WHERE entries.state = 'live' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
    );
    const rows = grouping.by === 'dimension' ? cells.all(grouping.key) : cells.all();
    return rows.map((row) => ({
      ...(row.value === null ? {} : { value: String(row.value) }),
      category: row.category,
      status: row.status,
      waste: row.waste === 1n,
      entries: Number(row.entries),
      amountPico: joinPico(row.amount_whole, row.amount_micro * 1_000_000n + row.amount_pico),
      lowPico: joinPico(row.low_whole, row.low_micro * 1_000_000n + row.low_pico),
      highPico: joinPico(row.high_whole, row.high_micro * 1_000_000n + row.high_pico),
    }));
  };
}

/** SQLite sums in 64 bits: a column of pico would overflow at nine million rows, so its halves are summed apart. */
function sums(name: string): string {
  return `sum(${name}_whole) AS ${name}_whole, sum(${name}_pico / 1000000) AS ${name}_micro, sum(${name}_pico % 1000000) AS ${name}_pico`;
}
