import type { Unit, Usage } from '../usage.ts';

/**
 * Sum of whole-number usages by unit, zeros left out. When nothing was used at all, a zero of `zeroUnit` says so: usage
 * that is known to be zero is not unknown usage.
 */
export const sumUsage = (zeroUnit: Unit, ...usages: readonly Usage[]): Usage => {
  const sum: Record<string, number> = {};
  for (const usage of usages) {
    for (const [unit, count] of Object.entries(usage)) {
      if (typeof count === 'number' && count > 0) sum[unit] = (sum[unit] ?? 0) + count;
    }
  }
  return Object.keys(sum).length === 0 ? { [zeroUnit]: 0 } : sum;
};
