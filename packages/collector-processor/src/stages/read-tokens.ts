import { openUsageFields, sumUsage, type Unit, type Usage, type UsageFields } from '@costspan/pricing';
import type { CacheConvention, SpanFields, SpanUsage, TokenKeys } from '../dialects/dialect.ts';

/** What the caller knows about the source of the counts. */
export type TokenSource = {
  readonly caches: CacheConvention;
  /** False for embeddings, which have no output. */
  readonly expectsOutput: boolean;
};

/**
 * Disjoint counts of a model call. The declared convention holds unless the counts prove the other one: more cached than
 * input tokens, more reasoning than output, or a total that only the other reading gives. Counts that fit no reading are
 * invalid.
 */
export const readTokens = (fields: SpanFields, keys: TokenKeys, source: TokenSource): SpanUsage => {
  const counts = openUsageFields((field) => fields.get(field));
  const count = (alternatives: readonly string[] | undefined): number | undefined => {
    const key = fields.present(alternatives ?? []);
    return key === undefined ? undefined : counts.count(key);
  };
  const input = count(keys.input);
  const output = count(keys.output);
  const beside = countsBeside(keys, count);
  const cached = cachesOf(keys, count, counts);
  const given = outputOf(keys, count);
  if (counts.problem() !== undefined) return { kind: 'invalid', reason: 'count-malformed' };

  const nothing = input === undefined && output === undefined && Object.keys(beside).length === 0;
  if (nothing) return { kind: 'missing' };

  const total = count(keys.total);
  const inputUsage = input === undefined ? {} : splitInput(input, cached, { caches: source.caches, total, output });
  const outputUsage = output === undefined ? {} : splitOutput(output, given, { total, input, cached: cached.sum });
  if (inputUsage === undefined || outputUsage === undefined) return { kind: 'invalid', reason: 'usage-inconsistent' };

  const lacks = input === undefined ? 'input-missing' : output === undefined ? 'output-missing' : undefined;
  return {
    kind: 'ok',
    parts: [{ usage: sumUsage('input_text_tokens', inputUsage, outputUsage, beside) }],
    ...(lacks !== undefined && (lacks === 'input-missing' || source.expectsOutput) && { lacks }),
  };
};

type Count = (alternatives: readonly string[] | undefined) => number | undefined;

/** Counts of one side that belong to no rest, with their sum. */
type Parts = { readonly usage: Usage; readonly sum: number };

/** Parts of the input that may lie inside it: the caches, by medium and lifetime, and other media than text. */
type InputParts = Parts & { readonly media: Parts };

const countsBeside = (keys: TokenKeys, count: Count): Usage =>
  sumOf((keys.beside ?? []).map(([alternatives, unit]) => [unit, count(alternatives) ?? 0] as const));

const cachesOf = (keys: TokenKeys, count: Count, fields: UsageFields): InputParts => {
  const audioRead = count(keys.cacheReadMedia?.audio) ?? 0;
  const imageRead = count(keys.cacheReadMedia?.image) ?? 0;
  const read = count(keys.cacheRead) ?? audioRead + imageRead;
  const written5m = count(keys.cacheWrite5m) ?? 0;
  const written1h = count(keys.cacheWrite1h) ?? 0;
  const written = count(keys.cacheWrite) ?? written5m + written1h;
  const media = {
    input_audio_tokens: (count(keys.inputMedia?.audio) ?? audioRead) - audioRead,
    input_image_tokens: (count(keys.inputMedia?.image) ?? imageRead) - imageRead,
    input_video_tokens: count(keys.inputMedia?.video) ?? 0,
  };
  const caches = {
    input_cache_read_text_tokens: read - audioRead - imageRead,
    input_cache_read_audio_tokens: audioRead,
    input_cache_read_image_tokens: imageRead,
    input_cache_write_5m_tokens: written5m,
    input_cache_write_1h_tokens: written1h,
    input_cache_write_other_tokens: written - written5m - written1h,
  };
  for (const [unit, value] of Object.entries({ ...media, ...caches })) {
    if (value < 0) fields.reject(`${unit}: the parts exceed their total by ${-value}`);
  }
  return { usage: caches, sum: read + written, media: { usage: media, sum: sum(Object.values(media)) } };
};

const outputOf = (keys: TokenKeys, count: Count): Parts & { readonly reasoning: number } => {
  const reasoning = count(keys.reasoning) ?? 0;
  const usage = {
    output_audio_tokens: count(keys.outputMedia?.audio) ?? 0,
    output_image_tokens: count(keys.outputMedia?.image) ?? 0,
    output_video_tokens: count(keys.outputMedia?.video) ?? 0,
  };
  return { usage: { ...usage, output_reasoning_tokens: reasoning }, sum: sum(Object.values(usage)) + reasoning, reasoning };
};

/** Input by convention; undefined when no convention fits. */
const splitInput = (
  input: number,
  parts: InputParts,
  known: { readonly caches: CacheConvention; readonly total: number | undefined; readonly output: number | undefined },
): Usage | undefined => {
  const rest = { inside: input - parts.sum - parts.media.sum, beside: input - parts.media.sum };
  if (rest.beside < 0) return undefined;
  const convention = cacheConvention(input, parts, known, rest.inside >= 0);
  if (convention === undefined) return undefined;
  return sumOf([
    ['input_text_tokens', rest[convention]],
    ...(Object.entries(parts.usage) as Array<[Unit, number]>),
    ...(Object.entries(parts.media.usage) as Array<[Unit, number]>),
  ]);
};

const cacheConvention = (
  input: number,
  parts: InputParts,
  { caches, total, output = 0 }: { caches: CacheConvention; total: number | undefined; output: number | undefined },
  insideFits: boolean,
): CacheConvention | undefined => {
  if (parts.sum === 0) return 'inside';
  const totalInside = total === input + output;
  const totalBeside = total === input + parts.sum + output;
  if (!insideFits) return total === undefined || totalInside || totalBeside ? 'beside' : undefined;
  if (totalBeside) return 'beside';
  return caches === 'beside' && totalInside ? 'inside' : caches;
};

/** Output with reasoning inside, or on top where the counts prove it; undefined when neither fits. */
const splitOutput = (
  output: number,
  parts: Parts & { readonly reasoning: number },
  known: { readonly total: number | undefined; readonly input: number | undefined; readonly cached: number },
): Usage | undefined => {
  const { total, input = 0, cached } = known;
  const rest = output - parts.sum;
  const onTop = (sumOfInput: number): boolean => total === sumOfInput + output + parts.reasoning && parts.reasoning > 0;
  const provesOnTop = onTop(input) || onTop(input + cached);
  const isInside = rest >= 0 && !provesOnTop;
  if (isInside) return sumOf([['output_text_tokens', rest], ...entriesOf(parts.usage)]);
  const restOnTop = rest + parts.reasoning;
  if (restOnTop < 0 || (total !== undefined && !provesOnTop)) return undefined;
  return sumOf([['output_text_tokens', restOnTop], ...entriesOf(parts.usage)]);
};

const entriesOf = (usage: Usage): Array<[Unit, number]> => Object.entries(usage) as Array<[Unit, number]>;

const sum = (values: readonly number[]): number => values.reduce((left, right) => left + right, 0);

/** Usage of pairs, zeros left out. */
const sumOf = (pairs: ReadonlyArray<readonly [Unit, number]>): Usage => {
  const usage: Record<string, number> = {};
  for (const [unit, value] of pairs) if (value > 0) usage[unit] = (usage[unit] ?? 0) + value;
  return usage;
};
