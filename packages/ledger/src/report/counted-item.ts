import { type CompletedOutcomes, isCompleted } from './completed-outcomes.ts';
import type { CostSums } from './cost-sums.ts';

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

/** What is asked of an item to count it. */
export type CountableItem = {
  readonly type: string;
  /** Absent: it has not ended, or not in the period of the report. */
  readonly outcome?: string;
  readonly sums: CostSums;
  readonly dimensionOf: (key: string) => string | undefined;
};

/** Counts a work item. */
export function countedItem(
  { type, outcome, sums, dimensionOf }: CountableItem,
  { completed = {}, correct = {} }: CountingRules = {},
): CountedItem {
  const isDone = isCompleted(type, outcome, completed);
  const rule = correct[type];
  const judgement = rule === undefined || !isDone ? undefined : dimensionOf(rule.dimension);
  return {
    type,
    ...(outcome === undefined ? {} : { outcome }),
    completed: isDone,
    ...(judgement === undefined ? {} : { correct: rule?.values.includes(judgement) === true }),
    sums,
  };
}
