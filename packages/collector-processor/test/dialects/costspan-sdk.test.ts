import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isToldByTokens, tokenAttributes } from '../../../sdk/src/spans/usage-attributes.ts';
import type { SpanSpec } from '../stages/spans.ts';
import { read, usageOf } from './read.ts';

const span = (attributes: NonNullable<SpanSpec['attributes']>, rest: SpanSpec = {}): SpanSpec => ({
  scope: '@costspan/sdk',
  attributes,
  ...rest,
});

const CALL = {
  'costspan.role': 'call',
  'costspan.category': 'llm',
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-5',
  'gen_ai.usage.input_tokens': 2006,
  'gen_ai.usage.output_tokens': 300,
};

describe('calls', () => {
  test('who bills is what we say, also on the span of another instrumentation that names its provider otherwise', () => {
    const annotated = { ...CALL, 'costspan.provider': 'groq', 'costspan.usage.input_text_tokens': 5 };
    expect(read(span(annotated, { scope: 'gen_ai' }))).toMatchObject({ provider: 'groq', model: 'gpt-5' });
  });

  test.each([
    ['router-fee-excluded', 'router-fee-excluded'],
    ['cache-split-unknown', 'cache-split-unknown'],
    ['something-else', 'usage-assumed'],
    ['constructor', 'usage-assumed'],
  ])('counts that the sender read under the assumption %s are an assumption here', (stated, assumption) => {
    const usage = { 'costspan.usage.input_text_tokens': 5 };
    expect(read(span({ ...CALL, ...usage, 'costspan.usage_assumption': stated }))?.usage).toEqual({
      kind: 'ok',
      parts: [{ usage: { input_text_tokens: 5 }, assumption }],
    });
  });

  test.each([
    [['refusal'], undefined, 'refused'],
    [['stop', 'content_filter'], undefined, 'filtered'],
    [['SAFETY'], undefined, 'filtered'],
    ['["refusal"]', undefined, 'refused'],
    ['["stop"]', undefined, undefined],
    [['end_turn'], undefined, undefined],
    [undefined, 'content_filter', 'filtered'],
    [undefined, 'APIError', 'failed'],
  ])('a call that ends with %s and the error %s is %s', (reasons, error, outcome) => {
    const attributes = {
      ...CALL,
      ...(reasons !== undefined && { 'gen_ai.response.finish_reasons': reasons }),
      ...(error !== undefined && { 'error.type': error }),
    };
    expect(read(span(attributes, error === undefined ? {} : { status: 2 }))?.outcome).toBe(outcome);
  });

  test('what our SDK tells by token counts alone is the same usage as in units', () => {
    const units = ['input_text_tokens', 'input_cache_read_text_tokens', 'output_text_tokens', 'output_reasoning_tokens'];
    const usages = fc.dictionary(fc.constantFrom(...units), fc.integer({ min: 1, max: 1e9 })).filter(isToldByTokens);
    fc.assert(
      fc.property(usages, (usage) => {
        const inUnits = Object.fromEntries(Object.entries(usage).map(([unit, count]) => [`costspan.usage.${unit}`, count]));
        const { 'gen_ai.usage.input_tokens': _in, 'gen_ai.usage.output_tokens': _out, ...call } = CALL;
        const told = tokenAttributes(usage) as Readonly<Record<string, number>>;
        expect(read(span({ ...call, ...told }))).toEqual(read(span({ ...call, ...told, ...inUnits })));
        expect(usageOf(span({ ...call, ...told }))).toEqual([usage]);
      }),
    );
  });

  test('our own units win over the conventional counts', () => {
    const call = span({
      ...CALL,
      'gen_ai.response.model': 'gpt-5-2025-08-07',
      'gen_ai.response.id': 'resp_1',
      'costspan.usage.input_text_tokens': 86,
      'costspan.usage.input_cache_read_text_tokens': 1920,
      'costspan.usage.output_text_tokens': 300,
      'costspan.usage.web_searches': 2,
      'costspan.provider_request_id': 'req_1',
      'costspan.api_key_fingerprint': '9f86d081884c',
      'costspan.request.inference_geo': 'us',
      'openai.response.service_tier': 'default',
    });
    expect(read(call)).toEqual({
      dialect: 'costspan@1',
      role: 'call',
      category: 'llm',
      ownCategory: 'llm',
      provider: 'openai',
      model: 'gpt-5-2025-08-07',
      responseId: 'resp_1',
      requestId: 'req_1',
      apiKeyFingerprint: '9f86d081884c',
      region: 'us',
      failed: false,
      usage: {
        kind: 'ok',
        parts: [
          {
            usage: {
              input_text_tokens: 86,
              input_cache_read_text_tokens: 1920,
              output_text_tokens: 300,
              web_searches: 2,
            },
          },
        ],
      },
    });
  });

  test('without them the conventional counts are read', () => {
    expect(usageOf(span(CALL))).toEqual([{ input_text_tokens: 2006, output_text_tokens: 300 }]);
  });

  test('usage that is marked as missing is missing, whatever the conventional counts', () => {
    expect(usageOf(span({ ...CALL, 'costspan.usage_missing': true }))).toEqual({ kind: 'missing' });
  });

  test('what is known of usage that is marked as missing is kept', () => {
    const cut = span({ ...CALL, 'costspan.usage_missing': true, 'costspan.usage.input_text_tokens': 86 });
    expect(read(cut)?.usage).toEqual({ kind: 'ok', parts: [{ usage: { input_text_tokens: 86 } }], lacks: 'output-missing' });
  });

  test('a request that failed without usage was not billed, unless its usage is marked as missing', () => {
    const { 'gen_ai.usage.input_tokens': _, 'gen_ai.usage.output_tokens': __, ...attributes } = CALL;
    expect(usageOf(span(attributes))).toEqual({ kind: 'missing' });
    expect(usageOf(span(attributes, { status: 2 }))).toEqual({ kind: 'unbilled', reason: 'call-failed' });
    expect(usageOf(span({ ...attributes, 'costspan.role': 'attempt' }, { status: 2 }))).toEqual({
      kind: 'unbilled',
      reason: 'attempt-failed',
    });
    expect(usageOf(span({ ...attributes, 'costspan.usage_missing': true }, { status: 2 }))).toEqual({ kind: 'missing' });
  });

  test('our attributes on a span of another instrumentation win', () => {
    const annotated = {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.provider': 'openai.responses',
      'ai.response.model': 'gpt-5',
      'ai.usage.promptTokens': 1,
      'ai.usage.completionTokens': 1,
      'costspan.usage.input_text_tokens': 86,
    };
    expect(read({ scope: 'ai', attributes: annotated })).toMatchObject({ dialect: 'costspan@1', role: 'call', model: 'gpt-5' });
    expect(usageOf({ scope: 'ai', attributes: annotated })).toEqual([{ input_text_tokens: 86 }]);
  });
});

test('a tier that was only asked for is an assumption', () => {
  expect(read(span({ ...CALL, 'openai.request.service_tier': 'flex' }))).toMatchObject({
    serviceTier: 'flex',
    usage: { parts: [{ assumption: 'service-tier-requested' }] },
  });
});

describe('usage in our units', () => {
  const usage = (value: string | number | boolean | bigint) =>
    usageOf(span({ 'costspan.sku': 'a/b', 'costspan.usage.audio_seconds': value }));

  test.each([
    [9, 9],
    ['9.25', '9.25'],
    [9.25, '9.25'],
    [2n ** 60n, '1152921504606846976'],
    [-1, -1],
  ])('%s is %s', (value, count) => {
    expect(usage(value)).toEqual([{ audio_seconds: count }]);
  });

  test('more units, or longer names and counts, than usage has are none', () => {
    const many = Object.fromEntries(Array.from({ length: 129 }, (_, index) => [`costspan.usage.u${index}`, 1]));
    expect(usageOf(span(many))).toEqual({ kind: 'invalid', reason: 'usage-too-large' });
    expect(usageOf(span({ [`costspan.usage.${'x'.repeat(65)}`]: 1 }))).toEqual({ kind: 'invalid', reason: 'count-malformed' });
    expect(usage('9'.repeat(65))).toEqual({ kind: 'invalid', reason: 'count-malformed' });
  });

  test('a flag is no count', () => {
    expect(usage(true)).toEqual({ kind: 'invalid', reason: 'count-malformed' });
  });
});

test('a custom unit alone is told in our words too', () => {
  expect(read({ attributes: { 'costspan.usage.pages': 3 } })).toMatchObject({
    dialect: 'costspan@1',
    role: 'tool',
    usage: { parts: [{ usage: { pages: 3 } }] },
  });
});

describe('attempts', () => {
  test.each([
    [
      { 'costspan.attempt.number': 2, 'costspan.attempt.billable': 'no' },
      { number: 2, billable: 'no' },
    ],
    [
      { 'costspan.attempt.number': 2, 'costspan.attempt.billable': 'possible' },
      { number: 2, billable: 'possible' },
    ],
    [{ 'costspan.attempt.number': 3 }, { number: 3, billable: 'yes' }],
    [{ 'costspan.attempt.billable': 'perhaps' }, { number: 1, billable: 'yes' }],
  ])('%s', (attributes, attempt) => {
    expect(read(span({ 'costspan.role': 'attempt', ...attributes }))).toMatchObject({ role: 'attempt', attempt });
  });
});

describe('tools and vector databases', () => {
  test('a tool with a SKU happened once', () => {
    expect(read(span({ 'costspan.role': 'tool', 'costspan.sku': 'stripe/refund' }))).toMatchObject({
      role: 'tool',
      category: 'tool',
      provider: 'stripe',
      model: 'refund',
      usage: { parts: [{ usage: { tool_calls: 1 } }] },
    });
  });

  test('a vector query with a SKU happened once', () => {
    const attributes = { 'costspan.role': 'tool', 'costspan.sku': 'pgvector/query', 'db.system.name': 'postgresql' };
    expect(read(span(attributes))).toMatchObject({
      category: 'vector',
      provider: 'pgvector',
      usage: { parts: [{ usage: { vector_queries: 1 } }] },
    });
  });

  test('a vector query without a SKU is priced by its database', () => {
    const attributes = {
      'costspan.role': 'call',
      'costspan.category': 'vector',
      'db.system.name': 'qdrant',
      'db.operation.name': 'query',
    };
    expect(read(span(attributes))).toMatchObject({
      role: 'call',
      category: 'vector',
      provider: 'qdrant',
      model: 'query',
      usage: { parts: [{ usage: { vector_queries: 1 } }] },
    });
  });

  test('a tool without a SKU is priced by its name, if anything', () => {
    expect(read(span({ 'costspan.role': 'tool', 'gen_ai.tool.name': 'stripe.refund' }))).toMatchObject({
      provider: 'tool',
      model: 'stripe.refund',
    });
  });

  test('a declared cost needs no count', () => {
    const reading = read(span({ 'costspan.declared_cost.amount': '0.06', 'costspan.category': 'observability' }));
    expect(reading).toMatchObject({
      role: 'tool',
      category: 'observability',
      declaredCost: { amount: '0.06', currency: '' },
      usage: { kind: 'missing' },
    });
  });
});

describe('handoffs', () => {
  const handoff = (attributes: NonNullable<SpanSpec['attributes']>) =>
    read(
      span({ 'costspan.role': 'handoff', 'costspan.human.role': 'claims-reviewer', 'costspan.handoff.id': 'h1', ...attributes }),
    );

  test('an open one bears no cost', () => {
    expect(handoff({ 'costspan.handoff.state': 'open' })).toMatchObject({
      role: 'handoff',
      category: 'human',
      usage: { kind: 'unbilled', reason: 'handoff-open' },
    });
  });

  test('a finished one costs its touch time, never its wait', () => {
    expect(
      handoff({
        'costspan.handoff.state': 'completed',
        'costspan.human.touch_ms': 450_000,
        'costspan.human.wait_ms': 3_600_000,
        'costspan.human.decision': 'approved',
      }),
    ).toMatchObject({
      role: 'handoff',
      category: 'human',
      provider: 'human',
      model: 'claims-reviewer',
      usage: { kind: 'ok', parts: [{ usage: { human_ms: 450_000 } }] },
      human: { role: 'claims-reviewer', touchMs: 450_000, waitMs: 3_600_000, decision: 'approved', handoffId: 'h1' },
    });
  });

  test('without a touch time it is missing', () => {
    expect(handoff({ 'costspan.handoff.state': 'completed' })?.usage).toEqual({ kind: 'missing' });
  });

  test('a default touch time is an assumption', () => {
    expect(handoff({ 'costspan.human.touch_ms': 600_000, 'costspan.human.touch_source': 'default' })?.usage).toEqual({
      kind: 'ok',
      parts: [{ usage: { human_ms: 600_000 }, assumption: 'touch-time-default' }],
    });
  });
});

test('spans that only name a work item bear no cost', () => {
  expect(read(span({ 'costspan.work_item.id': 'T-1', 'costspan.work_item.outcome': 'resolved' }))).toBeUndefined();
});
