import { factOfEntry, factText } from '@costspan/ledger';
import type { LedgerEvents, SentAudit, SentSighting } from './received-events.ts';

/** What other ledgers decided, on its way to the ledger's thread: entries as text, because text crosses faster than objects. */
export type EncodedEvents = {
  readonly entries: readonly EncodedEntry[];
  readonly sightings: readonly SentSighting[];
  readonly audit: readonly SentAudit[];
};

/** A version of an entry of another ledger. */
export type EncodedEntry = {
  readonly id: string;
  readonly emitter: string;
  readonly version: number;
  readonly state: 'live' | 'void';
  readonly tenant: string;
  readonly traceId: string;
  /** The span as text. */
  readonly line: string;
  /** The decision as JSON, with the origin. */
  readonly decision: string;
};

/** Events as the ledger's thread takes them. */
export function encodeEvents({ entries, sightings, audit }: LedgerEvents): EncodedEvents {
  return {
    entries: entries.map((entry) => {
      const { emitter, version } = entry;
      const { fact, decision } = factOfEntry({ ...entry, origin: { emitter, version } });
      const { id, state, tenant, traceId } = entry;
      return { id, emitter, version, state, tenant, traceId, line: factText(fact), decision: JSON.stringify(decision) };
    }),
    sightings,
    audit,
  };
}
