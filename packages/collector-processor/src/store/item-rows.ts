import {
  addContributions,
  type Contribution,
  contributionText,
  emptyTally,
  type ItemKey,
  parseContribution,
  replaceContribution,
  type Sighting,
} from '@costspan/ledger';
import { splitPico } from '@costspan/pricing';
import type { LedgerFile } from './ledger-file.ts';
import { prepare } from './sql.ts';

/** How what one trace contributes to an item changed: `before` is absent for a new trace, `after` for one that left the item. */
export type ContributionChange = { readonly before?: Contribution; readonly after?: Contribution };

/** The rows of work items inside one transaction: read once, changed in memory, written once by `flush`. */
export type ItemRows = {
  /** Key of the item's row; a new item gets one at once. */
  readonly keyOf: (item: ItemKey) => bigint;
  readonly change: (itemKey: bigint, change: ContributionChange) => void;
  /** Writes every item whose contribution changed, with a new revision, and opens it. */
  readonly flush: (nowNs: bigint) => void;
};

type ItemRow = {
  readonly item_key: bigint;
  readonly state: string;
  readonly contribution: string;
  readonly pruned: string | null;
  readonly revision: bigint;
};

type Sum = Contribution & { readonly withdrawn?: true };

/** `sum` is undefined when it has to be made anew from its parts; `seen` is what was said of the item last. */
type OpenRow = { readonly row: ItemRow; sum: Sum | 'nothing' | undefined; seen?: Sighting | undefined };

const columns = 'item_key, state, contribution, pruned, revision';

const newRow = { state: 'open', contribution: '', pruned: null, revision: 0n } as const;

/** Prepares the statements over items of a file and returns what begins the item rows of a transaction. */
export function prepareItemRows({ database }: LedgerFile): () => ItemRows {
  const byIdentity = prepare<{ item_key: bigint }>(
    database,
    'SELECT item_key FROM items WHERE tenant = ? AND type = ? AND id = ?',
  );
  const byKey = prepare<ItemRow>(database, `SELECT ${columns} FROM items WHERE item_key = ?`);
  const insert = prepare(
    database,
    `INSERT INTO items (tenant, type, id, state, total_whole, total_pico, waste_whole, waste_pico, first_span_ns,
       last_span_ns, contribution, active_at_ns, revision)
     VALUES (?, ?, ?, 'open', 0, 0, 0, 0, 0, 0, '', 0, 0)`,
  );
  const parts = prepare<{ body: string }>(database, 'SELECT body FROM contributions WHERE item_key = ?');
  const write = prepareWrite(database);
  return () => {
    const rows = new Map<bigint, OpenRow>();
    const keys = new Map<string, bigint>();
    return {
      keyOf: ({ tenant, type, id }) => {
        const text = JSON.stringify([tenant, type, id]);
        const known = keys.get(text);
        if (known !== undefined) return known;
        const stored = byIdentity.one(tenant, type, id)?.item_key;
        const key = stored ?? insert.run(tenant, type, id);
        if (stored === undefined) rows.set(key, { row: { ...newRow, item_key: key }, sum: 'nothing' });
        keys.set(text, key);
        return key;
      },
      change: (itemKey, change) => {
        const open = rows.get(itemKey) ?? openRow(byKey.one(itemKey));
        rows.set(itemKey, open);
        open.sum = changedSum(open.sum, change);
        open.seen = (change.after ?? change.before)?.sighting ?? open.seen;
      },
      flush: (nowNs) => {
        for (const open of rows.values()) {
          write(open.row, open.sum ?? sumOfParts(open, parts.each(open.row.item_key)), nowNs);
        }
      },
    };
  };
}

function openRow(row: ItemRow | undefined): OpenRow {
  if (row === undefined) throw new Error('ledger: a work item has no row although its key is known');
  const isEmpty = row.contribution === '' || row.state === 'withdrawn';
  return { row, sum: isEmpty ? 'nothing' : parseContribution(row.contribution) };
}

function changedSum(sum: OpenRow['sum'], { before, after }: ContributionChange): OpenRow['sum'] {
  if (sum === undefined || after === undefined) return undefined;
  if (before === undefined) return sum === 'nothing' ? after : addContributions(sum, after);
  return sum === 'nothing' ? undefined : replaceContribution(sum, { before, after });
}

/**
 * The sum of an item's parts. Without any, every span that named the item turned out to mean another one: the item is
 * withdrawn. Its row stays, because a record of it may have been sent and has to be followed by one that says 0.
 */
function sumOfParts({ row, seen }: OpenRow, parts: Iterable<{ readonly body: string }>): Sum | 'nothing' {
  let sum = row.pruned === null ? undefined : parseContribution(row.pruned);
  for (const { body } of parts) {
    const part = parseContribution(body);
    sum = sum === undefined ? part : addContributions(sum, part);
  }
  if (sum !== undefined) return sum;
  if (seen === undefined) return 'nothing';
  const { item, firstNs, lastNs } = seen;
  return { tally: emptyTally, sighting: { item, firstNs, lastNs, dimensions: {} }, withdrawn: true };
}

type WriteItem = (row: ItemRow, sum: Sum | 'nothing', nowNs: bigint) => void;

function prepareWrite(database: LedgerFile['database']): WriteItem {
  const update = prepare(
    database,
    `UPDATE items SET parent_id = ?, outcome = ?, outcome_at_ns = ?, state = ?, total_whole = ?, total_pico = ?,
       waste_whole = ?, waste_pico = ?, first_span_ns = ?, last_span_ns = ?, contribution = ?, active_at_ns = ?, revision = ?
     WHERE item_key = ?`,
  );
  return (row, sum, nowNs) => {
    if (sum === 'nothing') return;
    const { tally, sighting, withdrawn } = sum;
    const contribution = contributionText({ tally, sighting });
    const wasWithdrawn = row.state === 'withdrawn';
    if (contribution === row.contribution && wasWithdrawn === (withdrawn === true)) return;
    const [total, waste] = [splitPico(tally.totalPico), splitPico(tally.wastePico)];
    update.run(
      sighting.parentId?.value ?? null,
      sighting.outcome?.value ?? null,
      sighting.outcome?.atNs ?? null,
      withdrawn ? 'withdrawn' : 'open',
      total.whole,
      total.pico,
      waste.whole,
      waste.pico,
      sighting.firstNs,
      sighting.lastNs,
      contribution,
      nowNs,
      nextRevision(row.revision, nowNs),
      row.item_key,
    );
  };
}

/** Revisions follow the clock in microseconds, and never go back or repeat when the clock does. */
export function nextRevision(revision: bigint, nowNs: bigint): bigint {
  const nowMicroseconds = nowNs / 1000n;
  return revision < nowMicroseconds ? nowMicroseconds : revision + 1n;
}
