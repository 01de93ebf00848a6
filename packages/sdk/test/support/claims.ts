import type { AccountLimits, Claim } from '../../src/index.ts';

/** A claim on an account in dollars. */
export const claimOn = (account: string, limits: AccountLimits = {}, openMs = 0): Claim => ({
  account,
  currency: 'USD',
  limits,
  openMs,
});

/** Whole dollars in pico units. */
export const dollars = (count: number): bigint => BigInt(count) * 1_000_000_000_000n;
