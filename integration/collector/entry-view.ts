import type { Entry } from '@costspan/ledger';
import { ledgerState } from '../../test/support/test-service.ts';

/** An entry without what differs by design between ledgers that came to it on different ways. */
export type SeenEntry = Omit<Entry, 'emitter' | 'version' | 'recordedAtNs' | 'origin'>;

/** What a ledger says in the end: every live entry by its id, and every record. */
export type EntryView = { readonly entries: ReadonlyMap<string, SeenEntry>; readonly records: readonly unknown[] };

/** Reads a ledger file, also while a service writes it. */
export function entryView(file: string): EntryView {
  const { entries, records } = ledgerState(file);
  return {
    entries: new Map(
      (entries as readonly (SeenEntry & Pick<Entry, 'origin'>)[]).map(({ origin: _, ...entry }) => [entry.id, entry]),
    ),
    records,
  };
}

/** The view as text, for comparing. */
export function viewText({ entries, records }: EntryView): string {
  return JSON.stringify([...entries.values(), ...records], (_, value) => (typeof value === 'bigint' ? String(value) : value));
}
