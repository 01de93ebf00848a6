import { type BookIssue, formatBookIssue, loadBooks } from '@costspan/pricebook';
import type { CompiledBook } from '@costspan/pricing';
import type { Config, Trust, TrustConfig } from './config/config.ts';
import type { DimensionMap } from './dimensions/dimension-map.ts';
import { loadDimensions } from './dimensions/load-dimensions.ts';
import { CostspanError } from './errors.ts';

/** What a configuration says to whoever reads spans, apart from the price book. */
export type ReadingConfig = {
  readonly trust: Trust;
  readonly declaredCostForLlm: boolean;
  readonly idFrom: readonly string[];
  readonly typeFrom: readonly string[];
  readonly dimensionKeys?: readonly string[];
};

/** How spans of senders with this much trust are read. */
export function readingConfig({ workItems }: Config, { declaredCostForLlm, ...trust }: TrustConfig): ReadingConfig {
  const { idFrom, typeFrom, dimensions } = workItems;
  return { trust, declaredCostForLlm, idFrom, typeFrom, ...(dimensions === undefined ? {} : { dimensionKeys: dimensions }) };
}

/** What is read from files besides the configuration: prices, and dimensions where a file is named. */
export type ReadingFiles = { readonly book: CompiledBook; readonly dimensionMap?: DimensionMap };

/** Loads these files. Rejects with a {@link CostspanError} that lists every problem of the first that is bad. */
export async function loadReadingFiles(config: Config, onWarning?: (warning: BookIssue) => void): Promise<ReadingFiles> {
  const book = await loadConfiguredBook(config, onWarning);
  const { dimensionsFrom } = config.workItems;
  return dimensionsFrom === undefined ? { book } : { book, dimensionMap: await loadDimensions(dimensionsFrom) };
}

/** The price books of a configuration, compiled. Rejects with a {@link CostspanError} that lists every problem. */
async function loadConfiguredBook(
  { pricing }: Config,
  onWarning: (warning: BookIssue) => void = () => undefined,
): Promise<CompiledBook> {
  const loaded = await loadBooks({ files: pricing.books, withCatalog: pricing.catalog, currency: pricing.currency });
  if (loaded.kind === 'invalid') throw new CostspanError('price-book-invalid', loaded.issues.map(formatBookIssue).join('\n'));
  for (const warning of loaded.warnings) onWarning(warning);
  return loaded.book;
}
