import type { Entry } from '@costspan/ledger';
import { bookDigest, DEFAULT_BOOK_DIGESTS, defaultBooks, formatBookIssue, readBookFiles } from '@costspan/pricebook';
import { HUMAN_PROVIDER, type PriceBook, type ReceiptLine, type Source } from '@costspan/pricing';

/** The row behind a price: the book it stands in, and where that book has it from. */
export type PriceOrigin = { readonly book: string; readonly source?: Source };

/** What the loaded books say about prices of entries. */
export type PriceSources = {
  /** Whether the books that an entry was priced with are at hand, told by their hash. */
  readonly isLoaded: (book: Entry['book']) => boolean;
  /** The row that priced a line; undefined when its book is not loaded or the line has no price. */
  readonly originOf: (book: Entry['book'], line: ReceiptLine) => PriceOrigin | undefined;
};

/**
 * Sources of the prices of the default books, and of these files with and without them. A ledger names the books of an entry by
 * the hash of all together, so they are found whichever of these the service priced with. Throws when a file is no book.
 */
export async function loadPriceSources(files: readonly string[]): Promise<PriceSources> {
  const read = await readBookFiles(files);
  if (read.kind === 'invalid') throw new Error(read.issues.map(formatBookIssue).join('\n'));
  const catalog = defaultBooks();
  const sets: ReadonlyArray<readonly [sha256: string, books: readonly PriceBook[]]> = [
    [bookDigest([], DEFAULT_BOOK_DIGESTS), catalog],
    [bookDigest(read.books), read.books],
    [bookDigest(read.books, DEFAULT_BOOK_DIGESTS), [...catalog, ...read.books]],
  ];
  const origins = new Map(sets.map(([sha256, books]) => [sha256, onDemand(() => originsOf(books))]));
  return {
    isLoaded: ({ sha256 }) => origins.has(sha256),
    originOf: ({ sha256 }, { priceId, layer }) =>
      priceId === undefined
        ? undefined
        : origins
            .get(sha256)?.()
            .get(keyOf(layer ?? defaultLayer, priceId)),
  };
}

const defaultLayer = 'organisation';

/** By layer and identifier of the row: within a layer identifiers are unique. */
function originsOf(books: readonly PriceBook[]): ReadonlyMap<string, PriceOrigin> {
  const origins = new Map<string, PriceOrigin>();
  for (const { book, layer = defaultLayer, prices, roles = [], discounts = [] } of books) {
    const add = (id: string, source: Source | undefined): void => {
      origins.set(keyOf(layer, id), { book, ...(source !== undefined && { source }) });
    };
    for (const { id, source } of prices) add(id, source);
    for (const { role, valid_from: from, source } of roles) {
      add(`${HUMAN_PROVIDER}/${role}${from === undefined ? '' : `@${from}`}`, source);
    }
    for (const { id } of discounts) add(id, undefined);
  }
  return origins;
}

function keyOf(layer: string, priceId: string): string {
  return `${layer}\n${priceId}`;
}

function onDemand<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
