import { divideHalfEven, shareOf } from '@costspan/pricing';
import { type CostSums, sumUp } from './cost-sums.ts';
import type { CountedItem } from './counted-item.ts';
import { type Shares, sharesOf } from './shares.ts';
import { type CostSpread, spreadOf } from './spread.ts';

/** What units of one type cost. Per unit means the sum of costs by the number of units, never a mean of ratios. */
export type TypeReport = {
  readonly type: string;
  /** Items of the type, however they ended, and those that have not. */
  readonly attempted: number;
  readonly completed: number;
  readonly withoutOutcome: number;
  /** What a completed unit is called: the only outcome that completed any, else `completed`. */
  readonly completedWord: string;
  /** Items by outcome; what has none yet is not in it. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Percentage of attempted items that are completed, two digits. */
  readonly completionRate: string;
  /** Cost of every item of the type by completed unit, pico units rounded half-even; absent when none is completed. */
  readonly perCompletedPico?: bigint;
  /** The same by attempted unit. */
  readonly perAttemptedPico: bigint;
  /** Completed units that were looked at, and how many of them are right; absent when nobody looked at any. */
  readonly judged?: { readonly units: number; readonly correct: number; readonly perCorrectPico?: bigint };
  readonly spread: CostSpread;
  readonly sums: CostSums;
  readonly shares?: Shares;
};

/**
 * One row per item type, by type. Failed, escalated and unfinished items count in the cost of the completed ones: that is what
 * a completed unit costs. `configured` has the outcomes that complete a unit, by type, and only names them.
 */
export function reportByType(
  items: Iterable<CountedItem>,
  configured: Readonly<Record<string, readonly string[]>> = {},
): readonly TypeReport[] {
  const byType = new Map<string, CountedItem[]>();
  for (const item of items) {
    const ofType = byType.get(item.type);
    if (ofType === undefined) byType.set(item.type, [item]);
    else ofType.push(item);
  }
  return [...byType]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([type, ofType]) => typeReport(type, ofType, configured[type] ?? []));
}

function typeReport(type: string, items: readonly CountedItem[], configured: readonly string[]): TypeReport {
  const done = items.filter(({ completed }) => completed);
  const sums = sumUp(items.map((item) => item.sums));
  const shares = sharesOf(sums);
  const words = new Set(done.map(({ outcome }) => outcome ?? ''));
  const judged = judgedUnits(done, sums.totalPico);
  return {
    type,
    attempted: items.length,
    completed: done.length,
    withoutOutcome: items.filter(({ outcome }) => outcome === undefined).length,
    completedWord: only(configured) ?? only([...words]) ?? 'completed',
    outcomes: countOutcomes(items),
    completionRate: shareOf(BigInt(done.length), BigInt(items.length), 2) ?? '0.00',
    ...(done.length === 0 ? {} : { perCompletedPico: divideHalfEven(sums.totalPico, BigInt(done.length)) }),
    perAttemptedPico: divideHalfEven(sums.totalPico, BigInt(items.length)),
    ...(judged === undefined ? {} : { judged }),
    spread: spreadOf(items.map((item) => item.sums.totalPico)),
    sums,
    ...(shares === undefined ? {} : { shares }),
  };
}

/** The cost of the type by the units that are right. Units nobody looked at do not count as right. */
function judgedUnits(done: readonly CountedItem[], totalPico: bigint): TypeReport['judged'] {
  const units = done.filter(({ correct }) => correct !== undefined).length;
  if (units === 0) return undefined;
  const right = done.filter(({ correct }) => correct === true).length;
  return { units, correct: right, ...(right === 0 ? {} : { perCorrectPico: divideHalfEven(totalPico, BigInt(right)) }) };
}

function only(words: readonly string[]): string | undefined {
  return words.length === 1 ? words[0] : undefined;
}

function countOutcomes(items: readonly CountedItem[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { outcome } of items) if (outcome !== undefined) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}
