import type { SelfMetrics } from '../self-metrics.ts';
import type { TenantLimits } from '../tenant-limits.ts';
import type { Authenticate } from './authentication.ts';

/** Lets in whom `authenticate` lets in, as long as its tenant is within its limits. */
export function limitSenders(
  authenticate: Authenticate,
  limits: TenantLimits,
  metrics: Pick<SelfMetrics, 'requestLimited'>,
): Authenticate {
  return (headers) => {
    const found = authenticate(headers);
    const over = found.kind === 'known' ? limits.admit(found.sender) : undefined;
    if (over === undefined) return found;
    const { tenant, amount, retryAfterMs } = over;
    metrics.requestLimited(tenant, amount);
    return { kind: 'limited', message: `over the limit of ${amount} per second; send it again after the delay`, retryAfterMs };
  };
}
