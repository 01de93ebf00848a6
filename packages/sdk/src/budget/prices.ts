import { type CompiledBook, compileBook, parsePriceBook } from '@costspan/pricing';
import { diag } from '@opentelemetry/api';
import { warnOnce } from '../faults.ts';
import { bookBytesMax, bookRefreshMs, bookTimeoutMs } from '../limits.ts';

/** The price book that budgets count with: the processor's where one is reached, else the bundled one. */
export type Prices = {
  /** The book in force; undefined until the first is loaded. */
  readonly book: () => CompiledBook | undefined;
  /** Starts loading, if nobody has, and resolves with the book in force when there is one. */
  readonly ready: () => Promise<CompiledBook>;
  /** Resolves when the processor has been asked once, whatever it said. */
  readonly synchronized: () => Promise<void>;
  /** Whether the book is the processor's: `bundled` prices may differ from what the ledger will say. */
  readonly source: () => 'none' | 'bundled' | 'processor';
  readonly stop: () => void;
};

/** Prices for budgets; `processor` is the base URL of the processor that prices the same spans, where one is known. */
export const createPrices = (processor?: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}): Prices => {
  let current: CompiledBook | undefined;
  let source: 'none' | 'bundled' | 'processor' = 'none';
  let first: Promise<CompiledBook> | undefined;
  let asked: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const synchronize = async (): Promise<void> => {
    if (processor === undefined) return;
    try {
      const found = await fetchBook(bookUrl(processor.url), processor.headers, current?.sha256);
      if (found !== undefined) current = found;
      source = 'processor';
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      diag.warn(`costspan: the price book of the processor cannot be used: ${why}`);
      if (source !== 'processor') warnOnce('price-book', `${BUNDLED_WARNING} (${why})`);
    }
    timer = setTimeout(() => void synchronize(), bookRefreshMs).unref();
  };

  const load = async (): Promise<CompiledBook> => {
    // Loaded when the first budget is made: it takes longer than all the rest of this package.
    const { defaultCompiledBook } = await import('@costspan/pricebook');
    current ??= defaultCompiledBook();
    source = 'bundled';
    asked = synchronize();
    return current;
  };

  const ready = async (): Promise<CompiledBook> => {
    first ??= load();
    const loaded = await first;
    // The first book is the bundled one; by now there may be a better one.
    return current ?? loaded;
  };

  return {
    book: () => current,
    ready,
    synchronized: async () => {
      await ready();
      await asked;
    },
    source: () => source,
    stop: () => clearTimeout(timer),
  };
};

const BUNDLED_WARNING =
  'budget: the price book of the processor could not be loaded, so budgets count with the bundled one and may differ from the ledger';

const PARTIAL_WARNING =
  'budget: the processor prices with more than it tells (pricing.serve: list), so budgets count at list prices and differ from the ledger; set pricing.serve: full where that may be told';

/** `http://host:4318` and `http://host:4318/v1/traces` mean the same processor. */
const bookUrl = (url: string): string => `${url.replace(/\/+$/, '').replace(/\/v1\/traces$/, '')}/v1/price-book`;

/** The book at `url`, or undefined when it is the one of this hash. Throws when it cannot be had, or is not what its hash says. */
const fetchBook = async (
  url: string,
  headers: Readonly<Record<string, string>>,
  sha256: string | undefined,
): Promise<CompiledBook | undefined> => {
  const response = await fetch(url, {
    headers: { accept: 'application/json', ...headers, ...(sha256 !== undefined && { 'if-none-match': `"${sha256}"` }) },
    signal: AbortSignal.timeout(bookTimeoutMs),
  });
  if (response.status === 304) {
    await response.body?.cancel();
    return undefined;
  }
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const text = await response.text();
  if (text.length > bookBytesMax) throw new Error(`${url} answered more than ${bookBytesMax} bytes`);
  return compileAnswer(JSON.parse(text), url);
};

type BookAnswer = {
  readonly sha256?: unknown;
  readonly version?: unknown;
  readonly currency?: unknown;
  /** Hash of the books the processor itself prices with: another one where it does not tell contracts and rates of people. */
  readonly priced_with?: unknown;
  readonly books?: unknown;
};

const compileAnswer = async (answer: BookAnswer, url: string): Promise<CompiledBook> => {
  const { bookDigest } = await import('@costspan/pricebook');
  const parsed = (Array.isArray(answer.books) ? answer.books : []).map(parsePriceBook);
  const books = parsed.flatMap((one) => (one.kind === 'ok' ? [one.book] : []));
  const sha256 = bookDigest(books);
  if (books.length === 0 || books.length < parsed.length || sha256 !== answer.sha256) {
    throw new Error(`${url} answered with a book that is not the one of its hash; update this package with the processor`);
  }
  if (answer.priced_with !== undefined && answer.priced_with !== sha256) warnOnce('price-book-partial', PARTIAL_WARNING);
  const compiled = compileBook(books, {
    version: String(answer.version),
    sha256,
    ...(typeof answer.currency === 'string' && { currency: answer.currency }),
  });
  if (compiled.kind === 'ok') return compiled.book;
  throw new Error(`${url} answered with a book that does not compile: ${compiled.issues[0]?.message}`);
};
