import type { Unit } from '@costspan/pricing';
import type { CacheConvention, SpanFields, SpanUsage, TokenKeys } from '../dialects/dialect.ts';

/** What the caller knows about the source of the counts. */
export type TokenSource = {
  readonly caches: CacheConvention;
  /** False for embeddings, which have no output. */
  readonly expectsOutput: boolean;
};

/** Reads the token counts of a span. */
export type ReadTokens = (fields: SpanFields, source: TokenSource) => SpanUsage;

/**
 * Builds the reader of counts that lie under these keys. It gives disjoint counts. The declared convention holds unless the
 * counts prove the other one: more cached than input tokens, more reasoning than output, or a total that only the other reading
 * gives. Counts that fit no reading are invalid.
 */
export const createReadTokens = (keys: TokenKeys): ReadTokens => {
  const rareKeys = rareKeysOf(keys);
  return (fields, source) => {
    const parts = fields.first(rareKeys) === undefined ? NO_PARTS : partsOf(fields, keys);
    const counts = countTokens(fields, keys, parts);
    if (counts === undefined) return MALFORMED;
    const { input, output } = counts;
    if (input === undefined && output === undefined && parts.beside.length === 0) return MISSING;

    const convention = cacheConvention(counts, source.caches);
    const reasoning = convention === undefined ? undefined : reasoningConvention(counts, convention);
    if (convention === undefined || reasoning === undefined) return INCONSISTENT;
    const usage: Record<string, number> = {};
    for (const [unit, count] of parts.beside) put(usage, unit, count);
    if (input !== undefined) putInput(usage, input, counts, convention);
    if (output !== undefined) putOutput(usage, output, counts, reasoning);
    // Usage that is known to be zero is not unknown usage.
    if (isEmpty(usage)) usage['input_text_tokens'] = 0;

    if (input === undefined) return { kind: 'ok', parts: [{ usage }], lacks: 'input-missing' };
    if (output === undefined && source.expectsOutput) return { kind: 'ok', parts: [{ usage }], lacks: 'output-missing' };
    return { kind: 'ok', parts: [{ usage }] };
  };
};

const MALFORMED: SpanUsage = { kind: 'invalid', reason: 'count-malformed' };
const INCONSISTENT: SpanUsage = { kind: 'invalid', reason: 'usage-inconsistent' };
const MISSING: SpanUsage = { kind: 'missing' };

type UnitCounts = ReadonlyArray<readonly [unit: Unit, count: number]>;

/** Counts that few spans have. Of them those that are parts of another are 0 where absent, and NaN where they are no counts. */
type RareCounts = {
  readonly audioRead: number;
  readonly imageRead: number;
  readonly written5m: number;
  readonly written1h: number;
  /** Media in the input, those read from a cache included; absent: as many as were read from there. */
  readonly audioIn: number;
  readonly imageIn: number;
  readonly videoIn: number;
  readonly audioOut: number;
  readonly imageOut: number;
  readonly videoOut: number;
  /** Counts outside of input and output. */
  readonly beside: UnitCounts;
};

/** Where the counts lie that most spans have none of: one look tells that none of them is there. */
const rareKeysOf = ({
  inputMedia,
  cacheReadMedia,
  outputMedia,
  cacheWrite5m,
  cacheWrite1h,
  beside,
}: TokenKeys): readonly string[] => [
  ...[inputMedia, cacheReadMedia, outputMedia].flatMap((lists) => Object.values(lists ?? {}).flat()),
  ...[cacheWrite5m, cacheWrite1h].flatMap((keys) => keys ?? []),
  ...(beside ?? []).flatMap(([keys]) => keys),
];

const NO_PARTS: RareCounts = {
  audioRead: 0,
  imageRead: 0,
  written5m: 0,
  written1h: 0,
  audioIn: 0,
  imageIn: 0,
  videoIn: 0,
  audioOut: 0,
  imageOut: 0,
  videoOut: 0,
  beside: [],
};

const partsOf = (fields: SpanFields, keys: TokenKeys): RareCounts => {
  const { inputMedia, cacheReadMedia, outputMedia } = keys;
  const audioRead = count(fields, cacheReadMedia?.audio) ?? 0;
  const imageRead = count(fields, cacheReadMedia?.image) ?? 0;
  return {
    audioRead,
    imageRead,
    written5m: count(fields, keys.cacheWrite5m) ?? 0,
    written1h: count(fields, keys.cacheWrite1h) ?? 0,
    audioIn: (count(fields, inputMedia?.audio) ?? audioRead) - audioRead,
    imageIn: (count(fields, inputMedia?.image) ?? imageRead) - imageRead,
    videoIn: count(fields, inputMedia?.video) ?? 0,
    audioOut: count(fields, outputMedia?.audio) ?? 0,
    imageOut: count(fields, outputMedia?.image) ?? 0,
    videoOut: count(fields, outputMedia?.video) ?? 0,
    beside: countBeside(fields, keys),
  };
};

const countBeside = (fields: SpanFields, { beside = [] }: TokenKeys): UnitCounts =>
  beside.flatMap(([alternatives, unit]) => {
    const value = count(fields, alternatives) ?? 0;
    return value === 0 ? [] : [[unit, value] as const];
  });

/** Every count of a span, as the source stated it. Counts that are parts of another are 0 where absent. */
type TokenCounts = {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly total: number | undefined;
  readonly reasoning: number;
  /** Cache reads and writes together. */
  readonly cached: number;
  readonly textRead: number;
  readonly writtenOther: number;
  /** Media in the input, not cached, together. */
  readonly inputMedia: number;
  readonly outputMedia: number;
  readonly parts: RareCounts;
};

/** The counts of a span; undefined when one of them is none, or a part exceeds its total. */
const countTokens = (fields: SpanFields, keys: TokenKeys, parts: RareCounts): TokenCounts | undefined => {
  const { audioRead, imageRead, written5m, written1h, audioIn, imageIn, videoIn, audioOut, imageOut, videoOut } = parts;
  const read = count(fields, keys.cacheRead) ?? audioRead + imageRead;
  const written = count(fields, keys.cacheWrite) ?? written5m + written1h;
  const counts: TokenCounts = {
    input: count(fields, keys.input),
    output: count(fields, keys.output),
    total: count(fields, keys.total),
    reasoning: count(fields, keys.reasoning) ?? 0,
    cached: read + written,
    textRead: read - audioRead - imageRead,
    writtenOther: written - written5m - written1h,
    inputMedia: audioIn + imageIn + videoIn,
    outputMedia: audioOut + imageOut + videoOut,
    parts,
  };
  const { input = 0, output = 0, total = 0, reasoning, textRead, writtenOther, outputMedia } = counts;
  const besides = parts.beside.reduce((sum, [, each]) => sum + each, 0);
  // What is no count is not a number, and a sum with it is none either.
  const areCounts = input + output + total + reasoning + outputMedia + videoIn + besides >= 0;
  return areCounts && textRead >= 0 && writtenOther >= 0 && audioIn >= 0 && imageIn >= 0 ? counts : undefined;
};

/** The count under the first of these keys that is there; NaN when it is no whole number from 0 to 2^53 - 1. */
const count = (fields: SpanFields, alternatives: readonly string[] | undefined): number | undefined => {
  const value = alternatives === undefined ? undefined : fields.first(alternatives);
  if (value === undefined) return undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : Number.NaN;
};

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
  const text = input - counts.inputMedia - (convention === 'inside' ? counts.cached : 0);
  // The units of nearly every call by names that are written out, which V8 takes for fields.
  if (text > 0) usage['input_text_tokens'] = (usage['input_text_tokens'] ?? 0) + text;
  const { parts } = counts;
  if (counts.cached > 0) {
    if (counts.textRead > 0)
      usage['input_cache_read_text_tokens'] = (usage['input_cache_read_text_tokens'] ?? 0) + counts.textRead;
    put(usage, 'input_cache_read_audio_tokens', parts.audioRead);
    put(usage, 'input_cache_read_image_tokens', parts.imageRead);
    put(usage, 'input_cache_write_5m_tokens', parts.written5m);
    put(usage, 'input_cache_write_1h_tokens', parts.written1h);
    put(usage, 'input_cache_write_other_tokens', counts.writtenOther);
  }
  if (counts.inputMedia > 0) {
    put(usage, 'input_audio_tokens', parts.audioIn);
    put(usage, 'input_image_tokens', parts.imageIn);
    put(usage, 'input_video_tokens', parts.videoIn);
  }
};

const putOutput = (usage: Record<string, number>, output: number, counts: TokenCounts, reasoning: 'inside' | 'on-top'): void => {
  const text = output - counts.outputMedia - (reasoning === 'inside' ? counts.reasoning : 0);
  if (text > 0) usage['output_text_tokens'] = (usage['output_text_tokens'] ?? 0) + text;
  put(usage, 'output_reasoning_tokens', counts.reasoning);
  if (counts.outputMedia > 0) {
    put(usage, 'output_audio_tokens', counts.parts.audioOut);
    put(usage, 'output_image_tokens', counts.parts.imageOut);
    put(usage, 'output_video_tokens', counts.parts.videoOut);
  }
};

/** Adds a count; zeros are left out. */
const put = (usage: Record<string, number>, unit: Unit, count: number): void => {
  if (count > 0) usage[unit] = (usage[unit] ?? 0) + count;
};

const isEmpty = (usage: Readonly<Record<string, number>>): boolean => {
  for (const _unit in usage) return false;
  return true;
};
