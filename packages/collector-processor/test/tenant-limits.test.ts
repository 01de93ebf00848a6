import { expect, test } from 'vitest';
import type { TenantLimit } from '../src/config/config.ts';
import { createSharedLimits, createTenantLimits, type OverLimit } from '../src/tenant-limits.ts';

const limit: TenantLimit = { requestsPerSecond: 2, bytesPerSecond: 0, spansPerSecond: 0, burstMs: 1_000 };
const secondNs = 1_000_000_000n;

function limitsWith(tenantLimits: Readonly<Record<string, TenantLimit>>, keysOf: readonly string[] = []) {
  const config = { tenantLimits, tenantKeys: keysOf.map((tenant) => ({ tenant, key: `key of ${tenant}` })) };
  const shared = createSharedLimits(config);
  let now = 5n * secondNs;
  const another = () => createTenantLimits(config, shared, () => now);
  const limits = another();
  const admitted = (tenant: string | undefined, times: number): number =>
    Array.from({ length: times }, () => limits.admit(tenant === undefined ? {} : { tenant })).filter((over) => over === undefined)
      .length;
  return {
    ...limits,
    another,
    admitted,
    pass: (ns: bigint) => {
      now += ns;
    },
  };
}

test('a burst comes at once, then what the rate gives', () => {
  const limits = limitsWith({ acme: limit });
  expect(limits.admitted('acme', 10)).toBe(3);
  expect(limits.admit({ tenant: 'acme' })).toEqual({
    tenant: 'acme',
    amount: 'requests',
    retryAfterMs: 500,
  } satisfies OverLimit);
  limits.pass(secondNs / 2n);
  expect(limits.admitted('acme', 10)).toBe(1);
  limits.pass(3_600n * secondNs);
  expect(limits.admitted('acme', 10)).toBe(3);
});

test.for([
  ['bytes', { ...limit, requestsPerSecond: 0, bytesPerSecond: 100 }],
  ['spans', { ...limit, requestsPerSecond: 0, spansPerSecond: 100 }],
] as const)('%s over the limit make the next request wait until they are worked off', ([amount, of]) => {
  const limits = limitsWith({ acme: of });
  expect(limits.admitted('acme', 10)).toBe(10);
  limits.charge({ tenant: 'acme' }, amount, 1_000);
  expect(limits.admit({ tenant: 'acme' })).toEqual({ tenant: 'acme', amount, retryAfterMs: 9_000 });
  limits.pass(9n * secondNs);
  expect(limits.admit({ tenant: 'acme' })).toBeUndefined();
});

test('tenants do not feel each other; one without a limit has none', () => {
  const limits = limitsWith({ acme: limit, globex: limit });
  expect(limits.admitted('acme', 10)).toBe(3);
  expect(limits.admitted('globex', 10)).toBe(3);
  expect(limits.admitted('initech', 10)).toBe(10);
  expect(limits.admitted(undefined, 10)).toBe(10);
});

test('`*` limits each tenant with a key alone, and all others together', () => {
  const limits = limitsWith({ '*': limit, globex: { ...limit, requestsPerSecond: 4 } }, ['acme', 'globex', 'initech']);
  expect(limits.admitted('acme', 10)).toBe(3);
  expect(limits.admitted('initech', 10)).toBe(3);
  expect(limits.admitted('globex', 10)).toBe(5);
  expect(limits.admitted('made-up-1', 2) + limits.admitted('made-up-2', 2) + limits.admitted(undefined, 2)).toBe(3);
  expect(limits.admit({ tenant: 'made-up-3' })).toMatchObject({ tenant: '*' });
});

test('several threads count together', () => {
  const limits = limitsWith({ acme: limit });
  const other = limits.another();
  expect(limits.admitted('acme', 2)).toBe(2);
  expect(other.admit({ tenant: 'acme' })).toBeUndefined();
  expect(other.admit({ tenant: 'acme' })).toMatchObject({ amount: 'requests' });
});

test('no delay is longer than an hour', () => {
  const limits = limitsWith({ acme: { ...limit, bytesPerSecond: 1 } });
  limits.charge({ tenant: 'acme' }, 'bytes', 64 * 2 ** 20);
  expect(limits.admit({ tenant: 'acme' })).toMatchObject({ retryAfterMs: 3_600_000 });
});
