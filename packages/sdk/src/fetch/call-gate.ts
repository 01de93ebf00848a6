import type { ModelUsage } from './read-usage.ts';
import type { RequestFacts } from './request-plan.ts';

/** Decides about every call before it is made, and hears what became of it: where budgets take hold. */
export type CallGate = {
  /**
   * Asked before the first attempt of a call, in the work item it is made for. Throws, or rejects, to refuse the call;
   * the error reaches whoever called `fetch` as it is. Undefined: nothing to settle. The same admission covers every retry.
   */
  readonly admit: (facts: RequestFacts) => Admission | undefined | Promise<Admission | undefined>;
};

/** A call that was let through. */
export type Admission = {
  /** Called exactly once, when the call has ended, however it ended. */
  readonly settle: (outcome: CallOutcome) => void;
};

/** What became of a call. */
export type CallOutcome = {
  /** What the answer used, by model: the first is the one that answered. Empty: nobody knows, or nothing was answered. */
  readonly used: readonly ModelUsage[];
  /** Whether the counts in `used` are final. False: the answer was cut short and has used more than it said. */
  readonly isWhole: boolean;
  /** Whether the provider bills the last attempt: `no` for a refusal, `possible` where it may have worked for nobody. */
  readonly billable: 'yes' | 'no' | 'possible';
  /** Earlier attempts of the same call that may have been billed without anybody being told. */
  readonly earlierPossible: number;
};
