import { type CompiledBook, compileBook, type PriceBook, type ShelvedBook } from '@costspan/pricing';
import {
  DEFAULT_BOOKS_SHA256,
  DEFAULT_BOOKS_VERSION,
  OWN_BOOKS_TEXT,
  PACKED_CATALOG_TEXT,
  PACKED_LIMITS_TEXT,
} from './default-books.generated.ts';
import { shelveCatalog, unpackCatalog } from './packed-catalog.ts';
import { unpackLimits } from './packed-limits.ts';

/**
 * The books Costspan ships, in US dollars: the catalog of models with our corrections, how large their calls can be, and
 * the prices of what has no catalog. Rates of people are not among them: those are yours. A new list with every call; nothing is read from disk.
 */
export function defaultBooks(): readonly PriceBook[] {
  return [
    unpackCatalog(JSON.parse(PACKED_CATALOG_TEXT)),
    unpackLimits(JSON.parse(PACKED_LIMITS_TEXT)),
    ...(JSON.parse(OWN_BOOKS_TEXT) as readonly PriceBook[]),
  ];
}

/** The same for compiling: rows of the catalog are made when they are needed. */
export function defaultShelves(): readonly (PriceBook | ShelvedBook)[] {
  return [
    {
      ...shelveCatalog(JSON.parse(PACKED_CATALOG_TEXT)),
      limits: () => unpackLimits(JSON.parse(PACKED_LIMITS_TEXT)).limits ?? [],
    },
    ...(JSON.parse(OWN_BOOKS_TEXT) as readonly PriceBook[]),
  ];
}

/** SHA-256 and version of {@link defaultBooks} together. */
export const DEFAULT_BOOKS: { readonly sha256: string; readonly version: string } = {
  sha256: DEFAULT_BOOKS_SHA256,
  version: DEFAULT_BOOKS_VERSION,
};

/** {@link defaultBooks} ready to price with. Compiled at the first call and shared: a compiled book never changes. */
export function defaultCompiledBook(): CompiledBook {
  compiled ??= compileDefaultBooks();
  return compiled;
}

let compiled: CompiledBook | undefined;

function compileDefaultBooks(): CompiledBook {
  const result = compileBook(defaultShelves(), DEFAULT_BOOKS);
  if (result.kind === 'ok') return result.book;
  throw new Error(`the default price books do not compile: ${result.issues[0]?.message}; this is a fault of the release`);
}
