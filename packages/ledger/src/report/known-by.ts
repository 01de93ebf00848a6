import { STATUSES, type Status } from '@costspan/semconv';
import type { CostCell } from './cost-sums.ts';

/** How much of a cost is known in which way, and between which bounds. */
export type KnownBy = {
  readonly status: Status;
  readonly entries: number;
  readonly amountPico: bigint;
  readonly lowPico: bigint;
  readonly highPico: bigint;
};

/** Entries and amounts by status, in the order of the statuses; a status nobody has is left out. */
export function knownBy(cells: Iterable<CostCell>): readonly KnownBy[] {
  const sums = new Map<Status, KnownBy>();
  for (const { status, entries, amountPico, lowPico, highPico } of cells) {
    const other = sums.get(status) ?? { status, entries: 0, amountPico: 0n, lowPico: 0n, highPico: 0n };
    sums.set(status, {
      status,
      entries: other.entries + entries,
      amountPico: other.amountPico + amountPico,
      lowPico: other.lowPico + lowPico,
      highPico: other.highPico + highPico,
    });
  }
  return STATUSES.flatMap((status) => sums.get(status) ?? []);
}
