import type { Entry, ItemKey } from '@costspan/ledger';

/** A handoff that nobody has finished. */
export type OpenHandoff = {
  readonly id: string;
  readonly tenant: string;
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

/** What the entry of an open handoff says of it at `nowNs`. */
export function openHandoffOf({ human, tenant, item, usageAtNs }: Entry, nowNs: bigint): OpenHandoff {
  const expiresAtNs = human?.expiresAtMs === undefined ? undefined : BigInt(human.expiresAtMs) * 1_000_000n;
  return {
    id: human?.handoffId ?? '',
    tenant,
    ...(item !== undefined && { item }),
    role: human?.role ?? '',
    openedAtNs: usageAtNs,
    ...(expiresAtNs !== undefined && { expiresAtNs }),
    isExpired: expiresAtNs !== undefined && nowNs >= expiresAtNs,
  };
}

/** An open handoff as JSON. */
export type OpenHandoffJson = {
  readonly handoff_id: string;
  readonly tenant: string;
  readonly type?: string;
  readonly id?: string;
  readonly role: string;
  readonly opened_at_ns: string;
  readonly expires_at_ns?: string;
  readonly state: 'open' | 'expired';
};

/** An open handoff as the API and `costspan handoffs --json` write it. */
export function openHandoffJson({ id, tenant, item, role, openedAtNs, expiresAtNs, isExpired }: OpenHandoff): OpenHandoffJson {
  return {
    handoff_id: id,
    tenant,
    ...(item !== undefined && { type: item.type, id: item.id }),
    role,
    opened_at_ns: String(openedAtNs),
    ...(expiresAtNs !== undefined && { expires_at_ns: String(expiresAtNs) }),
    state: isExpired ? 'expired' : 'open',
  };
}
