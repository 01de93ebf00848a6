import type { AuditEvent, Entry, ItemKey, Sighting } from '@costspan/ledger';
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

/** What was decided in a span, such as by a budget, as the ledger that saw the span sent it. */
export type SentAudit = {
  readonly tenant: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Its place among the events of the span, from 0. */
  readonly number: number;
  /** When the span ended, Unix nanoseconds. */
  readonly spanEndNs: bigint;
  /** The work item that the span itself names. */
  readonly item?: Pick<ItemKey, 'type' | 'id'>;
  readonly event: AuditEvent;
};

/** What another ledger decided, and what was decided in the spans that it saw. */
export type LedgerEvents = {
  readonly entries: readonly Entry[];
  readonly sightings: readonly SentSighting[];
  readonly audit: readonly SentAudit[];
};

/** How many events there are of all kinds. */
export function countEvents({ entries, sightings, audit }: LedgerEvents): number {
  return entries.length + sightings.length + audit.length;
}

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
