import { divideHalfEven, shareOf } from '@costspan/pricing';
import type { ItemCost } from '../merge-emitters.ts';
import { type CompletedOutcomes, isCompleted } from './completed-outcomes.ts';
import { addSums, type CostSums, noSums, sumsOfRecord } from './cost-sums.ts';
import { type Shares, sharesOf } from './shares.ts';

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
  readonly sums: CostSums;
  readonly shares?: Shares;
};

/**
 * One row per item type, by type. Failed, escalated and unfinished items count in the cost of the completed ones: that is what
 * a completed unit costs.
 */
export function reportByType(records: Iterable<ItemCost>, completed: CompletedOutcomes = {}): readonly TypeReport[] {
  const byType = new Map<string, ItemCost[]>();
  for (const record of records) {
    const ofType = byType.get(record.item.type);
    if (ofType === undefined) byType.set(record.item.type, [record]);
    else ofType.push(record);
  }
  return [...byType]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([type, ofType]) => typeReport(type, ofType, completed));
}

function typeReport(type: string, records: readonly ItemCost[], completed: CompletedOutcomes): TypeReport {
  const done = records.filter(({ outcome }) => isCompleted(type, outcome?.value, completed));
  const sums = records.map(sumsOfRecord).reduce(addSums, noSums);
  const shares = sharesOf(sums);
  const words = new Set(done.map(({ outcome }) => outcome?.value ?? ''));
  const configured = completed[type] ?? [];
  return {
    type,
    attempted: records.length,
    completed: done.length,
    withoutOutcome: records.filter(({ outcome }) => outcome === undefined).length,
    completedWord: only(configured) ?? only([...words]) ?? 'completed',
    outcomes: countOutcomes(records),
    completionRate: shareOf(BigInt(done.length), BigInt(records.length), 2) ?? '0.00',
    ...(done.length === 0 ? {} : { perCompletedPico: divideHalfEven(sums.totalPico, BigInt(done.length)) }),
    perAttemptedPico: divideHalfEven(sums.totalPico, BigInt(records.length)),
    sums,
    ...(shares === undefined ? {} : { shares }),
  };
}

function only(words: readonly string[]): string | undefined {
  return words.length === 1 ? words[0] : undefined;
}

function countOutcomes(records: readonly ItemCost[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { outcome } of records) {
    if (outcome !== undefined) counts.set(outcome.value, (counts.get(outcome.value) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}
