import { type BookIssue, formatBookIssue, loadBooks } from '@costspan/pricebook';
import { type CompiledBook, listPrices, type TelemetrySku } from '@costspan/pricing';
import type { Config, Trust, TrustConfig } from './config/config.ts';
import type { DimensionMap } from './dimensions/dimension-map.ts';
import { loadDimensions } from './dimensions/load-dimensions.ts';
import { CostspanError } from './errors.ts';
import { optional } from './optional.ts';

/** What a configuration says to whoever reads spans, apart from the price book. */
export type ReadingConfig = {
  readonly trust: Trust;
  readonly declaredCostForLlm: boolean;
  readonly idFrom: readonly string[];
  readonly typeFrom: readonly string[];
  readonly dimensionKeys?: readonly string[];
  readonly telemetrySku?: TelemetrySku;
};

/** How spans of senders with this much trust are read. */
export function readingConfig({ workItems, pricing }: Config, { declaredCostForLlm, ...trust }: TrustConfig): ReadingConfig {
  const { idFrom, typeFrom, dimensions } = workItems;
  const common = { trust, declaredCostForLlm, idFrom, typeFrom };
  return { ...common, ...optional('dimensionKeys', dimensions), ...optional('telemetrySku', pricing.telemetry) };
}

/** What is read from files besides the configuration: prices, and dimensions where a file is named. */
export type ReadingFiles = { readonly book: CompiledBook; readonly dimensionMap?: DimensionMap };

/** Loads these files. Rejects with a {@link CostspanError} that lists every problem of the first that is bad. */
export async function loadReadingFiles(config: Config, onWarning?: (warning: BookIssue) => void): Promise<ReadingFiles> {
  const book = await loadConfiguredBook(config, onWarning);
  const problem = telemetryProblem(config, book);
  if (problem !== undefined) throw new CostspanError('config-invalid', problem);
  const { dimensionsFrom } = config.workItems;
  return dimensionsFrom === undefined ? { book } : { book, dimensionMap: await loadDimensions(dimensionsFrom) };
}

/** What is wrong with the SKU of telemetry of a configuration; undefined: nothing, a book has a price of it at some time. */
export function telemetryProblem({ pricing: { telemetry } }: Config, book: CompiledBook): string | undefined {
  if (telemetry === undefined) return undefined;
  const { prices, missing } = listPrices({ ...telemetry, atMs: 0 }, book);
  if ([...prices, ...missing].some(({ unit }) => unit === 'telemetry_gb' || unit === 'telemetry_spans')) return undefined;
  const sku = JSON.stringify(`${telemetry.provider}/${telemetry.model}`);
  return `pricing.telemetry.sku: expected a SKU with a price per telemetry_gb or telemetry_spans, found ${sku}, of which no price book has one; add a row to a book in pricing.books, or name one of the catalog such as "grafana-cloud/traces"`;
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
