import type { SpanFact } from '@costspan/ledger';
import { type CompiledBook, compileBook, type PriceRow, parseTelemetryPrices } from '@costspan/pricing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unpackFacts } from '../../src/facts/read-packed-facts.ts';
import { rewriteTraces } from '../../src/otlp/rewrite-traces.ts';
import { createMeter, type MeterOptions } from '../../src/stages/create-meter.ts';
import { decodeWithOracle, encodeWithOracle } from '../otlp/proto.ts';
import { requestOf, type SpanSpec, START_NS } from './spans.ts';

const row = (amount: string, more: Partial<PriceRow> = {}): PriceRow => ({
  ...{ id: `vendor/gb/${amount}`, provider: 'vendor', match: { exact: 'traces' }, unit: 'telemetry_gb' },
  ...{ amount, per: '1', status: 'list' },
  ...more,
});

const bookOf = (...prices: readonly PriceRow[]): CompiledBook => {
  const compiled = compileBook([{ book: 'test', version: '1', currency: 'USD', prices }], {
    version: '1',
    sha256: 'ab'.repeat(32),
  });
  if (compiled.kind === 'invalid') throw new Error(JSON.stringify(compiled.issues));
  return compiled.book;
};

const OPTIONS: MeterOptions = {
  rewriteTraces,
  book: bookOf(row('0.10')),
  emitterName: 'costspan',
  trust: { declaredCost: true, providerCost: true, billable: true },
  idFrom: [],
  typeFrom: [],
  telemetrySku: { provider: 'vendor', model: 'traces' },
};

const factsOf = (specs: readonly SpanSpec[], options: Partial<MeterOptions> = {}): readonly SpanFact[] => {
  const metered = createMeter({ ...OPTIONS, ...options })(requestOf(specs), {});
  if (metered.kind !== 'metered') throw new Error(metered.message);
  return unpackFacts(metered.facts);
};

const call = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-5' };

const specs = fc
  .array(
    fc.record({
      name: fc.string({ maxLength: 300 }),
      attributes: fc.constantFrom<NonNullable<SpanSpec['attributes']>>(
        {},
        { 'http.route': '/'.repeat(500) },
        { 'costspan.work_item.id': 'T-1', 'costspan.work_item.type': 'ticket' },
        call,
        { ...call, 'costspan.work_item.id': 'T-1', 'gen_ai.prompt': 'p'.repeat(20_000) },
      ),
      resource: fc.constantFrom({}, { 'service.name': 'agent'.repeat(100) }),
      scope: fc.constantFrom('', 'a scope'),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((all) => all.map((spec, index): SpanSpec => ({ ...spec, spanId: (index + 1).toString(16).padStart(16, '0') })));

/** Bytes of each span of a request, as protobufjs writes it, by span id. */
const sizesOf = (given: readonly SpanSpec[]): Readonly<Record<string, number>> => {
  const { resourceSpans } = decodeWithOracle('ExportTraceServiceRequest', requestOf(given)) as {
    readonly resourceSpans: ReadonlyArray<{
      readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Record<string, unknown>> }>;
    }>;
  };
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((each) => each.spans));
  return Object.fromEntries(spans.map((span, index) => [given[index]?.spanId ?? '', encodeWithOracle('Span', span).length]));
};

describe('a span as telemetry', () => {
  test('is as large as its own bytes, whatever it says and whatever it shares with others', () => {
    fc.assert(
      fc.property(specs, (given) => {
        const measured = factsOf(given).map(({ spanId, telemetry }) => [spanId, telemetry?.bytes]);
        expect(Object.fromEntries(measured)).toEqual(sizesOf(given));
      }),
    );
  });

  test('is nothing where no SKU is configured, and the spans leave as they would', () => {
    fc.assert(
      fc.property(specs, (given) => {
        const { telemetrySku: _sku, ...without } = OPTIONS;
        const [on, off] = [OPTIONS, without].map((options) => createMeter(options)(requestOf(given), {}));
        if (on?.kind !== 'metered' || off?.kind !== 'metered') throw new Error('not metered');
        const plain = unpackFacts(off.facts);
        expect(plain.filter(({ telemetry }) => telemetry !== undefined)).toEqual([]);
        expect(on.body).toEqual(off.body);
        const told = unpackFacts(on.facts).map(({ spanId, item, observation }) => [spanId, item, observation]);
        const toldOff = plain.map(({ spanId, item, observation }) => [spanId, item, observation]);
        expect(Object.fromEntries(told.map(([id, ...rest]) => [id, rest]))).toEqual(
          Object.fromEntries(toldOff.map(([id, ...rest]) => [id, rest])),
        );
      }),
    );
  });

  test('keeps when it was, although it says nothing', () => {
    expect(factsOf([{ name: 'GET /', endUnixNs: START_NS + 5n }])[0]).toMatchObject({ startNs: START_NS, endNs: START_NS + 5n });
  });

  test('has the price of its start, also within the minute in which prices change', () => {
    const book = bookOf(
      row('0.10', { valid_to: '2026-11-01T00:00:30.500Z' }),
      row('0.20', { valid_from: '2026-11-01T00:00:30.500Z' }),
    );
    const at = (milliseconds: bigint): string | undefined => {
      const [fact] = factsOf([{ startUnixNs: START_NS + milliseconds * 1_000_000n }], { book });
      return parseTelemetryPrices(fact?.telemetry?.prices ?? '').lines[0]?.amount;
    };
    expect([0n, 30_499n, 30_500n, 59_999n, 60_000n].map(at)).toEqual(['0.10', '0.10', '0.20', '0.20', '0.20']);
  });

  test('is not kept of a span that cannot be told from another one', () => {
    expect(factsOf([{ spanId: '0000000000000000' }])).toEqual([]);
  });
});
