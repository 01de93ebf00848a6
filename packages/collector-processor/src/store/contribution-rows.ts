import type { Contribution } from '@costspan/ledger';
import { prepareKeptContributions } from './kept-contributions.ts';
import type { LedgerFile } from './ledger-file.ts';
import { prepare } from './sql.ts';

/** What each trace contributes to each item: to the first, in the row of the trace, which is all there is of most. */
export type ContributionRows = {
  readonly ofTrace: (traceKey: bigint) => ReadonlyMap<bigint, Contribution>;
  readonly one: (traceKey: bigint, itemKey: bigint) => Contribution | undefined;
  readonly write: (traceKey: bigint, itemKey: bigint, contribution: Contribution) => void;
  /** A contribution as a row keeps it; valid until the next is kept. */
  readonly keep: (contribution: Contribution) => Uint8Array;
  /** Takes the trace from the item. That it belonged to it once stays known. */
  readonly remove: (traceKey: bigint, itemKey: bigint) => void;
};

/** Prepares the statements over contributions of a file. */
export function prepareContributionRows({ database }: LedgerFile): ContributionRows {
  const kept = prepareKeptContributions(database);
  const ofTrace = prepare<{ item_key: bigint; body: Uint8Array }>(
    database,
    'SELECT item_key, body FROM contributions WHERE trace_key = ?',
  );
  const one = prepare<{ body: Uint8Array }>(database, 'SELECT body FROM contributions WHERE trace_key = ? AND item_key = ?');
  const replaceFirst = prepare(database, 'UPDATE traces SET contribution = ? WHERE trace_key = ? AND item_key = ?');
  const replaceFurther = prepare(database, 'UPDATE further_contributions SET body = ? WHERE trace_key = ? AND item_key = ?');
  const addFirst = prepare(database, 'UPDATE traces SET item_key = ?, contribution = ? WHERE trace_key = ? AND item_key IS NULL');
  const addFurther = prepare(database, 'INSERT INTO further_contributions (trace_key, item_key, body) VALUES (?, ?, ?)');
  const removeFirst = prepare(
    database,
    'UPDATE traces SET item_key = NULL, contribution = NULL WHERE trace_key = ? AND item_key = ?',
  );
  const removeFurther = prepare(database, 'DELETE FROM further_contributions WHERE trace_key = ? AND item_key = ?');
  const depart = prepare(database, 'INSERT INTO departures (trace_key, item_key) VALUES (?, ?) ON CONFLICT DO NOTHING');
  return {
    ofTrace: (traceKey) => new Map(ofTrace.all(traceKey).map((row) => [row.item_key, kept.read(row.body)])),
    one: (traceKey, itemKey) => {
      const row = one.one(traceKey, itemKey);
      return row && kept.read(row.body);
    },
    write: (traceKey, itemKey, contribution) => {
      const body = kept.keep(contribution);
      if (replaceFirst.changes(body, traceKey, itemKey) || replaceFurther.changes(body, traceKey, itemKey)) return;
      if (!addFirst.changes(itemKey, body, traceKey)) addFurther.run(traceKey, itemKey, body);
    },
    keep: kept.keep,
    remove: (traceKey, itemKey) => {
      if (!removeFirst.changes(traceKey, itemKey)) removeFurther.run(traceKey, itemKey);
      depart.run(traceKey, itemKey);
    },
  };
}
