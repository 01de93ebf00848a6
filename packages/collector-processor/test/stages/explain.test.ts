import { describe, expect, test } from 'vitest';
import { doubtsOf } from '../../src/dialects/describe-dialect.ts';
import { DIALECTS } from '../../src/dialects/dialects.ts';
import { READING_REASONS } from '../../src/dialects/reading-reasons.ts';
import { packFacts } from '../../src/facts/pack-facts.ts';
import { unpackFacts } from '../../src/facts/read-packed-facts.ts';
import { rewriteTraces } from '../../src/otlp/rewrite-traces.ts';
import { createMeter } from '../../src/stages/create-meter.ts';
import { createExplain, type SpanExplanation } from '../../src/stages/explain.ts';
import { loadCaptured, tellings } from '../dialects/captured/tellings.ts';
import { testBook } from './book.ts';
import { requestOf, type SpanSpec } from './spans.ts';

const options = {
  rewriteTraces,
  book: testBook(),
  trust: { declaredCost: true, providerCost: true, billable: true },
  idFrom: [],
  typeFrom: [],
};
const explain = createExplain(options);
const meter = createMeter({ ...options, emitterName: 'test' });

const explained = (...specs: readonly SpanSpec[]): readonly SpanExplanation[] => {
  const result = explain(requestOf(specs), {});
  if (result.kind === 'invalid') throw new Error(result.problem);
  return result.spans;
};

const chat: SpanSpec = {
  scope: 'my-agent',
  scopeVersion: '1.2',
  name: 'chat gpt-5',
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.usage.input_tokens': 2006,
    'gen_ai.usage.output_tokens': 300,
    'gen_ai.usage.cache_read.input_tokens': 1920,
    'unrelated.key': 'not asked for',
  },
};

test('names the key of every count and name that was read, and no other', () => {
  const [span] = explained(chat);
  expect(span).toMatchObject({ scopeName: 'my-agent', scopeVersion: '1.2', dialect: 'otel-gen-ai@1' });
  expect(new Set(span?.read)).toEqual(
    new Set([
      { key: 'gen_ai.operation.name', readAs: 'role', value: 'chat' },
      { key: 'gen_ai.provider.name', readAs: 'provider', value: 'openai' },
      { key: 'gen_ai.request.model', readAs: 'model', value: 'gpt-5' },
      { key: 'gen_ai.usage.input_tokens', readAs: 'input', value: 2006 },
      { key: 'gen_ai.usage.output_tokens', readAs: 'output', value: 300 },
      { key: 'gen_ai.usage.cache_read.input_tokens', readAs: 'input_cache_read_text_tokens', value: 1920 },
    ]),
  );
});

test('says whether a span is of no dialect, or of one in which it bears no cost', () => {
  const [ordinary, tool] = explained({}, { attributes: { 'gen_ai.operation.name': 'execute_tool' } });
  expect([ordinary?.dialect, ordinary?.fact.observation, ordinary?.read]).toEqual([undefined, undefined, []]);
  expect([tool?.dialect, tool?.fact.observation]).toEqual(['otel-gen-ai@1', undefined]);
  expect(tool?.read).toEqual([{ key: 'gen_ai.operation.name', readAs: 'role', value: 'execute_tool' }]);
});

test('units that are stated one by one are read each from its key', () => {
  const [span] = explained({ attributes: { 'costspan.usage.pages': 3, 'costspan.sku': 'ocr/page' } });
  expect(span?.read).toContainEqual({ key: 'costspan.usage.pages', value: 3 });
});

test('no query of an address is shown: some providers take keys there', () => {
  const address = 'https://api.openai.com/v1/responses';
  const [span] = explained({
    attributes: { 'http.request.method': 'POST', 'http.response.status_code': 200, 'url.full': `${address}?key=secret` },
  });
  expect(span?.fact.observation?.role).toBe('call');
  expect(span?.read).toContainEqual({ key: 'url.full', value: `${address} (and a query)` });
  expect(JSON.stringify(span?.read)).not.toContain('secret');
});

test('no answer and no long text is shown', () => {
  const canary = 'the customer is called Ada';
  const answer = JSON.stringify({ object: 'chat.completion', usage: { prompt_tokens: 3 }, choices: canary });
  const spans = explained(
    { attributes: { 'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-5', 'output.value': answer } },
    { attributes: { ...chat.attributes, 'gen_ai.request.model': `${canary} `.repeat(20) } },
  );
  expect(spans[0]?.read).toContainEqual(expect.objectContaining({ key: 'output.value', value: `(${answer.length} characters)` }));
  expect(JSON.stringify(spans.map(({ read }) => read))).not.toContain(canary);
});

test('a request that is not OTLP is invalid', () => {
  expect(explain(Buffer.from([0x0a, 0x05, 0x01]), {})).toMatchObject({ kind: 'invalid' });
});

describe.each(Object.keys(tellings))('spans captured from %s', (source) => {
  const specs = loadCaptured(source).spans;

  test('are explained as they are metered', () => {
    const metered = meter(requestOf(specs), {});
    if (metered.kind === 'rejected') throw new Error(metered.message);
    const facts = explained(...specs).map(({ fact }) => fact);
    expect(unpackFacts(metered.facts)).toEqual(unpackFacts(packFacts(facts)));
  });

  test('show the count of every call that has one', () => {
    const rows = new Set(DIALECTS.flatMap((each) => ('call' in each ? [`${each.id}@${each.version}`] : [])));
    for (const { fact, read, dialect = '' } of explained(...specs)) {
      const counts = Object.keys(fact.observation?.usage ?? {});
      const shown = read.filter(
        ({ readAs, value }) => readAs !== undefined && (typeof value === 'number' || /^\(\d+ characters\)$/.test(String(value))),
      );
      if (counts.length > 0 && rows.has(dialect)) expect(shown.length, fact.name).toBeGreaterThan(0);
    }
  });
});

test('every doubt of a dialect has a meaning', () => {
  const doubts = DIALECTS.flatMap((dialect) => ('call' in dialect ? doubtsOf(dialect.call).map(({ reason }) => reason) : []));
  expect(doubts.filter((reason) => !Object.hasOwn(READING_REASONS, reason))).toEqual([]);
});
