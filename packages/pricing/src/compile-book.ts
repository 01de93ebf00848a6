import {
  type CompiledBook,
  type CompiledDiscount,
  type CompiledFxRate,
  type CompiledModifier,
  contents,
} from './compiled-book.ts';
import { type HourlyRange, HUMAN_PROVIDER, hourlyWarning } from './compiled-role.ts';
import { compileMatch, compileValidity, compileWhen, LAYERS, parsedDecimal } from './compiled-row.ts';
import { collectIssues, type Issue, type IssuePath } from './fields.ts';
import { findPatternTies, findTies, type Tie } from './find-ties.ts';
import { parseInstant } from './instant.ts';
import { ROWS_PER_MATCH_MAX } from './limits.ts';
import { createMemo } from './memo.ts';
import { createNameIndex, type MatchRows, type NameIndex, type PlacedRow, rowsOfMatch } from './name-index.ts';
import type { Discount, Modifier, PriceBook, PriceRow } from './price-book.ts';
import { catalogIdOf, ROUTERS } from './provider-names.ts';
import type { Unit } from './usage.ts';

/** What names the compiled book, and choices of the organisation. */
export type CompileOptions = {
  /** Version of the books together, as receipts name it. */
  readonly version: string;
  /** SHA-256 of the books together in hex; the caller computes it, this package does not hash. */
  readonly sha256: string;
  /** Reporting currency. Default: the currency of the first book, USD without books. */
  readonly currency?: string;
  /** Hourly rates between which a role raises no warning. Default: 7 to 500 for USD, EUR, GBP, CHF, CAD, AUD; else none. */
  readonly hourlyRange?: HourlyRange;
  /** Providers whose reported cost is taken before the calculated one. Default: the routers Costspan knows. */
  readonly reportedWins?: readonly string[];
};

/** A problem of one of several books: `bookIndex` is its position in the list. */
export type BookIssue = Issue & { readonly bookIndex: number };

/** Compiled books, with what a person should look at; or every problem. */
export type CompiledBooks =
  | { readonly kind: 'ok'; readonly book: CompiledBook; readonly warnings: readonly BookIssue[] }
  | { readonly kind: 'invalid'; readonly issues: readonly BookIssue[] };

type ReportAt = (bookIndex: number, path: IssuePath, message: string) => void;

/** Compiles parsed price books, of any layers, into one that prices. A tie between rows is a problem and is never guessed. */
export const compileBook = (books: readonly PriceBook[], options: CompileOptions): CompiledBooks => {
  const problems = collectBookIssues();
  const warnings = collectBookIssues();
  const currency = options.currency ?? books[0]?.currency ?? 'USD';
  const providers = indexRows(books, problems.report);
  for (const index of providers.values()) reportTies(findPatternTies(index.patterns), problems.report);
  const fx = compileFx(books, currency, problems.report);
  warnOfRoles(books, options.hourlyRange, warnings.report);
  warnOfCurrencies(books, currency, new Set(fx.keys()), warnings.report);
  if (problems.issues().length > 0) return { kind: 'invalid', issues: problems.issues() };
  const book: CompiledBook = {
    version: options.version,
    sha256: options.sha256,
    currency,
    rowCount: books.reduce((count, { prices, roles }) => count + prices.length + (roles?.length ?? 0), 0),
    providers: [...providers.keys()].sort(),
    [contents]: {
      name: { version: options.version, sha256: options.sha256 },
      providers,
      modifiers: books.flatMap((one) => (one.modifiers ?? []).map(compileModifier)),
      discounts: books.flatMap((one) => (one.discounts ?? []).map((discount) => compileDiscount(discount, one))),
      fx,
      reportedWins: new Set((options.reportedWins ?? ROUTERS).map(catalogIdOf)),
      memo: createMemo(),
    },
  };
  return { kind: 'ok', book, warnings: warnings.issues() };
};

const collectBookIssues = (): { readonly report: ReportAt; readonly issues: () => readonly BookIssue[] } => {
  const { report, issues } = collectIssues();
  return {
    report: (bookIndex, path, message) => report([bookIndex, ...path], message),
    issues: () =>
      issues().map(({ path: [first, ...path], message }) => ({
        bookIndex: typeof first === 'number' ? first : 0,
        path,
        message,
      })),
  };
};

const indexRows = (books: readonly PriceBook[], report: ReportAt): Map<string, NameIndex> => {
  const providers = new Map<string, NameIndex>();
  const matches = new Set<MatchRows>();
  for (const [bookIndex, book] of books.entries()) {
    const layerRank = LAYERS.indexOf(book.layer ?? 'organisation');
    const place = ({ match, placed }: MatchRows, source: PlacedRow['source'], unit: Unit, at: number): void => {
      placed.push({ source, unit, match, book, layerRank, bookIndex, at, compiled: undefined });
    };
    const { prices, roles = [] } = book;
    let last: PriceRow | undefined;
    let rows: MatchRows | undefined;
    for (let at = 0; at < prices.length; at += 1) {
      const row = prices[at]!;
      // The rows of a model stand together and, in a packed catalog, share their match.
      if (rows === undefined || last?.match !== row.match || last.provider !== row.provider) {
        rows = rowsOfMatch(indexOf(providers, row.provider), row.match);
        matches.add(rows);
      }
      place(rows, row, row.unit, at);
      last = row;
    }
    for (const [at, role] of roles.entries()) {
      const people = rowsOfMatch(indexOf(providers, HUMAN_PROVIDER), { exact: role.role });
      matches.add(people);
      place(people, role, 'human_ms', at);
    }
  }
  for (const rows of matches) checkMatch(rows, report);
  return providers;
};

const checkMatch = (rows: MatchRows, report: ReportAt): void => {
  const beyond = rows.placed[ROWS_PER_MATCH_MAX];
  if (beyond === undefined) reportTies(findTies(rows), report);
  else {
    const found = `found ${rows.placed.length}; split the match`;
    report(beyond.bookIndex, pathOf(beyond), `expected at most ${ROWS_PER_MATCH_MAX} rows for one match, ${found}`);
  }
};

const pathOf = ({ source, at }: PlacedRow): IssuePath => ['role' in source ? 'roles' : 'prices', at];

const indexOf = (providers: Map<string, NameIndex>, provider: string): NameIndex => {
  const known = providers.get(provider);
  if (known !== undefined) return known;
  const id = catalogIdOf(provider);
  const index = providers.get(id) ?? createNameIndex();
  providers.set(id, index);
  return index;
};

const reportTies = (ties: readonly Tie[], report: ReportAt): void => {
  for (const { placed, row, other, why } of ties) {
    report(placed.bookIndex, pathOf(placed), `tie between ${JSON.stringify(row.id)} and ${JSON.stringify(other.id)}: ${why}`);
  }
};

const compileModifier = (modifier: Modifier): CompiledModifier => ({
  ...compileWhen(modifier.when),
  ...compileValidity(modifier),
  id: modifier.id,
  provider: modifier.provider === undefined ? undefined : catalogIdOf(modifier.provider),
  match: modifier.match === undefined ? undefined : compileMatch(modifier.match),
  units: modifier.units === undefined ? undefined : new Set(modifier.units),
  factor: parsedDecimal(modifier.factor),
});

const compileDiscount = (discount: Discount, book: PriceBook): CompiledDiscount => ({
  ...compileValidity(discount),
  id: discount.id,
  layer: book.layer ?? 'organisation',
  provider: discount.provider === undefined ? undefined : catalogIdOf(discount.provider),
  match: discount.match === undefined ? undefined : compileMatch(discount.match),
  units: discount.units === undefined ? undefined : new Set(discount.units),
  percent: parsedDecimal(discount.percent),
});

const MS_PER_DAY = 86_400_000;

type PlacedFxRate = CompiledFxRate & { readonly layerRank: number; readonly bookIndex: number; readonly path: IssuePath };

const compileFx = (
  books: readonly PriceBook[],
  currency: string,
  report: ReportAt,
): ReadonlyMap<string, readonly CompiledFxRate[]> => {
  const byCurrency = new Map<string, PlacedFxRate[]>();
  for (const [bookIndex, book] of books.entries()) {
    for (const [index, rate] of (book.fx ?? []).entries()) {
      if (rate.to !== currency) continue;
      const fromMs = parseInstant(rate.date) ?? Number.NaN;
      const rates = byCurrency.get(rate.from) ?? [];
      byCurrency.set(rate.from, rates);
      rates.push({
        fromMs,
        toMs: book.fx_days_max === undefined ? Number.POSITIVE_INFINITY : fromMs + (book.fx_days_max + 1) * MS_PER_DAY,
        rate: parsedDecimal(rate.rate),
        text: rate.rate,
        date: rate.date,
        source: rate.source,
        layerRank: LAYERS.indexOf(book.layer ?? 'organisation'),
        bookIndex,
        path: ['fx', index],
      });
    }
  }
  for (const rates of byCurrency.values()) {
    rates.sort((a, b) => b.fromMs - a.fromMs || b.layerRank - a.layerRank);
    for (const [at, rate] of rates.entries()) {
      const other = rates[at - 1];
      if (other?.fromMs !== rate.fromMs || other.layerRank !== rate.layerRank || other.text === rate.text) continue;
      report(rate.bookIndex, rate.path, `tie: ${rate.text} and ${other.text} are both the rate of ${rate.date}`);
    }
  }
  return byCurrency;
};

const DEFAULT_HOURLY_RANGE: HourlyRange = { low: '7', high: '500' };
const DEFAULT_HOURLY_CURRENCIES: ReadonlySet<string> = new Set(['USD', 'EUR', 'GBP', 'CHF', 'CAD', 'AUD']);

const warnOfRoles = (books: readonly PriceBook[], configured: HourlyRange | undefined, warn: ReportAt): void => {
  for (const [bookIndex, book] of books.entries()) {
    const range = configured ?? (DEFAULT_HOURLY_CURRENCIES.has(book.currency) ? DEFAULT_HOURLY_RANGE : undefined);
    if (range === undefined) continue;
    for (const [index, role] of (book.roles ?? []).entries()) {
      const warning = hourlyWarning(role, range);
      if (warning !== undefined) warn(bookIndex, ['roles', index], warning);
    }
  }
};

const warnOfCurrencies = (books: readonly PriceBook[], currency: string, known: ReadonlySet<string>, warn: ReportAt): void => {
  for (const [bookIndex, book] of books.entries()) {
    const missing = new Set<string>();
    if (book.prices.length + (book.roles?.length ?? 0) > 0) missing.add(book.currency);
    for (const row of book.prices) missing.add(row.currency ?? book.currency);
    for (const from of [...missing].sort()) {
      if (from === currency || known.has(from)) continue;
      warn(
        bookIndex,
        ['currency'],
        `prices in ${from} have no rate into ${currency} and stay unpriced: no-fx; add fx rows from ${from} to ${currency}`,
      );
    }
  }
};
