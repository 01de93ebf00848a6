import type { CompiledLimit } from './compiled-limit.ts';
import { compileRole } from './compiled-role.ts';
import { type CompiledMatch, type CompiledRow, compileMatch, compileRow } from './compiled-row.ts';
import type { ModelName } from './model-names.ts';
import { addToFilter, createNameFilter, mayHold, type NameFilter } from './name-filter.ts';
import { literalStart, matchesPattern } from './name-pattern.ts';
import { createPatternIndex, matchingPatterns, type PatternIndex } from './pattern-index.ts';
import type { Match, PriceBook, PriceRow, Role, Shelf, ShelvedBook } from './price-book.ts';
import { catalogIdOf } from './provider-names.ts';
import type { Resolution } from './resolve.ts';
import type { Unit } from './usage.ts';

/** A book and its place in the list that is compiled. */
export type PlacedBook = { readonly book: PriceBook | ShelvedBook; readonly bookIndex: number; readonly layerRank: number };

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

/** Rows that were not asked for yet, and the place of the first of them in the list of prices. */
type PlacedShelf = { readonly shelf: Shelf; readonly origin: PlacedBook; readonly firstAt: number };

/** All rows of a provider with the very same match. */
export type MatchRows = {
  readonly match: CompiledMatch;
  /** Those that are made; see {@link placedRowsOf} for all. */
  readonly placed: PlacedRow[];
  readonly shelves: PlacedShelf[];
  compiled: readonly CompiledRow[] | undefined;
  readonly limits: CompiledLimit[];
};

/** The rows of one provider by how they match names. */
export type NameIndex = {
  /** False while only limits are known of the provider. */
  hasRows: boolean;
  /** What every unknown model of the provider resolves to. Made at the first of them. */
  unknownModel: Resolution | undefined;
  readonly exact: Map<string, MatchRows>;
  /** The names in `exact`. */
  readonly exactNames: NameFilter;
  readonly prefixes: PrefixNode;
  /** Children of the root by character, for the first 128. */
  readonly firsts: (PrefixNode | undefined)[];
  /** All patterns. Those with a literal start also hang in the trie at its end, and are tried on names that get there. */
  readonly patterns: Map<string, MatchRows>;
  /** The others, which begin with a wildcard. Made at the first look-up after one was added. */
  floating: PatternIndex<MatchRows> | undefined;
};

/**
 * A node of a trie over UTF-16 code units: a name is given up at the first character no prefix has. Children are a chain,
 * because almost all nodes have one; those of the root, where most unknown names are given up, also stand in a table.
 */
type PrefixNode = {
  readonly code: number;
  rows: MatchRows | undefined;
  patterns: MatchRows[] | undefined;
  firstChild: PrefixNode | undefined;
  nextSibling: PrefixNode | undefined;
};

const FIRSTS = 128;

/** An index without rows. */
const createNameIndex = (): NameIndex => ({
  hasRows: false,
  unknownModel: undefined,
  exact: new Map(),
  exactNames: createNameFilter(),
  prefixes: createNode(-1, undefined),
  firsts: Array.from({ length: FIRSTS }, () => undefined),
  patterns: new Map(),
  floating: undefined,
});

/** The index of a provider, made when it has none. Names that mean the same provider share one. */
export const indexOf = (providers: Map<string, NameIndex>, provider: string): NameIndex => {
  const known = providers.get(provider);
  if (known !== undefined) return known;
  const id = catalogIdOf(provider);
  const index = providers.get(id) ?? createNameIndex();
  providers.set(id, index);
  return index;
};

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
    const node = nodeOf(index, compiled.text);
    node.rows ??= createRows(compiled);
    return node.rows;
  }
  const map = compiled.kind === 'exact' ? index.exact : index.patterns;
  const known = map.get(compiled.text);
  if (known !== undefined) return known;
  const rows = createRows(compiled);
  map.set(compiled.text, rows);
  if (compiled.kind === 'exact') addToFilter(index.exactNames, compiled.text);
  if (compiled.kind === 'pattern') {
    hangPattern(index, rows);
    index.floating = undefined;
  }
  return rows;
};

const hangPattern = (index: NameIndex, rows: MatchRows): void => {
  const start = literalStart(rows.match.text);
  if (start === '') return;
  const node = nodeOf(index, start);
  node.patterns ??= [];
  node.patterns.push(rows);
};

const createRows = (match: CompiledMatch): MatchRows => ({ match, placed: [], shelves: [], compiled: undefined, limits: [] });

const nodeOf = ({ prefixes, firsts }: NameIndex, prefix: string): PrefixNode => {
  let node = prefixes;
  for (let at = 0; at < prefix.length; at += 1) {
    const code = prefix.charCodeAt(at);
    let child = childOf(node, code);
    if (child === undefined) {
      child = createNode(code, node.firstChild);
      node.firstChild = child;
      if (at === 0 && code < FIRSTS) firsts[code] = child;
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

/** All rows of a match, in the order of the books; those on shelves are made now. */
export const placedRowsOf = ({ match, placed, shelves }: MatchRows): readonly PlacedRow[] => {
  if (shelves.length === 0) return placed;
  const made = shelves.splice(0).flatMap(({ shelf, origin, firstAt }) =>
    shelf.rows().map(
      (source, index): PlacedRow => ({
        source,
        unit: source.unit,
        match,
        origin,
        at: firstAt + index,
        compiled: undefined,
      }),
    ),
  );
  placed.push(...made);
  placed.sort((a, b) => a.origin.bookIndex - b.origin.bookIndex || a.at - b.at);
  return placed;
};

/** The compiled rows of a match. */
export const compiledRowsOf = (rows: MatchRows): readonly CompiledRow[] => {
  rows.compiled ??= placedRowsOf(rows).map(compiledRowOf);
  return rows.compiled;
};

const FINE_TUNE = 'ft:';
const NO_MATCHES: readonly MatchRows[] = [];

/**
 * The matches of a provider that accept a name, in no order. A pattern reaches a fine-tuned model only if it begins with
 * `ft:`: one that is written for base models, such as `*gpt-4o*`, must not price a fine-tune by accident.
 */
export const matchesOf = (index: NameIndex, { name, letters }: ModelName, isFineTune: boolean): readonly MatchRows[] => {
  const exact = mayHold(index.exactNames, name) ? index.exact.get(name) : undefined;
  let found = exact === undefined ? NO_MATCHES : [exact];
  const first = name.charCodeAt(0);
  let node: PrefixNode | undefined = first < FIRSTS ? index.firsts[first] : childOf(index.prefixes, first);
  for (let at = 1; node !== undefined; at += 1) {
    if (node.rows !== undefined) found = [...found, node.rows];
    for (const rows of node.patterns ?? NO_MATCHES) {
      const isForName = !isFineTune || rows.match.text.startsWith(FINE_TUNE);
      if (isForName && matchesPattern(rows.match.text, name)) found = [...found, rows];
    }
    node = at < name.length ? childOf(node, name.charCodeAt(at)) : undefined;
  }
  index.floating ??= createPatternIndex([...index.patterns].filter(([pattern]) => literalStart(pattern) === ''));
  if (isFineTune) return found;
  const floating = matchingPatterns(index.floating, name, letters);
  return floating.length === 0 ? found : [...found, ...floating];
};
