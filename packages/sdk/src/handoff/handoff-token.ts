import { CostspanError, shown } from '../errors.ts';
import { readToken, signToken, type TokenFault } from '../token/signed-token.ts';
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

const KIND = 'csh1';

/** The claims as a token signed with `key`. */
export const signHandoffToken = (claims: HandoffClaims, key: string): string => signToken(KIND, claims, key);

/** The claims of a token; throws a CostspanError when it is corrupt, signed with none of the keys, or expired at `nowMs`. */
export const verifyHandoffToken = (token: unknown, keys: readonly string[], nowMs: number): HandoffClaims => {
  const read = readToken<HandoffClaims>(KIND, token, keys, nowMs);
  if ('fault' in read) throw failureOf(read.fault, read.claims, token);
  return read.claims;
};

const failureOf = (fault: TokenFault, claims: HandoffClaims | undefined, token: unknown): CostspanError => {
  switch (fault) {
    case 'corrupt':
      return failure(
        'handoff-token-corrupt',
        `expected a token of item.handoff(), found ${shown(token)}`,
        'pass the token on as it is, unshortened',
      );
    case 'forged':
      return failure(
        'handoff-token-forged',
        'the signature fits no key of this process',
        'give both processes the same handoffKey, or COSTSPAN_HANDOFF_KEY; if they have it, someone changed the token',
      );
    case 'expired':
      return failure(
        'handoff-token-expired',
        `the token was valid until ${new Date(claims?.expiresAtMs ?? 0).toISOString()}`,
        'hand the work item off again, or set a longer handoffTtlMs',
      );
    default:
      return fault satisfies never;
  }
};

const failure = (
  code: 'handoff-token-corrupt' | 'handoff-token-forged' | 'handoff-token-expired',
  problem: string,
  advice: string,
): CostspanError => new CostspanError({ code, where: 'handoff.complete: token', problem, advice });
