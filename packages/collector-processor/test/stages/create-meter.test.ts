import { createHash } from 'node:crypto';
import { factText, type Observation, type SpanFact } from '@costspan/ledger';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { DIALECTS } from '../../src/dialects/dialects.ts';
import { unpackFacts } from '../../src/facts/read-packed-facts.ts';
import { rewriteTraces, rewriteTracesInSteps } from '../../src/otlp/rewrite-traces.ts';
import { createMeter, createMeterInSteps, type MeterOptions } from '../../src/stages/create-meter.ts';
import type { Metered } from '../../src/stages/meter.ts';
import { testBook } from './book.ts';
import { attributesOf, requestOf, type SpanSpec, START_NS } from './spans.ts';

const OPTIONS: MeterOptions = {
  rewriteTraces,
  book: testBook(),
  emitterName: 'costspan',
  trust: { declaredCost: true, providerCost: true, billable: true },
  idFrom: [],
  typeFrom: [],
};

type Result = Metered & {
  readonly attributes: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly observation: Observation | undefined;
  readonly fact: SpanFact | undefined;
};

const run = (specs: readonly SpanSpec[], options: Partial<MeterOptions> = {}, tenant?: string): Result => {
  const metered = createMeter({ ...OPTIONS, ...options })(requestOf(specs), tenant === undefined ? {} : { tenant });
  if (metered.kind !== 'metered') throw new Error(metered.message);
  const [fact] = unpackFacts(metered.facts);
  return { ...metered, attributes: attributesOf(metered.body), fact, observation: fact?.observation };
};

const CALL: SpanSpec = {
  scope: '@costspan/sdk',
  scopeVersion: '0.1.0',
  name: 'chat gpt-5',
  attributes: {
    'costspan.role': 'call',
    'costspan.work_item.id': 'T-42',
    'costspan.work_item.type': 'ticket',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.response.id': 'resp_1',
    'costspan.usage.input_text_tokens': 1000,
    'costspan.usage.output_text_tokens': 500,
  },
};

const withAttributes = (spec: SpanSpec, attributes: NonNullable<SpanSpec['attributes']>): SpanSpec => ({
  ...spec,
  attributes: { ...spec.attributes, ...attributes },
});

test('without a ledger the same bytes leave and the same is counted, and nothing is kept', () => {
  const specs = [
    CALL,
    { name: 'GET /', attributes: { 'http.route': '/' } },
    { ...CALL, spanId: '0000000000000000' },
    withAttributes(CALL, { 'costspan.dimension.team': 'support', 'costspan.agent.name': 'triage', 'gen_ai.response.id': 'r' }),
    {
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-5' },
      resource: { 'costspan.work_item.id': 'T-1' },
    },
  ];
  const metered = [true, false].map((keepsFacts) => createMeter({ ...OPTIONS, keepsFacts })(requestOf(specs), {}));
  const [kept, dropped] = metered.map((each) => {
    if (each.kind !== 'metered') throw new Error(each.message);
    return each;
  });
  expect(kept?.facts.spanCount).toBe(4);
  expect({ ...dropped, facts: undefined }).toEqual({ ...kept, facts: undefined });
  expect(dropped?.facts).toEqual({ bytes: new Uint8Array(0), spanCount: 0 });
});

test('what a request says leaves nothing behind in the facts of the next one', () => {
  const requests = [
    requestOf([CALL, { traceId: '1'.repeat(32), attributes: { 'costspan.work_item.id': 'T-7' } }]),
    requestOf([{ name: 'GET /', attributes: { 'http.route': '/' } }]),
    requestOf([withAttributes(CALL, { 'gen_ai.provider.name': 'anthropic', 'costspan.work_item.type': 'claim' })]),
  ];
  const factsOf = (bodies: readonly Uint8Array[]): readonly unknown[] => {
    const meter = createMeter(OPTIONS);
    return bodies.map((body) => {
      const metered = meter(body, {});
      return metered.kind === 'metered' ? metered.facts : metered.message;
    });
  };
  const alone = requests.flatMap((body) => factsOf([body]));
  expect(factsOf(requests)).toEqual(alone);
  expect(factsOf(requests.toReversed())).toEqual(alone.toReversed());
});

describe('a call that is priced', () => {
  test('leaves with its exact cost', () => {
    // 1000 x 1.25 / 1,000,000 + 500 x 10 / 1,000,000 = 0.00125 + 0.005
    const { attributes } = run([CALL]);
    expect(attributes[0]).toEqual({
      ...Object.fromEntries(
        Object.entries(CALL.attributes ?? {}).map(([key, value]) => [key, typeof value === 'number' ? String(value) : value]),
      ),
      'costspan.category': 'llm',
      'costspan.cost.amount': 0.00625,
      'costspan.cost.exact': '0.00625',
      'costspan.cost.currency': 'USD',
      'costspan.cost.status': 'priced',
      'costspan.cost.source': 'price_book',
      'costspan.cost.waste': false,
      'costspan.cost.book': 'test-1+abababababab',
      'costspan.cost.price_ids': 'openai/gpt-5/input_text_tokens,openai/gpt-5/output_text_tokens',
      'costspan.cost.emitter': 'costspan',
    });
  });

  test('becomes a fact with an observation', () => {
    const { fact, spanCount, pricedSpanCount, unpriced } = run([CALL]);
    const key = 'default\n0123456789abcdef0123456789abcdef\n00000000000000aa';
    expect(fact).toMatchObject({
      tenant: 'default',
      traceId: '0123456789abcdef0123456789abcdef',
      spanId: '00000000000000aa',
      parentSpanId: '',
      name: 'chat gpt-5',
      startNs: START_NS,
      endNs: START_NS + 2_000_000_000n,
      item: { type: 'ticket', id: 'T-42', source: 'span' },
      observation: {
        entryId: createHash('sha256').update(key).digest('hex').slice(0, 32),
        scopeName: '@costspan/sdk',
        scopeVersion: '0.1.0',
        dialect: 'costspan@1',
        role: 'call',
        callId: 'openai:resp_1',
        category: 'llm',
        provider: 'openai',
        model: 'gpt-5',
        usage: { input_text_tokens: 1000, output_text_tokens: 500 },
        receipt: { status: 'priced', amountPico: 6_250_000_000n },
        waste: false,
      },
    });
    expect({ spanCount, pricedSpanCount, unpriced }).toEqual({ spanCount: 1, pricedSpanCount: 1, unpriced: {} });
  });

  test('takes the price in force when the span began', () => {
    expect(run([{ ...CALL, startUnixNs: 0n }]).observation?.receipt.status).toBe('priced');
  });
});

describe('spans without cost', () => {
  test('leave byte for byte, as links', () => {
    const specs = [
      { name: 'GET /', spanId: '00000000000000bb', parentSpanId: '00000000000000aa', resource: { 'service.name': 'web' } },
    ];
    const body = requestOf(specs);
    const metered = createMeter(OPTIONS)(body, {});
    expect(metered).toMatchObject({ kind: 'metered', spanCount: 1, pricedSpanCount: 0, unpriced: {} });
    if (metered.kind !== 'metered') return;
    expect(Buffer.from(metered.body).equals(body)).toBe(true);
    expect(unpackFacts(metered.facts)).toEqual([
      {
        tenant: 'default',
        traceId: '0123456789abcdef0123456789abcdef',
        spanId: '00000000000000bb',
        parentSpanId: '00000000000000aa',
        name: '',
        startNs: 0n,
        endNs: 0n,
      },
    ]);
  });

  test('lose what a sender put under the names of the meter', () => {
    const [attributes] = run([{ attributes: { 'costspan.cost.exact': '99', 'http.route': '/' } }]).attributes;
    expect(attributes).toEqual({ 'http.route': '/' });
  });
});

describe('costs a sender claims', () => {
  test('are replaced, never repeated', () => {
    const forged = withAttributes(CALL, {
      'costspan.cost.exact': '99',
      'costspan.cost.emitter': 'me',
      'costspan.cost.note': 'x',
    });
    expect(run([forged]).attributes).toEqual(run([CALL]).attributes);
  });

  const declared: SpanSpec = {
    attributes: {
      'costspan.declared_cost.amount': '0.06',
      'costspan.category': 'tool',
      'costspan.declared_cost.currency': 'USD',
    },
  };

  test('a declared cost counts where it is trusted', () => {
    const { observation, attributes } = run([declared]);
    expect(observation?.receipt).toMatchObject({ status: 'declared', source: 'declared', amountPico: 60_000_000_000n });
    expect(attributes[0]).toMatchObject({ 'costspan.cost.exact': '0.06', 'costspan.cost.status': 'declared' });
  });

  test('and not where it is not', () => {
    const { observation, unpriced, attributes } = run([declared], { trust: { ...OPTIONS.trust, declaredCost: false } });
    expect(observation?.receipt).toMatchObject({ status: 'usage_missing', amountPico: 0n });
    expect(unpriced).toEqual({ 'usage-missing': 1 });
    expect(attributes[0]).not.toHaveProperty('costspan.cost.exact');
  });

  test('a currency that is not named is the reporting one', () => {
    const { 'costspan.declared_cost.currency': _, ...attributes } = declared.attributes ?? {};
    expect(run([{ attributes }]).observation?.receipt.amountPico).toBe(60_000_000_000n);
  });

  test.each(['-1', 'free', ''])('a declared cost of "%s" is no cost', (amount) => {
    const { observation } = run([withAttributes(declared, { 'costspan.declared_cost.amount': amount })]);
    expect(observation?.receipt).toMatchObject({ status: 'invalid_usage', amountPico: 0n, complete: false });
  });

  test('a declared cost never replaces tokens unless said so', () => {
    const call = withAttributes(CALL, { 'costspan.declared_cost.amount': '0.06' });
    expect(run([call]).observation?.receipt).toMatchObject({ source: 'price_book', amountPico: 6_250_000_000n });
    const renamed = withAttributes(call, { 'costspan.category': 'tool' });
    expect(run([renamed]).observation).toMatchObject({ category: 'tool', receipt: { source: 'price_book' } });
    expect(run([call], { declaredCostForLlm: true }).observation?.receipt).toMatchObject({
      source: 'declared',
      amountPico: 60_000_000_000n,
    });
  });

  test('what a router reports is taken where it is trusted', () => {
    const call = withAttributes(CALL, { 'gen_ai.provider.name': 'openrouter', 'costspan.provider_cost.amount': '0.0253' });
    expect(run([call]).observation?.receipt).toMatchObject({ status: 'provider_reported', amountPico: 25_300_000_000n });
    const distrust = { trust: { ...OPTIONS.trust, providerCost: false } };
    expect(run([call], distrust).observation?.receipt).toMatchObject({ status: 'unpriced', reasons: ['provider-unknown'] });
  });

  test('the conventional cost counts only if the provider stated it', () => {
    const cost = {
      'gen_ai.provider.name': 'openrouter',
      'gen_ai.usage.cost.amount': 0.0253,
      'gen_ai.usage.cost.currency': 'USD',
    };
    const stated = withAttributes(CALL, { ...cost, 'gen_ai.usage.cost.source': 'provider' });
    expect(run([stated]).observation?.receipt).toMatchObject({ status: 'provider_reported', amountPico: 25_300_000_000n });
    const local = withAttributes(CALL, { ...cost, 'gen_ai.usage.cost.source': 'local' });
    expect(run([local]).observation?.receipt.source).toBe('price_book');
  });
});

describe('attempts and waste', () => {
  const attempt = withAttributes(CALL, { 'costspan.role': 'attempt', 'costspan.attempt.number': 1 });

  test.each([
    ['yes', 'priced', 6_250_000_000n, 6_250_000_000n, true],
    ['no', 'non_billable', 0n, 0n, false],
    ['possible', 'estimated', 6_250_000_000n, 0n, true],
  ] as const)('billable %s is %s', (billable, status, amountPico, lowPico, waste) => {
    const { observation } = run([withAttributes(attempt, { 'costspan.attempt.billable': billable })]);
    expect(observation).toMatchObject({ role: 'attempt', waste, receipt: { status, amountPico, lowPico } });
  });

  test('billable is not believed from everyone', () => {
    const { observation } = run([withAttributes(attempt, { 'costspan.attempt.billable': 'no' })], {
      trust: { ...OPTIONS.trust, billable: false },
    });
    expect(observation).toMatchObject({ waste: true, receipt: { status: 'priced', amountPico: 6_250_000_000n } });
  });

  test('what is not billed stays so when its usage is missing', () => {
    const refused = withAttributes(attempt, { 'costspan.attempt.billable': 'no', 'costspan.usage_missing': true });
    expect(run([refused]).observation?.receipt).toMatchObject({ status: 'non_billable', complete: true, amountPico: 0n });
  });

  test('a bound of 0 is written on the span', () => {
    const { attributes } = run([withAttributes(attempt, { 'costspan.attempt.billable': 'possible' })]);
    expect(attributes[0]).toMatchObject({
      'costspan.cost.exact': '0.00625',
      'costspan.cost.low': '0',
      'costspan.cost.high': '0.00625',
      'costspan.cost.reason': 'attempt-possible',
      'costspan.cost.waste': true,
    });
  });

  test('a call that failed after it was used is priced, and waste', () => {
    expect(run([{ ...CALL, status: 2 }]).observation).toMatchObject({ waste: true, receipt: { status: 'priced' } });
  });

  test('a refused call costs nothing and wastes nothing', () => {
    const refused: SpanSpec = {
      status: 2,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.provider.name': 'openai',
        'error.type': '429',
      },
    };
    const { observation, pricedSpanCount, attributes } = run([refused]);
    expect(observation).toMatchObject({ waste: false, receipt: { status: 'non_billable', amountPico: 0n, complete: true } });
    expect(pricedSpanCount).toBe(1);
    expect(attributes[0]).toMatchObject({ 'costspan.cost.exact': '0', 'costspan.cost.status': 'non_billable' });
  });
});

describe('what cannot be priced is counted by reason', () => {
  const foreign = (attributes: NonNullable<SpanSpec['attributes']>): SpanSpec => ({
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5',
      ...attributes,
    },
  });
  const used = { 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 1 };

  test.each([
    ['no usage', foreign({}), 'usage_missing', { 'usage-missing': 1 }],
    ['an unknown model', foreign({ ...used, 'gen_ai.request.model': 'gpt-99' }), 'unpriced', { 'model-unknown': 1 }],
    ['an unknown provider', foreign({ ...used, 'gen_ai.provider.name': 'acme' }), 'unpriced', { 'provider-unknown': 1 }],
    [
      'impossible counts',
      foreign({ ...used, 'gen_ai.usage.total_tokens': 11, 'gen_ai.usage.reasoning.output_tokens': 5 }),
      'invalid_usage',
      { 'usage-inconsistent': 1 },
    ],
    ['a count that is none', foreign({ ...used, 'gen_ai.usage.output_tokens': -1 }), 'invalid_usage', { 'count-malformed': 1 }],
    ['an unknown dialect', { attributes: { 'llm.model_name': 'gpt-5' } }, 'unpriced', { 'dialect-unknown': 1 }],
  ] as const)('%s', (_, span, status, unpriced) => {
    const result = run([span]);
    expect(result.observation?.receipt).toMatchObject({ status, complete: false });
    expect(result.unpriced).toEqual(unpriced);
    expect(result.pricedSpanCount).toBe(0);
    expect(result.attributes[0]).toMatchObject({ 'costspan.cost.status': status });
    expect(result.attributes[0]).not.toHaveProperty('costspan.cost.amount');
  });

  test('what is known of half a usage is priced, the rest is missing', () => {
    const { observation, unpriced, attributes } = run([foreign({ 'gen_ai.usage.input_tokens': 1000 })]);
    expect(observation?.receipt).toMatchObject({
      status: 'usage_missing',
      complete: false,
      amountPico: 1_250_000_000n,
      reasons: ['output-missing'],
    });
    expect(unpriced).toEqual({ 'output-missing': 1 });
    expect(attributes[0]).toMatchObject({ 'costspan.cost.exact': '0.00125', 'costspan.cost.status': 'usage_missing' });
  });
});

test('instrumentations that no dialect reads are counted by name and version', () => {
  const unknown = { scope: 'new.kit', scopeVersion: '3', attributes: { 'llm.model_name': 'gpt-5' } };
  const spans = [
    unknown,
    { ...unknown, spanId: '00000000000000ab' },
    { ...unknown, spanId: '00000000000000ac', scopeVersion: '4' },
  ];
  const metered = createMeter(OPTIONS)(requestOf(spans), {});
  expect(metered.kind === 'metered' && metered.unknownScopes).toEqual([
    { name: 'new.kit', version: '3', spans: 2 },
    { name: 'new.kit', version: '4', spans: 1 },
  ]);
});

test('of sampled traces, spans with cost are counted', () => {
  const call = { attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-5' } };
  const metered = createMeter(OPTIONS)(
    requestOf([
      { ...call, traceState: 'ot=th:c' },
      { ...call, spanId: '00000000000000ab', traceState: 'ot=th:0' },
      { spanId: '00000000000000ac', traceState: 'ot=th:c' },
    ]),
    {},
  );
  expect(metered.kind === 'metered' && metered.sampledSpanCount).toBe(1);
});

test('a sum is written as such and is no cost of its own', () => {
  const { observation, attributes, pricedSpanCount } = run([
    {
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.usage.input_tokens': 1000,
        'gen_ai.usage.output_tokens': 500,
      },
    },
  ]);
  expect(attributes[0]).toMatchObject({ 'costspan.cost.status': 'aggregate', 'costspan.cost.emitter': 'costspan' });
  expect(attributes[0]).not.toHaveProperty('costspan.cost.exact');
  expect(pricedSpanCount).toBe(0);
  // Kept for the case that the spans it sums never come.
  expect(observation).toMatchObject({
    role: 'aggregate',
    waste: false,
    receipt: { status: 'estimated', amountPico: 6_250_000_000n, reasons: ['aggregate-only'] },
  });
});

test('an answered request is kept for the ledger, which knows whether a call tells it: nothing is written or counted', () => {
  const request: SpanSpec = {
    attributes: {
      'http.request.method': 'POST',
      'url.full': 'https://api.openai.com/v1/responses',
      'http.response.status_code': 200,
    },
  };
  const { observation, body, pricedSpanCount, unpriced } = run([request]);
  expect(Buffer.from(body)).toEqual(Buffer.from(requestOf([request])));
  expect([pricedSpanCount, unpriced]).toEqual([0, {}]);
  expect(observation).toMatchObject({
    ...{ role: 'call', provider: 'openai', usage: {}, waste: false },
    receipt: { status: 'usage_missing', complete: false, amountPico: 0n, lines: [], reasons: ['usage-missing'] },
  });
});

describe('handoffs', () => {
  const handoff = (attributes: NonNullable<SpanSpec['attributes']>): SpanSpec => ({
    scope: '@costspan/sdk',
    attributes: { 'costspan.role': 'handoff', 'costspan.human.role': 'claims-reviewer', ...attributes },
  });

  test.each([
    ['7.5 minutes at 48 an hour', { 'costspan.human.touch_ms': 450_000 }, 'priced', 6_000_000_000_000n],
    ['the default of the role', {}, 'estimated', 8_000_000_000_000n],
    ['a role without a default', { 'costspan.human.role': 'auditor' }, 'usage_missing', 0n],
    ['a role nobody knows', { 'costspan.human.role': 'wizard', 'costspan.human.touch_ms': 1 }, 'unpriced', 0n],
    ['a negative time', { 'costspan.human.touch_ms': -1 }, 'invalid_usage', 0n],
  ] as const)('%s', (_, attributes, status, amountPico) => {
    expect(run([handoff(attributes)]).observation?.receipt).toMatchObject({ status, amountPico });
  });

  test('an open handoff is kept, and costs nothing', () => {
    const expires = { 'costspan.handoff.expires_at_ms': 1_800_000_000_000, 'costspan.handoff.id': 'h-1' };
    const { observation } = run([handoff({ 'costspan.handoff.state': 'open', ...expires })]);
    expect(observation?.receipt).toMatchObject({ status: 'non_billable', amountPico: 0n });
    expect(observation?.human).toMatchObject({ handoffId: 'h-1', expiresAtMs: 1_800_000_000_000 });
  });
});

test('an answer that two models worked on has one receipt', () => {
  const usage = {
    input_tokens: 800,
    output_tokens: 120,
    iterations: [
      { type: 'message', model: 'claude-sonnet-5', input_tokens: 800, output_tokens: 120 },
      { type: 'advisor_message', model: 'claude-opus-5', input_tokens: 2728, output_tokens: 3880 },
    ],
  };
  const { observation } = run([
    {
      scope: 'ai',
      attributes: {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.provider': 'anthropic.messages',
        'ai.model.id': 'claude-sonnet-5',
        'ai.response.providerMetadata': JSON.stringify({ anthropic: { usage } }),
      },
    },
  ]);
  // 800 x 2 + 120 x 10 = 2800; 2728 x 5 + 3880 x 25 = 110640; together 113440 millionths
  expect(observation?.receipt).toMatchObject({
    status: 'priced',
    complete: true,
    amount: '0.11344',
    amountPico: 113_440_000_000n,
  });
  expect(observation?.receipt.lines.map(({ priceId }) => priceId)).toEqual([
    'anthropic/claude-sonnet-5/input_text_tokens',
    'anthropic/claude-sonnet-5/output_text_tokens',
    'anthropic/claude-opus-5/input_text_tokens',
    'anthropic/claude-opus-5/output_text_tokens',
  ]);
  expect(observation?.usage).toEqual({ input_text_tokens: 3528, output_text_tokens: 4000 });
});

describe('the work item of a foreign span', () => {
  const foreign: SpanSpec = {
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.usage.input_tokens': 1,
      'gen_ai.usage.output_tokens': 1,
      'app.ticket': 'T-7',
    },
    resource: { 'app.kind': 'ticket' },
  };

  test('is written on it where it was found elsewhere', () => {
    const [attributes] = run([foreign], { idFrom: ['app.ticket'], typeFrom: ['app.kind'] }).attributes;
    expect(attributes).toMatchObject({
      'costspan.work_item.id': 'T-7',
      'costspan.work_item.type': 'ticket',
      'costspan.category': 'llm',
    });
  });

  test('is not made up', () => {
    const [attributes] = run([foreign]).attributes;
    expect(attributes).not.toHaveProperty('costspan.work_item.id');
    expect(attributes).not.toHaveProperty('costspan.work_item.type');
  });
});

describe('adding a dialect', () => {
  const acme: Dialect = {
    id: 'acme',
    version: 3,
    emitter: 'acme-llm',
    limits: [],
    evidence: 'documented',
    detect: [{ scope: ['acme-llm'] }],
    call: {
      role: { keys: ['acme.kind'], byValue: { completion: 'call' }, otherwise: 'none', absent: 'none' },
      provider: ['acme.vendor'],
      model: ['acme.model'],
      tokens: { input: ['acme.in'], output: ['acme.out'], cacheRead: ['acme.cached'] },
      caches: 'beside',
    },
  };

  test('is a row', () => {
    const attributes = {
      'acme.kind': 'completion',
      'acme.vendor': 'openai',
      'acme.model': 'gpt-5',
      'acme.in': 40,
      'acme.out': 10,
      'acme.cached': 60,
    };
    const { observation } = run([{ scope: 'acme-llm', attributes }], { dialects: [acme, ...DIALECTS] });
    expect(observation).toMatchObject({
      dialect: 'acme@3',
      usage: { input_text_tokens: 40, input_cache_read_text_tokens: 60, output_text_tokens: 10 },
      receipt: { status: 'priced' },
    });
  });
});

test('a span without a valid id is priced on its way, but the ledger cannot know it', () => {
  const { facts, attributes, unpriced, pricedSpanCount } = run([{ ...CALL, spanId: '' }]);
  expect(unpackFacts(facts)).toEqual([]);
  expect(attributes[0]).toMatchObject({ 'costspan.cost.exact': '0.00625' });
  expect({ unpriced, pricedSpanCount }).toEqual({ unpriced: { 'span-id-invalid': 1 }, pricedSpanCount: 0 });
});

describe('a request that is not OTLP', () => {
  test('is refused for good, with the place', () => {
    const result = createMeter(OPTIONS)(Buffer.from([0x0a, 0xff]), {});
    expect(result).toMatchObject({ kind: 'rejected', reason: 'invalid' });
    if (result.kind === 'rejected') expect(result.message).toMatch(/byte \d+/);
  });
});

describe('purity', () => {
  const pieces = fc.record({
    input: fc.option(fc.integer({ min: -2, max: 5000 }), { nil: undefined }),
    output: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: undefined }),
    model: fc.constantFrom('gpt-5', 'gpt-99', 'claude-sonnet-5'),
    provider: fc.constantFrom('openai', 'anthropic', 'acme'),
    scope: fc.constantFrom('@costspan/sdk', 'ai', 'openlit', '', 'com.anthropic.sdk.typescript'),
    status: fc.constantFrom(0, 1, 2),
    item: fc.option(fc.string(), { nil: undefined }),
    operation: fc.constantFrom('chat', 'embeddings', 'invoke_agent', 'execute_tool'),
  });
  const specs = fc.array(pieces, { minLength: 1, maxLength: 8 }).map((spans) =>
    spans.map(({ input, output, model, provider, scope, status, item, operation }, index): SpanSpec => {
      const attributes = {
        'gen_ai.operation.name': operation,
        'gen_ai.provider.name': provider,
        'gen_ai.request.model': model,
        'gen_ai.usage.input_tokens': input,
        'gen_ai.usage.output_tokens': output,
        'costspan.work_item.id': item,
      };
      const present = Object.entries(attributes).filter(([, value]) => value !== undefined);
      return {
        scope,
        status,
        spanId: String(index + 1).padStart(16, '0'),
        attributes: Object.fromEntries(present) as NonNullable<SpanSpec['attributes']>,
      };
    }),
  );
  const meter = createMeter(OPTIONS);

  test('the same request gives the same bytes and facts', () => {
    fc.assert(
      fc.property(specs, (spans) => {
        const body = requestOf(spans);
        const before = Buffer.from(body);
        const first = meter(body, {});
        const second = createMeter(OPTIONS)(body, {});
        expect(second).toEqual(first);
        expect(meter(body, {})).toEqual(first);
        expect(before.equals(body)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('requests that are metered a few spans at a time, in turns, come out as each does alone', () => {
    const inSteps = createMeterInSteps({ ...OPTIONS, rewriteTracesInSteps });
    const many = fc.tuple(specs, fc.integer({ min: 1, max: 40 })).map(([spans, times]) => {
      const repeated = Array.from({ length: times }, () => spans).flat();
      return requestOf(repeated.map((span, index) => ({ ...span, spanId: String(index + 1).padStart(16, '0') })));
    });
    fc.assert(
      fc.property(fc.array(many, { minLength: 1, maxLength: 3 }), (bodies) => {
        const underWay = bodies.map((body) => inSteps(body, {}));
        const results = new Map<number, unknown>();
        while (results.size < bodies.length) {
          for (const [index, steps] of underWay.entries()) {
            if (results.has(index)) continue;
            const step = steps.next();
            if (step.done === true) results.set(index, step.value);
          }
        }
        expect(bodies.map((_, index) => results.get(index))).toEqual(bodies.map((body) => createMeter(OPTIONS)(body, {})));
      }),
      { numRuns: 50 },
    );
  });

  test('a span does not depend on its neighbours', () => {
    fc.assert(
      fc.property(specs, (spans) => {
        const together = meter(requestOf(spans), {});
        const apart = spans.map((span) => meter(requestOf([span]), {}));
        if (together.kind !== 'metered') throw new Error('refused');
        const inOrder = (facts: readonly SpanFact[]): readonly string[] => facts.map(factText).toSorted();
        expect(inOrder(unpackFacts(together.facts))).toEqual(
          inOrder(apart.flatMap((one) => (one.kind === 'metered' ? unpackFacts(one.facts) : []))),
        );
        expect(attributesOf(together.body)).toEqual(
          apart.flatMap((one) => (one.kind === 'metered' ? attributesOf(one.body) : [])),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('metering what was metered changes nothing', () => {
    fc.assert(
      fc.property(specs, (spans) => {
        const once = meter(requestOf(spans), {});
        if (once.kind !== 'metered') throw new Error('refused');
        const twice = meter(once.body, {});
        if (twice.kind !== 'metered') throw new Error('refused');
        expect(attributesOf(twice.body)).toEqual(attributesOf(once.body));
        expect(twice.facts).toEqual(once.facts);
      }),
      { numRuns: 100 },
    );
  });
});
