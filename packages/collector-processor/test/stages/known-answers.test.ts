import type { SpanFact } from '@costspan/ledger';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { DIALECTS } from '../../src/dialects/dialects.ts';
import { unpackFacts } from '../../src/facts/read-packed-facts.ts';
import { createKeyTable } from '../../src/otlp/key-table.ts';
import { rewriteTraces } from '../../src/otlp/rewrite-traces.ts';
import type { SpanWire } from '../../src/otlp/span-view.ts';
import { createMeter, type MeterOptions } from '../../src/stages/create-meter.ts';
import { asks, createKnownAnswers } from '../../src/stages/known-answers.ts';
import { KNOWN_ANSWERS_MAX, KNOWN_QUESTIONS_MAX } from '../../src/stages/limits.ts';
import type { Meter, Metered } from '../../src/stages/meter.ts';
import { keysOfDialects } from '../../src/stages/normalize.ts';
import { decodeWithOracle, encodeWithOracle } from '../otlp/proto.ts';
import { createRandom } from '../otlp/support/random.ts';
import { encodeScrambled } from '../otlp/support/scramble.ts';
import { testBook } from './book.ts';
import { requestOf, type SpanSpec, START_NS, viewOf } from './spans.ts';

const OPTIONS: MeterOptions = {
  rewriteTraces,
  book: testBook(),
  emitterName: 'costspan',
  trust: { declaredCost: true, providerCost: true, billable: true },
  idFrom: [],
  typeFrom: [],
};

const meterOf = (options: Partial<MeterOptions> = {}): Meter => createMeter({ ...OPTIONS, ...options });

const metered = (meter: Meter, body: Uint8Array): Metered => {
  const result = meter(body, {});
  if (result.kind !== 'metered') throw new Error(result.message);
  return result;
};

/** How many spans of a request bear cost, as their facts say. */
const boreCost = (meter: Meter, specs: readonly SpanSpec[]): number => {
  const { pricedSpanCount, unpriced } = metered(meter, requestOf(specs));
  return pricedSpanCount + Object.values(unpriced).reduce((sum, count) => sum + count, 0);
};

// Near misses of keys are keys too: what is remembered of spans that carry one must never serve for the other.
const keys = keysOfDialects(DIALECTS);
const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('http.request.method', 'http.response.status_code', 'server.address', 'url.path') },
  {
    weight: 4,
    arbitrary: fc.constantFrom('db.system', 'gen_ai.operation.name', 'gen_ai.request.model', 'openinference.span.kind'),
  },
  { weight: 3, arbitrary: fc.constantFrom(...keys) },
  { weight: 1, arbitrary: fc.constantFrom(...keys).map((name) => name.slice(0, -1)) },
  { weight: 1, arbitrary: fc.constantFrom(...keys).map((name) => `${name}s`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'costspan.usage.requests',
      'costspan.usage.odd',
      'costspan.dimension.team',
      'costspan.work_item.id',
      'gen_ai.other',
      'codex.turn.token_usage.odd',
      'url.scheme',
    ),
  },
);
const value = fc.oneof(
  fc.constantFrom('GET', 'POST', 'chat', 'LLM', 'api.openai.com', '/v1/responses', 'qdrant', 'postgresql', 'gpt-5', 'T-1', ''),
  fc.constantFrom(200, 204, 429, 500, 3, 0, 1_000),
  fc.boolean(),
);
const spec: fc.Arbitrary<SpanSpec> = fc.record({
  scope: fc.constantFrom('', '@opentelemetry/instrumentation-undici', 'ai', 'gen_ai', 'langfuse-sdk'),
  name: fc.constantFrom('GET', 'chat gpt-5', 'claude_code.llm_request', 'session_task.turn', 'handle_responses', 'qdrant.query'),
  kind: fc.constantFrom(2, 3),
  status: fc.constantFrom(0, 2),
  attributes: fc.dictionary(key, value, { maxKeys: 6 }),
});

/** One of the shapes with something else to say. */
const again = (shapes: readonly SpanSpec[]): fc.Arbitrary<SpanSpec> =>
  fc
    .record({
      shape: fc.constantFrom(...shapes),
      kind: fc.constantFrom(2, 3),
      status: fc.constantFrom(0, 2),
      other: value,
      at: fc.nat(7),
    })
    .map(({ shape, kind, status, other, at }) => {
      const entries = Object.entries(shape.attributes ?? {}).map(([name, own], index) => [name, index === at ? other : own]);
      return { ...shape, kind, status, attributes: Object.fromEntries(entries) };
    });

/** Requests of a few shapes that come again and again, which is what there is to remember. */
const requests = fc
  .array(spec, { minLength: 1, maxLength: 4 })
  .chain((shapes) => fc.array(fc.array(again(shapes), { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 5 }));

/** What a meter made of a request, its facts as the ledger reads them. */
const seen = (meter: Meter, body: Uint8Array, tenant?: string): unknown => {
  const result = meter(body, tenant === undefined ? {} : { tenant });
  return result.kind === 'metered' ? { ...result, facts: unpackFacts(result.facts) } : result;
};

const itemKey = fc.constantFrom(
  'costspan.work_item.id',
  'costspan.work_item.id',
  'costspan.work_item.type',
  'costspan.work_item.tenant',
  'costspan.work_item.parent_id',
  'costspan.work_item.outcome',
  'costspan.work_item.outcome_at',
  'costspan.dimension.team',
  'costspan.dimension.other',
  'costspan.odd',
  'session.id',
  'session.type',
);
const itemValue = fc.oneof(fc.constantFrom('T-1', 'T-2', 'ticket', '', 'x'.repeat(200), 'x'.repeat(300), 'T-\u00fc'), fc.nat(2));
const itemSpec: fc.Arbitrary<SpanSpec> = fc.record({
  attributes: fc.dictionary(itemKey, itemValue, { maxKeys: 4 }),
  resource: fc.dictionary(itemKey, itemValue, { maxKeys: 1 }),
  endUnixNs: fc.constantFrom(START_NS, START_NS + 1n),
});

/** The spans in one group with the first one's resource, each with an id of its own; or one of them alone. */
const oneGroup = (specs: readonly SpanSpec[], only?: number): Uint8Array => {
  const plain = decodeWithOracle('ExportTraceServiceRequest', requestOf(specs)) as Request;
  const [first] = plain.resourceSpans;
  const spans = plain.resourceSpans.flatMap(({ scopeSpans }, index) =>
    scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, spanId: Buffer.alloc(8, index + 1) }))),
  );
  const kept = only === undefined ? spans : spans.slice(only, only + 1);
  return encodeWithOracle('ExportTraceServiceRequest', { resourceSpans: [{ ...first, scopeSpans: [{ spans: kept }] }] });
};

type Request = {
  readonly resourceSpans: ReadonlyArray<{ readonly scopeSpans: ReadonlyArray<{ readonly spans: readonly object[] }> }>;
};

const bySpan = (one: SpanFact, other: SpanFact): number => (one.spanId < other.spanId ? -1 : 1);

describe('what is remembered of spans never shows', () => {
  test('a meter that has seen others answers as one that has not, in any wire order', () => {
    fc.assert(
      fc.property(requests, fc.nat(), (all, seed) => {
        const random = createRandom(seed);
        const bodies = all.flatMap((specs) => {
          const body = requestOf(specs);
          return [
            body,
            encodeScrambled('ExportTraceServiceRequest', decodeWithOracle('ExportTraceServiceRequest', body), random),
          ];
        });
        const experienced = meterOf();
        for (const body of bodies) expect(seen(experienced, body)).toEqual(seen(meterOf(), body));
      }),
      { numRuns: 60 },
    );
  });

  test.each<Partial<MeterOptions>>([{}, { idFrom: ['session.id'], typeFrom: ['session.type'] }, { dimensionKeys: ['team'] }])(
    'an item is that of its own span, whatever spans before said %#',
    (options) => {
      const specs = fc
        .array(itemSpec, { minLength: 1, maxLength: 3 })
        .chain((some) => fc.array(fc.constantFrom(...some), { minLength: 2, maxLength: 8 }));
      fc.assert(
        fc.property(specs, fc.option(fc.constant('acme'), { nil: undefined }), fc.nat(), (all, tenant, seed) => {
          const random = createRandom(seed);
          const experienced = meterOf(options);
          // All in one group, then each in its own, then in another wire order.
          const one = oneGroup(all);
          const shuffled = encodeScrambled(
            'ExportTraceServiceRequest',
            decodeWithOracle('ExportTraceServiceRequest', one),
            random,
          );
          for (const body of [one, requestOf(all), shuffled, one]) {
            expect(seen(experienced, body, tenant)).toEqual(seen(meterOf(options), body, tenant));
          }
          for (const each of all) expect(seen(experienced, requestOf([each]))).toEqual(seen(meterOf(options), requestOf([each])));
          const alone = all.flatMap((_, index) => unpackFacts(metered(meterOf(options), oneGroup(all, index)).facts));
          expect(unpackFacts(metered(experienced, one).facts).toSorted(bySpan)).toEqual(alone);
        }),
        { numRuns: 25 },
      );
    },
  );

  test('a shape that bore no cost is read once it does', () => {
    const meter = meterOf();
    const http = (method: string, host: string, status = 200): SpanSpec => ({
      attributes: {
        'http.request.method': method,
        'http.response.status_code': status,
        'server.address': host,
        'url.path': '/v1/responses',
      },
    });
    const told = [
      http('GET', 'crm.example'),
      http('POST', 'crm.example'),
      http('POST', 'api.openai.com', 429),
      http('GET', 'api.openai.com'),
      http('POST', 'api.openai.co', 429),
      { ...http('POST', 'api.openai.com', 429), kind: 2 },
      http('POST', 'api.openai.com', 429),
    ];
    expect([...told, ...told].map((each) => metered(meter, requestOf([each])).facts.bytes.length > 200)).toEqual(
      [...told, ...told].map((each) => metered(meterOf(), requestOf([each])).facts.bytes.length > 200),
    );
    expect(told.map((each) => boreCost(meter, [each]))).toEqual(told.map((each) => boreCost(meterOf(), [each])));
  });

  test('a key beside the ones a shape had is read', () => {
    const meter = meterOf();
    const plain = { 'url.scheme': 'https', 'thread.id': 1 };
    const call = { 'gen_ai.request.model': 'gpt-5', 'gen_ai.operation.name': 'chat' };
    const spans = (attributes: NonNullable<SpanSpec['attributes']>): readonly SpanSpec[] => [{ attributes }];
    expect(boreCost(meter, spans(plain))).toBe(0);
    expect(boreCost(meter, spans({ ...plain, ...call }))).toBe(1);
    expect(boreCost(meter, spans({ ...call, ...plain }))).toBe(1);
    expect(boreCost(meter, spans({ ...plain, 'costspan.usage.odd': 1 }))).toBe(1);
    expect(boreCost(meter, spans({ ...plain, 'costspan.usages.odd': 1 }))).toBe(0);
    expect(boreCost(meter, spans(plain))).toBe(0);
  });

  test('more different answers than are kept are read one by one', () => {
    const meter = meterOf();
    const systems = Array.from({ length: 3 * KNOWN_ANSWERS_MAX }, (_, index) => `database-${index}`);
    const spans = [...systems, 'qdrant', ...systems, 'x'.repeat(500), 'qdrant'].map(
      (system): SpanSpec => ({
        attributes: { 'db.system': system, 'db.operation': 'search' },
      }),
    );
    expect(spans.map((each) => boreCost(meter, [each])).filter((count) => count > 0)).toEqual([1, 1]);
  });

  test('more questions than are kept begin anew', () => {
    const meter = meterOf();
    const scopes = Array.from({ length: Math.ceil(KNOWN_QUESTIONS_MAX / 10) }, (_, index) => `scope-${index}`);
    const spans = scopes.flatMap((scope) =>
      ['GET', 'PUT', 'POST'].flatMap((method) =>
        [200, 429].map(
          (status): SpanSpec => ({
            scope,
            attributes: {
              'http.request.method': method,
              'http.response.status_code': status,
              'server.address': 'api.openai.com',
            },
          }),
        ),
      ),
    );
    // Of each scope those that were refused are attempts, and nobody bills them.
    expect(boreCost(meter, [...spans, ...spans])).toBe(2 * 3 * scopes.length);
    expect(metered(meter, requestOf(spans))).toEqual(metered(meterOf(), requestOf(spans)));
  });

  test('a dialect that is not pure is asked anew each time', () => {
    let asked = 0;
    const fickle: Dialect = {
      id: 'fickle',
      version: 1,
      emitter: 'Nobody',
      limits: [],
      evidence: 'documented',
      detect: [{ key: ['fickle.kind'] }],
      keys: ['fickle.kind', 'fickle.one', 'fickle.other'],
      reads: [],
      read: (fields) => {
        asked += 1;
        fields.get(asked % 2 === 0 ? 'fickle.one' : 'fickle.other');
        return undefined;
      },
    };
    const meter = meterOf({ dialects: [fickle] });
    const specs = [1, 2, 3, 4].map(
      (number): SpanSpec => ({
        attributes: { 'fickle.kind': 'a', 'fickle.one': number, 'fickle.other': number },
      }),
    );
    for (const each of specs) boreCost(meter, [each]);
    expect(asked).toBe(4);
  });
});

test('every answer that was learned is known, however many there are', () => {
  const known = createKnownAnswers();
  const result = { dialect: undefined, chosenAfter: 1, bearsNone: true };
  const scopes = Array.from({ length: 500 }, () => ({ all: [], unnamed: [], names: undefined, nameLengths: -1 }));
  const toldOf = (number: number) => [{ asks: asks.kind, key: -1, number, value: undefined, prefix: '' }];
  const spanOf = (kind: number) => viewOf({ kind }, createKeyTable([]));
  // As many answers that memory is enlarged now for one of them and now for where one leads to.
  const countOf = (scope: number): number => 1 + (scope % 7);
  for (const [index, scope] of scopes.entries())
    for (let kind = 1; kind <= countOf(index); kind += 1) known.learn(scope, toldOf(kind), result);
  // A kind is asked of the span, not of how it is written.
  const wire = {} as SpanWire;
  for (const [index, scope] of scopes.entries()) {
    for (let kind = 1; kind <= countOf(index); kind += 1)
      expect(known.recall(scope, spanOf(kind), wire)).toEqual({ asks: asks.bearsNone, dialect: undefined });
    expect(known.recall(scope, spanOf(countOf(index) + 1), wire)).toBeUndefined();
  }
});
