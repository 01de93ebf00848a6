import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { tokenCharactersMax } from './limits.ts';

/** What a handoff token of the SDK says. */
export type HandoffClaims = {
  readonly handoffId: string;
  readonly item: {
    readonly tenant?: string | undefined;
    readonly type: string;
    readonly id: string;
    readonly parentId?: string | undefined;
    readonly dimensions: Readonly<Record<string, string>>;
  };
  readonly role: string;
  readonly reason?: string | undefined;
  /** The span that opened the handoff. */
  readonly traceparent: string;
  /** Unix milliseconds. */
  readonly openedAtMs: number;
  readonly expiresAtMs: number;
};

/** The claims of a token, or why they are not believed. */
export type ReadToken =
  | { readonly kind: 'ok'; readonly claims: HandoffClaims }
  | { readonly kind: 'corrupt' | 'forged' | 'expired' };

const text = z.string().min(1).max(1_024);

const claimsSchema: z.ZodType<HandoffClaims> = z.object({
  handoffId: text,
  item: z.object({
    tenant: text.optional(),
    type: text,
    id: text,
    parentId: text.optional(),
    dimensions: z.record(text, z.string().max(1_024)),
  }),
  role: text,
  reason: text.optional(),
  traceparent: z.string().max(64),
  openedAtMs: z.number().int(),
  expiresAtMs: z.number().int(),
});

/** Reads `csh1.<claims>.<signature>`: base64url, signed with HMAC-SHA-256 over all before the last dot. */
export function readHandoffToken(token: string, keys: readonly string[], nowMs: number): ReadToken {
  const [kind, payload = '', signature = '', ...rest] = token.length > tokenCharactersMax ? [] : token.split('.');
  const isForm = kind === 'csh1' && rest.length === 0 && /^[\w-]+$/.test(payload) && /^[\w-]{43}$/.test(signature);
  if (!isForm) return { kind: 'corrupt' };
  const given = Buffer.from(signature, 'base64url');
  const isSigned = keys.some((key) => timingSafeEqual(given, createHmac('sha256', key).update(`${kind}.${payload}`).digest()));
  if (!isSigned) return { kind: 'forged' };
  const read = claimsSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  if (!read.success) return { kind: 'corrupt' };
  return nowMs >= read.data.expiresAtMs ? { kind: 'expired' } : { kind: 'ok', claims: read.data };
}
