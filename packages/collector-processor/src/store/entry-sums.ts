import type { DatabaseSync } from 'node:sqlite';
import { type CellWindow, scanEntries } from './entry-scan.ts';
import { versionBits } from './schema.ts';
import { prepare } from './sql.ts';
import { createSumTable, type SumTable } from './sum-table.ts';

/** Sums of the live entries of a window by kind, all made in one pass over them. */
export type EntrySums = {
  /** By key of the item, {@link noItem} for entries of none. */
  readonly byItem: SumTable;
  /** {@link noItem} for entries of none, 1 for those of any. */
  readonly byAttribution: SumTable;
  /** By quarter of an hour since 1970. Every time zone of today changes days and offsets at one, so days are made of these. */
  readonly byQuarter: SumTable;
};

/** Owner of the sums of entries that belong to no item: keys of items begin at 1. */
export const noItem = 0;

/** Prepares the sums of a file. They are read anew only when the window is another one than last time, or the file has changed. */
export function prepareEntrySums(database: DatabaseSync): (window: CellWindow) => EntrySums {
  const changes = prepare<{ own: bigint; others: bigint }>(
    database,
    'SELECT total_changes() AS own, data_version AS others FROM pragma_data_version',
  );
  let last: { readonly key: string; readonly sums: EntrySums } | undefined;
  return (window) => {
    const { own, others } = changes.one() ?? { own: 0n, others: 0n };
    const key = [window.basis, window.fromNs, window.toNs, own, others].join(' ');
    if (last?.key === key) return last.sums;
    const [byItem, byAttribution, byQuarter] = [createSumTable(), createSumTable(), createSumTable()];
    scanEntries(
      database,
      window,
      { first: 'versions.item_key', second: `versions.usage_at_ns / ${quarterNs}` },
      {
        visit: (item, quarter, kind, whole, pico) => {
          byItem.add(byItem.rowOf(item, kind), whole, pico);
          byAttribution.add(byAttribution.rowOf(item === noItem ? noItem : 1, kind), whole, pico);
          byQuarter.add(byQuarter.rowOf(quarter, kind), whole, pico);
        },
        visitExactly: (item, quarter, kind, amounts) => {
          byItem.addExactly(byItem.rowOf(item, kind), amounts);
          byAttribution.addExactly(byAttribution.rowOf(item === noItem ? noItem : 1, kind), amounts);
          byQuarter.addExactly(byQuarter.rowOf(quarter, kind), amounts);
        },
      },
    );
    last = { key, sums: { byItem, byAttribution, byQuarter } };
    return last.sums;
  };
}

/** Seconds of a quarter of an hour. */
export const quarterSeconds = 900;

const quarterNs = BigInt(quarterSeconds) * 1_000_000_000n;

/** Sums by the version whose decision, which tells dimensions, holds for an entry: often one for all entries of a trace. */
export type DecisionSums = {
  readonly sums: SumTable;
  /** Key in `versions` of each owner of sums. */
  readonly versionKeys: readonly bigint[];
};

/** Sums the live entries of a window by decision. */
export function sumByDecision(database: DatabaseSync, window: CellWindow): DecisionSums {
  const sums = createSumTable();
  // Keys of versions pass 2^53 one day, the two numbers they are made of do not.
  const owners = new Map<string, number>();
  const versionKeys: bigint[] = [];
  let last = { trace: -1, number: -1, owner: -1 };
  const ownerOf = (trace: number, number: number): number => {
    if (last.trace === trace && last.number === number) return last.owner;
    const text = `${trace} ${number}`;
    const owner = owners.get(text) ?? owners.size;
    if (owner === owners.size) {
      owners.set(text, owner);
      versionKeys.push((BigInt(trace) << BigInt(versionBits)) | BigInt(number));
    }
    last = { trace, number, owner };
    return owner;
  };
  const decision = 'coalesce(versions.decision_key, versions.version_key)';
  scanEntries(
    database,
    window,
    { first: `${decision} >> ${versionBits}`, second: `${decision} & ${2 ** versionBits - 1}` },
    {
      visit: (trace, number, kind, whole, pico) => sums.add(sums.rowOf(ownerOf(trace, number), kind), whole, pico),
      visitExactly: (trace, number, kind, amounts) => sums.addExactly(sums.rowOf(ownerOf(trace, number), kind), amounts),
    },
  );
  return { sums, versionKeys };
}
