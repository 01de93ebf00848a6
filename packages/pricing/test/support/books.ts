import {
  type CompiledBook,
  type CompileOptions,
  compileBook,
  formatIssue,
  type PriceBook,
  type PriceRequest,
  type PriceRow,
  parseInstant,
  parsePriceBook,
  price,
  type Receipt,
  type Usage,
} from '../../src/index.ts';

/** Noon UTC of a date, Unix milliseconds. */
export const noon = (date: string): number => at(`${date}T12:00:00Z`);

/** Unix milliseconds of an instant as a book writes it. */
export const at = (instant: string): number => {
  const ms = parseInstant(instant);
  if (ms === undefined) throw new Error(`not an instant: ${instant}`);
  return ms;
};

/** A row of dollars per million of a unit. */
export const perMillion = (model: string, unit: string, amount: string, more: Partial<PriceRow> = {}): PriceRow => ({
  id: `acme/${model}/${unit}${more.when === undefined ? '' : JSON.stringify(more.when)}${more.valid_from ?? ''}`,
  provider: 'acme',
  match: { exact: model },
  unit,
  amount,
  per: '1000000',
  status: 'list',
  ...more,
});

/** A book that went through the parser, as every book does. */
export const bookOf = (rows: readonly PriceRow[], more: Partial<PriceBook> = {}): PriceBook => {
  const parsed = parsePriceBook({ book: 'test', version: '1', currency: 'USD', prices: rows, ...more });
  if (parsed.kind === 'invalid') throw new Error(parsed.issues.map(formatIssue).join('\n'));
  return parsed.book;
};

export const compiled = (books: readonly PriceBook[], options: Partial<CompileOptions> = {}): CompiledBook => {
  const result = compileBook(books, { version: 'test 1', sha256: 'ab'.repeat(32), ...options });
  if (result.kind === 'invalid') throw new Error(result.issues.map(formatIssue).join('\n'));
  return result.book;
};

/** Problems of books that must not compile, one line each. */
export const problemsOf = (books: readonly PriceBook[]): readonly string[] => {
  const result = compileBook(books, { version: 'test 1', sha256: '' });
  return result.kind === 'ok' ? [] : result.issues.map((issue) => `book ${issue.bookIndex}: ${formatIssue(issue)}`);
};

/** Prices a usage of `acme/model` at noon of 2026-03-01, unless told otherwise. */
export const priceOf = (usage: Usage, book: CompiledBook, more: Partial<PriceRequest> = {}): Receipt =>
  price({ atMs: noon('2026-03-01'), provider: 'acme', model: 'model', usage, ...more }, book);

/** What a receipt says in short: status, amount and, line by line, what it costs or why not. */
export const brief = ({ status, amount, lines }: Receipt): string =>
  [
    `${status} ${amount}`,
    ...lines.map(
      ({ unit, cost, reason, kind }) => `${kind ?? unit} ${[cost, reason].filter((part) => part !== undefined).join(' ')}`,
    ),
  ].join(' | ');

/** Dollars per million input tokens of `acme/model`. */
export const inputRow = (amount: string, more: Partial<PriceRow> = {}): PriceRow =>
  perMillion('model', 'input_text_tokens', amount, more);

/** Dollars per million output tokens of `acme/model`. */
export const outputRow = (amount: string, more: Partial<PriceRow> = {}): PriceRow =>
  perMillion('model', 'output_text_tokens', amount, more);

export const million: Usage = { input_text_tokens: 1_000_000 };

/** What a million input tokens cost by rows, in short: `priced 3: 3`. */
export const inputCost = (rows: readonly PriceRow[], more: Partial<PriceRequest> = {}, book: Partial<PriceBook> = {}): string =>
  brief(priceOf(million, compiled([bookOf(rows, book)]), more)).replace(' | input_text_tokens', ':');
