import type { CompiledRow } from './compiled-row.ts';
import { matchesPattern } from './name-pattern.ts';

/** The rows of one provider by how they match names. */
export type NameIndex = {
  readonly exact: Map<string, CompiledRow[]>;
  readonly prefixes: PrefixNode;
  readonly patterns: Map<string, CompiledRow[]>;
};

/** A node of a trie over UTF-16 code units: an unknown name is given up at its first character nobody has. */
type PrefixNode = { readonly next: Map<number, PrefixNode>; rows: CompiledRow[] | undefined };

/** An index without rows. */
export const createNameIndex = (): NameIndex => ({ exact: new Map(), prefixes: createNode(), patterns: new Map() });

const createNode = (): PrefixNode => ({ next: new Map(), rows: undefined });

/** Adds a row and returns all rows with the very same match so far. */
export const addToIndex = (index: NameIndex, row: CompiledRow): readonly CompiledRow[] => {
  const rows = rowsOfMatch(index, row);
  rows.push(row);
  return rows;
};

const rowsOfMatch = (index: NameIndex, { match }: CompiledRow): CompiledRow[] => {
  if (match.kind === 'prefix') return rowsOfPrefix(index.prefixes, match.text);
  const map = match.kind === 'exact' ? index.exact : index.patterns;
  const known = map.get(match.text);
  if (known !== undefined) return known;
  const rows: CompiledRow[] = [];
  map.set(match.text, rows);
  return rows;
};

const rowsOfPrefix = (root: PrefixNode, prefix: string): CompiledRow[] => {
  let node = root;
  for (let at = 0; at < prefix.length; at += 1) {
    const code = prefix.charCodeAt(at);
    let next = node.next.get(code);
    if (next === undefined) {
      next = createNode();
      node.next.set(code, next);
    }
    node = next;
  }
  node.rows ??= [];
  return node.rows;
};

const FINE_TUNE = 'ft:';

/**
 * Appends the rows that match a name. A pattern reaches a fine-tuned model only if it says `ft:` itself: one that is
 * written for base models, such as `*gpt-4o*`, must not price a fine-tune by accident.
 */
export const collectRows = (index: NameIndex, name: string, isFineTune: boolean, into: CompiledRow[]): void => {
  const exact = index.exact.get(name);
  if (exact !== undefined) for (const row of exact) into.push(row);
  let node: PrefixNode | undefined = index.prefixes;
  for (let at = 0; at < name.length; at += 1) {
    node = node.next.get(name.charCodeAt(at));
    if (node === undefined) break;
    if (node.rows !== undefined) for (const row of node.rows) into.push(row);
  }
  for (const [pattern, rows] of index.patterns) {
    if (isFineTune && !pattern.startsWith(FINE_TUNE)) continue;
    if (matchesPattern(pattern, name)) for (const row of rows) into.push(row);
  }
};
