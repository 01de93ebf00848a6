import { createHash } from 'node:crypto';
import type { PriceBook } from '@costspan/pricing';
import { canonicalJson } from './canonical-json.ts';

/**
 * SHA-256, as 64 hex digits, of what the books say. Comments, key order and file format do not count; the order of the
 * books does not either, because layers decide who wins.
 */
export function bookDigest(books: readonly PriceBook[]): string {
  const texts = books.map(canonicalJson).sort();
  return createHash('sha256')
    .update(`[${texts.join(',')}]`)
    .digest('hex');
}
