import type { Unit, Usage } from '../usage.ts';

/**
 * Sum of whole-number usages by unit, zeros left out. When nothing was used at all, a zero of `zeroUnit` says so: usage
 * that is known to be zero is not unknown usage.
 */
export const sumUsage = (zeroUnit: Unit, ...usages: readonly Usage[]): Usage => {
  const sum: Record<string, number> = {};
  let isEmpty = true;
  for (const usage of usages) {
    for (const unit of Object.keys(usage)) {
      const count = usage[unit];
      if (typeof count !== 'number' || count <= 0) continue;
      sum[unit] = (sum[unit] ?? 0) + count;
      isEmpty = false;
    }
  }
  return isEmpty ? { [zeroUnit]: 0 } : sum;
};
