import type { Entry, Sighting } from '@costspan/ledger';
import type { CodecResult } from '../otlp/codec.ts';

/** What one trace says about an item besides cost, as the ledger that decided the trace sent it. */
export type SentSighting = {
  /** UUID of the ledger that sent it. */
  readonly emitter: string;
  readonly traceId: string;
  /** Grows with each change that ledger makes to it. */
  readonly sequence: bigint;
  /** Void: the trace no longer belongs to the item. */
  readonly state: 'live' | 'void';
  readonly sighting: Sighting;
};

/** What another ledger decided. */
export type LedgerEvents = { readonly entries: readonly Entry[]; readonly sightings: readonly SentSighting[] };

/** A logs request, with what is for the ledger taken out of it. */
export type ReadLogs = {
  readonly events: LedgerEvents;
  /** Events that are for the ledger and cannot be taken, and why the first of them cannot. */
  readonly rejectedCount: number;
  readonly problem: string;
  /** The other records, byte for byte; the request itself when there was nothing for the ledger in it. */
  readonly rest: Uint8Array;
  /** Records in {@link rest}. */
  readonly restCount: number;
  readonly invalidUtf8Count: number;
};

/** Reads a logs request of a sender. */
export type ReadLedgerEvents = (body: Uint8Array, tenant: string | undefined) => CodecResult<ReadLogs>;
