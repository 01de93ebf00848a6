import { z } from 'zod';
import { parseDurationMs, parseSizeBytes } from './text-units.ts';

/** A field whose value is read from text; `expected` completes the sentence “expected …”. */
export function textField<Value>(expected: string, read: (text: string) => Value | undefined): z.ZodType<Value, string> {
  const message = `expected ${expected}`;
  return z.string({ error: message }).transform((text, context): Value => {
    const value = read(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', input: text, message });
    return z.NEVER;
  });
}

/** A duration such as `30s`, in milliseconds. */
export function duration(byDefault: string, description: string): z.ZodType<number> {
  return textField('a duration such as "30s" or "1h30m"', parseDurationMs).prefault(byDefault).describe(description);
}

/** A size such as `64MiB`, in bytes, from `min` to `max`. */
export function size(
  byDefault: string,
  bounds: { readonly min: string; readonly max: string },
  description: string,
): z.ZodType<number> {
  const [bytesMin, bytesMax] = [parseSizeBytes(bounds.min) ?? 0, parseSizeBytes(bounds.max) ?? 0];
  return textField(`a size from "${bounds.min}" to "${bounds.max}"`, (text) => {
    const bytes = parseSizeBytes(text);
    return bytes !== undefined && bytes >= bytesMin && bytes <= bytesMax ? bytes : undefined;
  })
    .prefault(byDefault)
    .describe(description);
}

/** A number between bounds; text of a number is taken too, because a value from the environment is text. */
export function numeric(
  byDefault: number,
  bounds: { readonly min: number; readonly max: number; readonly whole: boolean },
  description: string,
): z.ZodType<number> {
  const message = `expected a ${bounds.whole ? 'whole ' : ''}number from ${bounds.min} to ${bounds.max}`;
  return z
    .union([z.number(), z.string()], { error: message })
    .transform((given, context): number => {
      const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
      const fits = typeof value === 'number' && value >= bounds.min && value <= bounds.max;
      if (fits && (!bounds.whole || Number.isInteger(value))) return value;
      context.issues.push({ code: 'custom', input: given, message });
      return z.NEVER;
    })
    .prefault(byDefault)
    .describe(description);
}

const trueOrFalse = z
  .union([z.boolean(), z.enum(['true', 'false'])], { error: 'expected true or false' })
  .transform((given): boolean => given === true || given === 'true');

/** True or false. */
export function flag(byDefault: boolean, description: string): z.ZodType<boolean> {
  return trueOrFalse.prefault(byDefault).describe(description);
}

/** True, false, or not said. */
export function optionalFlag(description: string): z.ZodType<boolean | undefined> {
  return trueOrFalse.optional().describe(description);
}

/** Text that is not empty. */
export function text(description: string): z.ZodType<string, string> {
  return plainText().describe(description);
}

/** Text that is not empty, with a default. */
export function textOr(byDefault: string, description: string): z.ZodType<string> {
  return plainText().prefault(byDefault).describe(description);
}

/** Text that is not empty, or not said. */
export function optionalText(description: string): z.ZodType<string | undefined> {
  return plainText().optional().describe(description);
}

/** A list of texts; empty by default. */
export function textList(description: string): z.ZodType<readonly string[]> {
  return z.array(plainText(), { error: 'expected a list' }).prefault([]).describe(description);
}

/** One of a few words. */
export function word<const Words extends readonly string[]>(
  words: Words,
  byDefault: Words[number],
  description: string,
): z.ZodType<Words[number]> {
  const oneOf = z.enum(words, { error: `expected one of ${words.map((each) => `"${each}"`).join(', ')}` });
  return oneOf.prefault(byDefault as never).describe(description) as z.ZodType<Words[number]>;
}

/** An address `host:port`. */
export function address(byDefault: string, description: string): z.ZodType<{ readonly host: string; readonly port: number }> {
  return textField('an address such as "127.0.0.1:4318"', parseAddress).prefault(byDefault).describe(description);
}

/** Host and port of `host:port`; an IPv6 host stands in brackets. Undefined when the text is no such address. */
export function parseAddress(given: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(given);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** The schema, with an empty map taken where nothing is given, so that the defaults of its fields apply. */
export function orDefaults<Schema extends z.ZodType>(schema: Schema): z.ZodPrefault<Schema> {
  return schema.prefault({} as never);
}

function plainText(): z.ZodString {
  return z.string({ error: 'expected text' }).min(1, { error: 'expected text that is not empty', abort: true });
}
