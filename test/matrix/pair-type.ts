import type { FakeProvider, Scenario } from '@costspan/testkit';

/** A client bare and metered, and what both are asked to do. */
export type Pair = {
  /** What is metered and how; empty where there is only one way. */
  readonly name: string;
  readonly server: FakeProvider;
  readonly bare: object;
  readonly metered: object;
  readonly scenarios: readonly Scenario<object>[];
  /** Spans of the application whose token and cost sums must stay as they were: all, or those that are not Costspan's. */
  readonly sums?: 'all' | 'others';
  /** Whether it learns nothing of streams that are left. */
  readonly isBlindToCuts?: boolean;
};
