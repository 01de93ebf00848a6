import { readFile, stat } from 'node:fs/promises';
import { type CompiledBook, compileBook, type PriceBook } from '@costspan/pricing';
import { bookDigest } from './book-digest.ts';
import { type BookIssue, formatBookIssue } from './book-issue.ts';
import { DEFAULT_BOOK_DIGESTS } from './catalog/default-books.generated.ts';
import { DEFAULT_BOOKS, defaultCompiledBook, defaultShelves } from './catalog/default-books.ts';
import { BOOK_BYTES_MAX } from './limits.ts';
import { type LoadedBook, loadBookText } from './load-book-text.ts';

export type LoadBooksOptions = {
  /** Paths of YAML or JSON books. Their order does not matter: layers decide who wins. */
  readonly files: readonly string[];
  /** Whether the default books are loaded too. Default: true. */
  readonly withCatalog?: boolean;
  /** Reporting currency, ISO 4217. Default: USD with the catalog, else the currency of the first file. */
  readonly currency?: string;
};

/** Books ready to price with, and what a person should look at; or every problem of every file. */
export type LoadedBooks =
  | { readonly kind: 'ok'; readonly book: CompiledBook; readonly warnings: readonly BookIssue[] }
  | { readonly kind: 'invalid'; readonly issues: readonly BookIssue[] };

/** Loads and compiles price books. An unreadable file, a problem in any of them, or a tie between two makes all invalid. */
export async function loadBooks({ files, withCatalog = true, currency }: LoadBooksOptions): Promise<LoadedBooks> {
  if (files.length === 0 && withCatalog && (currency ?? 'USD') === 'USD') {
    return { kind: 'ok', book: defaultCompiledBook(), warnings: [] };
  }
  const sources = await Promise.all(files.map(readBookFile));
  const issues = sources.flatMap(({ loaded }) => (loaded.kind === 'invalid' ? loaded.issues : []));
  if (issues.length > 0) return { kind: 'invalid', issues };
  const own = sources.flatMap(({ loaded }) => (loaded.kind === 'ok' ? [loaded.book] : []));
  // The default books stand first, so that a tie with one of them is placed in the file that can be changed.
  const catalog = withCatalog ? defaultShelves() : [];
  const compiled = compileBook([...catalog, ...own], {
    version: versionOf(own, withCatalog),
    sha256: bookDigest(own, withCatalog ? DEFAULT_BOOK_DIGESTS : []),
    currency: currency ?? (withCatalog ? 'USD' : (own[0]?.currency ?? 'USD')),
  });
  const found = compiled.kind === 'ok' ? compiled.warnings : compiled.issues;
  const placed = await Promise.all(
    found.map(async ({ bookIndex, path, message }): Promise<BookIssue> => {
      const source = sources[bookIndex - catalog.length];
      if (source === undefined) return { file: '(default books)', line: 1, column: 1, path, message };
      return { file: source.file, ...(await placeIn(source.text, path)), path, message };
    }),
  );
  // The default books are several, and have no place of their own to be told apart by.
  const distinct = [...new Map(placed.map((issue) => [formatBookIssue(issue), issue])).values()];
  return compiled.kind === 'ok' ? { kind: 'ok', book: compiled.book, warnings: distinct } : { kind: 'invalid', issues: distinct };
}

/** The books of some files, or every problem in them; not compiled. */
export async function readBookFiles(
  files: readonly string[],
): Promise<
  | { readonly kind: 'ok'; readonly books: readonly PriceBook[] }
  | { readonly kind: 'invalid'; readonly issues: readonly BookIssue[] }
> {
  const sources = await Promise.all(files.map(readBookFile));
  const issues = sources.flatMap(({ loaded }) => (loaded.kind === 'invalid' ? loaded.issues : []));
  if (issues.length > 0) return { kind: 'invalid', issues };
  return { kind: 'ok', books: sources.flatMap(({ loaded }) => (loaded.kind === 'ok' ? [loaded.book] : [])) };
}

type BookSource = { readonly file: string; readonly text: string; readonly loaded: LoadedBook };

async function readBookFile(file: string): Promise<BookSource> {
  const fail = (message: string): BookSource => ({
    file,
    text: '',
    loaded: { kind: 'invalid', issues: [{ file, line: 1, column: 1, path: [], message }] },
  });
  try {
    const { size } = await stat(file);
    if (size > BOOK_BYTES_MAX) return fail(`expected at most ${BOOK_BYTES_MAX} bytes, found ${size}; split the book`);
    const text = await readFile(file, 'utf8');
    return { file, text, loaded: await loadBookText(text, file) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    return fail(`cannot be read (${String(code)}); check the path and its permissions`);
  }
}

async function placeIn(
  text: string,
  path: readonly (string | number)[],
): Promise<{ readonly line: number; readonly column: number }> {
  const { readPositionedYaml } = await import('./positioned-yaml.ts');
  const document = readPositionedYaml(text);
  return document.kind === 'ok' ? document.placeOf(path) : document.place;
}

/** What receipts call the books together: the default books, then the others by name and version. */
function versionOf(own: readonly PriceBook[], withCatalog: boolean): string {
  const names = own.map(({ book, version }) => `${book} ${version}`).sort();
  return [...(withCatalog ? [DEFAULT_BOOKS.version] : []), ...names].join(' + ') || 'no books';
}
