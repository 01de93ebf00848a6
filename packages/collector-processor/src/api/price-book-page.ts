import { bookDigest, DEFAULT_BOOK_DIGESTS, defaultBooks, readBookFiles } from '@costspan/pricebook';
import type { PriceBook } from '@costspan/pricing';
import type { ApiAnswer, ApiOptions, ApiRequest } from './api.ts';

/**
 * Creates `GET /v1/price-book`: the books the service prices with, named by their hash, for whoever has to reckon as it does.
 * With `pricing.serve: list` the layers above the catalog, which hold what was negotiated and what people earn, are left out.
 */
export function createPriceBookPage({
  book,
  pricing,
}: Pick<ApiOptions, 'book' | 'pricing'>): (request: Pick<ApiRequest, 'headers'>) => Promise<ApiAnswer> {
  let kept: { readonly of: string; readonly served: Served } | undefined;
  return async ({ headers }) => {
    if (pricing.serve === 'off') return { status: 404, json: { message: 'the price book is not served; see pricing.serve' } };
    const { version, sha256, currency } = book();
    if (kept?.of !== sha256) {
      const served = await readServed(pricing, { version, currency, pricedWith: sha256 });
      if (served === undefined) return changedMeanwhile;
      kept = { of: sha256, served };
    }
    const { etag, text } = kept.served;
    const common = { etag, 'cache-control': 'private, no-cache' };
    return headers['if-none-match'] === etag ? { status: 304, headers: common } : { status: 200, headers: common, text };
  };
}

type Served = { readonly etag: string; readonly text: string };

/** The books as text; undefined when the files are not what the service prices with. */
async function readServed(
  { serve, books: files, catalog }: ApiOptions['pricing'],
  name: { readonly version: string; readonly currency: string; readonly pricedWith: string },
): Promise<Served | undefined> {
  const read = await readBookFiles(files);
  if (read.kind === 'invalid') return undefined;
  // Digests of the default books are known: making them anew takes a second in which no request is answered.
  const digests = catalog ? DEFAULT_BOOK_DIGESTS : [];
  if (bookDigest(read.books, digests) !== name.pricedWith) return undefined;
  const own = serve === 'full' ? read.books : read.books.filter(({ layer }) => layer === 'catalog').map(withoutPrivate);
  const sha256 = bookDigest(own, digests);
  const books = [...(catalog ? defaultBooks() : []), ...own];
  const text = JSON.stringify({ sha256, version: name.version, currency: name.currency, priced_with: name.pricedWith, books });
  return { etag: `"${sha256}"`, text };
}

const changedMeanwhile: ApiAnswer = {
  status: 503,
  headers: { 'retry-after': '60' },
  json: { message: 'the price book files changed since the service loaded them; reload it (SIGHUP) and ask again' },
};

function withoutPrivate({ roles: _roles, discounts: _discounts, ...book }: PriceBook): PriceBook {
  return book;
}
