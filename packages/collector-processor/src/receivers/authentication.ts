import { createHash, timingSafeEqual } from 'node:crypto';
import type { TenantKey } from '../config/config.ts';
import type { SenderContext } from '../stages/meter.ts';

/** Request headers or metadata, names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Who sends, why nobody is believed to, or when a sender over its limits may come again. */
export type Authentication =
  | { readonly kind: 'known'; readonly sender: SenderContext }
  | { readonly kind: 'limited'; readonly message: string; readonly retryAfterMs: number }
  | { readonly kind: 'refused'; readonly message: string };

/** Finds out who sends a request. */
export type Authenticate = (headers: RequestHeaders) => Authentication;

/**
 * With keys, a request must carry one of them as `authorization: Bearer`, as the password of `authorization: Basic` or as
 * `x-api-key`; the key decides the tenant. Without keys everybody may send, and `tenantHeader`, if set, names the tenant.
 */
export function createAuthenticate(keys: readonly TenantKey[], tenantHeader?: string): Authenticate {
  if (keys.length === 0) {
    return (headers) => {
      const tenant = tenantHeader === undefined ? undefined : firstOf(headers[tenantHeader]);
      return { kind: 'known', sender: tenant === undefined || tenant === '' ? {} : { tenant } };
    };
  }
  const digests = keys.map(({ tenant, key }) => ({ tenant, digest: digestOf(key) }));
  return (headers) => {
    const given = givenKey(headers);
    if (given === undefined) {
      return { kind: 'refused', message: 'a key is required; send it as `authorization: Bearer <key>` or `x-api-key`' };
    }
    const digest = digestOf(given);
    let found: string | undefined;
    // Every key is compared, and always whole: the time taken says nothing about which one came close.
    for (const each of digests) if (timingSafeEqual(each.digest, digest)) found = each.tenant;
    return found === undefined
      ? { kind: 'refused', message: 'the key is not known here; check the key or the address' }
      : { kind: 'known', sender: found === everyTenant ? {} : { tenant: found } };
  };
}

/** In the place of a tenant: the sender names the tenant of each span and event. */
const everyTenant = '*';

function givenKey(headers: RequestHeaders): string | undefined {
  const { authorization } = headers;
  const [, scheme, credentials] = /^(bearer|basic) +(.+)$/i.exec(firstOf(authorization) ?? '') ?? [];
  if (credentials === undefined) return firstOf(headers['x-api-key']);
  if (scheme?.toLowerCase() === 'bearer') return credentials;
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function firstOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value;
}
