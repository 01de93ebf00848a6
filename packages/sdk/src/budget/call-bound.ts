import {
  type CompiledBook,
  listPrices,
  type ModelLimits,
  modelLimits,
  type PriceRequest,
  parsePico,
  price,
  sumPico,
  type Unit,
} from '@costspan/pricing';
import type { RequestFacts } from '../fetch/request-plan.ts';
import { boundPlansMax, hiddenInputTokensMax } from '../limits.ts';
import type { Assumption } from './budget-type.ts';
import { ceilPico } from './ceil-pico.ts';
import type { RequestFeatures } from './request-features.ts';

/** What one attempt of a call costs at most, in pico units; or why nobody can say. */
export type Bound =
  | {
      readonly kind: 'bounded';
      readonly pico: bigint;
      /** Output tokens the bound counts on, of a call whose answer is text. */
      readonly outputTokensMax?: number;
    }
  | { readonly kind: 'unpriced'; readonly why: string }
  | { readonly kind: 'unbounded'; readonly why: string };

/** A call as its bound sees it. */
export type BoundedCall = { readonly facts: RequestFacts; readonly features: RequestFeatures; readonly atMs: number };

/**
 * The worst case of one attempt: every byte sent a token at the dearest input price that may apply, and as many output
 * tokens as were allowed, or as the model can give, at the dearest output price.
 */
export const boundOfCall = (call: BoundedCall, assume: Assumption | undefined, book: CompiledBook): Bound => {
  const bound = ownBound(call, assume, book);
  if (bound.kind === 'bounded' || assume?.cost === undefined) return bound;
  return { kind: 'bounded', pico: parsePico(assume.cost) ?? 0n };
};

const ownBound = (call: BoundedCall, assume: Assumption | undefined, book: CompiledBook): Bound => {
  const { facts, features, atMs } = call;
  const model = facts.body.model;
  if (facts.api.isFree === true) return { kind: 'bounded', pico: 0n };
  if (model === undefined) return { kind: 'unpriced', why: 'a request without a readable model' };
  if (features.runsTools) return { kind: 'unbounded', why: 'the provider may run tools of its own, any number of times' };
  const query = {
    atMs,
    provider: facts.provider,
    model,
    ...(facts.body.serviceTier !== undefined && { serviceTier: facts.body.serviceTier }),
    ...(features.region !== undefined && { region: features.region }),
  };
  const known = planOf(query, 0, book);
  const inputTokens = inputTokensOf(features, known.limits.inputTokensMax, assume);
  if (inputTokens === undefined) return { kind: 'unbounded', why: UNKNOWN_INPUT };
  const bound = boundBy(call, { query, inputTokens, assume, plan: known }, book);
  // Which units have a price may depend on how much goes in: then the plan for next to nothing does not hold.
  return (
    bound ??
    boundBy(call, { query, inputTokens, assume, plan: listPlan(query, inputTokens, book) }, book) ??
    unpriced(query, 'no-price')
  );
};

type Query = Pick<PriceRequest, 'atMs' | 'provider' | 'model' | 'serviceTier' | 'region'>;

type Sizes = {
  readonly query: Query;
  readonly inputTokens: number;
  readonly assume: Assumption | undefined;
  readonly plan: Plan;
};

/** The bound by the units of a plan; undefined when one of them has no price for an input of this size. */
const boundBy = (call: BoundedCall, { query, inputTokens, assume, plan }: Sizes, book: CompiledBook): Bound | undefined => {
  const { facts, features } = call;
  const { units, limits } = plan;
  const reads = units.filter((unit) => isInput(unit, call));
  const writes = facts.api.category === 'embedding' ? [] : units.filter((unit) => isOutput(unit, call));
  const fixed = fixedUsage(call, units);
  if (reads.length + writes.length + (fixed?.length ?? 0) === 0) return unpriced(query, plan.unknown ?? 'no-price');
  const outputTokens = writes.length === 0 ? 0 : (facts.body.maxTokens ?? assume?.outputTokensMax ?? limits.outputTokensMax);
  if (outputTokens === undefined) return { kind: 'unbounded', why: UNKNOWN_OUTPUT };
  if (fixed === undefined) return { kind: 'unbounded', why: 'what it uses is known only afterwards' };
  const costOf = (unit: Unit, count: number): bigint | undefined => costOfUnit({ ...query, unit, count, inputTokens }, book);
  const read = allKnown(reads.map((unit) => costOf(unit, inputTokens)));
  const written = allKnown(writes.map((unit) => costOf(unit, outputTokens * features.answers)));
  const others = allKnown(fixed.map(({ unit, count }) => costOf(unit, count)));
  if (read === undefined || written === undefined || others === undefined) return undefined;
  return { kind: 'bounded', pico: largestPico(read) + largestPico(written) + sumPico(others), outputTokensMax: outputTokens };
};

const unpriced = ({ provider, model }: Query, reason: string): Bound => ({
  kind: 'unpriced',
  why: `${provider} ${model}: ${reason}`,
});

const allKnown = (costs: readonly (bigint | undefined)[]): readonly bigint[] | undefined =>
  costs.every((cost) => cost !== undefined) ? costs : undefined;

/** What a model charges for, and how large a call of it can be. */
type Plan = { readonly units: readonly Unit[]; readonly limits: ModelLimits; readonly unknown: string | undefined };

const plans = new WeakMap<CompiledBook, Map<string, Plan>>();

/** The plan of a model in the minute of a call: prices begin and end at times, so it is not kept for long. */
const planOf = (query: Query, inputTokens: number, book: CompiledBook): Plan => {
  const kept = plans.get(book) ?? new Map<string, Plan>();
  plans.set(book, kept);
  const { atMs, provider, model, serviceTier = '', region = '' } = query;
  const key = [Math.floor(atMs / 60_000), provider, model, serviceTier, region].join('\n');
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (kept.size >= boundPlansMax) kept.clear();
  const plan = listPlan(query, inputTokens, book);
  kept.set(key, plan);
  return plan;
};

const listPlan = (query: Query, inputTokens: number, book: CompiledBook): Plan => {
  const listed = listPrices({ ...query, inputTokens }, book);
  return {
    units: listed.prices.map(({ unit }) => unit),
    limits: modelLimits(query, book),
    unknown: listed.unknown ?? listed.missing[0]?.reason,
  };
};

const UNKNOWN_INPUT =
  'it refers to more than it contains, and no price book says how much the model can read; give `assume.inputTokensMax`';
const UNKNOWN_OUTPUT =
  'it sets no limit of output tokens, and no price book has one for the model; set one, or `assume.outputTokensMax`';

/** Text costs a token a byte at most. What the body does not show is bounded by what the model can read. */
const inputTokensOf = (
  features: RequestFeatures,
  limit: number | undefined,
  assume: Assumption | undefined,
): number | undefined => {
  const { bytes, hasMedia, isOpenEnded } = features;
  if (bytes !== undefined && !hasMedia && !isOpenEnded) {
    const tokens = bytes + hiddenInputTokensMax;
    return limit === undefined ? tokens : Math.min(tokens, limit);
  }
  return assume?.inputTokensMax ?? limit;
};

/** Whether a unit may be charged for what the request brings in. */
const isInput = (unit: Unit, { facts, features }: BoundedCall): boolean => {
  if (!unit.startsWith('input_') || !unit.endsWith('_tokens')) return false;
  if (unit.includes('_audio_')) return features.hasAudio;
  if (/_(image|video)_/.test(unit)) return features.hasMedia;
  // Anthropic writes to the cache only when asked to; of others nobody knows.
  if (!unit.startsWith('input_cache_write_') || facts.api.id !== 'anthropic.messages') return true;
  return features.cacheWrite === '1h' || (features.cacheWrite === '5m' && !unit.includes('_1h_'));
};

/** Whether a unit may be charged for the answer. A chat answers in text unless it asks for sound; pictures and speech are what they are. */
const isOutput = (unit: Unit, { facts, features }: BoundedCall): boolean => {
  if (!unit.startsWith('output_') || !unit.endsWith('_tokens')) return false;
  return (
    facts.api.operation !== 'chat' || features.hasAudio || unit === 'output_text_tokens' || unit === 'output_reasoning_tokens'
  );
};

type Counted = { readonly unit: Unit; readonly count: number };

/** What is charged beside tokens, where the request tells how much; undefined where it does not. */
const fixedUsage = ({ facts, features }: BoundedCall, units: readonly Unit[]): readonly Counted[] | undefined => {
  const counted: Counted[] = [];
  if (units.includes('requests')) counted.push({ unit: 'requests', count: 1 });
  if (units.includes('characters')) {
    const told = facts.body.usage?.characters;
    const count = typeof told === 'number' ? told : features.bytes;
    if (count === undefined) return undefined;
    counted.push({ unit: 'characters', count });
  }
  if (units.includes('images') && facts.api.id === 'openai.images') counted.push({ unit: 'images', count: features.answers });
  return units.includes('audio_seconds') ? undefined : counted;
};

type UnitQuery = Query & { readonly unit: Unit; readonly count: number; readonly inputTokens: number };

/**
 * Cost of so much of a unit in pico units, rounded up; undefined without a price. The size of the input decides the price
 * of the output too, so output is priced along with it.
 */
const costOfUnit = ({ unit, count, inputTokens, ...query }: UnitQuery, book: CompiledBook): bigint | undefined => {
  const usage = unit.startsWith('input_') ? { [unit]: count } : { input_text_tokens: inputTokens, [unit]: count };
  let sum = 0n;
  for (const { unit: of, high, cost } of price({ ...query, usage }, book).lines) {
    if (of !== unit) continue;
    if (cost === undefined) return undefined;
    sum += ceilPico(high ?? cost);
  }
  return sum;
};

/** The smaller of two amounts in pico units. */
export const smallestPico = (a: bigint, b: bigint): bigint => {
  if (a < b) return a;
  return b;
};

/** The largest of some amounts in pico units; 0n for none. */
export const largestPico = (amounts: readonly bigint[]): bigint => {
  let largest = 0n;
  for (const amount of amounts) if (amount > largest) largest = amount;
  return largest;
};
