import { STATUSES, type Status } from '@costspan/semconv';
import type { CostCell } from './cost-sums.ts';

/** How much of a cost is known in which way. */
export type KnownBy = { readonly status: Status; readonly entries: number; readonly amountPico: bigint };

/** Entries and amounts by status, in the order of the statuses; a status nobody has is left out. */
export function knownBy(cells: Iterable<CostCell>): readonly KnownBy[] {
  const sums = new Map<Status, KnownBy>();
  for (const { status, entries, amountPico } of cells) {
    const other = sums.get(status) ?? { status, entries: 0, amountPico: 0n };
    sums.set(status, { status, entries: other.entries + entries, amountPico: other.amountPico + amountPico });
  }
  return STATUSES.flatMap((status) => sums.get(status) ?? []);
}
