import { type Contribution, parseContribution } from '@costspan/ledger';
import type { LedgerFile } from './ledger-file.ts';
import { prepare } from './sql.ts';

/** Rows of what each trace contributes to each item. */
export type ContributionRows = {
  readonly ofTrace: (traceKey: bigint) => ReadonlyMap<bigint, Contribution>;
  readonly one: (traceKey: bigint, itemKey: bigint) => Contribution | undefined;
  readonly write: (traceKey: bigint, itemKey: bigint, text: string) => void;
  readonly remove: (traceKey: bigint, itemKey: bigint) => void;
};

/** Prepares the statements over contributions of a file. */
export function prepareContributionRows({ database }: LedgerFile): ContributionRows {
  const ofTrace = prepare<{ item_key: bigint; body: string }>(
    database,
    'SELECT item_key, body FROM contributions WHERE trace_key = ?',
  );
  const one = prepare<{ body: string }>(database, 'SELECT body FROM contributions WHERE trace_key = ? AND item_key = ?');
  const write = prepare(
    database,
    `INSERT INTO contributions (trace_key, item_key, body) VALUES (?, ?, ?)
     ON CONFLICT (trace_key, item_key) DO UPDATE SET body = excluded.body`,
  );
  const remove = prepare(database, 'DELETE FROM contributions WHERE trace_key = ? AND item_key = ?');
  return {
    ofTrace: (traceKey) => new Map(ofTrace.all(traceKey).map((row) => [row.item_key, parseContribution(row.body)])),
    one: (traceKey, itemKey) => {
      const row = one.one(traceKey, itemKey);
      return row && parseContribution(row.body);
    },
    write: (traceKey, itemKey, text) => {
      write.run(traceKey, itemKey, text);
    },
    remove: (traceKey, itemKey) => {
      remove.run(traceKey, itemKey);
    },
  };
}
