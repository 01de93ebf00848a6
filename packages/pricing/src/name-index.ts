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
const NO_ROWS: readonly CompiledRow[] = [];

/**
 * The rows that match a name, in no order. A pattern reaches a fine-tuned model only if it says `ft:` itself: one that is
 * written for base models, such as `*gpt-4o*`, must not price a fine-tune by accident.
 */
export const rowsMatching = (index: NameIndex, name: string, isFineTune: boolean): readonly CompiledRow[] => {
  let found = index.exact.get(name) ?? NO_ROWS;
  let node: PrefixNode | undefined = index.prefixes;
  for (let at = 0; at < name.length; at += 1) {
    node = node.next.get(name.charCodeAt(at));
    if (node === undefined) break;
    if (node.rows !== undefined) found = [...found, ...node.rows];
  }
  for (const [pattern, rows] of index.patterns) {
    if (isFineTune && !pattern.startsWith(FINE_TUNE)) continue;
    if (matchesPattern(pattern, name)) found = [...found, ...rows];
  }
  return found;
};
