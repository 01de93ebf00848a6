import { createHmac, timingSafeEqual } from 'node:crypto';
import { CostspanError } from '../errors.ts';
import { handoffTokenCharactersMax } from '../limits.ts';
import type { Dimensions } from '../work-item/work-item-type.ts';

/** What a handoff token says. It is signed, not encrypted: whoever holds it can read it. */
export type HandoffClaims = {
  readonly handoffId: string;
  readonly item: {
    readonly tenant?: string;
    readonly type: string;
    readonly id: string;
    readonly parentId?: string;
    readonly dimensions: Dimensions;
  };
  readonly role: string;
  readonly reason?: string;
  /** The span that opened the handoff, as `traceparent`. */
  readonly traceparent: string;
  /** Unix milliseconds. */
  readonly openedAtMs: number;
  /** Unix milliseconds. */
  readonly expiresAtMs: number;
};

const PREFIX = 'csh1';

/** The claims as a token signed with `key`. */
export const signHandoffToken = (claims: HandoffClaims, key: string): string => {
  const signed = `${PREFIX}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signed}.${signatureOf(signed, key).toString('base64url')}`;
};

/** The claims of a token; throws a CostspanError when it is corrupt, signed with none of the keys, or expired at `nowMs`. */
export const verifyHandoffToken = (token: unknown, keys: readonly string[], nowMs: number): HandoffClaims => {
  const [prefix, payload = '', signature = '', ...rest] = typeof token === 'string' ? token.split('.') : [];
  const isForm = prefix === PREFIX && rest.length === 0 && /^[\w-]+$/.test(payload) && /^[\w-]{43}$/.test(signature);
  if (typeof token !== 'string' || token.length > handoffTokenCharactersMax || !isForm) {
    throw failure('handoff-token-corrupt', 'expected a token of item.handoff()', 'pass the token on as it is, unshortened');
  }
  const given = Buffer.from(signature, 'base64url');
  const isSigned = keys.some((key) => timingSafeEqual(given, signatureOf(`${prefix}.${payload}`, key)));
  if (!isSigned) {
    throw failure(
      'handoff-token-forged',
      'the signature fits no key of this process',
      'give both processes the same handoffKey, or COSTSPAN_HANDOFF_KEY; if they have it, someone changed the token',
    );
  }
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as HandoffClaims;
  if (nowMs >= claims.expiresAtMs) {
    const expired = new Date(claims.expiresAtMs).toISOString();
    throw failure(
      'handoff-token-expired',
      `the token was valid until ${expired}`,
      'hand the work item off again, or set a longer handoffTtlMs',
    );
  }
  return claims;
};

const signatureOf = (signed: string, key: string): Buffer => createHmac('sha256', key).update(signed).digest();

const failure = (
  code: 'handoff-token-corrupt' | 'handoff-token-forged' | 'handoff-token-expired',
  problem: string,
  advice: string,
): CostspanError => new CostspanError({ code, where: 'handoff.complete: token', problem, advice });
