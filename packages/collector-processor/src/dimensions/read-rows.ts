import { parse } from 'csv-parse/sync';
import { isMap, isNode, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { RowProblem } from './dimension-map.ts';

/** A row as the file has it, not checked yet. */
export type GivenRow = {
  readonly line: number;
  readonly fields: unknown;
};

/** The rows of a file, or why it has none. */
export type GivenRows =
  | { readonly kind: 'ok'; readonly rows: readonly GivenRow[] }
  | { readonly kind: 'invalid'; readonly problems: readonly RowProblem[] };

/** Rows of a YAML or JSON text: a list of maps. */
export function readYamlRows(text: string): GivenRows {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }) => ({
      line: lines.linePos(pos[0]).line,
      problem: `not valid YAML: ${message.split('\n')[0]}`,
    }));
    return { kind: 'invalid', problems };
  }
  const { contents } = document;
  if (contents === null) return { kind: 'ok', rows: [] };
  const lineOf = (node: Node): number => lines.linePos(node.range?.[0] ?? 0).line;
  if (!isSeq(contents)) return invalid(lineOf(contents), `expected a list of rows, found a ${isMap(contents) ? 'map' : 'value'}`);
  const rows = contents.items.map((node) => ({
    line: isNode(node) ? lineOf(node) : 1,
    // Without aliases: a row is short, and what an alias may grow into is not.
    fields: isNode(node) ? node.toJS(document, { maxAliasCount: 0 }) : undefined,
  }));
  return { kind: 'ok', rows };
}

/** Rows of a CSV text whose header names `match.<key>`, `set.<key>`, `valid_from` and `valid_to`. An empty cell says nothing. */
export function readCsvRows(text: string): GivenRows {
  let records: ReadonlyArray<{ readonly record: readonly string[]; readonly info: { readonly lines: number } }>;
  try {
    records = parse(text, { info: true, bom: true, skip_empty_lines: true, trim: true, relax_column_count: true }) as never;
  } catch (error) {
    const line = typeof error === 'object' && error !== null && 'lines' in error ? Number(error.lines) : 1;
    return invalid(line, `not valid CSV: ${error instanceof Error ? error.message : ''}`);
  }
  const [header, ...rest] = records;
  if (header === undefined) return { kind: 'ok', rows: [] };
  const problems = header.record.flatMap((name, index) => {
    if (header.record.indexOf(name) !== index) return [{ line: 1, problem: `expected each column once, found ${name} twice` }];
    if (/^(match|set)\../.test(name) || name === 'valid_from' || name === 'valid_to') return [];
    const problem = `expected columns match.<key>, set.<key>, valid_from and valid_to, found ${JSON.stringify(name)}`;
    return [{ line: 1, problem }];
  });
  const uneven = rest.filter(({ record }) => record.length !== header.record.length);
  for (const { record, info } of uneven) {
    problems.push({ line: info.lines, problem: `expected ${header.record.length} cells, found ${record.length}` });
  }
  if (problems.length > 0) return { kind: 'invalid', problems };
  return {
    kind: 'ok',
    rows: rest.map(({ record, info }) => ({ line: info.lines, fields: fieldsOf(header.record, record) })),
  };
}

function fieldsOf(names: readonly string[], cells: readonly string[]): unknown {
  const filled = names.flatMap((name, index) => (cells[index] === '' ? [] : [[name, cells[index]] as const]));
  const part = (prefix: string): object =>
    Object.fromEntries(
      filled.flatMap(([name, cell]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), cell] as const] : [])),
    );
  const dates = Object.fromEntries(filled.filter(([name]) => name.startsWith('valid_')));
  return { match: part('match.'), set: part('set.'), ...dates };
}

function invalid(line: number, problem: string): GivenRows {
  return { kind: 'invalid', problems: [{ line, problem }] };
}
