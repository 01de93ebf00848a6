import { compileFx } from './compile-fx.ts';
import { type CompiledBook, type CompiledDiscount, type CompiledModifier, contents } from './compiled-book.ts';
import { type HourlyRange, hourlyWarning } from './compiled-role.ts';
import { compileMatch, compileValidity, compileWhen, parsedDecimal } from './compiled-row.ts';
import { collectIssues, type Issue } from './fields.ts';
import { indexRows, type ReportAt } from './index-rows.ts';
import { createMemo } from './memo.ts';
import { compileOutcomes } from './outcome-rules.ts';
import { pendingLimits } from './place-limits.ts';
import type { Discount, Modifier, PriceBook, ShelvedBook } from './price-book.ts';
import { catalogIdOf, ROUTERS } from './provider-names.ts';

/** What names the compiled book, and choices of the organisation. */
export type CompileOptions = {
  /** Version of the books together, as receipts name it. */
  readonly version: string;
  /** SHA-256 of the books together in hex; the caller computes it, this package does not hash. */
  readonly sha256: string;
  /** Reporting currency. Default: the currency of the first book, USD without books. */
  readonly currency?: string;
  /** Providers whose reported cost is taken before the calculated one. Default: the routers Costspan knows. */
  readonly reportedWins?: readonly string[];
};

/** A problem of one of several books: `bookIndex` is its position in the list. */
export type BookIssue = Issue & { readonly bookIndex: number };

/** Compiled books, with what a person should look at; or every problem. */
export type CompiledBooks =
  | { readonly kind: 'ok'; readonly book: CompiledBook; readonly warnings: readonly BookIssue[] }
  | { readonly kind: 'invalid'; readonly issues: readonly BookIssue[] };

/** Compiles parsed price books, of any layers, into one that prices. A tie between rows is a problem and is never guessed. */
export const compileBook = (books: readonly (PriceBook | ShelvedBook)[], options: CompileOptions): CompiledBooks => {
  const problems = collectBookIssues();
  const warnings = collectBookIssues();
  const currency = options.currency ?? books[0]?.currency ?? 'USD';
  const providers = indexRows(books, problems.report);
  const fx = compileFx(books, currency, problems.report);
  warnOfRoles(books, warnings.report);
  warnOfCurrencies(books, currency, new Set(fx.keys()), warnings.report);
  if (problems.issues().length > 0) return { kind: 'invalid', issues: problems.issues() };
  const book: CompiledBook = {
    version: options.version,
    sha256: options.sha256,
    currency,
    rowCount: books.reduce((count, book) => count + rowCountOf(book), 0),
    providers: [...providers].flatMap(([provider, index]) => (index.hasRows ? [provider] : [])).sort(),
    [contents]: {
      name: { version: options.version, sha256: options.sha256 },
      providers,
      pendingLimits: pendingLimits(books),
      modifiers: books.flatMap((one) => (one.modifiers ?? []).map(compileModifier)),
      discounts: books.flatMap((one) => (one.discounts ?? []).map((discount) => compileDiscount(discount, one))),
      outcomes: compileOutcomes(books),
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

const rowCountOf = (book: PriceBook | ShelvedBook): number => {
  const rows = 'prices' in book ? book.prices.length : book.shelves.reduce((count, { rowCount }) => count + rowCount, 0);
  return rows + (book.roles?.length ?? 0);
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

const compileDiscount = (discount: Discount, book: Pick<PriceBook, 'layer'>): CompiledDiscount => ({
  ...compileValidity(discount),
  id: discount.id,
  layer: book.layer ?? 'organisation',
  provider: discount.provider === undefined ? undefined : catalogIdOf(discount.provider),
  match: discount.match === undefined ? undefined : compileMatch(discount.match),
  units: discount.units === undefined ? undefined : new Set(discount.units),
  percent: parsedDecimal(discount.percent),
});

const DEFAULT_HOURLY_RANGE: HourlyRange = { low: '7', high: '500' };
const DEFAULT_HOURLY_CURRENCIES: ReadonlySet<string> = new Set(['USD', 'EUR', 'GBP', 'CHF', 'CAD', 'AUD']);

const warnOfRoles = (books: readonly (PriceBook | ShelvedBook)[], warn: ReportAt): void => {
  for (const [bookIndex, book] of books.entries()) {
    const range = book.hourly_range ?? (DEFAULT_HOURLY_CURRENCIES.has(book.currency) ? DEFAULT_HOURLY_RANGE : undefined);
    if (range === undefined) continue;
    for (const [index, role] of (book.roles ?? []).entries()) {
      const warning = hourlyWarning(role, range);
      if (warning !== undefined) warn(bookIndex, ['roles', index], warning);
    }
  }
};

const warnOfCurrencies = (
  books: readonly (PriceBook | ShelvedBook)[],
  currency: string,
  known: ReadonlySet<string>,
  warn: ReportAt,
): void => {
  for (const [bookIndex, book] of books.entries()) {
    const missing = new Set<string>();
    if (rowCountOf(book) > 0) missing.add(book.currency);
    for (const { currency: own } of 'prices' in book ? book.prices : []) if (own !== undefined) missing.add(own);
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
