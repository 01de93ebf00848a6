import type { Entry, ItemKey } from '@costspan/ledger';

/** A handoff that nobody has finished. */
export type OpenHandoff = {
  readonly id: string;
  /** Absent when its work item is not known. */
  readonly item?: ItemKey;
  /** Whom it waits for, as the price book names the role. */
  readonly role: string;
  /** Unix nanoseconds. */
  readonly openedAtNs: bigint;
  /** Unix nanoseconds; absent when its sender did not say. */
  readonly expiresAtNs?: bigint;
  /** Whether its token is refused by now. */
  readonly isExpired: boolean;
};

/** The handoffs of a ledger that are open at `nowNs`, those that wait longest first. */
export function openHandoffs(entries: Iterable<Entry>, nowNs: bigint): readonly OpenHandoff[] {
  const open: OpenHandoff[] = [];
  for (const { state, role, status, human, item, usageAtNs } of entries) {
    // A finished one stands as a cost of its own, and the open one as its duplicate.
    const isOpen = state === 'live' && role === 'handoff' && status === 'non_billable';
    if (!isOpen || human?.handoffId === undefined) continue;
    const expiresAtNs = human.expiresAtMs === undefined ? undefined : BigInt(human.expiresAtMs) * 1_000_000n;
    open.push({
      id: human.handoffId,
      ...(item !== undefined && { item }),
      role: human.role,
      openedAtNs: usageAtNs,
      ...(expiresAtNs !== undefined && { expiresAtNs }),
      isExpired: expiresAtNs !== undefined && nowNs >= expiresAtNs,
    });
  }
  return open.sort((left, right) => Number(left.openedAtNs - right.openedAtNs) || (left.id < right.id ? -1 : 1));
}
