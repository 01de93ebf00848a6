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
  // By model, which tells most kinds apart: names are compared, which is faster than making a text of them.
  const known = new Map<string, KnownKind[]>();
  let knownCount = 0;
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
      const kind = { category, status, waste: waste ? 1 : 0, provider, agent, reasons, unattributedReason };
      let ofModel = known.get(model);
      for (const other of ofModel ?? []) if (isSameKind(kind, other)) return other.key;
      if (knownCount >= kindsMax) {
        known.clear();
        [knownCount, ofModel] = [0, undefined];
      }
      const key = store([category, status, kind.waste, provider, model, agent, reasons, unattributedReason]);
      if (ofModel === undefined) known.set(model, [{ ...kind, key }]);
      else ofModel.push({ ...kind, key });
      knownCount += 1;
      return key;
    },
    forget: () => {
      known.clear();
      knownCount = 0;
      rows = undefined;
    },
  };
}

type KindOfModel = {
  readonly category: string;
  readonly status: string;
  readonly waste: number;
  readonly provider: string;
  readonly agent: string;
  readonly reasons: string;
  readonly unattributedReason: string;
};

type KnownKind = KindOfModel & { readonly key: bigint };

function isSameKind(one: KindOfModel, other: KindOfModel): boolean {
  return (
    one.category === other.category &&
    one.status === other.status &&
    one.waste === other.waste &&
    one.provider === other.provider &&
    one.agent === other.agent &&
    one.reasons === other.reasons &&
    one.unattributedReason === other.unattributedReason
  );
}
