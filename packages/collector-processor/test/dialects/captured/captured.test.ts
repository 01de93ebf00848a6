import type { Usage } from '@costspan/pricing';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../../../src/dialects/dialects.ts';
import type { NormalizedSpan } from '../../../src/stages/normalize.ts';
import { read } from '../read.ts';
import { type Captured, loadCaptured, type Telling, tellings } from './tellings.ts';

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

test('rows are said to be captured when spans of theirs are kept, and only then', () => {
  const readBy = Object.keys(tellings).flatMap((source) => loadCaptured(source).spans.map((span) => read(span)?.dialect));
  const captured = DIALECTS.filter(({ evidence }) => evidence === 'captured').map(({ id, version }) => `${id}@${version}`);
  expect(new Set(readBy.filter((dialect) => dialect !== undefined))).toEqual(new Set(captured));
});

describe.each(Object.entries(tellings))('spans captured from %s', (source, byCall) => {
  const { billed, spans } = loadCaptured(source);
  const tells = Object.values(byCall);
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
