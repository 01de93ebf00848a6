import { readFileSync } from 'node:fs';
import { defaultBooks } from '@costspan/pricebook';
import { parse } from 'yaml';
import { reviews } from '../agent/reviews.ts';
import type { ProviderLine } from '../providers/start-providers.ts';

/** Cost of one item by category, in 1e-12 of a dollar. */
export type ItemCost = { readonly [Category in 'llm' | 'embedding' | 'vector' | 'tool' | 'human']?: bigint } & {
  readonly waste?: bigint;
};

type Row = { readonly provider: string; readonly unit: string; readonly amount: string; readonly per: string };
type MatchedRow = Row & { readonly match: { readonly exact?: string; readonly prefix?: string; readonly pattern?: string } };
type Role = {
  readonly role: string;
  readonly hourly?: string;
  readonly yearly?: string;
  readonly productive_hours?: string;
  readonly increment_ms: number;
  readonly default_touch_ms: number;
};

const { roles }: { readonly roles: readonly Role[] } = parse(readFileSync('packages/pricebook/books/example-roles.yaml', 'utf8'));
const { prices: ownRows }: { readonly prices: readonly MatchedRow[] } = parse(
  readFileSync('examples/support-desk/prices.yaml', 'utf8'),
);
// Prices for special tiers and the like have a condition; nothing in the demo asks for one.
const listRows: readonly MatchedRow[] = defaultBooks().flatMap((book) => book.prices.filter(({ when }) => when === undefined));

const skus: Readonly<Record<string, readonly [provider: string, name: string]>> = {
  '/refunds': ['stripe', 'refund'],
  '/payouts': ['stripe', 'payout'],
  '/messages': ['twilio', 'sms-us'],
  '/search': ['tavily', 'search'],
  '/tracking': ['courier', 'tracking'],
};

/**
 * What every item costs, worked out from the other side: what the providers' own logs say they bill, times the rows of the
 * price books, plus the reviewers' minutes. Shares no code with the meter, the engine or the ledger. The key of what belongs
 * to no item is the empty text.
 */
export function expectedCosts(lines: readonly ProviderLine[]): ReadonlyMap<string, ItemCost> {
  const costs = new Map<string, { [category: string]: bigint }>();
  // What has no price has no amount: a category of which nothing has a price is not 0 but absent.
  const add = (item: string, category: string, amount: bigint | undefined): void => {
    if (amount === undefined) return;
    const cost = costs.get(item) ?? {};
    cost[category] = (cost[category] ?? 0n) + amount;
    costs.set(item, cost);
  };
  for (const { provider, path, item = '', model = '', status, usage = {} } of lines) {
    if (provider === 'openai' || provider === 'anthropic') {
      const category = path.endsWith('/embeddings') ? 'embedding' : 'llm';
      for (const [unit, count] of Object.entries(usage)) add(item, category, costOf(provider, model, unit, count));
    } else if (provider === 'services') {
      const [seller = '', name = ''] = skus[path] ?? [];
      const cost = costOf(seller, name, 'tool_calls', 1);
      add(item, 'tool', cost);
      if (status !== 200) add(item, 'waste', cost);
    }
  }
  for (const [item, { minutes }] of Object.entries(reviews)) {
    add(item, 'human', costOfPerson(item.startsWith('T') ? 'support-specialist' : 'claims-reviewer', minutes));
  }
  return costs;
}

/** Adds the searches of the knowledge base, one for each embedding of a question: Qdrant's own log does not know for whom. */
export function withSearches(
  costs: ReadonlyMap<string, ItemCost>,
  lines: readonly ProviderLine[],
): ReadonlyMap<string, ItemCost> {
  const searches = lines.filter(({ path, item }) => path.endsWith('/embeddings') && item !== undefined);
  const queries = lines.filter(({ path }) => path.endsWith('/points/query'));
  if (searches.length !== queries.length) throw new Error(`${searches.length} questions were embedded, ${queries.length} asked`);
  const all = new Map(costs);
  for (const { item = '' } of searches) {
    const cost = all.get(item) ?? {};
    all.set(item, { ...cost, vector: (cost.vector ?? 0n) + (costOf('qdrant', 'query', 'vector_queries', 1) ?? 0n) });
  }
  return all;
}

/** Count times price; undefined when no row has a price. An own price wins over a list price. */
function costOf(provider: string, name: string, unit: string, count: number): bigint | undefined {
  const ours = ownRows.filter((row) => isFor(row, provider, name, unit));
  const found = ours.length > 0 ? ours : listRows.filter((row) => isFor(row, provider, name, unit));
  if (found.length === 0) return undefined;
  const [row] = found;
  if (row === undefined || found.length > 1)
    throw new Error(`${provider}/${name}: expected one row for ${unit}, found ${found.length}`);
  return exactly(BigInt(count) * pico(row.amount), pico(row.per) / 1_000_000_000_000n);
}

function isFor({ provider, unit, match }: MatchedRow, seller: string, name: string, usageUnit: string): boolean {
  return provider === seller && unit === usageUnit && (match.exact === name || match.prefix === name || match.pattern === '*');
}

/** Minutes at the role's rate, rounded up as the role says. */
function costOfPerson(name: string, minutes: number | undefined): bigint {
  const role = roles.find((each) => each.role === name);
  if (role === undefined) throw new Error(`no role ${name}`);
  const increments = Math.ceil((minutes === undefined ? role.default_touch_ms : minutes * 60_000) / role.increment_ms);
  const hourly =
    role.hourly === undefined ? exactly(pico(role.yearly ?? ''), BigInt(role.productive_hours ?? '')) : pico(role.hourly);
  return exactly(BigInt(increments * role.increment_ms) * hourly, 3_600_000n);
}

function pico(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(12, '0'));
}

/** All amounts of the demo come out even, so nothing here has to round. */
function exactly(dividend: bigint, divisor: bigint): bigint {
  if (dividend % divisor !== 0n) throw new Error(`${dividend} / ${divisor} does not come out even`);
  return dividend / divisor;
}
