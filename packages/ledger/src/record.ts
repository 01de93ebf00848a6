import type { Category, Status } from '@costspan/semconv';
import type { ItemKey, Outcome } from './span-fact.ts';

/** The roll-up of one work item at a revision, from one ledger. All amounts are pico units (1e-12) of the currency. */
export type CostRecord = {
  readonly item: ItemKey;
  readonly parentId?: string;
  readonly outcome?: Outcome;
  readonly state: 'open' | 'closed';
  readonly currency: string;
  readonly totalPico: bigint;
  readonly lowPico: bigint;
  readonly highPico: bigint;
  /** Part of the total that produced nothing. */
  readonly wastePico: bigint;
  /** Only categories of which something is known to cost something, or nothing: see `unpricedByCategory` for the others. */
  readonly byCategory: Readonly<Partial<Record<Category, bigint>>>;
  /** Entries without a price, by category; only categories that have some. Their category's amount is a lower bound. */
  readonly unpricedByCategory: Readonly<Partial<Record<Category, number>>>;
  /** Disjoint usage, decimal text by unit. */
  readonly usage: Readonly<Record<string, string>>;
  /** Cost-bearing spans by status; `aggregate` and `duplicate` are evidence and cost nothing here. */
  readonly spans: Readonly<Partial<Record<Status, number>>>;
  /** Reasons of unpriced spans and how many spans have each. */
  readonly unpricedReasons: Readonly<Record<string, number>>;
  /** False when any span is unpriced. */
  readonly complete: boolean;
  readonly bookVersions: readonly string[];
  readonly dimensions: Readonly<Record<string, string>>;
  /** Start of the earliest and end of the latest span that names the item or bears its cost, Unix nanoseconds. */
  readonly firstSpanNs: bigint;
  readonly lastSpanNs: bigint;
  /** UUID of the ledger file. */
  readonly emitter: string;
  /** Grows with each change: max(previous + 1, commit time in microseconds). */
  readonly revision: bigint;
};
