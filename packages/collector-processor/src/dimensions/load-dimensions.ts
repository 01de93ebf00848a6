import { readFile, stat } from 'node:fs/promises';
import { parseInstant } from '@costspan/pricing';
import { z } from 'zod';
import { CostspanError } from '../errors.ts';
import { NAME_CHARACTERS_MAX } from '../stages/limits.ts';
import { compileDimensions, type DimensionMap, type DimensionRow, type RowProblem } from './dimension-map.ts';
import { dimensionFileBytesMax, dimensionRowsMax } from './limits.ts';
import { type GivenRow, readCsvRows, readYamlRows } from './read-rows.ts';

/** Loads a file of dimensions. Rejects with a {@link CostspanError} that lists every problem with its line. */
export async function loadDimensions(file: string): Promise<DimensionMap> {
  const parsed = parseDimensions(await readText(file), file.endsWith('.csv') ? 'csv' : 'yaml');
  if (parsed.kind === 'ok') return parsed.map;
  const lines = parsed.problems.map(({ line, problem }) => `${file}:${line}: ${problem}`);
  throw new CostspanError('config-invalid', lines.join('\n'));
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= dimensionFileBytesMax) return await readFile(file, 'utf8');
    throw new CostspanError('config-invalid', `${file}: expected at most ${dimensionFileBytesMax} bytes, found ${size}`);
  } catch (error) {
    if (error instanceof CostspanError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CostspanError('file-unreadable', `${file}: cannot be read (${code}); work_items.dimensions_from names it`);
  }
}

/** Reads the text of a file of dimensions, or lists every problem in it, by line. */
export function parseDimensions(text: string, format: 'csv' | 'yaml'): ReturnType<typeof compileDimensions> {
  const given = format === 'csv' ? readCsvRows(text) : readYamlRows(text);
  if (given.kind === 'invalid') return given;
  if (given.rows.length > dimensionRowsMax) {
    const line = given.rows[dimensionRowsMax]?.line ?? 1;
    return { kind: 'invalid', problems: [{ line, problem: `expected at most ${dimensionRowsMax} rows` }] };
  }
  const rows: DimensionRow[] = [];
  const problems: RowProblem[] = [];
  for (const each of given.rows) {
    const read = readRow(each);
    if (read.kind === 'ok') rows.push(read.row);
    else problems.push(...read.problems);
  }
  return problems.length > 0 ? { kind: 'invalid', problems } : compileDimensions(rows);
}

const text = z
  .string({ error: 'expected text; quote it where it looks like a number' })
  .min(1, { error: 'expected text that is not empty' })
  .max(NAME_CHARACTERS_MAX, { error: `expected at most ${NAME_CHARACTERS_MAX} characters` });

const texts = (what: string): z.ZodType<Readonly<Record<string, string>>> =>
  z
    .record(text, text, { error: `expected a map of ${what}` })
    .refine((map) => Object.keys(map).length > 0, { error: `expected at least one of ${what}` });

const instant = z
  .string({ error: 'expected a date' })
  .transform((given, context): bigint => {
    const ms = parseInstant(given);
    if (ms !== undefined) return BigInt(ms) * 1_000_000n;
    const message = `expected a date such as 2026-03-01 or 2026-03-01T16:30:00Z, found ${JSON.stringify(given.slice(0, 40))}`;
    context.issues.push({ code: 'custom', input: given, message });
    return z.NEVER;
  })
  .optional();

const rowSchema = z
  .strictObject(
    { match: texts('attribute keys and values'), set: texts('dimensions'), valid_from: instant, valid_to: instant },
    { error: ({ code }) => (code === 'unrecognized_keys' ? undefined : 'expected a map with `match` and `set`') },
  )
  .refine(({ valid_from: from, valid_to: to }) => from === undefined || to === undefined || from < to, {
    error: 'expected an end after valid_from',
    path: ['valid_to'],
  });

function readRow({
  line,
  fields,
}: GivenRow):
  | { readonly kind: 'ok'; readonly row: DimensionRow }
  | { readonly kind: 'invalid'; readonly problems: readonly RowProblem[] } {
  const read = rowSchema.safeParse(fields);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => ({
      line,
      problem: path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
    }));
    return { kind: 'invalid', problems };
  }
  const { match, set, valid_from: fromNs, valid_to: toNs } = read.data;
  return { kind: 'ok', row: { line, match, set, ...(fromNs !== undefined && { fromNs }), ...(toNs !== undefined && { toNs }) } };
}
