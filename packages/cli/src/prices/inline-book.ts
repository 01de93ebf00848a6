import { bookDigest, canonicalJson } from '@costspan/pricebook';
import { type CompiledBook, compileBook, formatIssue, parsePriceBook } from '@costspan/pricing';
import { INLINE_BOOKS_MAX } from './limits.ts';

/** A book that came with a line, compiled, or why it is none. */
export type InlineBook =
  | { readonly kind: 'ok'; readonly book: CompiledBook }
  | { readonly kind: 'error'; readonly error: string };

/**
 * Compiles inline books and remembers the last few. What a book for one call has no use for may be left out: its name,
 * version and currency (USD), and of a row the id and the status (list).
 */
export function createInlineBooks(): (given: Readonly<Record<string, unknown>>) => InlineBook {
  const known = new Map<string, InlineBook>();
  return (given) => {
    const key = canonicalJson(given);
    const found = known.get(key) ?? compileInline(given);
    // The one used last stands last, so the first is the one to forget.
    known.delete(key);
    known.set(key, found);
    const [oldest] = known.keys();
    if (known.size > INLINE_BOOKS_MAX && oldest !== undefined) known.delete(oldest);
    return found;
  };
}

function compileInline(given: Readonly<Record<string, unknown>>): InlineBook {
  const parsed = parsePriceBook({ book: 'inline', version: 'inline', currency: 'USD', ...given, ...completeRows(given) });
  if (parsed.kind === 'invalid')
    return { kind: 'error', error: parsed.issues.map((issue) => `book.${formatIssue(issue)}`).join('; ') };
  const { book } = parsed;
  const compiled = compileBook([book], { version: `${book.book} ${book.version}`, sha256: bookDigest([book]) });
  if (compiled.kind === 'ok') return compiled;
  return { kind: 'error', error: compiled.issues.map((issue) => `book.${formatIssue(issue)}`).join('; ') };
}

function completeRows({ prices }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!Array.isArray(prices)) return {};
  const complete = prices.map((row: unknown, index) =>
    typeof row === 'object' && row !== null && !Array.isArray(row) ? { id: `inline/${index}`, status: 'list', ...row } : row,
  );
  return { prices: complete };
}
