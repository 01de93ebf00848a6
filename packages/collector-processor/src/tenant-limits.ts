import type { Config, TenantLimit } from './config/config.ts';
import { retryAfterMsMax } from './limits.ts';
import type { SenderContext } from './stages/meter.ts';

/** What of a sender is limited. */
export type LimitedAmount = 'requests' | 'bytes' | 'spans';

/** A sender over one of its limits. */
export type OverLimit = {
  /** Whose limit it is, as the configuration names it; `*` for all senders that have none of their own together. */
  readonly tenant: string;
  readonly amount: LimitedAmount;
  readonly retryAfterMs: number;
};

/** Limits the rates of senders by tenant. */
export type TenantLimits = {
  /** Counts one request, or says that the sender is over a limit and when it is not any more. */
  readonly admit: (sender: SenderContext) => OverLimit | undefined;
  /** Counts what came with a request that was admitted. */
  readonly charge: (sender: SenderContext, amount: 'bytes' | 'spans', count: number) => void;
};

/** Memory of limits that several threads share. */
export type SharedLimits = SharedArrayBuffer;

type LimitsConfig = Pick<Config, 'tenantLimits' | 'tenantKeys'>;

const amounts = ['requests', 'bytes', 'spans'] as const satisfies readonly LimitedAmount[];
const everyOther = '*';

/** Memory for the limits of a configuration. */
export function createSharedLimits(config: LimitsConfig): SharedLimits {
  return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT * amounts.length * limitedTenants(config).length);
}

/**
 * Limits of a configuration. Each rate is one number in shared memory: the moment until which what came so far would take at
 * that rate. A sender may be ahead of it by its burst and is refused beyond. The size of a request is known only once it has
 * arrived, so a request that is admitted may go over the limit by itself; the next one waits for it. `nowNs` must never go back.
 */
export function createTenantLimits(
  config: LimitsConfig,
  shared: SharedLimits = createSharedLimits(config),
  nowNs: () => bigint = process.hrtime.bigint,
): TenantLimits {
  const cells = new BigInt64Array(shared);
  const places = new Map(
    limitedTenants(config).map(([tenant, limit], index) => [tenant, { tenant, limit, cell: index * amounts.length }] as const),
  );
  const placeOf = ({ tenant }: SenderContext): Place | undefined =>
    (tenant === undefined ? undefined : places.get(tenant)) ?? places.get(everyOther);
  return {
    admit: (sender) => {
      const place = placeOf(sender);
      if (place === undefined) return undefined;
      const now = nowNs();
      const waits = amounts.map((amount, index) => ({
        amount,
        ns: waitOf(Atomics.load(cells, place.cell + index), rateOf(place.limit, amount), place.limit, now),
      }));
      const longest = waits.reduce((one, other) => (other.ns > one.ns ? other : one));
      if (longest.ns > 0n) {
        const retryAfterMs = Math.min(Math.ceil(Number(longest.ns) / 1e6), retryAfterMsMax);
        return { tenant: place.tenant, amount: longest.amount, retryAfterMs };
      }
      add(cells, place.cell, 1, place.limit.requestsPerSecond, now);
      return undefined;
    },
    charge: (sender, amount, count) => {
      const place = placeOf(sender);
      if (place === undefined) return;
      add(cells, place.cell + amounts.indexOf(amount), count, rateOf(place.limit, amount), nowNs());
    },
  };
}

type Place = { readonly tenant: string; readonly limit: TenantLimit; readonly cell: number };

/** Tenants that the configuration names, each with its limit. Others share one: names that senders choose have no end. */
function limitedTenants({ tenantLimits, tenantKeys }: LimitsConfig): ReadonlyArray<readonly [string, TenantLimit]> {
  const common = tenantLimits[everyOther];
  const ofKeys = common === undefined ? [] : tenantKeys.map(({ tenant }) => [tenant, common] as const);
  return [...new Map([...ofKeys, ...Object.entries(tenantLimits)])];
}

function rateOf({ requestsPerSecond, bytesPerSecond, spansPerSecond }: TenantLimit, amount: LimitedAmount): number {
  return amount === 'requests' ? requestsPerSecond : amount === 'bytes' ? bytesPerSecond : spansPerSecond;
}

/** Nanoseconds until a sender is within its burst again; 0 or less: it is. */
function waitOf(untilNs: bigint, perSecond: number, { burstMs }: TenantLimit, now: bigint): bigint {
  return perSecond === 0 ? 0n : untilNs - now - BigInt(burstMs) * 1_000_000n;
}

function add(cells: BigInt64Array, cell: number, count: number, perSecond: number, now: bigint): void {
  if (perSecond === 0) return;
  const takesNs = BigInt(Math.round((count * 1e9) / perSecond));
  for (;;) {
    const before = Atomics.load(cells, cell);
    const after = (before > now ? before : now) + takesNs;
    if (Atomics.compareExchange(cells, cell, before, after) === before) return;
  }
}
