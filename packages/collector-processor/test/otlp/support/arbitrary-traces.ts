import fc from 'fast-check';

/** An AnyValue, KeyValue or request as the oracle takes it: plain data, 64-bit integers as text. */
export type Plain = Record<string, unknown>;

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
);
const int64 = fc.oneof(
  fc.integer({ min: -3, max: 300 }).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
);
const fixed64 = fc.oneof(fc.constant('1767225600123456789'), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String));
const uint32 = fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 0xffff_ffff }));

const { value: anyValue } = fc.letrec<{ value: Plain; list: Plain; map: Plain }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 6, arbitrary: fc.record({ stringValue: text }) },
    { weight: 1, arbitrary: fc.record({ stringValue: fc.string({ minLength: 100, maxLength: 700 }) }) },
    { weight: 2, arbitrary: fc.record({ intValue: int64 }) },
    { weight: 1, arbitrary: fc.record({ boolValue: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ doubleValue: fc.double() }) },
    { weight: 1, arbitrary: fc.record({ bytesValue: fc.uint8Array({ maxLength: 5 }) }) },
    { weight: 1, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record({ arrayValue: tie('list') }) },
    { weight: 1, arbitrary: fc.record({ kvlistValue: tie('map') }) },
  ),
  list: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }),
  map: fc.record({ values: fc.array(fc.record({ key: text, value: tie('value') }), { maxLength: 3 }) }),
}));

/** Keys the tests ask for and write, keys under the owned prefix, near misses of both, and others; repeated ones too. */
const key = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'gen_ai.request.model',
      'gen_ai.usage.input_tokens',
      'costspan.category',
      'costspan.usage.requests',
      'costspan.usage.input_text_tokens',
      'k',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'costspan.cost.exact',
      'costspan.cost.amount',
      'costspan.cost.',
      'costspan.cost',
      'costspan.costs.',
      'Costspan.cost.exact',
    ),
  },
  { weight: 2, arbitrary: text },
);

const keyValue = fc.record({ key, value: anyValue }, { requiredKeys: [] });
const attributes = fc.array(keyValue, { maxLength: 6, size: 'max' });
const id = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.oneof({ weight: 8, arbitrary: fc.uint8Array({ minLength: length, maxLength: length }) }, fc.constant(new Uint8Array(0)));

const event = fc.record({ timeUnixNano: fixed64, name: text, attributes, droppedAttributesCount: uint32 }, { requiredKeys: [] });
const link = fc.record({ traceId: id(16), spanId: id(8), traceState: text, attributes, flags: uint32 }, { requiredKeys: [] });

const span = fc.record(
  {
    traceId: id(16),
    spanId: id(8),
    traceState: text,
    parentSpanId: id(8),
    name: text,
    kind: fc.oneof(fc.nat(5), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    startTimeUnixNano: fixed64,
    endTimeUnixNano: fixed64,
    attributes,
    droppedAttributesCount: uint32,
    events: fc.array(event, { maxLength: 2 }),
    droppedEventsCount: uint32,
    links: fc.array(link, { maxLength: 2 }),
    droppedLinksCount: uint32,
    status: fc.record({ message: text, code: fc.nat(3) }, { requiredKeys: [] }),
    flags: uint32,
  },
  { requiredKeys: [] },
);

const scope = fc.record({ name: text, version: text, attributes, droppedAttributesCount: uint32 }, { requiredKeys: [] });
const entityRef = fc.record({ schemaUrl: text, type: text, idKeys: fc.array(text, { maxLength: 2 }) }, { requiredKeys: [] });
const resource = fc.record(
  { attributes, droppedAttributesCount: uint32, entityRefs: fc.array(entityRef, { maxLength: 1 }) },
  { requiredKeys: [] },
);
const scopeSpans = fc.record({ scope, spans: fc.array(span, { maxLength: 3 }), schemaUrl: text }, { requiredKeys: [] });
const resourceSpans = fc.record(
  { resource, scopeSpans: fc.array(scopeSpans, { maxLength: 2 }), schemaUrl: text },
  { requiredKeys: [] },
);

/** Trace requests with every field OTLP has, present or not. */
export const tracesRequest: fc.Arbitrary<Plain> = fc.record(
  { resourceSpans: fc.array(resourceSpans, { maxLength: 3 }) },
  { requiredKeys: [] },
);

/** Trace requests with at least one span. */
export const tracesRequestWithSpans: fc.Arbitrary<Plain> = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource,
      scopeSpans: fc.array(fc.record({ scope, spans: fc.array(span, { minLength: 1, maxLength: 3 }) }), {
        minLength: 1,
        maxLength: 2,
      }),
    }),
    { minLength: 1, maxLength: 2 },
  ),
});

export {
  anyValue as anyValueArbitrary,
  attributes as attributesArbitrary,
  fixed64,
  id,
  int64,
  resource as resourceArbitrary,
  scope as scopeArbitrary,
  text,
  uint32,
};
