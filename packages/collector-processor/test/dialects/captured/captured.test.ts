import { decideTrace, type SpanFact } from '@costspan/ledger';
import type { Usage } from '@costspan/pricing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../../../src/dialects/dialects.ts';
import { rewriteTraces } from '../../../src/otlp/rewrite-traces.ts';
import { createExplain } from '../../../src/stages/explain.ts';
import type { NormalizedSpan } from '../../../src/stages/normalize.ts';
import { testBook } from '../../stages/book.ts';
import { requestOf, type SpanSpec } from '../../stages/spans.ts';
import { read, recognise } from '../read.ts';
import { type Captured, capturedSources, loadCaptured, type Telling, tellings } from './tellings.ts';

/** Whether a reading names the model of an answer. Some sources cut off who made it. */
const isModel = ({ model }: NormalizedSpan, answer: { readonly model: string }): boolean =>
  answer.model === model || answer.model.endsWith(`.${model}`);

/** The reading of an answer: the one with its response id, else the first for its model that names no answer of the stand-ins. */
const takeReading = (
  calls: NormalizedSpan[],
  { model, responseId }: Captured['billed'][number],
  billed: Captured['billed'],
): NormalizedSpan | undefined => {
  const ids = new Set(billed.flatMap((answer) => answer.responseId ?? []));
  const byId = calls.findIndex((call) => call.responseId !== undefined && call.responseId === responseId);
  const namesNone = (call: NormalizedSpan): boolean => call.responseId === undefined || !ids.has(call.responseId);
  const index = byId >= 0 ? byId : calls.findIndex((call) => namesNone(call) && isModel(call, { model }));
  return index < 0 ? undefined : calls.splice(index, 1)[0];
};

const NATIVE = 'com.anthropic.sdk.';

const explain = createExplain({
  rewriteTraces,
  book: testBook(),
  trust: { declaredCost: false, providerCost: false, billable: false },
  idFrom: [],
  typeFrom: [],
});

/** Whether a span of the call itself is there. */
const isTold = (telling: Telling | undefined): boolean => telling !== 'untraced' && telling !== 'requested';

type Told = { readonly usage: Usage; readonly assumption?: string; readonly lacks?: string };

/** What a reading of a call says, by what the source tells of it. */
const told = (billed: Record<string, number>, telling: Telling): Told => {
  const {
    output_reasoning_tokens: reasoning = 0,
    input_cache_write_5m_tokens: fiveMinutes = 0,
    input_cache_write_1h_tokens: oneHour = 0,
    ...rest
  } = billed;
  const { input_text_tokens: input = 0, input_cache_read_text_tokens: cached = 0, output_text_tokens: output = 0 } = rest;
  const withoutReasoning = { ...rest, output_text_tokens: output + reasoning };
  const withoutLifetimes = { ...rest, input_cache_write_other_tokens: fiveMinutes + oneHour };
  switch (telling) {
    case 'no-reasoning':
      return { usage: withoutReasoning };
    case 'provider-inferred':
      return { usage: billed, assumption: 'provider-inferred' };
    case 'provider-inferred-no-reasoning':
      return { usage: withoutReasoning, assumption: 'provider-inferred' };
    case 'no-lifetimes':
      return { usage: withoutLifetimes };
    case 'one-lifetime':
      return { usage: { ...rest, input_cache_write_other_tokens: fiveMinutes, input_cache_write_1h_tokens: oneHour } };
    case 'overcounted':
      return { usage: { ...withoutLifetimes, output_text_tokens: output + 1 }, assumption: 'stream-output-summed' };
    case 'reasoning-twice':
      return { usage: { ...billed, output_text_tokens: output + reasoning }, assumption: 'reasoning-counted-twice' };
    case 'caches-untold':
      return { usage: { input_text_tokens: input, output_text_tokens: output }, assumption: 'caches-untold' };
    case 'no-output':
      return { usage: { input_text_tokens: input }, assumption: 'caches-untold', lacks: 'output-missing' };
    case 'estimated':
      return {
        usage: { input_text_tokens: input + cached, output_text_tokens: output + reasoning },
        assumption: 'cache-split-unknown',
      };
    default:
      return { usage: billed };
  }
};

test('rows are said to be captured when spans of theirs are kept, and only then', () => {
  const spans = capturedSources.flatMap((source) => loadCaptured(source).spans);
  const captured = DIALECTS.filter(({ evidence }) => evidence === 'captured').map(({ id, version }) => `${id}@${version}`);
  const recognised = new Set(spans.map(recognise));
  expect(captured.filter((row) => !recognised.has(row))).toEqual([]);
  const readBy = new Set(spans.flatMap((span) => read(span)?.dialect ?? []));
  expect([...readBy].filter((row) => !captured.includes(row))).toEqual([]);
});

test('what is decided about captured spans depends on neither their order nor their repetition', () => {
  const facts = capturedSources.flatMap((source) => {
    const explained = explain(requestOf(loadCaptured(source).spans), {});
    return explained.kind === 'ok' ? explained.spans.map(({ fact }) => fact) : [];
  });
  const decisions = (some: readonly SpanFact[]): ReadonlyMap<string, unknown> => {
    const traces = [...Map.groupBy(some, ({ traceId }) => traceId).values()];
    const spans = traces.flatMap((trace) => decideTrace(trace, { currency: 'USD' }).spans);
    return new Map(spans.map(({ fact, decision }) => [fact.spanId, decision]));
  };
  const expected = decisions(facts);
  expect(expected.size).toBeGreaterThan(50);
  fc.assert(
    fc.property(fc.shuffledSubarray(facts, { minLength: facts.length }), fc.subarray(facts), (shuffled, repeated) => {
      expect(decisions([...repeated, ...shuffled])).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

describe.each(Object.entries(tellings))('spans captured from %s', (source, byCall) => {
  const { billed, spans } = loadCaptured(source);
  const tells = Object.values(byCall);
  // The clients of Anthropic report themselves too: what the instrumentation beside them tells is looked at alone here.
  const isAsked = ({ scope = '' }: SpanSpec): boolean => source.startsWith('anthropic-native') || !scope.startsWith(NATIVE);
  const calls = spans
    .filter(isAsked)
    .map(read)
    .filter((reading) => reading?.role === 'call' || reading?.role === 'tool')
    // What was refused was not billed, and a request tells no answer by itself.
    .filter((reading) => reading?.usage.kind !== 'unbilled' && reading?.undecided !== true) as NormalizedSpan[];

  test('no answer is counted twice', () => {
    expect(billed).toHaveLength(tells.length);
    expect(calls).toHaveLength(tells.filter(isTold).length);
  });

  test.each(tells.map((telling, index) => [index, telling] as const))('answer %i is %s', (index, telling) => {
    const left = [...calls];
    const reading = billed.map((answer, at) => (isTold(tells[at]) ? takeReading(left, answer, billed) : undefined))[index];
    const answer = billed[index];
    if (answer === undefined) throw new Error('no such answer');
    if (!isTold(telling)) expect(reading).toBeUndefined();
    else if (telling === 'missing') expect(reading?.usage).toEqual({ kind: 'missing' });
    else {
      const { usage, assumption, lacks } = told(answer.usage, telling);
      const part = { usage, ...(assumption !== undefined && { assumption }) };
      expect(reading?.usage).toEqual({ kind: 'ok', parts: [part], ...(lacks !== undefined && { lacks }) });
      expect(reading === undefined || isModel(reading, answer)).toBe(true);
    }
  });

  test('an answer that two instrumentations report counts once, as the better of them tells it', () => {
    const explained = explain(requestOf(spans), {});
    if (explained.kind === 'invalid') throw new Error(explained.problem);
    const traces = Map.groupBy(explained.spans, ({ fact }) => fact.traceId);
    const counted = [...traces.values()].flatMap((trace) =>
      decideTrace(
        trace.map(({ fact }) => fact),
        { currency: 'USD' },
      ).spans.filter(
        ({ decision, fact, booking }) =>
          decision.excluded === undefined && fact.observation.role !== 'attempt' && booking.status !== 'non_billable',
      ),
    );
    expect(counted).toHaveLength(tells.filter((telling) => telling !== 'untraced').length);
    const isNativeToo = spans.some(({ scope = '' }) => scope.startsWith(NATIVE));
    for (const { fact } of counted) {
      if (isNativeToo && fact.observation.provider === 'anthropic') {
        expect(fact.observation.usage).toEqual(billed.find(({ model }) => model === fact.observation.model)?.usage);
      }
    }
  });
});
