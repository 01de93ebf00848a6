import { shareOf } from '@costspan/pricing';

/** How unequal the costs of some items are. Means hide it: agents have a few runs that cost a hundred times the others. */
export type CostSpread = {
  /** Half of the items cost this or less, pico units; nearest rank, so it is the cost of an item. */
  readonly medianPico: bigint;
  /** Nine of ten items cost this or less, pico units. */
  readonly ninetiethPico: bigint;
  readonly dearestPico: bigint;
  /** Percentage of the total that the dearest tenth of the items carries, two digits; absent when a total is 0 or less. */
  readonly dearestTenthShare?: string;
};

/** Spread of the costs of items, in any order. Without items everything is 0. */
export function spreadOf(costsPico: readonly bigint[]): CostSpread {
  const sorted = [...costsPico].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  const total = sum(sorted);
  const share = total > 0n ? shareOf(sum(sorted.slice(-rank(sorted.length, 10))), total, 2) : undefined;
  return {
    medianPico: sorted[rank(sorted.length, 50) - 1] ?? 0n,
    ninetiethPico: sorted[rank(sorted.length, 90) - 1] ?? 0n,
    dearestPico: sorted.at(-1) ?? 0n,
    ...(share === undefined ? {} : { dearestTenthShare: share }),
  };
}

/** Nearest rank of a percentage of a count, from 1. */
function rank(count: number, percent: number): number {
  return Math.max(1, Math.ceil((count * percent) / 100));
}

function sum(amounts: readonly bigint[]): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
