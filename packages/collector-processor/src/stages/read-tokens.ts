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

  const known = { total: count(keys.total), output: output ?? 0, reasoning: given.reasoning };
  const convention = cacheConvention(input ?? 0, cached, source.caches, known);
  if (convention === undefined) return { kind: 'invalid', reason: 'usage-inconsistent' };
  const inputUsage = input === undefined ? {} : splitInput(input, cached, convention);
  const inputSum = (input ?? 0) + (convention === 'beside' ? cached.sum : 0);
  const outputUsage = output === undefined ? {} : splitOutput(output, given, { total: known.total, inputSum });
  if (outputUsage === undefined) return { kind: 'invalid', reason: 'usage-inconsistent' };

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

type Known = { readonly total: number | undefined; readonly output: number; readonly reasoning: number };

/** The convention that fits, the declared one where several do; undefined when none does. */
const cacheConvention = (
  input: number,
  parts: InputParts,
  declared: CacheConvention,
  { total, output, reasoning }: Known,
): CacheConvention | undefined => {
  if (input < parts.media.sum) return undefined;
  if (parts.sum === 0) return 'inside';
  const isTotalOf = (inputSum: number): boolean =>
    total === inputSum + output || (reasoning > 0 && total === inputSum + output + reasoning);
  const provesBeside = isTotalOf(input + parts.sum);
  if (input < parts.sum + parts.media.sum) {
    return total === undefined || provesBeside || isTotalOf(input) ? 'beside' : undefined;
  }
  if (provesBeside) return 'beside';
  return isTotalOf(input) ? 'inside' : declared;
};

const splitInput = (input: number, parts: InputParts, convention: CacheConvention): Usage =>
  sumOf([
    ['input_text_tokens', input - parts.media.sum - (convention === 'inside' ? parts.sum : 0)],
    ...entriesOf(parts.usage),
    ...entriesOf(parts.media.usage),
  ]);

/** Output with reasoning inside, or on top where the counts prove it; undefined when neither fits. */
const splitOutput = (
  output: number,
  parts: Parts & { readonly reasoning: number },
  { total, inputSum }: { readonly total: number | undefined; readonly inputSum: number },
): Usage | undefined => {
  const rest = output - parts.sum;
  const provesOnTop = parts.reasoning > 0 && total === inputSum + output + parts.reasoning;
  if (rest >= 0 && !provesOnTop) return sumOf([['output_text_tokens', rest], ...entriesOf(parts.usage)]);
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
