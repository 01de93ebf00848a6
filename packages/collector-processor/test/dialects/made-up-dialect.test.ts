import { expect, test } from 'vitest';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { DIALECTS } from '../../src/dialects/dialects.ts';
import { GEN_AI_CALL } from '../../src/dialects/gen-ai-keys.ts';
import { rewriteTraces } from '../../src/otlp/rewrite-traces.ts';
import { createMeter } from '../../src/stages/create-meter.ts';
import { createExplain } from '../../src/stages/explain.ts';
import { testBook } from '../stages/book.ts';
import { attributesOf, requestOf } from '../stages/spans.ts';

/** What somebody who adds an instrumentation writes: one row in a file of its own. */
const madeUp: Dialect = {
  id: 'made-up',
  version: 1,
  emitter: 'Nobody',
  limits: [],
  evidence: 'documented',
  detect: [{ scope: ['made-up.*'], key: ['mu.model'] }],
  call: {
    ...GEN_AI_CALL,
    role: { keys: ['mu.kind'], byValue: { ask: 'call', run: 'aggregate' }, otherwise: 'none', absent: 'none' },
    provider: ['mu.vendor'],
    model: ['mu.model'],
    responseId: ['mu.answer'],
    tokens: { input: ['mu.in'], output: ['mu.out'], cacheRead: ['mu.cached'] },
    caches: 'beside',
  },
};

const options = {
  rewriteTraces,
  book: testBook(),
  trust: { declaredCost: false, providerCost: false, billable: false },
  idFrom: [],
  typeFrom: [],
  dialects: [madeUp, ...DIALECTS],
};
const spans = requestOf([
  {
    scope: 'made-up.client',
    attributes: { 'mu.kind': 'ask', 'mu.vendor': 'openai', 'mu.model': 'gpt-5', 'mu.in': 86, 'mu.cached': 1920, 'mu.out': 300 },
  },
  {
    scope: 'made-up.client',
    spanId: '00000000000000ab',
    attributes: { 'mu.kind': 'run', 'mu.model': 'gpt-5', 'mu.in': 86, 'mu.out': 300 },
  },
]);

test('a dialect that is one row more is read, priced, explained and written on the span like any other', () => {
  const explained = createExplain(options)(spans, {});
  if (explained.kind === 'invalid') throw new Error(explained.problem);
  expect(explained.spans.map(({ dialect, fact }) => [dialect, fact.observation?.role])).toEqual([
    ['made-up@1', 'call'],
    ['made-up@1', 'aggregate'],
  ]);
  expect(explained.spans[0]?.fact.observation?.usage).toEqual({
    input_text_tokens: 86,
    input_cache_read_text_tokens: 1920,
    output_text_tokens: 300,
  });
  expect(explained.spans[0]?.read).toContainEqual({ key: 'mu.cached', readAs: 'input_cache_read_text_tokens', value: 1920 });
  const metered = createMeter({ ...options, emitterName: 'test', keepsFacts: true })(spans, {});
  if (metered.kind === 'rejected') throw new Error(metered.message);
  expect(attributesOf(metered.body)[0]).toMatchObject({ 'costspan.cost.status': 'priced' });
});

test('without that row its spans are ordinary', () => {
  const explained = createExplain({ ...options, dialects: DIALECTS })(spans, {});
  if (explained.kind === 'invalid') throw new Error(explained.problem);
  expect(explained.spans.map(({ dialect }) => dialect)).toEqual([undefined, undefined]);
});
