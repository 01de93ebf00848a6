import { z } from 'zod';
import { receivedTextMax } from './limits.ts';

/** Fields of the JSON that ledgers send each other. */

/** A name, an identity or another short text. */
export const name: z.ZodString = z.string().max(receivedTextMax);

/** Lower-case hex of a fixed length. */
export function hex(digits: number): z.ZodString {
  return z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), { error: `expected ${digits} hex digits` });
}

/** Unix nanoseconds as decimal text, in the range a ledger file holds. */
export const nanoseconds: z.ZodType<bigint> = integerText('expected nanoseconds as decimal text');

/** A count as decimal text, in the same range. */
export const sequence: z.ZodType<bigint> = integerText('expected a whole number as decimal text');

function integerText(error: string): z.ZodType<bigint> {
  return z
    .string()
    .regex(/^\d{1,19}$/, { error, abort: true })
    .transform((text) => BigInt(text))
    .refine((value) => value < 2n ** 63n, { error });
}

/** Reads JSON text by a schema; says what is wrong with the first field that does not fit. */
export function parseReceived<Value>(
  text: string,
  schema: z.ZodType<Value>,
): { readonly kind: 'ok'; readonly value: Value } | { readonly kind: 'invalid'; readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'invalid', problem: 'expected JSON' };
  }
  const read = schema.safeParse(json);
  if (read.success) return { kind: 'ok', value: read.data };
  const [issue] = read.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.').slice(0, receivedTextMax)}: `;
  return { kind: 'invalid', problem: `${where}${issue?.message ?? 'cannot be read'}` };
}
