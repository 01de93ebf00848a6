import { collectIssues, type Field, flag, type Issue, list, object, oneOf, type Report, text, wholeNumber } from './fields.ts';
import { parseClock, parseInstant } from './instant.ts';
import { NAME_CHARACTERS_MAX } from './limits.ts';
import { compareDecimal, parseDecimal } from './money.ts';
import type {
  Discount,
  FxRate,
  Match,
  ModelLimit,
  Modifier,
  OutcomeRule,
  PriceBook,
  PriceRow,
  Role,
  When,
} from './price-book.ts';

/** A price book, or every problem it has. */
export type ParsedPriceBook =
  | { readonly kind: 'ok'; readonly book: PriceBook }
  | { readonly kind: 'invalid'; readonly issues: readonly Issue[] };

/**
 * Reads a price book from parsed YAML or JSON. All problems come at once, each with the path of the value; callers that
 * have the text add line numbers. Strict: unknown keys and numbers in place of decimal strings are problems.
 */
export const parsePriceBook = (value: unknown): ParsedPriceBook => {
  const { report, issues } = collectIssues();
  const book = priceBook.read(value, [], report);
  const found = issues();
  return book === undefined || found.length > 0 ? { kind: 'invalid', issues: found } : { kind: 'ok', book };
};

const decimal = (expected: string, accepts: (sign: -1 | 0 | 1, text: string) => boolean): Field<string> =>
  text(expected, (value) => {
    const parsed = parseDecimal(value);
    return parsed !== undefined && accepts(compareDecimal(parsed, 0), value);
  });

const isAtMostHundred = (value: string): boolean => {
  const parsed = parseDecimal(value);
  return parsed !== undefined && compareDecimal(parsed, 100) <= 0;
};

const name = text(
  `a string of 1 to ${NAME_CHARACTERS_MAX} characters`,
  (value) => value !== '' && value.length <= NAME_CHARACTERS_MAX,
);
const sentence = text('a string', () => true);
const amount = decimal('a decimal string like "2.50"', (sign) => sign >= 0);
const positive = decimal('a decimal string above 0 like "1000000"', (sign) => sign > 0);
const factor = decimal('a decimal string above 0 like "1.1"', (sign) => sign > 0);
const percent = decimal('a decimal string from "0" to "100"', (sign, value) => sign >= 0 && isAtMostHundred(value));
const currency = text('an ISO 4217 code as a string, like "USD"', (value) => /^[A-Z]{3}$/.test(value));
const instant = text(
  'a UTC date or time as a string, like "2026-03-01" or "2026-03-01T16:30:00Z"',
  (value) => parseInstant(value) !== undefined,
);
const date = text('a date as a string, like "2026-03-01"', (value) => value.length === 10 && parseInstant(value) !== undefined);
const clock = text('a time of day as a string, from "00:00" to "24:00"', (value) => parseClock(value) !== undefined);

const source = object<NonNullable<PriceRow['source']>>({ url: sentence, retrieved_at: instant }, { note: sentence });

const match = object<Match>({}, { exact: name, prefix: name, pattern: name }, (value, path, report) => {
  const kinds = Object.keys(value);
  if (kinds.length !== 1) report(path, `expected exactly one of exact, prefix, pattern, found ${kinds.join(' and ') || 'none'}`);
});

const when = object<When>(
  {},
  {
    service_tier: name,
    region: name,
    input_above: wholeNumber(0),
    threshold_inclusive: flag,
    time_of_day: object<NonNullable<When['time_of_day']>>({ from: clock, to: clock }, {}, (window, path, report) => {
      if (parseClock(window.from) === parseClock(window.to)) report(path, `the window is empty; leave it out to hold all day`);
    }),
  },
  (value, path, report) => {
    if (value.threshold_inclusive !== undefined && value.input_above === undefined) {
      report([...path, 'threshold_inclusive'], 'means nothing without input_above');
    }
  },
);

type Dated = { readonly valid_from?: string; readonly valid_to?: string };

const checkDates = (value: Dated, path: readonly (string | number)[], report: Report): void => {
  if (value.valid_from === undefined || value.valid_to === undefined) return;
  const from = parseInstant(value.valid_from);
  const to = parseInstant(value.valid_to);
  if (from !== undefined && to !== undefined && to <= from) {
    report([...path, 'valid_to'], `expected a time after valid_from ${value.valid_from}, found ${value.valid_to}`);
  }
};

const dates = { valid_from: instant, valid_to: instant };

const row = object<PriceRow>(
  {
    id: name,
    provider: name,
    match,
    unit: name,
    amount,
    per: positive,
    status: oneOf(['list', 'introductory', 'contract', 'estimate']),
  },
  { ...dates, when, source, output_tokens_max: wholeNumber(1), currency, note: sentence },
  checkDates,
);

const modifier = object<Modifier>(
  { id: name, factor },
  { provider: name, match, when, units: list(name), ...dates, source, note: sentence },
  checkDates,
);

const discount = object<Discount>(
  { id: name, percent },
  { provider: name, match, units: list(name), ...dates, note: sentence },
  checkDates,
);

const outcome = object<OutcomeRule>(
  {
    id: name,
    outcome: oneOf(['failed', 'refused', 'filtered', 'cancelled']),
    billed: oneOf(['nothing', 'usage', 'unknown']),
  },
  { provider: name, match, output_at_most: wholeNumber(0), ...dates, source, note: sentence },
  checkDates,
);

const fxRate = object<FxRate>(
  { from: currency, to: currency, rate: factor, date, source: sentence },
  {},
  (value, path, report) => {
    if (value.from === value.to) report(path, `expected two currencies, found ${value.from} twice`);
  },
);

const role = object<Role>(
  { role: name },
  {
    hourly: amount,
    yearly: amount,
    productive_hours: positive,
    increment_ms: wholeNumber(1),
    default_touch_ms: wholeNumber(0),
    ...dates,
    source,
    note: sentence,
  },
  (value, path, report) => {
    checkDates(value, path, report);
    const isYearly = value.yearly !== undefined && value.productive_hours !== undefined;
    const isHourly = value.hourly !== undefined;
    const isMixed = isHourly && (value.yearly !== undefined || value.productive_hours !== undefined);
    if (isMixed || isHourly === isYearly) report(path, 'expected either hourly, or yearly with productive_hours');
  },
);

const limit = object<ModelLimit>(
  { provider: name, match },
  { output_tokens_max: wholeNumber(1), input_tokens_max: wholeNumber(1), ...dates, source, note: sentence },
  (value, path, report) => {
    checkDates(value, path, report);
    if (value.output_tokens_max === undefined && value.input_tokens_max === undefined)
      report(path, 'expected output_tokens_max, input_tokens_max or both');
  },
);

const checkUniqueIds = (book: PriceBook, report: Report): void => {
  const seen = new Set<string>();
  for (const key of ['prices', 'modifiers', 'discounts', 'outcomes'] as const) {
    for (const [index, { id }] of (book[key] ?? []).entries()) {
      if (seen.has(id))
        report([key, index, 'id'], `expected an id that is unique in the book, found ${JSON.stringify(id)} again`);
      seen.add(id);
    }
  }
};

const rawBook = object<Omit<PriceBook, 'prices'> & { readonly prices?: readonly PriceRow[] }>(
  { book: name, version: name, currency },
  {
    layer: oneOf(['catalog', 'organisation', 'contract', 'override']),
    prices: list(row),
    modifiers: list(modifier),
    discounts: list(discount),
    outcomes: list(outcome),
    fx: list(fxRate),
    fx_method: sentence,
    fx_days_max: wholeNumber(0),
    roles: list(role),
    hourly_range: object<NonNullable<PriceBook['hourly_range']>>({ low: amount, high: positive }, {}),
    limits: list(limit),
    note: sentence,
  },
);

const priceBook: Field<PriceBook> = {
  expected: 'a price book',
  read: (value, path, report) => {
    const raw = rawBook.read(value, path, report);
    if (raw === undefined) return undefined;
    const book = { ...raw, prices: raw.prices ?? [] };
    checkUniqueIds(book, report);
    return book;
  },
};
