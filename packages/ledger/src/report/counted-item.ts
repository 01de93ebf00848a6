import type { ItemCost } from '../merge-emitters.ts';
import { type CompletedOutcomes, isCompleted } from './completed-outcomes.ts';
import { type CostSums, sumsOfRecord } from './cost-sums.ts';

/** A work item as the report by type counts it: once as attempted, and once more where it ended as it should. */
export type CountedItem = {
  readonly type: string;
  readonly outcome?: string;
  readonly completed: boolean;
  /** Whether someone found the completed unit right or wrong; absent: nobody looked. */
  readonly correct?: boolean;
  /** What it cost, or what of that falls in the period of the report. */
  readonly sums: CostSums;
};

/** The values of a dimension that say a completed unit of a type is right; any other value says that it is not. */
export type CorrectUnits = Readonly<Record<string, { readonly dimension: string; readonly values: readonly string[] }>>;

/** What counts as completed and as correct. */
export type CountingRules = {
  readonly completed?: CompletedOutcomes;
  readonly correct?: CorrectUnits;
};

/** Counts a work item. Its outcome counts unless `outcomeCounts` says that it is of another period. */
export function countedItem(
  record: ItemCost,
  { completed = {}, correct = {} }: CountingRules = {},
  { sums, outcomeCounts = true }: { readonly sums?: CostSums; readonly outcomeCounts?: boolean } = {},
): CountedItem {
  const { type } = record.item;
  const outcome = outcomeCounts ? record.outcome?.value : undefined;
  const isDone = isCompleted(type, outcome, completed);
  const rule = correct[type];
  const judgement = rule === undefined || !isDone ? undefined : record.dimensions[rule.dimension];
  return {
    type,
    ...(outcome === undefined ? {} : { outcome }),
    completed: isDone,
    ...(judgement === undefined ? {} : { correct: rule?.values.includes(judgement) === true }),
    sums: sums ?? sumsOfRecord(record),
  };
}
