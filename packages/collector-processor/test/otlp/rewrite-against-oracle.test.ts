import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createKeyTable } from '../../src/otlp/key-table.ts';
import { rewriteTraces } from '../../src/otlp/rewrite-traces.ts';
import type { NewAttribute, SpanView } from '../../src/otlp/span-view.ts';
import { decodeWithOracle, encodeWithOracle } from './proto.ts';

const message = 'ExportTraceServiceRequest';
const ownedPrefix = 'costspan.cost.';
const keys = createKeyTable(['gen_ai.request.model', 'gen_ai.usage.input_tokens', 'service.name', 'kept']);

type Attribute = { readonly key: string; readonly value?: Record<string, unknown> };
type Span = { readonly attributes?: readonly Attribute[] } & Record<string, unknown>;

/** Identifiers: all zeros is none. */
const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length }).filter((each) => each.some((byte) => byte !== 0));
const nanoseconds = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const scalar = fc.oneof(
  fc.record({ stringValue: fc.string({ unit: 'grapheme', maxLength: 40 }) }),
  fc.record({ boolValue: fc.boolean() }),
  fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
  fc.record({ doubleValue: fc.double({ noNaN: true }) }),
  fc.record({ bytesValue: fc.uint8Array({ maxLength: 12 }) }),
);
const value = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 1, arbitrary: fc.record({ arrayValue: fc.record({ values: fc.array(scalar, { maxLength: 3 }) }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kvlistValue: fc.record({
        values: fc.array(fc.record({ key: fc.string({ maxLength: 5 }), value: scalar }), { maxLength: 3 }),
      }),
    }),
  },
);
const key = fc.oneof(
  fc.constantFrom(
    'gen_ai.request.model',
    'gen_ai.usage.input_tokens',
    'kept',
    'costspan.cost.exact',
    'costspan.cost.anything',
    'costspan.category',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
);
const attributes = fc.uniqueArray(fc.record({ key, value }), { maxLength: 8, selector: (each) => each.key });
const span = fc.record(
  {
    traceId: bytes(16),
    spanId: bytes(8),
    parentSpanId: bytes(8),
    name: fc.string({ unit: 'grapheme', maxLength: 20 }),
    kind: fc.integer({ min: 0, max: 5 }),
    startTimeUnixNano: nanoseconds,
    endTimeUnixNano: nanoseconds,
    attributes,
    droppedAttributesCount: fc.nat(9),
    events: fc.array(fc.record({ timeUnixNano: nanoseconds, name: fc.string({ maxLength: 5 }), attributes }), { maxLength: 2 }),
    links: fc.array(fc.record({ traceId: bytes(16), spanId: bytes(8), attributes }), { maxLength: 2 }),
    status: fc.record({ message: fc.string({ maxLength: 5 }), code: fc.integer({ min: 0, max: 2 }) }),
    flags: fc.nat(),
    traceState: fc.string({ maxLength: 10 }),
  },
  { requiredKeys: ['traceId', 'spanId', 'attributes'] },
);
const request = fc.record({
  resourceSpans: fc.array(
    fc.record(
      {
        resource: fc.record({ attributes }),
        scopeSpans: fc.array(
          fc.record(
            {
              scope: fc.record({ name: fc.string({ maxLength: 8 }), version: fc.string({ maxLength: 4 }) }),
              spans: fc.array(span, { maxLength: 4 }),
              schemaUrl: fc.string({ maxLength: 5 }),
            },
            { requiredKeys: ['spans'] },
          ),
          { maxLength: 3 },
        ),
        schemaUrl: fc.string({ maxLength: 5 }),
      },
      { requiredKeys: ['scopeSpans'] },
    ),
    { maxLength: 3 },
  ),
});
const added: readonly NewAttribute[] = [
  ['costspan.cost.exact', '0.0125'],
  ['costspan.cost.amount', 0.0125],
  ['costspan.category', 'llm'],
  ['costspan.cost.waste', false],
  ['costspan.total', 9_007_199_254_740_993n],
];
const addedWire: readonly Attribute[] = [
  { key: 'costspan.cost.exact', value: { stringValue: '0.0125' } },
  { key: 'costspan.cost.amount', value: { doubleValue: 0.0125 } },
  { key: 'costspan.category', value: { stringValue: 'llm' } },
  { key: 'costspan.cost.waste', value: { boolValue: false } },
  { key: 'costspan.total', value: { intValue: '9007199254740993' } },
];

describe('against protobufjs', () => {
  test('what leaves is what came and our attributes, each key once', () => {
    fc.assert(
      fc.property(request, (value) => {
        const body = encodeWithOracle(message, value);
        const result = rewrite(body, () => added);
        const expected = mapSpans(decodeWithOracle(message, body), (each) => withAdded(each, addedWire));
        expect(sorted(decodeWithOracle(message, result))).toEqual(sorted(expected));
      }),
      { numRuns: 300 },
    );
  });

  test('a span nothing is added to loses what only we may say, and nothing else', () => {
    fc.assert(
      fc.property(request, (value) => {
        const body = encodeWithOracle(message, value);
        const expected = mapSpans(decodeWithOracle(message, body), (each) => withAdded(each, []));
        expect(
          decodeWithOracle(
            message,
            rewrite(body, () => undefined),
          ),
        ).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('a span reads as the oracle reads it', () => {
    fc.assert(
      fc.property(request, (value) => {
        const body = encodeWithOracle(message, value);
        const seen: unknown[] = [];
        rewrite(body, (view) => {
          seen.push(readView(view));
          return undefined;
        });
        expect(seen).toEqual(spansOf(decodeWithOracle(message, body)).map(readOracleSpan));
      }),
      { numRuns: 200 },
    );
  });

  test('the same request twice gives the same bytes, and what left once leaves again as it is', () => {
    fc.assert(
      fc.property(request, (value) => {
        const body = encodeWithOracle(message, value);
        const once = Buffer.from(rewrite(body, () => added));
        expect(Buffer.from(rewrite(body, () => added))).toEqual(once);
        expect(
          sorted(
            decodeWithOracle(
              message,
              rewrite(once, () => added),
            ),
          ),
        ).toEqual(sorted(decodeWithOracle(message, once)));
      }),
      { numRuns: 100 },
    );
  });
});

describe('hostile bytes', () => {
  const seed = Number(process.env['COSTSPAN_FUZZ_SEED'] ?? 20_261_122);
  const payloadsMax = Number(process.env['COSTSPAN_FUZZ_PAYLOADS'] ?? 20_000);

  test(`${payloadsMax} mutated requests are rewritten or refused; nothing past the end is read`, () => {
    const random = createRandom(seed);
    const bodies = fc.sample(request, { numRuns: 50, seed }).map((each) => encodeWithOracle(message, each));
    const kinds = { ok: 0, invalid: 0 };
    for (let round = 0; round < payloadsMax; round += 1) {
      const mutated = mutate(bodies[round % bodies.length] ?? Buffer.alloc(0), random);
      // In the middle of other bytes that would read as a longer request: reading past the end would change the result.
      const inside = Buffer.concat([poison, mutated, poison]).subarray(poison.length, poison.length + mutated.length);
      const alone = rewriteTraces(mutated, { keys, ownedPrefix }, () => added);
      const among = rewriteTraces(inside, { keys, ownedPrefix }, () => added);
      kinds[alone.kind] += 1;
      expect(among.kind).toBe(alone.kind);
      if (alone.kind === 'ok' && among.kind === 'ok') expect(Buffer.compare(among.body, alone.body)).toBe(0);
      if (alone.kind === 'invalid' && among.kind === 'invalid') expect(among).toEqual(alone);
    }
    expect(kinds.ok).toBeGreaterThan(0);
    expect(kinds.invalid).toBeGreaterThan(payloadsMax / 10);
  }, 120_000);
});

const poison = Buffer.from('0a7f0a050a030a0166127c12'.repeat(8), 'hex');

function rewrite(body: Uint8Array, onSpan: (span: SpanView) => readonly NewAttribute[] | undefined): Uint8Array {
  const result = rewriteTraces(body, { keys, ownedPrefix }, onSpan);
  if (result.kind === 'invalid') throw new Error(`${result.where}: ${result.problem}`);
  return result.body;
}

function spansOf(decoded: Record<string, unknown>): readonly Span[] {
  const resources = (decoded['resourceSpans'] ?? []) as { scopeSpans?: { spans?: Span[] }[] }[];
  return resources.flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans = [] }) => spans));
}

function mapSpans(decoded: Record<string, unknown>, change: (span: Span) => Span): Record<string, unknown> {
  const copy = structuredClone(decoded) as { resourceSpans?: { scopeSpans?: { spans?: Span[] }[] }[] };
  for (const { scopeSpans = [] } of copy.resourceSpans ?? []) {
    for (const scope of scopeSpans) if (scope.spans !== undefined) scope.spans = scope.spans.map(change);
  }
  return copy;
}

/** What a span must look like afterwards: ours under the owned prefix, no key twice. */
function withAdded(each: Span, ours: readonly Attribute[]): Span {
  const replaced = new Set(ours.map((attribute) => attribute.key));
  const kept = (each.attributes ?? []).filter(
    (attribute) => !attribute.key.startsWith(ownedPrefix) && !replaced.has(attribute.key),
  );
  const { attributes: _, ...rest } = each;
  const all = [...kept, ...ours];
  return all.length === 0 ? rest : { ...rest, attributes: all };
}

/** Attributes of a span are a set: their order says nothing. */
function sorted(decoded: Record<string, unknown>): Record<string, unknown> {
  return mapSpans(decoded, (each) =>
    each.attributes === undefined
      ? each
      : { ...each, attributes: [...each.attributes].sort((one, other) => (one.key < other.key ? -1 : 1)) },
  );
}

function readView(view: SpanView): unknown {
  return {
    traceId: view.traceId,
    spanId: view.spanId,
    start: view.startUnixNs,
    end: view.endUnixNs,
    name: view.name,
    kind: view.kind,
    status: view.statusCode,
    kept: plain(view.get(keys.idOf('kept') ?? -1)),
    model: plain(view.get(keys.idOf('gen_ai.request.model') ?? -1)),
  };
}

function readOracleSpan(each: Span): unknown {
  const { traceId, spanId, startTimeUnixNano, endTimeUnixNano, name = '', kind = 0, status } = each;
  const find = (wanted: string): unknown => plain(each.attributes?.find((attribute) => attribute.key === wanted)?.value);
  return {
    traceId: Buffer.from(String(traceId), 'base64').toString('hex'),
    spanId: Buffer.from(String(spanId), 'base64').toString('hex'),
    start: BigInt(String(startTimeUnixNano ?? 0)),
    end: BigInt(String(endTimeUnixNano ?? 0)),
    name,
    kind,
    status: (status as { code?: number } | undefined)?.code ?? 0,
    kept: find('kept'),
    model: find('gen_ai.request.model'),
  };
}

/** Scalars as comparable text; of composites only that there is one. */
function plain(found: unknown): string {
  if (found === undefined) return 'absent';
  if (typeof found === 'object' && found !== null && !(found instanceof Uint8Array)) {
    const [[kind, inner] = ['', undefined]] = Object.entries(found);
    if (kind === 'stringValue') return `text ${inner}`;
    if (kind === 'boolValue') return `bool ${inner}`;
    if (kind === 'intValue') return `number ${inner}`;
    if (kind === 'doubleValue') return `number ${inner}`;
    return 'composite';
  }
  if (found instanceof Uint8Array) return 'composite';
  return typeof found === 'string' ? `text ${found}` : typeof found === 'boolean' ? `bool ${found}` : `number ${found}`;
}

function createRandom(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function mutate(body: Buffer, random: (below: number) => number): Buffer {
  const changed = Buffer.from(body);
  for (let edits = 1 + random(3); edits > 0 && changed.length > 0; edits -= 1) changed[random(changed.length)] = random(256);
  switch (random(4)) {
    case 0:
      return changed.subarray(0, random(changed.length + 1));
    case 1:
      return Buffer.concat([changed, Buffer.from([random(256), random(256)])]);
    default:
      return changed;
  }
}
