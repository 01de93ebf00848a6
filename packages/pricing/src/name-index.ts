import type { CompiledLimit } from './compiled-limit.ts';
import { compileRole } from './compiled-role.ts';
import { type CompiledMatch, type CompiledRow, compileMatch, compileRow } from './compiled-row.ts';
import { literalStart, matchesPattern } from './name-pattern.ts';
import { createPatternIndex, matchingPatterns, type PatternIndex } from './pattern-index.ts';
import type { Match, PriceBook, PriceRow, Role } from './price-book.ts';
import type { Unit } from './usage.ts';

/** A book and its place in the list that is compiled. */
export type PlacedBook = { readonly book: PriceBook; readonly bookIndex: number; readonly layerRank: number };

/** A row or role as it stands in its book. It is compiled at its first use: a process prices a few dozen of ten thousand rows. */
export type PlacedRow = {
  readonly source: PriceRow | Role;
  readonly unit: Unit;
  readonly match: CompiledMatch;
  readonly origin: PlacedBook;
  /** Place in the list of prices or roles, for messages. */
  readonly at: number;
  compiled: CompiledRow | undefined;
};

/** The compiled form of a row. */
export const compiledRowOf = (placed: PlacedRow): CompiledRow => {
  const { source, match, origin } = placed;
  placed.compiled ??= 'role' in source ? compileRole(source, match, origin.book) : compileRow(source, match, origin.book);
  return placed.compiled;
};

/** All rows of a provider with the very same match. */
export type MatchRows = {
  readonly match: CompiledMatch;
  readonly placed: PlacedRow[];
  compiled: readonly CompiledRow[] | undefined;
  readonly limits: CompiledLimit[];
};

/** The rows of one provider by how they match names. */
export type NameIndex = {
  /** False while only limits are known of the provider. */
  hasRows: boolean;
  readonly exact: Map<string, MatchRows>;
  readonly prefixes: PrefixNode;
  /** All patterns. Those with a literal start also hang in the trie at its end, and are tried on names that get there. */
  readonly patterns: Map<string, MatchRows>;
  /** The others, which begin with a wildcard. Made at the first look-up, when all of them are known. */
  floating: PatternIndex<MatchRows> | undefined;
};

/** A node of a trie over UTF-16 code units: a name is given up at the first character no prefix has. */
type PrefixNode = {
  readonly code: number;
  rows: MatchRows | undefined;
  patterns: MatchRows[] | undefined;
  firstChild: PrefixNode | undefined;
  nextSibling: PrefixNode | undefined;
};

/** An index without rows. */
export const createNameIndex = (): NameIndex => ({
  hasRows: false,
  exact: new Map(),
  prefixes: createNode(-1, undefined),
  patterns: new Map(),
  floating: undefined,
});

const createNode = (code: number, nextSibling: PrefixNode | undefined): PrefixNode => ({
  code,
  rows: undefined,
  patterns: undefined,
  firstChild: undefined,
  nextSibling,
});

/** The rows of a match, none at first; add to `placed` while the book is compiled. */
export const rowsOfMatch = (index: NameIndex, match: Match): MatchRows => {
  const compiled = compileMatch(match);
  if (compiled.kind === 'prefix') {
    const node = nodeOf(index.prefixes, compiled.text);
    node.rows ??= createRows(compiled);
    return node.rows;
  }
  const map = compiled.kind === 'exact' ? index.exact : index.patterns;
  const known = map.get(compiled.text);
  if (known !== undefined) return known;
  const rows = createRows(compiled);
  map.set(compiled.text, rows);
  if (compiled.kind === 'pattern') hangPattern(index, rows);
  return rows;
};

const hangPattern = ({ prefixes }: NameIndex, rows: MatchRows): void => {
  const start = literalStart(rows.match.text);
  if (start === '') return;
  const node = nodeOf(prefixes, start);
  node.patterns ??= [];
  node.patterns.push(rows);
};

const createRows = (match: CompiledMatch): MatchRows => ({ match, placed: [], compiled: undefined, limits: [] });

const nodeOf = (root: PrefixNode, prefix: string): PrefixNode => {
  let node = root;
  for (let at = 0; at < prefix.length; at += 1) {
    const code = prefix.charCodeAt(at);
    let child = childOf(node, code);
    if (child === undefined) {
      child = createNode(code, node.firstChild);
      node.firstChild = child;
    }
    node = child;
  }
  return node;
};

const childOf = ({ firstChild }: PrefixNode, code: number): PrefixNode | undefined => {
  let child = firstChild;
  while (child !== undefined && child.code !== code) child = child.nextSibling;
  return child;
};

/** The compiled rows of a match. */
export const compiledRowsOf = (rows: MatchRows): readonly CompiledRow[] => {
  rows.compiled ??= rows.placed.map(compiledRowOf);
  return rows.compiled;
};

const FINE_TUNE = 'ft:';
const NO_MATCHES: readonly MatchRows[] = [];

/**
 * The matches of a provider that accept a name, in no order. A pattern reaches a fine-tuned model only if it begins with
 * `ft:`: one that is written for base models, such as `*gpt-4o*`, must not price a fine-tune by accident.
 */
export const matchesOf = (index: NameIndex, name: string, isFineTune: boolean): readonly MatchRows[] => {
  const exact = index.exact.get(name);
  let found = exact === undefined ? NO_MATCHES : [exact];
  let node: PrefixNode | undefined = index.prefixes;
  for (let at = 0; at < name.length; at += 1) {
    node = childOf(node, name.charCodeAt(at));
    if (node === undefined) break;
    if (node.rows !== undefined) found = [...found, node.rows];
    for (const rows of node.patterns ?? NO_MATCHES) {
      const isForName = !isFineTune || rows.match.text.startsWith(FINE_TUNE);
      if (isForName && matchesPattern(rows.match.text, name)) found = [...found, rows];
    }
  }
  index.floating ??= createPatternIndex([...index.patterns].filter(([pattern]) => literalStart(pattern) === ''));
  if (isFineTune || index.floating.isEmpty) return found;
  const floating = matchingPatterns(index.floating, name);
  return floating.length === 0 ? found : [...found, ...floating];
};
