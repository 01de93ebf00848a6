import { parseDecimal, parseInstant } from '@costspan/pricing';
import { CATEGORIES, type Category } from '@costspan/semconv';
import { z } from 'zod';
import { ITEM_NAME_BYTES_MAX, NAME_CHARACTERS_MAX } from '../stages/limits.ts';
import { idempotencyKeyCharactersMax, submittedEntriesMax, touchMsMax } from './limits.ts';

/** Something that cost, or that ended, as another system than a tracer knows it. */
export type Submission = {
  readonly idempotency_key: string;
  readonly tenant?: string | undefined;
  readonly item: { readonly type: string; readonly id: string; readonly parent_id?: string | undefined };
  /** Unix nanoseconds. */
  readonly at: bigint;
  readonly outcome?: string | undefined;
  /** `touch` in milliseconds. */
  readonly human?: { readonly role: string; readonly touch: number; readonly decision?: string | undefined } | undefined;
  readonly usage?: Readonly<Record<string, number | string>> | undefined;
  readonly sku?: string | undefined;
  readonly cost?: { readonly amount: string; readonly currency: string } | undefined;
  readonly category?: Category | undefined;
  readonly agent?: string | undefined;
  readonly dimensions?: Readonly<Record<string, string>> | undefined;
};

const identity = z
  .string({ error: 'expected text' })
  .min(1, { error: 'expected text that is not empty' })
  .refine((text) => Buffer.byteLength(text) <= ITEM_NAME_BYTES_MAX, { error: `expected at most ${ITEM_NAME_BYTES_MAX} bytes` });
const name = z
  .string({ error: 'expected text' })
  .min(1, { error: 'expected text that is not empty' })
  .max(NAME_CHARACTERS_MAX, { error: `expected at most ${NAME_CHARACTERS_MAX} characters` });
const decimal = z
  .string({ error: 'expected decimal text such as "2.50"' })
  .max(64)
  .refine((text) => parseDecimal(text) !== undefined, { error: 'expected decimal text such as "2.50"' });
const notNegative = decimal.refine((text) => !text.startsWith('-'), { error: 'expected an amount that is not negative' });
const instant = z.string({ error: 'expected a date and time' }).transform((text, context): bigint => {
  const atMs = parseInstant(text);
  if (atMs !== undefined && atMs > 0 && atMs < instantMsMax) return BigInt(atMs) * 1_000_000n;
  context.issues.push({ code: 'custom', input: text, message: 'expected a date and time such as "2026-06-01T12:00:00Z"' });
  return z.NEVER;
});

/** 2262-01-01, Unix milliseconds: the nanoseconds of a ledger file end in April of that year. */
const instantMsMax = 9_214_646_400_000;

/** Minutes or milliseconds, as whole milliseconds. */
export const touch: z.ZodType<number> = z
  .union(
    [
      z.strictObject({ minutes: notNegative.transform((text) => Math.round(Number(text) * 60_000)) }),
      z.strictObject({ ms: z.number().int().min(0) }),
    ],
    { error: 'expected { "minutes": "7.5" } or { "ms": 450000 }' },
  )
  .transform((given) => ('minutes' in given ? given.minutes : given.ms))
  .refine((ms) => ms <= touchMsMax, { error: `expected at most ${touchMsMax / 60_000} minutes` });

const submission: z.ZodType<Submission> = z
  .strictObject({
    idempotency_key: z
      .string({ error: 'expected text' })
      .min(1, { error: 'expected text that is not empty' })
      .max(idempotencyKeyCharactersMax, { error: `expected at most ${idempotencyKeyCharactersMax} characters` }),
    tenant: identity.optional(),
    item: z.strictObject(
      { type: identity, id: identity, parent_id: identity.optional() },
      { error: ({ code }) => (code === 'invalid_type' ? 'expected { "type": "ticket", "id": "T-42" }' : undefined) },
    ),
    at: instant,
    outcome: name.optional(),
    human: z.strictObject({ role: name, touch, decision: name.optional() }).optional(),
    usage: z.record(name, z.union([z.number().int().min(0), notNegative])).optional(),
    sku: name.regex(/^[^/]+\/.+$/, { error: 'expected provider/name, such as "stripe/refund"' }).optional(),
    cost: z
      .strictObject({ amount: notNegative, currency: z.string().regex(/^[A-Z]{3}$/, { error: 'expected an ISO 4217 code' }) })
      .optional(),
    category: z.enum(CATEGORIES, { error: `expected one of ${CATEGORIES.join(', ')}` }).optional(),
    agent: name.optional(),
    dimensions: z.record(name, name).optional(),
  })
  .superRefine(({ outcome, human, usage, sku, cost, category }, context) => {
    const say = (field: string | undefined, message: string): void => {
      context.addIssue({ code: 'custom', path: field === undefined ? [] : [field], message });
    };
    if (outcome === undefined && human === undefined && usage === undefined && cost === undefined) {
      say(undefined, 'expected an outcome, human, usage or cost; an entry says at least one');
    }
    if (human !== undefined && (usage !== undefined || cost !== undefined)) {
      say('human', 'expected human work alone: send usage and cost as entries of their own');
    }
    if (usage !== undefined && sku === undefined) say('sku', 'expected the SKU that prices the usage, such as "stripe/refund"');
    if (cost !== undefined && category === undefined) say('category', 'expected the category of the cost, such as "tool"');
  });

/** What is wrong with an entry for `POST /v1/entries`, before it is sent; empty when nothing is. */
export function problemsOfEntry(entry: unknown): readonly { readonly where: string; readonly problem: string }[] {
  const read = submission.safeParse(entry);
  if (read.success) return [];
  return read.error.issues.map(({ path, message }) => ({ where: path.map(String).join('.'), problem: message }));
}

/** The body of `POST /v1/entries`. */
export const submissions: z.ZodType<{ readonly entries: readonly Submission[] }> = z.strictObject({
  entries: z
    .array(submission, { error: 'expected a list' })
    .min(1, { error: 'expected at least one entry' })
    .max(submittedEntriesMax, { error: `expected at most ${submittedEntriesMax} entries` }),
});
