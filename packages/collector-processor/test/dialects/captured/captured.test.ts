import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Usage } from '@costspan/pricing';
import { describe, expect, test } from 'vitest';
import type { NormalizedSpan } from '../../../src/stages/normalize.ts';
import type { SpanSpec } from '../../stages/spans.ts';
import { read } from '../read.ts';

type Captured = {
  readonly billed: ReadonlyArray<{
    readonly model: string;
    readonly responseId?: string;
    readonly usage: Record<string, number>;
  }>;
  readonly spans: readonly SpanSpec[];
};

/**
 * What the spans of a source tell of an answer that was billed:
 *
 * - `exact`: every count.
 * - `no-reasoning`: reasoning stays inside the text, `no-lifetimes`: cache writes have no lifetime.
 * - `estimated`: the cached part of the input is unknown, and the reading says that it assumes something.
 * - `missing`: a call without usage, and the reading says so.
 * - `untraced`: no span at all.
 */
type Telling = 'exact' | 'no-reasoning' | 'no-lifetimes' | 'estimated' | 'missing' | 'untraced';

// In the order of the stand-ins' logs: OpenAI chat, chat streamed, response, embedding; Anthropic message, message streamed.
const TELLS: Readonly<Record<string, readonly Telling[]>> = {
  'ai-sdk-5': ['estimated', 'exact', 'estimated', 'exact', 'exact', 'exact'],
  'ai-sdk-6': ['exact', 'exact', 'exact', 'exact', 'exact', 'exact'],
  'ai-sdk-7': ['no-reasoning', 'no-reasoning', 'no-reasoning', 'exact', 'no-lifetimes', 'no-lifetimes'],
  'anthropic-native': ['exact', 'exact'],
  openinference: ['exact', 'missing', 'exact', 'missing', 'exact', 'no-lifetimes'],
  'otel-js-openai': ['estimated', 'estimated', 'estimated', 'exact'],
  traceloop: ['estimated', 'missing', 'estimated', 'untraced', 'no-lifetimes', 'no-lifetimes'],
};

const load = (source: string): Captured =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', `${source}.json`), 'utf8')) as Captured;

/** The reading of an answer: the one with its response id, else the first without an id for its model that is left. */
const takeReading = (calls: NormalizedSpan[], { model, responseId }: Captured['billed'][number]): NormalizedSpan | undefined => {
  const byId = calls.findIndex((call) => call.responseId !== undefined && call.responseId === responseId);
  const index = byId >= 0 ? byId : calls.findIndex((call) => call.responseId === undefined && call.model === model);
  return index < 0 ? undefined : calls.splice(index, 1)[0];
};

const told = (usage: Record<string, number>, telling: Telling): Usage => {
  const {
    output_reasoning_tokens: reasoning = 0,
    input_cache_write_5m_tokens: fiveMinutes = 0,
    input_cache_write_1h_tokens: oneHour = 0,
    ...rest
  } = usage;
  if (telling === 'no-reasoning') return { ...rest, output_text_tokens: (rest['output_text_tokens'] ?? 0) + reasoning };
  if (telling === 'no-lifetimes') return { ...rest, input_cache_write_other_tokens: fiveMinutes + oneHour };
  if (telling !== 'estimated') return usage;
  return {
    input_text_tokens: (rest['input_text_tokens'] ?? 0) + (rest['input_cache_read_text_tokens'] ?? 0),
    output_text_tokens: (rest['output_text_tokens'] ?? 0) + reasoning,
  };
};

describe.each(Object.entries(TELLS))('spans captured from %s', (source, tells) => {
  const { billed, spans } = load(source);
  const calls = spans.map(read).filter((reading) => reading?.role === 'call') as NormalizedSpan[];

  test('no answer is counted twice', () => {
    expect(billed).toHaveLength(tells.length);
    expect(calls).toHaveLength(tells.filter((telling) => telling !== 'untraced').length);
  });

  test.each(tells.map((telling, index) => [index, telling] as const))('answer %i is %s', (index, telling) => {
    const left = [...calls];
    const reading = billed.map((answer, at) => (tells[at] === 'untraced' ? undefined : takeReading(left, answer)))[index];
    const answer = billed[index];
    if (answer === undefined) throw new Error('no such answer');
    if (telling === 'untraced') expect(reading).toBeUndefined();
    else if (telling === 'missing') expect(reading?.usage).toEqual({ kind: 'missing' });
    else {
      expect(reading?.usage).toEqual({
        kind: 'ok',
        parts: [{ usage: told(answer.usage, telling), ...(telling === 'estimated' && { assumption: 'cache-split-unknown' }) }],
      });
      expect(reading?.model).toBe(answer.model);
    }
  });
});
