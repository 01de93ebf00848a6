import { type BookIssue, DEFAULT_BOOKS, defaultBooks, formatBookIssue, loadBooks, readBookFiles } from '@costspan/pricebook';
import type { CompiledBook, PriceBook } from '@costspan/pricing';

/** Options that say which books a command prices with. */
export type BookFlags = {
  /** Paths given with `--book`. */
  readonly book: readonly string[];
  /** False with `--no-catalog`. */
  readonly catalog: boolean;
};

/** The compiled books of a command and what to warn of. Throws one error that lists every problem. */
export async function loadCommandBooks({
  book,
  catalog,
}: BookFlags): Promise<{ readonly book: CompiledBook; readonly warnings: readonly BookIssue[] }> {
  const loaded = await loadBooks({ files: book, withCatalog: catalog });
  if (loaded.kind === 'ok') return loaded;
  throw new Error(problemsText(loaded.issues));
}

/** The books behind {@link loadCommandBooks}, uncompiled: rows with their sources. */
export async function listCommandBooks({ book, catalog }: BookFlags): Promise<readonly PriceBook[]> {
  const files = await readBookFiles(book);
  if (files.kind === 'invalid') throw new Error(problemsText(files.issues));
  return [...files.books, ...(catalog ? defaultBooks() : [])];
}

/** The books of a name given to `prices diff`: a file, or `default` for the default books, as one. */
export async function readOneBook(name: string): Promise<PriceBook> {
  if (name !== 'default') {
    const [book] = await listCommandBooks({ book: [name], catalog: false });
    if (book !== undefined) return book;
  }
  const books = defaultBooks();
  return { book: 'default', version: DEFAULT_BOOKS.version, currency: 'USD', prices: books.flatMap(({ prices }) => prices) };
}

/** Problems as text: one a line, each with its place. */
const problemsText = (issues: readonly BookIssue[]): string => issues.map(formatBookIssue).join('\n');
