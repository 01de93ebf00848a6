import { openUsageFields, type Unit } from '@costspan/pricing';
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
  const counts = countTokens(fields, keys);
  if (counts === undefined) return MALFORMED;
  const { input, output } = counts;
  if (input === undefined && output === undefined && counts.beside.length === 0) return { kind: 'missing' };

  const convention = cacheConvention(counts, source.caches);
  const reasoning = convention === undefined ? undefined : reasoningConvention(counts, convention);
  if (convention === undefined || reasoning === undefined) return INCONSISTENT;
  const usage: Record<string, number> = {};
  for (const [unit, count] of counts.beside) put(usage, unit, count);
  if (input !== undefined) putInput(usage, input, counts, convention);
  if (output !== undefined) putOutput(usage, output, counts, reasoning);
  // Usage that is known to be zero is not unknown usage.
  if (Object.keys(usage).length === 0) usage['input_text_tokens'] = 0;

  const parts = [{ usage }];
  if (input === undefined) return { kind: 'ok', parts, lacks: 'input-missing' };
  return output === undefined && source.expectsOutput ? { kind: 'ok', parts, lacks: 'output-missing' } : { kind: 'ok', parts };
};

const MALFORMED: SpanUsage = { kind: 'invalid', reason: 'count-malformed' };
const INCONSISTENT: SpanUsage = { kind: 'invalid', reason: 'usage-inconsistent' };

/** Every count of a span, as the source stated it. Counts that are parts of another are 0 where absent. */
type TokenCounts = {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly total: number | undefined;
  readonly reasoning: number;
  /** Cache reads and writes together. */
  readonly cached: number;
  readonly cachedByUnit: ReadonlyArray<readonly [unit: Unit, count: number]>;
  /** Media in the input, not cached, together and by unit. */
  readonly inputMedia: number;
  readonly inputMediaByUnit: ReadonlyArray<readonly [unit: Unit, count: number]>;
  readonly outputMedia: number;
  readonly outputMediaByUnit: ReadonlyArray<readonly [unit: Unit, count: number]>;
  /** Counts outside of input and output. */
  readonly beside: ReadonlyArray<readonly [unit: Unit, count: number]>;
};

/** The counts of a span; undefined when one of them is none, or a part exceeds its total. */
const countTokens = (fields: SpanFields, keys: TokenKeys): TokenCounts | undefined => {
  const opened = openUsageFields(fields.get);
  const count = (alternatives: readonly string[] | undefined): number | undefined => {
    const key = alternatives === undefined ? undefined : fields.present(alternatives);
    return key === undefined ? undefined : opened.count(key);
  };
  const audioRead = count(keys.cacheReadMedia?.audio) ?? 0;
  const imageRead = count(keys.cacheReadMedia?.image) ?? 0;
  const read = count(keys.cacheRead) ?? audioRead + imageRead;
  const written5m = count(keys.cacheWrite5m) ?? 0;
  const written1h = count(keys.cacheWrite1h) ?? 0;
  const written = count(keys.cacheWrite) ?? written5m + written1h;
  const audioIn = (count(keys.inputMedia?.audio) ?? audioRead) - audioRead;
  const imageIn = (count(keys.inputMedia?.image) ?? imageRead) - imageRead;
  const videoIn = count(keys.inputMedia?.video) ?? 0;
  const audioOut = count(keys.outputMedia?.audio) ?? 0;
  const imageOut = count(keys.outputMedia?.image) ?? 0;
  const videoOut = count(keys.outputMedia?.video) ?? 0;
  const textRead = read - audioRead - imageRead;
  const writtenOther = written - written5m - written1h;
  const counts: TokenCounts = {
    input: count(keys.input),
    output: count(keys.output),
    total: count(keys.total),
    reasoning: count(keys.reasoning) ?? 0,
    cached: read + written,
    cachedByUnit: [
      ['input_cache_read_text_tokens', textRead],
      ['input_cache_read_audio_tokens', audioRead],
      ['input_cache_read_image_tokens', imageRead],
      ['input_cache_write_5m_tokens', written5m],
      ['input_cache_write_1h_tokens', written1h],
      ['input_cache_write_other_tokens', writtenOther],
    ],
    inputMedia: audioIn + imageIn + videoIn,
    inputMediaByUnit: [
      ['input_audio_tokens', audioIn],
      ['input_image_tokens', imageIn],
      ['input_video_tokens', videoIn],
    ],
    outputMedia: audioOut + imageOut + videoOut,
    outputMediaByUnit: [
      ['output_audio_tokens', audioOut],
      ['output_image_tokens', imageOut],
      ['output_video_tokens', videoOut],
    ],
    beside: countBeside(keys, count),
  };
  const partsFit = textRead >= 0 && writtenOther >= 0 && audioIn >= 0 && imageIn >= 0;
  return partsFit && opened.problem() === undefined ? counts : undefined;
};

type Count = (alternatives: readonly string[] | undefined) => number | undefined;

const countBeside = (keys: TokenKeys, count: Count): TokenCounts['beside'] =>
  (keys.beside ?? []).flatMap(([alternatives, unit]) => {
    const value = count(alternatives) ?? 0;
    return value > 0 ? [[unit, value] as const] : [];
  });

/** Where the caches are: as the counts prove, else as declared; undefined when nothing fits. */
const cacheConvention = (counts: TokenCounts, declared: CacheConvention): CacheConvention | undefined => {
  const { input = 0, output = 0, total, cached, inputMedia, reasoning } = counts;
  if (counts.input === undefined || cached + inputMedia === 0) return 'inside';
  if (input < inputMedia) return undefined;
  if (cached === 0) return 'inside';
  const isTotalOf = (inputSum: number): boolean =>
    total === inputSum + output || (reasoning > 0 && total === inputSum + output + reasoning);
  const provesBeside = isTotalOf(input + cached);
  if (input < cached + inputMedia) {
    return total === undefined || provesBeside || isTotalOf(input) ? 'beside' : undefined;
  }
  if (provesBeside) return 'beside';
  return isTotalOf(input) ? 'inside' : declared;
};

/** Where reasoning is: inside the output, or on top where the counts prove it; undefined when neither fits. */
const reasoningConvention = (counts: TokenCounts, caches: CacheConvention): 'inside' | 'on-top' | undefined => {
  const { input = 0, output = 0, total, cached, reasoning, outputMedia } = counts;
  if (counts.output === undefined || reasoning + outputMedia === 0) return 'inside';
  const inputSum = input + (caches === 'beside' ? cached : 0);
  const provesOnTop = reasoning > 0 && total === inputSum + output + reasoning;
  if (output >= reasoning + outputMedia && !provesOnTop) return 'inside';
  return output >= outputMedia && (total === undefined || provesOnTop) ? 'on-top' : undefined;
};

const putInput = (usage: Record<string, number>, input: number, counts: TokenCounts, convention: CacheConvention): void => {
  put(usage, 'input_text_tokens', input - counts.inputMedia - (convention === 'inside' ? counts.cached : 0));
  if (counts.cached > 0) for (const [unit, count] of counts.cachedByUnit) put(usage, unit, count);
  if (counts.inputMedia > 0) for (const [unit, count] of counts.inputMediaByUnit) put(usage, unit, count);
};

const putOutput = (usage: Record<string, number>, output: number, counts: TokenCounts, reasoning: 'inside' | 'on-top'): void => {
  put(usage, 'output_text_tokens', output - counts.outputMedia - (reasoning === 'inside' ? counts.reasoning : 0));
  put(usage, 'output_reasoning_tokens', counts.reasoning);
  if (counts.outputMedia > 0) for (const [unit, count] of counts.outputMediaByUnit) put(usage, unit, count);
};

/** Adds a count; zeros are left out. */
const put = (usage: Record<string, number>, unit: Unit, count: number): void => {
  if (count > 0) usage[unit] = (usage[unit] ?? 0) + count;
};
