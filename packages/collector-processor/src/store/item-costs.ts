import type { DatabaseSync } from 'node:sqlite';
import {
  type CostCell,
  type CostRecord,
  type CostSums,
  dimensionsOf,
  type ItemKey,
  noSums,
  sumsOfCell,
  sumsOfTally,
  sumUp,
} from '@costspan/ledger';
import { readContributionSums } from '../facts/packed-contribution.ts';
import type { CellWindow } from './entry-scan.ts';
import { type EntrySums, noItem } from './entry-sums.ts';
import { prepareKeptContributions } from './kept-contributions.ts';
import { keptWords } from './kept-words.ts';
import { readKinds } from './read-kinds.ts';
import { prepare } from './sql.ts';
import { visitRows } from './visit-rows.ts';

/** A work item without its cost. */
export type ItemSummary = Pick<CostRecord, 'item' | 'parentId' | 'outcome' | 'state' | 'firstSpanNs' | 'lastSpanNs' | 'revision'>;

/** An item that a window is about, and what of its cost. */
export type ItemInWindow = {
  readonly record: ItemSummary;
  readonly sums: CostSums;
  /** False when the item ended before or after the window, or has not ended: then it is attempted in it, but not completed. */
  readonly endedInWindow: boolean;
};

/**
 * The items of a window. Without bounds every item with all of its cost. By time of use: items that were used or that ended in
 * the window, with the cost of it. By completion: items that ended in the window, with all of their cost, whenever it arose.
 */
export type ItemsInWindow = (window: CellWindow) => readonly ItemInWindow[];

/** Prepares the items of an open file, in no particular order. */
export function prepareItemsInWindow(database: DatabaseSync, sumsOf: (window: CellWindow) => EntrySums): ItemsInWindow {
  const words = keptWords(database);
  return (window) => {
    const { basis, fromNs, toNs } = window;
    const isBounded = fromNs !== undefined || toNs !== undefined;
    const used = basis === 'usage' && isBounded ? usedItems(database, sumsOf(window)) : undefined;
    const { sql, parameters } = chooseItems(window, used);
    const items: ItemInWindow[] = [];
    visitRows(database, sql, parameters, {
      visitExactly: (...values) => {
        const [key, contribution, ...columns] = values as ItemColumns;
        const record = summaryOf(columns);
        items.push({
          record,
          sums:
            contribution === null
              ? (used?.get(Number(key)) ?? noSums)
              : sumsOfTally(readContributionSums(contribution, words.all())),
          endedInWindow: basis === 'usage' && !isBounded ? true : isWithin(record.outcome?.atNs, window),
        });
      },
    });
    return items;
  };
}

/** Prepares looking up the dimensions of an item, which only some reports need; none for an item that is not there. */
export function prepareDimensions(database: DatabaseSync): (item: ItemKey) => CostRecord['dimensions'] {
  const kept = prepareKeptContributions(database);
  const find = prepare<{ contribution: Uint8Array }>(
    database,
    'SELECT contribution FROM items WHERE tenant = ? AND type = ? AND id = ?',
  );
  return ({ tenant, type, id }) => {
    const found = find.one(tenant, type, id);
    return found === undefined ? {} : dimensionsOf(kept.read(found.contribution).sighting);
  };
}

const summaryColumns = 'tenant, type, id, parent_id, outcome, outcome_at_ns, state, first_span_ns, last_span_ns, revision';

type SummaryColumns = readonly [
  ...(readonly [tenant: string, type: string, id: string, parentId: string | null]),
  ...(readonly [outcome: string | null, outcomeAtNs: bigint | null, state: CostRecord['state']]),
  ...(readonly [firstSpanNs: bigint, lastSpanNs: bigint, revision: bigint]),
];

type ItemColumns = readonly [key: bigint, contribution: Uint8Array | null, ...SummaryColumns];

function summaryOf(columns: SummaryColumns): ItemSummary {
  const [tenant, type, id, parentId, outcome, atNs, state, firstSpanNs, lastSpanNs, revision] = columns;
  return {
    item: { tenant, type, id },
    ...(parentId === null ? {} : { parentId }),
    ...(outcome === null || atNs === null ? {} : { outcome: { value: outcome, atNs } }),
    ...{ state, firstSpanNs, lastSpanNs, revision },
  };
}

/** What the entries of each item cost, by key of the item. */
function usedItems(database: DatabaseSync, { byItem }: EntrySums): ReadonlyMap<number, CostSums> {
  const kindOf = readKinds(database);
  const cells = new Map<number, CostCell[]>();
  for (const { owner, kind, ...sum } of byItem.rows()) {
    if (owner === noItem) continue;
    const { category, status, waste } = kindOf(kind);
    const cell = { category, status, waste, ...sum };
    const ofItem = cells.get(owner);
    if (ofItem === undefined) cells.set(owner, [cell]);
    else ofItem.push(cell);
  }
  return new Map([...cells].map(([item, ofItem]) => [item, sumUp(ofItem.sort(byCategory).map(sumsOfCell))]));
}

/** In the order in which records have categories, whichever was used first. */
function byCategory(one: CostCell, other: CostCell): number {
  return one.category < other.category ? -1 : one.category > other.category ? 1 : 0;
}

function chooseItems(
  { basis, fromNs, toNs }: CellWindow,
  used: ReadonlyMap<number, unknown> | undefined,
): { readonly sql: string; readonly parameters: readonly (string | bigint)[] } {
  const ended = [
    ...(basis === 'completed' ? ['outcome IS NOT NULL'] : []),
    ...(fromNs === undefined ? [] : ['outcome_at_ns >= ?']),
    ...(toNs === undefined ? [] : ['outcome_at_ns < ?']),
  ].join(' AND ');
  const isChosen = used === undefined ? ended : `(item_key IN (SELECT value FROM json_each(?)) OR (${ended}))`;
  return {
    sql: `SELECT 1 FROM items WHERE CASE WHEN state <> 'withdrawn'${isChosen === '' ? '' : ` AND ${isChosen}`}
      THEN visit_exactly(item_key, ${used === undefined ? 'contribution' : 'NULL'}, ${summaryColumns}) END`,
    parameters: [
      ...(used === undefined ? [] : [JSON.stringify([...used.keys()])]),
      ...[fromNs, toNs].filter((bound) => bound !== undefined),
    ],
  };
}

function isWithin(atNs: bigint | undefined, { fromNs, toNs }: CellWindow): boolean {
  return atNs !== undefined && (fromNs === undefined || atNs >= fromNs) && (toNs === undefined || atNs < toNs);
}
