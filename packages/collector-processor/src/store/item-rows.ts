import {
  addContributions,
  type Contribution,
  emptyTally,
  type ItemKey,
  replaceContribution,
  type Sighting,
} from '@costspan/ledger';
import { splitPico } from '@costspan/pricing';
import { isSameRecord, type KeptContributions, prepareKeptContributions } from './kept-contributions.ts';
import type { LedgerFile } from './ledger-file.ts';
import { itemRowsMax } from './limits.ts';
import { keepRecent } from './recent.ts';
import { prepare, type Statement } from './sql.ts';

/** How what one trace contributes to an item changed: `before` is absent for a new trace, `after` for one that left the item. */
export type ContributionChange = { readonly before?: Contribution; readonly after?: Contribution };

/** The rows of work items: changed in memory, each written once per transaction by `flush`. */
export type ItemRows = {
  /** Key of the item's row; a new item gets one at once. */
  readonly keyOf: (item: ItemKey) => bigint;
  readonly change: (itemKey: bigint, change: ContributionChange) => void;
  /** Writes every item whose contribution changed, with a new revision, and opens it. */
  readonly flush: (nowNs: bigint) => void;
  /** Drops what is kept in memory: to be called when a transaction failed, or changed items in another way. */
  readonly forget: () => void;
};

/** A row as the file has it, or of an item that is not there yet. */
type ItemRow = {
  readonly state: 'open' | 'closed' | 'withdrawn' | 'absent';
  readonly contribution: Uint8Array;
  readonly pruned: Uint8Array | null;
  readonly revision: bigint;
};

type Sum = Contribution & { readonly withdrawn?: true };

/** `sum` is undefined when it has to be made anew from its parts; `seen` is what was said of the item last. */
type OpenRow = {
  readonly key: bigint;
  readonly item: ItemKey;
  row: ItemRow;
  sum: Sum | 'nothing' | undefined;
  seen?: Sighting | undefined;
};

const noBytes = new Uint8Array();
const newRow: ItemRow = { state: 'absent', contribution: noBytes, pruned: null, revision: 0n };

/** Prepares the statements over items of a file. Rows that were used last stay in memory, so that they need not be read again. */
export function prepareItemRows({ database }: LedgerFile): ItemRows {
  const kept = prepareKeptContributions(database);
  const find = prepareFind(database);
  const write = prepareWrite(database, kept);
  const rows = keepRecent<bigint, OpenRow>(itemRowsMax);
  const byIdentity = keepRecent<string, OpenRow>(itemRowsMax);
  const changed = new Set<OpenRow>();
  let nextKey: bigint | undefined;
  const forget = (): void => {
    rows.clear();
    byIdentity.clear();
    changed.clear();
    nextKey = undefined;
  };
  const keep = (open: OpenRow): OpenRow => {
    rows.set(open.key, open);
    byIdentity.set(identityOf(open.item), open);
    return open;
  };
  const rowOf = (item: ItemKey): OpenRow => {
    const known = byIdentity.get(identityOf(item));
    if (known !== undefined) return known;
    const found = find.byIdentity.one(item.tenant, item.type, item.id);
    // A row may be known by its key alone.
    if (found !== undefined) return keep(rows.get(found.item_key) ?? openRow(found, kept));
    nextKey ??= (find.last.one()?.item_key ?? 0n) + 1n;
    const open: OpenRow = { key: nextKey, item, row: newRow, sum: 'nothing' };
    nextKey += 1n;
    changed.add(open);
    return keep(open);
  };
  return {
    forget,
    keyOf: (item) => rowOf(item).key,
    change: (itemKey, change) => {
      const open = rows.get(itemKey) ?? keep(openRow(found(find.byKey.one(itemKey)), kept));
      open.sum = changedSum(open.sum, change);
      open.seen = (change.after ?? change.before)?.sighting ?? open.seen;
      changed.add(open);
    },
    flush: (nowNs) => {
      for (const open of changed) {
        open.sum ??= sumOfParts(open, find.parts.each(open.key), kept);
        open.row = write(open, open.sum, nowNs);
        if (open.row.state === 'withdrawn') open.sum = 'nothing';
      }
      changed.clear();
      rows.age();
      byIdentity.age();
    },
  };
}

/** Text that two items share only when they are the same. */
function identityOf({ tenant, type, id }: ItemKey): string {
  return `${tenant.length} ${type.length} ${tenant}${type}${id}`;
}

type FoundRow = ItemRow & ItemKey & { readonly item_key: bigint };

type Find = {
  readonly byIdentity: Statement<FoundRow>;
  readonly byKey: Statement<FoundRow>;
  readonly last: Statement<{ item_key: bigint | null }>;
  readonly parts: Statement<{ body: Uint8Array }>;
};

function prepareFind(database: LedgerFile['database']): Find {
  const select = 'SELECT item_key, tenant, type, id, state, contribution, pruned, revision FROM items';
  return {
    byIdentity: prepare<FoundRow>(database, `${select} WHERE tenant = ? AND type = ? AND id = ?`),
    byKey: prepare<FoundRow>(database, `${select} WHERE item_key = ?`),
    last: prepare(database, 'SELECT max(item_key) AS item_key FROM items'),
    parts: prepare(database, 'SELECT body FROM contributions WHERE item_key = ?'),
  };
}

function found(row: FoundRow | undefined): FoundRow {
  if (row === undefined) throw new Error('ledger: a work item has no row although its key is known');
  return row;
}

function openRow(row: FoundRow, kept: KeptContributions): OpenRow {
  const { item_key: key, tenant, type, id, state, contribution, pruned, revision } = row;
  return {
    ...{ key, item: { tenant, type, id }, row: { state, contribution, pruned, revision } },
    sum: state === 'withdrawn' ? 'nothing' : kept.read(contribution),
  };
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
function sumOfParts({ row, item, seen }: OpenRow, parts: Iterable<{ readonly body: Uint8Array }>, kept: KeptContributions): Sum {
  let sum = row.pruned === null ? undefined : kept.read(row.pruned);
  for (const { body } of parts) {
    const part = kept.read(body);
    sum = sum === undefined ? part : addContributions(sum, part);
  }
  if (sum !== undefined) return sum;
  return withdrawn(seen ?? { item, firstNs: 0n, lastNs: 0n });
}

function withdrawn({ item, firstNs, lastNs }: Pick<Sighting, 'item' | 'firstNs' | 'lastNs'>): Sum {
  return { tally: emptyTally, sighting: { item, firstNs, lastNs, dimensions: {} }, withdrawn: true };
}

type WriteItem = (open: OpenRow, sum: Sum | 'nothing', nowNs: bigint) => ItemRow;

/** Writes a row whose contribution is not what the file has, and returns what the file has then. */
function prepareWrite(database: LedgerFile['database'], kept: KeptContributions): WriteItem {
  const upsert = prepare(
    database,
    `INSERT INTO items (item_key, tenant, type, id, parent_id, outcome, outcome_at_ns, state, total_whole, total_pico,
       waste_whole, waste_pico, first_span_ns, last_span_ns, contribution, active_at_ns, revision)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (item_key) DO UPDATE SET parent_id = excluded.parent_id, outcome = excluded.outcome,
       outcome_at_ns = excluded.outcome_at_ns, state = excluded.state, total_whole = excluded.total_whole,
       total_pico = excluded.total_pico, waste_whole = excluded.waste_whole, waste_pico = excluded.waste_pico,
       first_span_ns = excluded.first_span_ns, last_span_ns = excluded.last_span_ns, contribution = excluded.contribution,
       active_at_ns = excluded.active_at_ns, revision = excluded.revision`,
  );
  return ({ key, item, row }, sum, nowNs) => {
    // A key that entries of a trace carry has a row, even if they were voided in the transaction that made them.
    const { tally, sighting, withdrawn: isWithdrawn } = sum === 'nothing' ? withdrawn({ item, firstNs: 0n, lastNs: 0n }) : sum;
    const contribution = kept.keep({ tally, sighting });
    const state = isWithdrawn === true ? 'withdrawn' : 'open';
    const isKnown = row.state !== 'absent' && (row.state === 'withdrawn') === (state === 'withdrawn');
    if (isKnown && isSameRecord(contribution, row.contribution)) return row;
    const [total, waste] = [splitPico(tally.totalPico), splitPico(tally.wastePico)];
    const revision = nextRevision(row.revision, nowNs);
    upsert.run(
      key,
      item.tenant,
      item.type,
      item.id,
      sighting.parentId?.value ?? null,
      sighting.outcome?.value ?? null,
      sighting.outcome?.atNs ?? null,
      state,
      total.whole,
      total.pico,
      waste.whole,
      waste.pico,
      sighting.firstNs,
      sighting.lastNs,
      contribution,
      nowNs,
      revision,
    );
    return { ...row, state, contribution: Buffer.from(contribution), revision };
  };
}

/** Revisions follow the clock in microseconds, and never go back or repeat when the clock does. */
export function nextRevision(revision: bigint, nowNs: bigint): bigint {
  const nowMicroseconds = nowNs / 1000n;
  return revision < nowMicroseconds ? nowMicroseconds : revision + 1n;
}
