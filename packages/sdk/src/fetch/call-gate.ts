import type { CallSpan } from './call-span.ts';
import type { ModelUsage } from './read-usage.ts';
import type { RequestFacts } from './request-plan.ts';

/** Decides about every call before it is made, and hears what became of it: where budgets take hold. */
export type CallGate = {
  /**
   * Asked before the first attempt of a call, in the work item it is made for. Throws, or rejects, to refuse the call;
   * the error reaches whoever called `fetch` as it is. Undefined: nothing to settle. The same admission covers every retry.
   */
  readonly admit: (facts: RequestFacts, request: GatedRequest) => Admission | undefined | Promise<Admission | undefined>;
  /** Asked about a request of which nobody knows whether it costs anything. Throws to refuse it. */
  readonly admitUnknown: (request: { readonly method: string; readonly url: URL }) => void;
};

/** What a gate may look at while it decides, and must not keep. */
export type GatedRequest = {
  readonly body: unknown;
  /** How often the client tries at most, the first time included; 1 where nobody knows. */
  readonly attemptsMax: number;
};

/** A call that was let through. */
export type Admission = {
  /** Aborts the call when it must not go on. Its reason is the error the host gets. */
  readonly signal?: AbortSignal;
  /** Called when the call has its span. */
  readonly started?: (span: Pick<CallSpan, 'isRecording' | 'addEvent'>) => void;
  /** Asked before every further attempt, by its number. Throws, or rejects, to refuse it. */
  readonly again?: (attempt: number) => void | Promise<void>;
  /** Sees every piece of a streamed answer. */
  readonly piece?: (bytes: Uint8Array) => void;
  /** Called exactly once, when the call has ended, however it ended. */
  readonly settle: (outcome: CallOutcome) => void;
};

/** What became of a call. */
export type CallOutcome = {
  /** The model that answered, where the answer named it. */
  readonly model?: string;
  /** What the answer used, by model: the first is the one that answered. Empty: nobody knows, or nothing was answered. */
  readonly used: readonly ModelUsage[];
  /** Whether the counts in `used` are final. False: the answer was cut short and has used more than it said. */
  readonly isWhole: boolean;
  /** Whether the provider bills the last attempt: `no` for a refusal, `possible` where it may have worked for nobody. */
  readonly billable: 'yes' | 'no' | 'possible';
  /** Earlier attempts of the same call that may have been billed without anybody being told. */
  readonly earlierPossible: number;
};
