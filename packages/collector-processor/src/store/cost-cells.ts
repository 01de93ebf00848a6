import type { DatabaseSync } from 'node:sqlite';
import { type CostCell, type ItemKey, isExcluded } from '@costspan/ledger';
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

/** Sum of some live entries of one item; an item may have several that a report does not tell apart. */
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

/** Sums of live entries. SQLite makes the finest, once for each window; everything coarser is made of those. */
export type CostCells = {
  readonly cells: (grouping: Grouping, window?: CellWindow) => readonly CostCell[];
  /** By item, in no particular order; entries that belong to none are left out. */
  readonly itemCells: (window: CellWindow) => Iterable<ItemCell>;
  /** Of entries without a price, or without an item; the most entries first. */
  readonly gaps: (kind: 'unpriced' | 'unattributed', window?: CellWindow) => readonly Gap[];
  /** Categories that some entry ever fed, those that were voided or pruned since included. */
  readonly categoriesFed: () => ReadonlySet<CostCell['category']>;
};

/** Prepares sums over the live entries of an open ledger. */
export function prepareCells(database: DatabaseSync): CostCells {
  const sumsOf = rememberSums(database);
  return {
    cells: (grouping, window = everything) => {
      if (grouping.by !== 'dimension') return cellsOf(sumsOf(window), propertyOf[grouping.by]);
      return cellsOf(readSums(database, window, ofDimension, grouping.key), ({ value }) => value);
    },
    itemCells: function* (window) {
      for (const { item, ...cell } of sumsOf(window)) if (item !== undefined) yield { ...cell, item };
    },
    gaps: (kind, window = everything) => gapsOf(sumsOf(window), kind),
    categoriesFed: () => {
      const kinds = prepare<KindRow>(database, "SELECT * FROM kinds WHERE status NOT IN ('aggregate', 'duplicate')");
      return new Set(kinds.all().map(({ category }) => category));
    },
  };
}

const everything: CellWindow = { basis: 'usage' };

/** Sum of the live entries of one item, or of none, one kind and one quarter of an hour or dimension, its `value`. */
type Sum = CostCell & {
  readonly item?: ItemKey & { readonly outcome?: string };
  readonly provider: string;
  readonly model: string;
  readonly agent: string;
  readonly unpricedReasons: string;
  readonly unattributedReason: string;
};

/** What a coarser cell stands for; undefined: the entries do not have the property. */
const propertyOf: Readonly<Record<Exclude<Grouping['by'], 'dimension'>, (sum: Sum) => string | undefined>> = {
  agent: ({ agent }) => (agent === '' ? undefined : agent),
  attributed: ({ item }) => (item === undefined ? '0' : '1'),
  category: ({ category }) => category,
  model: ({ provider, model }) => `${provider}/${model}`,
  outcome: ({ item }) => item?.outcome,
  provider: ({ provider }) => provider,
  quarter_hour: ({ value }) => value,
  status: ({ status }) => status,
  tenant: ({ item }) => item?.tenant,
  type: ({ item }) => item?.type,
};

/** Sums sums into cells, in the order of their value, category, status and waste. Entries without a value come first. */
function cellsOf(sums: Iterable<Sum>, value: (sum: Sum) => string | undefined): readonly CostCell[] {
  const cells = new Map<string, CostCell>();
  for (const sum of sums) {
    const { category, status, waste } = sum;
    const of = value(sum);
    const key = `${of === undefined ? '' : `=${of}`}\n${category}\n${status}\n${waste ? 1 : 0}`;
    const { entries, amountPico, lowPico, highPico } = cells.get(key) ?? nothing;
    cells.set(key, {
      ...(of === undefined ? {} : { value: of }),
      ...{ category, status, waste },
      entries: entries + sum.entries,
      amountPico: amountPico + sum.amountPico,
      lowPico: lowPico + sum.lowPico,
      highPico: highPico + sum.highPico,
    });
  }
  return [...cells].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, cell]) => cell);
}

const nothing = { entries: 0, amountPico: 0n, lowPico: 0n, highPico: 0n };

function gapsOf(sums: Iterable<Sum>, kind: 'unpriced' | 'unattributed'): readonly Gap[] {
  const gaps = new Map<string, Gap>();
  for (const { category, provider, model, status, ...sum } of sums) {
    const reason = kind === 'unpriced' ? sum.unpricedReasons : sum.unattributedReason;
    if (reason === '' || isExcluded(status)) continue;
    const key = [reason, category, provider, model].join('\n');
    const { entries, amountPico } = gaps.get(key) ?? nothing;
    gaps.set(key, {
      ...{ reason, category, provider, model },
      entries: entries + sum.entries,
      amountPico: amountPico + sum.amountPico,
    });
  }
  return [...gaps]
    .sort(([one, { entries }], [other, { entries: others }]) => others - entries || (one < other ? -1 : 1))
    .map(([, gap]) => gap);
}

/** Reads the sums of a window, unless it was the one that was read last and nothing has changed. */
function rememberSums(database: DatabaseSync): (window: CellWindow) => readonly Sum[] {
  const changes = prepare<{ own: bigint; others: bigint }>(
    database,
    'SELECT total_changes() AS own, data_version AS others FROM pragma_data_version',
  );
  let last: { readonly key: string; readonly sums: readonly Sum[] } | undefined;
  return (window) => {
    const { own, others } = changes.one() ?? { own: 0n, others: 0n };
    const key = [window.basis, window.fromNs, window.toNs, own, others].join(' ');
    if (last?.key !== key) last = { key, sums: [...readSums(database, window, ofItem)] };
    return last.sums;
  };
}

/** By what SQLite groups: columns of the sums, what they are where items are known, and how that is found. */
type SqlGrouping = { readonly columns: string; readonly values: string; readonly joins: string };

const ofItem: SqlGrouping = {
  // Unix seconds. Every time zone of today changes days and offsets at a quarter of an hour, so days are made of these.
  columns: 'versions.item_key, versions.usage_at_ns / 900000000000 * 900 AS value',
  values: 'tenant, type, id, outcome',
  joins: 'LEFT JOIN items USING (item_key)',
};
const ofDimension: SqlGrouping = {
  columns: 'coalesce(versions.decision_key, versions.version_key) AS decided_by, NULL AS item_key',
  values:
    "json_extract(decided.decision, '$.dimensions.' || json_quote(?)) AS value, NULL AS tenant, NULL AS type, NULL AS id, NULL AS outcome",
  joins: 'JOIN versions AS decided ON decided.version_key = decided_by',
};

type Amount<Name extends string> = Readonly<Record<`${Name}_${'whole' | 'micro' | 'pico'}`, bigint>>;
type Bound<Name extends string> = Readonly<Record<`${Name}_${'whole' | 'micro' | 'pico'}`, bigint | null>>;

type SumRow = {
  readonly value: string | bigint | null;
  readonly tenant: string | null;
  readonly type: string | null;
  readonly id: string | null;
  readonly outcome: string | null;
  readonly kind_key: bigint;
  readonly entries: bigint;
} & Amount<'amount'> &
  Bound<'low' | 'high'>;

type KindRow = {
  readonly kind_key: bigint;
  readonly category: CostCell['category'];
  readonly status: CostCell['status'];
  readonly waste: bigint;
  readonly provider: string;
  readonly model: string;
  readonly agent: string;
  readonly unpriced_reasons: string;
  readonly unattributed_reason: string;
};

/**
 * Grouping by numbers takes SQLite a fraction of what names take, so names are looked up afterwards. It sums in 64 bits: a
 * column of pico would overflow at nine million rows, so its halves are summed apart.
 */
function* readSums(database: DatabaseSync, window: CellWindow, by: SqlGrouping, ...parameters: readonly string[]): Iterable<Sum> {
  const kinds = new Map(
    prepare<KindRow>(database, 'SELECT * FROM kinds')
      .all()
      .map((kind) => [kind.kind_key, kind]),
  );
  const { sql, bounds } = boundsOf(window);
  const rows = prepare<SumRow>(
    database,
    `SELECT sums.*, ${by.values} FROM (
       SELECT ${by.columns}, versions.kind_key, count(*) AS entries, ${sumsOfAmount}, ${boundSums('low')}, ${boundSums('high')}
       FROM versions ${window.basis === 'completed' ? 'JOIN items USING (item_key)' : ''}
       WHERE versions.voided_at_ns IS NULL${sql} GROUP BY 1, 2, 3) AS sums ${by.joins}`,
  );
  for (const row of rows.each(...parameters, ...bounds)) {
    const kind = kinds.get(row.kind_key);
    if (kind === undefined) throw new Error(`ledger: an entry has the kind ${row.kind_key}, which the file does not know`);
    yield sumOf(row, kind);
  }
}

const sumsOfAmount =
  'sum(amount_whole) AS amount_whole, sum(amount_pico / 1000000) AS amount_micro, sum(amount_pico % 1000000) AS amount_pico';

/** How much lower or higher than the amounts; only where a bound is kept at all. */
function boundSums(name: 'low' | 'high'): string {
  const more = `(${name}_pico - amount_pico)`;
  return `sum(${name}_whole - amount_whole) AS ${name}_whole, sum(${more} / 1000000) AS ${name}_micro, sum(${more} % 1000000) AS ${name}_pico`;
}

function boundsOf({ basis, fromNs, toNs }: CellWindow): { readonly sql: string; readonly bounds: readonly bigint[] } {
  const column = basis === 'usage' ? 'versions.usage_at_ns' : 'items.outcome_at_ns';
  const bounds = [fromNs, toNs].filter((bound) => bound !== undefined);
  const sql = [
    ...(basis === 'completed' ? [' AND items.outcome IS NOT NULL'] : []),
    ...(fromNs === undefined ? [] : [` AND ${column} >= ?`]),
    ...(toNs === undefined ? [] : [` AND ${column} < ?`]),
  ].join('');
  return { sql, bounds };
}

function sumOf(row: SumRow, kind: KindRow): Sum {
  const { value, tenant, type, id, outcome } = row;
  const amountPico = joinPico(row.amount_whole, row.amount_micro * 1_000_000n + row.amount_pico);
  const isItem = tenant !== null && type !== null && id !== null;
  return {
    ...(value === null ? {} : { value: String(value) }),
    ...(isItem ? { item: { tenant, type, id, ...(outcome === null ? {} : { outcome }) } } : {}),
    ...{ category: kind.category, status: kind.status, waste: kind.waste === 1n },
    entries: Number(row.entries),
    amountPico,
    lowPico: amountPico + joinPico(row.low_whole ?? 0n, (row.low_micro ?? 0n) * 1_000_000n + (row.low_pico ?? 0n)),
    highPico: amountPico + joinPico(row.high_whole ?? 0n, (row.high_micro ?? 0n) * 1_000_000n + (row.high_pico ?? 0n)),
    ...{ provider: kind.provider, model: kind.model, agent: kind.agent },
    ...{ unpricedReasons: kind.unpriced_reasons, unattributedReason: kind.unattributed_reason },
  };
}
