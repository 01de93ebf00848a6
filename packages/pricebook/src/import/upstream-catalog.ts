import { type RuleNode, readRule } from './upstream-match.ts';

/** A price of the upstream catalog: flat, or by tiers of the request's input tokens, each holding above its start. */
export type UpstreamPrice = {
  readonly base: number;
  readonly tiers: readonly { readonly start: number; readonly price: number }[];
};

/** Prices by upstream key, and when they hold: always, from a date on, or in a daily window. */
export type UpstreamPrices = {
  readonly constraint?: { readonly startDate: string } | { readonly startTime: string; readonly endTime: string };
  readonly prices: ReadonlyMap<string, UpstreamPrice>;
};

export type UpstreamModel = { readonly id: string; readonly rule: RuleNode; readonly prices: readonly UpstreamPrices[] };

export type UpstreamProvider = {
  readonly id: string;
  readonly pricingUrl: string;
  readonly models: readonly UpstreamModel[];
  /** Providers whose models this one bills too. */
  readonly fallbacks: readonly string[];
};

type Report = (problem: string) => void;

/** Keys of a provider and a model that say nothing about prices. */
const PROVIDER_KEYS = ['name', 'api_pattern', 'model_match', 'provider_match', 'extractors', 'description', 'price_comments'];
const MODEL_KEYS = ['name', 'description', 'context_window', 'price_comments', 'deprecated'];

/**
 * Reads the data of `@pydantic/genai-prices`. Anything unknown is a problem, never skipped: a key that appears upstream
 * may well be a condition, and a price without its condition is a wrong price.
 */
export function readUpstreamCatalog(data: unknown): {
  readonly providers: readonly UpstreamProvider[];
  readonly problems: readonly string[];
} {
  if (!Array.isArray(data)) {
    return { providers: [], problems: ['expected a list of providers; is this the data of @pydantic/genai-prices?'] };
  }
  const problems: string[] = [];
  const providers = data.map((provider, index) => readProvider(provider, index, (problem) => problems.push(problem)));
  return { providers, problems };
}

function readProvider(value: unknown, index: number, report: Report): UpstreamProvider {
  const { id, pricing_urls: urls, models, fallback_model_providers: fallbacks, ...others } = record(value);
  const where = typeof id === 'string' && id !== '' ? id : `provider ${index}`;
  if (where !== id) report(`${where}: expected an id, found ${JSON.stringify(id)}`);
  rejectUnknown(others, PROVIDER_KEYS, (problem) => report(`${where}: ${problem}`));
  const [pricingUrl] = list(urls);
  if (typeof pricingUrl !== 'string') report(`${where}: expected pricing_urls, found ${JSON.stringify(urls)}`);
  return {
    id: where,
    pricingUrl: String(pricingUrl),
    models: list(models).map((model) => readModel(model, where, report)),
    fallbacks: list(fallbacks).map(String),
  };
}

function readModel(value: unknown, provider: string, report: Report): UpstreamModel {
  const { id, match, prices, ...others } = record(value);
  const reportHere: Report = (problem) => report(`${provider}/${String(id)}: ${problem}`);
  rejectUnknown(others, MODEL_KEYS, reportHere);
  const entries = Array.isArray(prices) ? prices : [{ prices }];
  return { id: String(id), rule: readRule(match, reportHere), prices: entries.map((entry) => readPrices(entry, reportHere)) };
}

function readPrices(value: unknown, report: Report): UpstreamPrices {
  const { constraint, prices: raw, ...others } = record(value);
  rejectUnknown(others, [], (problem) => report(`prices: ${problem}`));
  const prices = new Map<string, UpstreamPrice>();
  for (const [key, price] of Object.entries(record(raw))) {
    if (price === undefined) continue;
    const read = readPrice(price);
    if (read === undefined) report(`prices.${key}: expected a price or tiers, found ${JSON.stringify(price)}`);
    else prices.set(key, read);
  }
  if (constraint === undefined) return { prices };
  const read = readConstraint(constraint);
  if (read === undefined) report(`prices: unknown condition ${JSON.stringify(constraint)}`);
  return { prices, ...(read !== undefined && { constraint: read }) };
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const CLOCK_UTC = /^(\d\d:\d\d):00Z$/;

function readConstraint(value: unknown): UpstreamPrices['constraint'] {
  const { type, start_date: startDate, start_time: start, end_time: end, ...others } = record(value);
  if (Object.keys(others).length > 0) return undefined;
  if (type === 'start_date' && start === undefined && end === undefined) {
    return typeof startDate === 'string' && DATE.test(startDate) ? { startDate } : undefined;
  }
  const startTime = CLOCK_UTC.exec(String(start))?.[1];
  const endTime = CLOCK_UTC.exec(String(end))?.[1];
  const isWindow = type === 'time_of_date' && startDate === undefined;
  return isWindow && startTime !== undefined && endTime !== undefined ? { startTime, endTime } : undefined;
}

function readPrice(value: unknown): UpstreamPrice | undefined {
  if (isAmount(value)) return { base: value, tiers: [] };
  const { base, tiers, ...others } = record(value);
  if (!isAmount(base) || !Array.isArray(tiers) || Object.keys(others).length > 0) return undefined;
  const read = tiers.flatMap((tier) => {
    const { start, price, ...rest } = record(tier);
    const isKnown = Object.keys(rest).length === 0 && isAmount(price) && typeof start === 'number' && Number.isSafeInteger(start);
    return isKnown ? [{ start, price }] : [];
  });
  return read.length === tiers.length ? { base, tiers: read } : undefined;
}

const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function rejectUnknown(others: Readonly<Record<string, unknown>>, known: readonly string[], report: Report): void {
  for (const key of Object.keys(others)) if (!known.includes(key)) report(`unknown key ${JSON.stringify(key)}`);
}
