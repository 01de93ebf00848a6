import {
  type CallOutcome,
  type MoneyText,
  type PriceRequest,
  parseDecimal,
  type UsagePart,
  usageReaders,
} from '@costspan/pricing';
import { parseInstantWithOffset } from './instant-with-offset.ts';

/** One line of input, read: what to price, and the books to price it with when they come with it. */
export type PriceQuestion = {
  /** As given: text or number. */
  readonly id?: string | number;
  /** One request for each model that an answer says it used. */
  readonly requests: readonly [PriceRequest, ...PriceRequest[]];
  /** Why a raw usage object says nothing that can be priced. */
  readonly problem?: string;
  /** An inline book, as given. */
  readonly book?: Readonly<Record<string, unknown>>;
};

/** A line that is no question. */
export type QuestionError = { readonly id?: string | number; readonly error: string };

export type ReadQuestion =
  | { readonly kind: 'ok'; readonly question: PriceQuestion }
  | { readonly kind: 'error'; readonly error: QuestionError };

const KEYS = [
  ['id', 'at', 'provider', 'model', 'service_tier', 'region', 'usage', 'raw', 'book'],
  ['reported_cost', 'declared_cost', 'non_billable', 'outcome'],
].flat();

/** Reads one line of input. The first thing wrong with it is its error; the input of the other lines is not affected. */
export function readQuestion(text: string): ReadQuestion {
  let id: string | number | undefined;
  const fail = (error: string): ReadQuestion => ({ kind: 'error', error: { ...(id !== undefined && { id }), error } });
  try {
    const fields = object('the line', parseJson(text));
    const { id: given } = fields;
    if (typeof given === 'string' || typeof given === 'number') id = given;
    else if (given !== undefined) return fail(`id: expected a string or number, found ${describe(given)}`);
    return { kind: 'ok', question: { ...(id !== undefined && { id }), ...readFields(fields) } };
  } catch (error) {
    if (error instanceof FieldError) return fail(error.message);
    throw error;
  }
}

/** What is wrong with a field: where, what was expected, what was found. */
class FieldError extends Error {}

type Fields = Readonly<Record<string, unknown>>;

function readFields(fields: Fields): Omit<PriceQuestion, 'id'> {
  for (const key of Object.keys(fields)) {
    if (!KEYS.includes(key) && !key.startsWith('x-')) throw new FieldError(`${key}: unknown field; expected ${KEYS.join(', ')}`);
  }
  const { at, provider, model, book, raw, usage } = fields;
  const {
    service_tier: serviceTier,
    region,
    reported_cost: reported,
    declared_cost: declared,
    non_billable: nonBillable,
    outcome,
  } = fields;
  const base = {
    atMs: instant(at),
    provider: name('provider', provider),
    model: name('model', model),
    ...optional('serviceTier', serviceTier, (value) => name('service_tier', value)),
    ...optional('region', region, (value) => name('region', value)),
    ...optional('reportedCost', reported, (value) => money('reported_cost', value)),
    ...optional('declaredCost', declared, (value) => money('declared_cost', value)),
    ...optional('nonBillable', nonBillable, (value) => flag('non_billable', value)),
    ...optional('outcome', outcome, readOutcome),
  };
  const withBook = optional('book', book, (value) => object('book', value));
  if ((usage === undefined) === (raw === undefined)) throw new FieldError('expected exactly one of usage and raw');
  if (usage !== undefined) {
    // Counts are checked where they are priced: an impossible one is an answer, not a line in error.
    return { ...withBook, requests: [{ ...base, usage: object('usage', usage) as PriceRequest['usage'] }] };
  }
  return { ...withBook, ...readRaw(object('raw', raw), base) };
}

function readRaw(raw: Fields, base: Omit<PriceRequest, 'usage'>): Pick<PriceQuestion, 'requests' | 'problem'> {
  const { api: givenApi, usage, ...others } = raw;
  for (const key of Object.keys(others)) throw new FieldError(`raw.${key}: unknown field; expected api, usage`);
  const api = name('raw.api', givenApi);
  const read = usageReaders.get(api);
  if (read === undefined) {
    throw new FieldError(`raw.api: expected one of ${[...usageReaders.keys()].join(', ')}, found ${describe(api)}`);
  }
  const reading = read(usage);
  if (reading.kind === 'missing') return { requests: [{ ...base, usage: {} }], problem: reading.reason };
  if (reading.kind === 'invalid') return { requests: [{ ...base, usage: {}, usageInvalid: true }], problem: reading.problem };
  const [first, ...rest] = reading.parts.map((part) => ({ ...ofPart(part), ...base, model: part.model ?? base.model }));
  if (first === undefined) return { requests: [{ ...base, usage: {} }], problem: 'no-usage' };
  // One stated cost for several models would have to be divided among them, and nothing says how.
  if (rest.length > 0 && base.declaredCost !== undefined) throw new FieldError(`declared_cost: ${SEVERAL_MODELS}`);
  if (rest.length > 0 && base.reportedCost !== undefined) throw new FieldError(`reported_cost: ${SEVERAL_MODELS}`);
  return { requests: [first, ...rest] };
}

const SEVERAL_MODELS = 'states one cost, but raw.usage counts several parts; send a line for each part';

/** What a part of the usage says about itself. What the line says goes before it, except for the model. */
const ofPart = ({
  usage,
  serviceTier,
  region,
  reportedCost,
  assumption,
}: UsagePart): Omit<PriceRequest, 'atMs' | 'provider' | 'model'> => ({
  usage,
  ...(serviceTier !== undefined && { serviceTier }),
  ...(region !== undefined && { region }),
  ...(reportedCost !== undefined && { reportedCost }),
  ...(assumption !== undefined && { assumption: { reason: assumption, lowZero: false } }),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FieldError(`expected one JSON object per line: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function optional<Key extends string, T>(key: Key, value: unknown, read: (value: unknown) => T): { readonly [K in Key]?: T } {
  return (value === undefined ? {} : { [key]: read(value) }) as { readonly [K in Key]?: T };
}

function object(where: string, value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new FieldError(`${where}: expected an object, found ${describe(value)}`);
}

function name(where: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new FieldError(`${where}: expected a string, found ${describe(value)}`);
}

function flag(where: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new FieldError(`${where}: expected true or false, found ${describe(value)}`);
}

const OUTCOMES: readonly CallOutcome[] = ['failed', 'refused', 'filtered', 'cancelled'];

function readOutcome(value: unknown): CallOutcome {
  const known = OUTCOMES.find((outcome) => outcome === value);
  if (known !== undefined) return known;
  throw new FieldError(`outcome: expected one of ${OUTCOMES.join(', ')}, found ${describe(value)}`);
}

function instant(value: unknown): number {
  const atMs = parseInstantWithOffset(name('at', value));
  if (atMs !== undefined) return atMs;
  throw new FieldError(`at: expected a date or time like "2026-03-01" or "2026-03-01T16:30:00Z", found ${describe(value)}`);
}

function money(where: string, value: unknown): MoneyText {
  const { amount, currency, ...others } = typeof value === 'string' ? { amount: value, currency: 'USD' } : object(where, value);
  if (Object.keys(others).length > 0)
    throw new FieldError(`${where}.${Object.keys(others)[0]}: unknown field; expected amount, currency`);
  if (typeof amount !== 'string' || parseDecimal(amount) === undefined) {
    throw new FieldError(`${where}.amount: expected a decimal string like "0.0123", found ${describe(amount)}`);
  }
  return { amount, currency: name(`${where}.currency`, currency) };
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
