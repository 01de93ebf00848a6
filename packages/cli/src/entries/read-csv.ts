import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { problemsOfEntry } from '@costspan/collector-processor';
import { parse } from 'csv-parse/sync';
import type { EntryJson } from './entry.ts';
import { badLinesMax, importBytesMax } from './limits.ts';

/** What a file of entries is about. */
export type ImportKind = 'outcomes' | 'usage' | 'costs';

type Row = Readonly<Record<string, string>>;

/** Columns besides those that every kind has: `type`, `id`, `at`; in brackets, those that may be left out. */
export const columnsOf: Readonly<
  Record<ImportKind, { readonly required: readonly string[]; readonly optional: readonly string[] }>
> = {
  outcomes: { required: ['outcome'], optional: [] },
  usage: { required: [], optional: ['sku', 'unit', 'quantity', 'role', 'minutes', 'decision', 'category'] },
  costs: { required: ['category', 'amount', 'currency'], optional: [] },
};

const common = { required: ['type', 'id', 'at'], optional: ['key', 'tenant', 'parent_id', 'agent'] };

/**
 * Reads a file of entries. Throws one error that names every bad line, before anything of the file is used. A line without a
 * `key` is known by what it says, and by how many of the same stand before it: the same file again is the same entries.
 */
export async function readCsv(file: string, kind: ImportKind): Promise<readonly EntryJson[]> {
  const rows = parseRows(await readText(file), file);
  checkColumns(file, kind, Object.keys(rows[0]?.row ?? {}));
  const seen = new Map<string, number>();
  const problems: string[] = [];
  const entries = rows.map(({ row, line }) => {
    const digest = createHash('sha256')
      .update(JSON.stringify(Object.entries(row).sort()))
      .digest('hex')
      .slice(0, 32);
    const before = seen.get(digest) ?? 0;
    seen.set(digest, before + 1);
    const entry: EntryJson = { idempotency_key: row['key'] || `csv/${kind}/${digest}/${before}`, ...said(kind, row) };
    for (const { where, problem } of problemsOfEntry(entry)) {
      problems.push(`${file}:${line}: ${where === '' ? '' : `${columnOf(where)}: `}${problem}`);
    }
    return entry;
  });
  if (problems.length === 0) return entries;
  const more = problems.length > badLinesMax ? `\nand ${problems.length - badLinesMax} more problems` : '';
  throw new Error(`${problems.slice(0, badLinesMax).join('\n')}${more}\nnothing was imported`);
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > importBytesMax) throw new Error(`expected at most ${importBytesMax} bytes, found ${size}; split the file`);
    return await readFile(file, 'utf8');
  } catch (error) {
    const code =
      error instanceof Error && 'code' in error ? `cannot be read (${String(error.code)}); check the path` : String(error);
    throw new Error(`${file}: ${code}`);
  }
}

function parseRows(text: string, file: string): readonly { readonly row: Row; readonly line: number }[] {
  try {
    const records = parse(text, {
      bom: true,
      columns: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as readonly {
      readonly record: Row;
      readonly info: { readonly lines: number };
    }[];
    if (records.length === 0) throw new Error('expected a line of column names and a line for each entry');
    return records.map(({ record, info }) => ({ row: record, line: info.lines }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = error instanceof Error && 'lines' in error ? `:${String(error.lines)}` : '';
    throw new Error(`${file}${line}: ${message}; nothing was imported`);
  }
}

function checkColumns(file: string, kind: ImportKind, found: readonly string[]): void {
  const required = [...common.required, ...columnsOf[kind].required];
  const known = [...required, ...common.optional, ...columnsOf[kind].optional];
  const missing = required.filter((column) => !found.includes(column));
  const unknown = found.filter((column) => !known.includes(column) && !column.startsWith('dimension.'));
  if (missing.length === 0 && unknown.length === 0) return;
  const what = [
    ...(missing.length === 0 ? [] : [`missing ${missing.join(', ')}`]),
    ...(unknown.length === 0 ? [] : [`unknown ${unknown.join(', ')}`]),
  ].join('; ');
  throw new Error(`${file}:1: ${what}; columns of ${kind} are ${known.join(', ')} and dimension.<key>; nothing was imported`);
}

function said(kind: ImportKind, row: Row): Readonly<Record<string, unknown>> {
  const { type, id, at, tenant, parent_id: parentId, agent } = row;
  const dimensions = Object.entries(row).filter(([column, value]) => column.startsWith('dimension.') && value !== '');
  return {
    ...(tenant ? { tenant } : {}),
    item: { type, id, ...(parentId ? { parent_id: parentId } : {}) },
    at,
    ...(agent ? { agent } : {}),
    ...(dimensions.length === 0
      ? {}
      : { dimensions: Object.fromEntries(dimensions.map(([column, value]) => [column.slice('dimension.'.length), value])) }),
    ...saidOf[kind](row),
  };
}

const saidOf: Readonly<Record<ImportKind, (row: Row) => Readonly<Record<string, unknown>>>> = {
  outcomes: ({ outcome }) => ({ outcome }),
  costs: ({ category, amount, currency }) => ({ category, cost: { amount, currency } }),
  usage: ({ sku, unit, quantity, role, minutes, decision, category }) =>
    role
      ? { human: { role, touch: { minutes }, ...(decision ? { decision } : {}) } }
      : { sku, usage: { [unit ?? '']: quantity }, ...(category ? { category } : {}) },
};

/** The column that a field of an entry comes from. */
function columnOf(where: string): string {
  const named: Readonly<Record<string, string>> = {
    'item.type': 'type',
    'item.id': 'id',
    'item.parent_id': 'parent_id',
    'cost.amount': 'amount',
    'cost.currency': 'currency',
    'human.role': 'role',
    'human.touch': 'minutes',
    'human.touch.minutes': 'minutes',
    idempotency_key: 'key',
  };
  return named[where] ?? (where.startsWith('usage') ? 'quantity' : where);
}
