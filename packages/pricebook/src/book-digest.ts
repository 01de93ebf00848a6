import { createHash } from 'node:crypto';
import type { PriceBook } from '@costspan/pricing';
import { canonicalJson } from './canonical-json.ts';

/**
 * SHA-256, as 64 hex digits, of what the books say. Comments, key order and file format do not count; the order of the
 * books does not either, because layers decide who wins. `others` are {@link digestOfBook} of more books.
 */
export function bookDigest(books: readonly PriceBook[], others: readonly string[] = []): string {
  return sha256([...books.map(digestOfBook), ...others].sort().join('\n'));
}

/** SHA-256 of one book, as 64 hex digits. */
export function digestOfBook(book: PriceBook): string {
  return sha256(canonicalJson(book));
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
