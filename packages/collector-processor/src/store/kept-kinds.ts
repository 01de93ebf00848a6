import type { DatabaseSync } from 'node:sqlite';
import { type Booking, isUnpriced, unpricedReasonsOf } from '@costspan/ledger';
import { kindsMax } from './limits.ts';
import { prepare } from './sql.ts';

/** What many entries have in common, kept once: what they are, whose model they used, and what is not known about them. */
export type KeptKinds = {
  /** Key of the kind of an entry. */
  readonly keyOf: (entry: Kind) => bigint;
  /** Forgets what was added since the file last kept it: to be called when a transaction failed. */
  readonly forget: () => void;
};

/** What the kind of an entry is made of. */
export type Kind = Pick<
  Booking,
  'category' | 'status' | 'waste' | 'provider' | 'model' | 'agent' | 'reasons' | 'lines' | 'unattributedReason'
>;

/** Stands for providers, models and agents beyond the number of kinds that are kept apart. */
const others = '(others)';

/** Prepares the kinds of an open file. Empty text: there is none. */
export function prepareKeptKinds(database: DatabaseSync): KeptKinds {
  const columns = 'category, status, waste, provider, model, agent, unpriced_reasons, unattributed_reason';
  const find = prepare<{ kind_key: bigint }>(
    database,
    `SELECT kind_key FROM kinds WHERE (${columns}) = (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const add = prepare(database, `INSERT INTO kinds (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const count = prepare<{ found: bigint }>(database, 'SELECT count(*) AS found FROM kinds');
  const known = new Map<string, bigint>();
  let rows: number | undefined;
  const store = (kind: readonly (string | number)[]): bigint => {
    const found = find.one(...kind)?.kind_key;
    if (found !== undefined) return found;
    rows ??= Number(count.one()?.found ?? 0n);
    // Senders choose these names, and nothing limits how many they think of.
    const named = rows < kindsMax ? kind : [...kind.slice(0, 3), others, others, others, ...kind.slice(6)];
    const other = rows < kindsMax ? undefined : find.one(...named)?.kind_key;
    if (other !== undefined) return other;
    rows += 1;
    return add.run(...named);
  };
  return {
    keyOf: (entry) => {
      const { category, status, waste, provider, model, agent = '', unattributedReason = '' } = entry;
      const reasons = isUnpriced(status) ? unpricedReasonsOf(entry).join(',') : '';
      const text = `${category}\n${status}\n${waste ? 1 : 0}\n${provider}\n${model}\n${agent}\n${reasons}\n${unattributedReason}`;
      const key = known.get(text);
      if (key !== undefined) return key;
      if (known.size === kindsMax) known.clear();
      const stored = store([category, status, waste ? 1 : 0, provider, model, agent, reasons, unattributedReason]);
      known.set(text, stored);
      return stored;
    },
    forget: () => {
      known.clear();
      rows = undefined;
    },
  };
}
