export { bookDigest } from './book-digest.ts';
export { type BookIssue, formatBookIssue } from './book-issue.ts';
export { canonicalJson } from './canonical-json.ts';
export { DEFAULT_BOOK_DIGESTS } from './catalog/default-books.generated.ts';
export { DEFAULT_BOOKS, defaultBooks, defaultCompiledBook } from './catalog/default-books.ts';
export { BOOK_BYTES_MAX } from './limits.ts';
export { type LoadedBook, loadBookText } from './load-book-text.ts';
export { type LoadBooksOptions, type LoadedBooks, loadBooks, readBookFiles } from './load-books.ts';
