import type { Contribution } from '@costspan/ledger';
import { prepareKeptContributions } from './kept-contributions.ts';
import type { LedgerFile } from './ledger-file.ts';
import { prepare } from './sql.ts';

/** Rows of what each trace contributes to each item. */
export type ContributionRows = {
  readonly ofTrace: (traceKey: bigint) => ReadonlyMap<bigint, Contribution>;
  readonly one: (traceKey: bigint, itemKey: bigint) => Contribution | undefined;
  readonly write: (traceKey: bigint, itemKey: bigint, contribution: Contribution) => void;
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
  const write = prepare(
    database,
    `INSERT INTO contributions (trace_key, item_key, body) VALUES (?, ?, ?)
     ON CONFLICT (trace_key, item_key) DO UPDATE SET body = excluded.body`,
  );
  const remove = prepare(database, 'DELETE FROM contributions WHERE trace_key = ? AND item_key = ?');
  return {
    ofTrace: (traceKey) => new Map(ofTrace.all(traceKey).map((row) => [row.item_key, kept.read(row.body)])),
    one: (traceKey, itemKey) => {
      const row = one.one(traceKey, itemKey);
      return row && kept.read(row.body);
    },
    write: (traceKey, itemKey, contribution) => {
      write.run(traceKey, itemKey, kept.keep(contribution));
    },
    remove: (traceKey, itemKey) => {
      remove.run(traceKey, itemKey);
    },
  };
}
