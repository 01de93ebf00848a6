import type { CostRecord, ItemKey } from '@costspan/ledger';
import type { PackedFacts } from '../facts/packed-facts.ts';
import type { Claim, Claimed } from './claims.ts';
import type { OutgoingEvent } from './outgoing.ts';
import type { LedgerEvents } from './received-events.ts';

/** The ledger as the pipeline sees it: an asynchronous face of one SQLite file, owned by one thread. */
export type LedgerStore = {
  /** UUID of the ledger file. */
  readonly emitter: string;
  /**
   * Resolves when the facts are durable; several calls may share one commit. Repeated facts change nothing. Their bytes are
   * given to the ledger's thread: the caller's are empty afterwards.
   */
  readonly commit: (facts: PackedFacts) => Promise<void>;
  /** Resolves when what other ledgers decided is durable. Repeated events change nothing. */
  readonly receive: (events: LedgerEvents) => Promise<void>;
  /** Claims keys under which something will be booked once: all of them, or none when one cannot be had. */
  readonly claim: (claims: readonly Claim[]) => Promise<readonly Claimed[]>;
  /** What an item is known to cost by now; undefined when nothing is known of it. */
  readonly record: (item: ItemKey) => Promise<CostRecord | undefined>;
  /** Entry events that have to be sent to another ledger, oldest first. */
  readonly outgoing: (eventsMax: number) => Promise<readonly OutgoingEvent[]>;
  /** Forgets what was delivered. */
  readonly markOutgoingSent: (events: readonly OutgoingEvent[]) => Promise<void>;
  /** Records whose revision has not been sent, oldest change first. */
  readonly dirtyRecords: (recordsMax: number) => Promise<readonly CostRecord[]>;
  /** Marks revisions as sent. A record that changed in the meantime stays dirty. */
  readonly markSent: (records: readonly CostRecord[]) => Promise<void>;
  /** Closes trace windows and items that are due at this instant, Unix nanoseconds. */
  readonly closeDue: (nowNs: bigint) => Promise<void>;
  /** Finishes pending commits and closes the file. */
  readonly close: () => Promise<void>;
};
