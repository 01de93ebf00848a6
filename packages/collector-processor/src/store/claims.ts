import type { LedgerFile } from './ledger-file.ts';
import { prepare } from './sql.ts';

/** That something is about to be booked under a key, for whoever may say it twice. */
export type Claim = {
  readonly tenant: string;
  readonly key: string;
  /** Digest of what is said. */
  readonly digest: string;
  /** When what is said ended, Unix nanoseconds; absent: now. */
  readonly endNs?: bigint;
};

/**
 * What is known about a claim.
 *
 * - `new`: it is the first under its key.
 * - `repeated`: the same was said before.
 * - `different`: something else was said before under the key.
 * - `beyond`: it ended before entries were last deleted, so nothing tells whether it was counted.
 */
export type Claimed = {
  readonly kind: 'new' | 'repeated' | 'different' | 'beyond';
  /** When the key was first claimed, Unix nanoseconds. */
  readonly atNs: bigint;
};

/** Keys under which something was booked once. */
export type Claims = {
  /** Claims all keys, or none when one of them cannot be had. */
  readonly claim: (claims: readonly Claim[], nowNs: bigint, prunedBeforeNs: bigint) => readonly Claimed[];
};

/** Prepares the statements over claims of a file. */
export function prepareClaims({ database }: LedgerFile): Claims {
  const known = prepare<{ digest: string; at_ns: bigint }>(
    database,
    'SELECT digest, at_ns FROM claims WHERE tenant = ? AND claim_key = ?',
  );
  const insert = prepare(
    database,
    'INSERT INTO claims (tenant, claim_key, digest, at_ns) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  return {
    claim: (claims, nowNs, prunedBeforeNs) => {
      const inRequest = new Map<string, string>();
      const claimed = claims.map(({ tenant, key, digest, endNs }): Claimed => {
        const name = JSON.stringify([tenant, key]);
        const before = known.one(tenant, key);
        const other = before?.digest ?? inRequest.get(name);
        inRequest.set(name, digest);
        if (other !== undefined) return { kind: other === digest ? 'repeated' : 'different', atNs: before?.at_ns ?? nowNs };
        const isBeyond = prunedBeforeNs > 0n && endNs !== undefined && endNs <= prunedBeforeNs;
        return { kind: isBeyond ? 'beyond' : 'new', atNs: nowNs };
      });
      if (claimed.every(({ kind }) => kind === 'new' || kind === 'repeated')) {
        for (const { tenant, key, digest } of claims) insert.run(tenant, key, digest, nowNs);
      }
      return claimed;
    },
  };
}
