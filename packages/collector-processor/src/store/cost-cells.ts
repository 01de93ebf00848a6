import type { DatabaseSync } from 'node:sqlite';
import { type CostCell, type CostRecord, type ItemKey, isExcluded, isUnpriced } from '@costspan/ledger';
import type { CellWindow } from './entry-scan.ts';
import { prepareEntrySums, quarterSeconds, sumByDecision } from './entry-sums.ts';
import { type ItemsInWindow, prepareDimensions, prepareItemsInWindow } from './item-costs.ts';
import { type EntryKind, readKinds } from './read-kinds.ts';
import { prepare } from './sql.ts';
import type { SumRow } from './sum-table.ts';

/** By what entries are summed. */
export type Grouping =
  | {
      /** `attributed`: `1` for entries of a work item, `0` for those of none. `quarter_hour`: Unix seconds. */
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

/** Live entries that something is not known about, by what is not known and where they come from. */
export type Gap = {
  /** Why entries have no price, or why they belong to no item; several reasons of one entry joined by `,`. */
  readonly reason: string;
  readonly category: CostCell['category'];
  readonly provider: string;
  readonly model: string;
  readonly entries: number;
  /** How many of them have no price. */
  readonly unpriced: number;
  /** What they cost as far as it is known. */
  readonly amountPico: bigint;
};

/** Sums of live entries, read in one pass for each window. */
export type CostCells = {
  readonly cells: (grouping: Grouping, window?: CellWindow) => readonly CostCell[];
  readonly itemsInWindow: ItemsInWindow;
  /** Dimensions of an item by key. */
  readonly dimensionsOf: (item: ItemKey) => CostRecord['dimensions'];
  /** Of entries without a price, or without an item; the most entries first. */
  readonly gaps: (kind: 'unpriced' | 'unattributed', window?: CellWindow) => readonly Gap[];
  /** Categories that some entry ever fed, those that were voided or pruned since included. */
  readonly categoriesFed: () => ReadonlySet<CostCell['category']>;
};

/** Prepares sums over the live entries of an open ledger. */
export function prepareCells(database: DatabaseSync): CostCells {
  const sumsOf = prepareEntrySums(database);
  const sum = (rows: Iterable<SumRow>, valueFor: (owner: number) => string | undefined): readonly Sum[] =>
    sumByKind(rows, valueFor, readKinds(database));
  return {
    cells: (grouping, window = everything) => {
      switch (grouping.by) {
        case 'dimension': {
          const { sums, versionKeys } = sumByDecision(database, window);
          return cellsOf(sum(sums.rows(), dimensionOf(database, grouping.key, versionKeys)), ({ value }) => value);
        }
        case 'quarter_hour':
          return cellsOf(
            sum(sumsOf(window).byQuarter.rows(), (quarter) => String(quarter * quarterSeconds)),
            ({ value }) => value,
          );
        case 'outcome':
        case 'tenant':
        case 'type': {
          const { byItem } = sumsOf(window);
          return cellsOf(sum(byItem.rows(), propertyOf(database, grouping.by)), ({ value }) => value);
        }
        default:
          return cellsOf(sum(sumsOf(window).byAttribution.rows(), String), kindProperty[grouping.by]);
      }
    },
    itemsInWindow: prepareItemsInWindow(database, sumsOf),
    dimensionsOf: prepareDimensions(database),
    gaps: (kind, window = everything) => gapsOf(sum(sumsOf(window).byAttribution.rows(), String), kind),
    categoriesFed: () => {
      const categories = prepare<{ category: CostCell['category'] }>(
        database,
        "SELECT DISTINCT category FROM kinds WHERE status NOT IN ('aggregate', 'duplicate')",
      );
      return new Set(categories.all().map(({ category }) => category));
    },
  };
}

const everything: CellWindow = { basis: 'usage' };

/** Sum of the entries of one kind, and of one value of something else. */
type Sum = CostCell & EntryKind;

/** What a cell stands for that is made of kinds; undefined: the entries do not have the property. */
const kindProperty: Readonly<
  Record<'agent' | 'attributed' | 'category' | 'model' | 'provider' | 'status', (sum: Sum) => string | undefined>
> = {
  agent: ({ agent }) => (agent === '' ? undefined : agent),
  attributed: ({ value }) => value,
  category: ({ category }) => category,
  model: ({ provider, model }) => `${provider}/${model}`,
  provider: ({ provider }) => provider,
  status: ({ status }) => status,
};

/** Reads a property of every item: who asks for it asks for nearly all of them. A list of keys is one value to fetch. */
function propertyOf(database: DatabaseSync, column: 'outcome' | 'tenant' | 'type'): (item: number) => string | undefined {
  const lists = prepare<{ value: string; items: string }>(
    database,
    `SELECT ${column} AS value, json_group_array(item_key) AS items FROM items WHERE ${column} IS NOT NULL GROUP BY 1`,
  );
  const values = new Map<number, string>();
  for (const { value, items } of lists.each()) for (const item of JSON.parse(items)) values.set(item, value);
  return (item) => values.get(item);
}

/** Looks up what decisions say of a dimension. */
function dimensionOf(database: DatabaseSync, key: string, versionKeys: readonly bigint[]): (owner: number) => string | undefined {
  const said = prepare<{ value: string | null }>(
    database,
    "SELECT json_extract(decision, '$.dimensions.' || json_quote(?)) AS value FROM versions WHERE version_key = ?",
  );
  const values = versionKeys.map((versionKey) => said.one(key, versionKey)?.value ?? undefined);
  return (owner) => values[owner];
}

/** Sums rows that agree in value and kind. */
function sumByKind(
  rows: Iterable<SumRow>,
  valueFor: (owner: number) => string | undefined,
  kindOf: (key: number) => EntryKind,
): readonly Sum[] {
  const sums = new Map<string | undefined, Map<number, Growing>>();
  for (const { owner, kind, ...row } of rows) {
    const value = valueFor(owner);
    let ofValue = sums.get(value);
    if (ofValue === undefined) {
      ofValue = new Map();
      sums.set(value, ofValue);
    }
    const sum = ofValue.get(kind);
    if (sum === undefined) ofValue.set(kind, row);
    else addTo(sum, row);
  }
  return [...sums].flatMap(([value, ofValue]) =>
    [...ofValue].map(([kind, sum]) => ({ ...(value === undefined ? {} : { value }), ...kindOf(kind), ...sum })),
  );
}

type Growing = { entries: number; amountPico: bigint; lowPico: bigint; highPico: bigint };

function addTo(sum: Growing, { entries, amountPico, lowPico, highPico }: Readonly<Growing>): void {
  sum.entries += entries;
  sum.amountPico += amountPico;
  sum.lowPico += lowPico;
  sum.highPico += highPico;
}

/** Sums sums into cells, in the order of their value, category, status and waste. Entries without a value come first. */
function cellsOf(sums: readonly Sum[], valueFor: (sum: Sum) => string | undefined): readonly CostCell[] {
  const cells = new Map<string, CostCell & Growing>();
  for (const sum of sums) {
    const { category, status, waste, entries, amountPico, lowPico, highPico } = sum;
    const value = valueFor(sum);
    const key = `${value === undefined ? '' : `=${value}`}\n${category}\n${status}\n${waste ? 1 : 0}`;
    const cell = cells.get(key);
    if (cell !== undefined) addTo(cell, sum);
    else {
      const ofSum = { category, status, waste, entries, amountPico, lowPico, highPico };
      cells.set(key, value === undefined ? ofSum : { value, ...ofSum });
    }
  }
  return [...cells].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, cell]) => cell);
}

function gapsOf(sums: readonly Sum[], of: 'unpriced' | 'unattributed'): readonly Gap[] {
  const gaps = new Map<string, Gap>();
  for (const { category, provider, model, status, entries, amountPico, ...sum } of sums) {
    const reason = of === 'unpriced' ? sum.unpricedReasons : sum.unattributedReason;
    if (reason === '' || isExcluded(status)) continue;
    const key = [reason, category, provider, model].join('\n');
    const gap = gaps.get(key);
    gaps.set(key, {
      ...{ reason, category, provider, model },
      entries: (gap?.entries ?? 0) + entries,
      unpriced: (gap?.unpriced ?? 0) + (isUnpriced(status) ? entries : 0),
      amountPico: (gap?.amountPico ?? 0n) + amountPico,
    });
  }
  return [...gaps]
    .sort(([one, { entries }], [other, { entries: others }]) => others - entries || (one < other ? -1 : 1))
    .map(([, gap]) => gap);
}
