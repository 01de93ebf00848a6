export { bookText } from './book-text.ts';
export {
  GENAI_PRICES_BOOK,
  type ImportReport,
  type ImportResult,
  importGenaiPrices,
  type UpstreamRelease,
} from './import/genai-prices.ts';
export { litellmSizes } from './import/litellm-limits.ts';
export { importModelLimits, type LimitsList } from './import/model-limits.ts';
export { modelsDevBillers } from './import/models-dev-billers.ts';
export { modelsDevSizes } from './import/models-dev-limits.ts';
export { type CatalogUpdate, CHANGE_FACTOR_MAX, type PriceChange, updateCatalog } from './import/update-catalog.ts';
export { matchText } from './import/upstream-match.ts';
