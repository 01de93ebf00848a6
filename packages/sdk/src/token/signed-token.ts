import { createHmac, timingSafeEqual } from 'node:crypto';
import { tokenCharactersMax } from '../limits.ts';

/** What is wrong with a token. */
export type TokenFault = 'corrupt' | 'forged' | 'expired';

/** What every token says about itself. */
export type TokenClaims = {
  /** Unix milliseconds. */
  readonly expiresAtMs: number;
};

/**
 * Claims as text that nobody without the key can change. Signed, not encrypted: whoever holds it can read it. `kind` is
 * signed along, so that a token of one kind is none of another.
 */
export const signToken = (kind: string, claims: TokenClaims, key: string): string => {
  const signed = `${kind}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signed}.${signatureOf(signed, key).toString('base64url')}`;
};

/** The claims of a token of this kind that is signed with one of the keys and valid at `nowMs`; or what is wrong with it. */
export const readToken = <C extends TokenClaims>(
  kind: string,
  token: unknown,
  keys: readonly string[],
  nowMs: number,
): { readonly claims: C } | { readonly fault: TokenFault; readonly claims?: C } => {
  if (typeof token !== 'string' || token.length > tokenCharactersMax) return { fault: 'corrupt' };
  const [prefix, payload = '', signature = '', ...rest] = token.split('.');
  const isForm = prefix === kind && rest.length === 0 && /^[\w-]+$/.test(payload) && /^[\w-]{43}$/.test(signature);
  if (!isForm) return { fault: 'corrupt' };
  const given = Buffer.from(signature, 'base64url');
  if (!keys.some((key) => timingSafeEqual(given, signatureOf(`${kind}.${payload}`, key)))) return { fault: 'forged' };
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as C;
  return nowMs >= claims.expiresAtMs ? { fault: 'expired', claims } : { claims };
};

const signatureOf = (signed: string, key: string): Buffer => createHmac('sha256', key).update(signed).digest();
