import type { DatabaseSync } from 'node:sqlite';
import type { CostCell } from '@costspan/ledger';
import { prepare } from './sql.ts';

/** What entries have in common that a ledger keeps one kind of. Empty text: there is none. */
export type EntryKind = Pick<CostCell, 'category' | 'status' | 'waste'> & {
  readonly provider: string;
  readonly model: string;
  readonly agent: string;
  /** Several are joined by `,`. */
  readonly unpricedReasons: string;
  readonly unattributedReason: string;
};

/** The kinds of a ledger by key; throws for one that its file does not know. */
export function readKinds(database: DatabaseSync): (key: number) => EntryKind {
  const kinds = new Map(
    prepare<KindRow>(database, 'SELECT * FROM kinds')
      .all()
      .map(({ kind_key: key, ...row }): [number, EntryKind] => [
        Number(key),
        {
          ...{ category: row.category, status: row.status, waste: row.waste === 1n },
          ...{ provider: row.provider, model: row.model, agent: row.agent },
          ...{ unpricedReasons: row.unpriced_reasons, unattributedReason: row.unattributed_reason },
        },
      ]),
  );
  return (key) => {
    const kind = kinds.get(key);
    if (kind === undefined) throw new Error(`ledger: an entry has the kind ${key}, which the file does not know`);
    return kind;
  };
}

type KindRow = {
  readonly kind_key: bigint;
  readonly category: EntryKind['category'];
  readonly status: EntryKind['status'];
  readonly waste: bigint;
  readonly provider: string;
  readonly model: string;
  readonly agent: string;
  readonly unpriced_reasons: string;
  readonly unattributed_reason: string;
};
