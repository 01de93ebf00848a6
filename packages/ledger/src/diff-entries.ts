/** The latest version that a ledger holds of an entry. */
export type StoredVersion = {
  /** Identity of the entry. */
  readonly id: string;
  /** From 1. */
  readonly version: number;
  readonly state: 'live' | 'void';
  /** Text that two versions share only when nothing about them differs. */
  readonly content: string;
};

/** An entry as it has to be from now on. */
export type WantedEntry = Pick<StoredVersion, 'id' | 'content'>;

/** What to write so that the live entries are the wanted ones: versions to void, and versions to add. */
export type EntryChange<Wanted extends WantedEntry> =
  | { readonly kind: 'void'; readonly id: string; readonly version: number }
  | { readonly kind: 'add'; readonly version: number; readonly entry: Wanted };

/**
 * The difference between what is stored of a trace (the latest version of each entry) and what is decided now. Nothing is
 * ever edited: a changed entry is a void and a new version, one that is no longer wanted is a void. Sorted by entry, voids first.
 */
export function diffEntries<Wanted extends WantedEntry>(
  stored: Iterable<StoredVersion>,
  wanted: Iterable<Wanted>,
): readonly EntryChange<Wanted>[] {
  const latest = new Map<string, StoredVersion>();
  for (const version of stored) latest.set(version.id, version);
  const changes: EntryChange<Wanted>[] = [];
  const wantedIds = new Set<string>();
  for (const entry of wanted) {
    wantedIds.add(entry.id);
    const before = latest.get(entry.id);
    if (before?.state === 'live' && before.content === entry.content) continue;
    if (before?.state === 'live') changes.push({ kind: 'void', id: entry.id, version: before.version });
    changes.push({ kind: 'add', version: (before?.version ?? 0) + 1, entry });
  }
  for (const { id, version, state } of latest.values()) {
    if (state === 'live' && !wantedIds.has(id)) changes.push({ kind: 'void', id, version });
  }
  return changes.sort((left, right) => (idOf(left) < idOf(right) ? -1 : idOf(left) > idOf(right) ? 1 : 0));
}

function idOf(change: EntryChange<WantedEntry>): string {
  return change.kind === 'void' ? change.id : change.entry.id;
}
