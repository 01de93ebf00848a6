import type { CostRecord, SpanFact } from '@costspan/ledger';

/** The ledger as the pipeline sees it: an asynchronous face of one SQLite file, owned by one thread. */
export type LedgerStore = {
  /** UUID of the ledger file. */
  readonly emitter: string;
  /** Resolves when the facts are durable; several calls may share one commit. Repeated facts change nothing. */
  readonly commit: (facts: readonly SpanFact[]) => Promise<void>;
  /** Records whose revision has not been sent, oldest change first. */
  readonly dirtyRecords: (recordsMax: number) => Promise<readonly CostRecord[]>;
  /** Marks revisions as sent. A record that changed in the meantime stays dirty. */
  readonly markSent: (records: readonly CostRecord[]) => Promise<void>;
  /** Closes trace windows and items that are due at this instant, Unix nanoseconds. */
  readonly closeDue: (nowNs: bigint) => Promise<void>;
  /** Finishes pending commits and closes the file. */
  readonly close: () => Promise<void>;
};
