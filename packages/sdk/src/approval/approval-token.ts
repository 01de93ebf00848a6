import { CostspanError } from '../errors.ts';
import type { TokenOrigin } from '../spans/once-context.ts';
import { readToken, signToken, type TokenClaims, type TokenFault } from '../token/signed-token.ts';

/** What an approval token says. */
export type ApprovalClaims = TokenClaims &
  TokenOrigin & {
    readonly approvalId: string;
    /** The account whose gate it opens. The tenant is part of it, so a token does nothing to another tenant. */
    readonly account: string;
    readonly budget: string;
    readonly scope: string;
    readonly currency: string;
    readonly role: string;
    /** Unix milliseconds. */
    readonly requestedAtMs: number;
  };

/** What a receipt of a decision says: it carries the decision to a process that has accounts of its own. */
export type ReceiptClaims = TokenClaims & {
  readonly approvalId: string;
  readonly account: string;
  readonly kind: 'granted' | 'denied';
  /** Decimal text of pico units. */
  readonly upToPico?: string;
  readonly upToMs?: number;
};

const APPROVAL = 'csa1';
const RECEIPT = 'csr1';

export const signApproval = (claims: ApprovalClaims, key: string): string => signToken(APPROVAL, claims, key);

export const signReceipt = (claims: ReceiptClaims, key: string): string => signToken(RECEIPT, claims, key);

/** The claims of an approval token; throws a CostspanError when it cannot be used. `where` is the call at fault. */
export const readApproval = (token: unknown, keys: readonly string[], nowMs: number, where: string): ApprovalClaims => {
  const read = readToken<ApprovalClaims>(APPROVAL, token, keys, nowMs);
  if ('fault' in read) throw failureOf(read.fault, read.claims, where);
  return read.claims;
};

/** The claims of a receipt; throws a CostspanError when it cannot be used. */
export const readReceipt = (token: unknown, keys: readonly string[], nowMs: number): ReceiptClaims => {
  const read = readToken<ReceiptClaims>(RECEIPT, token, keys, nowMs);
  if ('fault' in read) throw failureOf(read.fault, read.claims, 'approval.apply: receipt');
  return read.claims;
};

const failureOf = (fault: TokenFault, claims: TokenClaims | undefined, where: string): CostspanError => {
  switch (fault) {
    case 'corrupt':
      return new CostspanError({
        code: 'approval-token-corrupt',
        where,
        problem: 'expected the token of an approval request, or the receipt of a decision',
        advice: 'pass it on as it is, unshortened',
      });
    case 'forged':
      return new CostspanError({
        code: 'approval-token-forged',
        where,
        problem: 'the signature fits no key of this process',
        advice: 'give both processes the same handoffKey, or COSTSPAN_HANDOFF_KEY; if they have it, someone changed the token',
      });
    case 'expired':
      return new CostspanError({
        code: 'approval-token-expired',
        where,
        problem: `the approval had to be decided until ${new Date(claims?.expiresAtMs ?? 0).toISOString()}, and counts as denied`,
        advice: 'run the work again, which asks again, or set a longer approval.timeoutMs',
      });
    default:
      return fault satisfies never;
  }
};
