import type { AttributeValue, KeyTable, SpanView } from '../../src/otlp/span-view.ts';
import { decodeWithOracle, encodeWithOracle } from '../otlp/proto.ts';

/** A span as a test writes it down. */
export type SpanSpec = {
  readonly scope?: string;
  readonly scopeVersion?: string;
  readonly name?: string;
  /** As OTLP numbers it. Default: 3, client. */
  readonly kind?: number;
  /** 2 is an error. */
  readonly status?: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly startUnixNs?: bigint;
  readonly endUnixNs?: bigint;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly resource?: Readonly<Record<string, AttributeValue>>;
};

/** 2026-11-01T00:00:00Z. */
export const START_NS = 1_793_491_200_000_000_000n;

const withDefaults = (spec: SpanSpec): Required<SpanSpec> => ({
  scope: '',
  scopeVersion: '',
  name: 'span',
  kind: 3,
  status: 0,
  traceId: '0123456789abcdef0123456789abcdef',
  spanId: '00000000000000aa',
  parentSpanId: '',
  traceState: '',
  startUnixNs: START_NS,
  endUnixNs: START_NS + 2_000_000_000n,
  attributes: {},
  resource: {},
  ...spec,
});

/** The span behind the interface that stages see. */
export const viewOf = (spec: SpanSpec, table: KeyTable): SpanView => {
  const { attributes, resource, ...span } = withDefaults(spec);
  const at = (values: Readonly<Record<string, AttributeValue>>, key: number): AttributeValue | undefined => {
    const name = table.keys[key];
    return name === undefined ? undefined : values[name];
  };
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    hasIds: span.traceId !== '' && span.spanId !== '',
    traceState: span.traceState,
    startUnixNs: span.startUnixNs,
    endUnixNs: span.endUnixNs,
    byteLength: 0,
    name: span.name,
    kind: span.kind,
    statusCode: span.status,
    groupNumber: Number.NaN,
    scopeName: span.scope,
    scopeVersion: span.scopeVersion,
    get: (key) => at(attributes, key),
    resource: (key) => at(resource, key),
    wire: undefined,
    copyTraceId: (target, at) => copyInto(target, at, Buffer.from(span.traceId, 'hex')),
    copyLink: (target, at) => copyInto(target, at, Buffer.from(`${span.spanId}${span.parentSpanId.padStart(16, '0')}`, 'hex')),
    copyTimes: (target, at) => {
      const times = Buffer.alloc(16);
      times.writeBigUInt64LE(span.startUnixNs, 0);
      times.writeBigUInt64LE(span.endUnixNs, 8);
      copyInto(target, at, times);
    },
    eventsNamed: () => [],
    withPrefix: (prefix) => Object.entries(attributes).filter(([key]) => key.startsWith(prefix)),
    resourceWithPrefix: (prefix) => Object.entries(resource).filter(([key]) => key.startsWith(prefix)),
  };
};

const copyInto = (target: DataView, at: number, bytes: Buffer): void => {
  for (const [index, byte] of bytes.entries()) target.setUint8(at + index, byte);
};

/** The spans as one protobuf request, a resource and scope each. */
export const requestOf = (specs: readonly SpanSpec[]): Uint8Array =>
  encodeWithOracle('ExportTraceServiceRequest', {
    resourceSpans: specs.map((spec) => {
      const span = withDefaults(spec);
      return {
        resource: { attributes: keyValues(span.resource) },
        scopeSpans: [
          {
            scope: { name: span.scope, version: span.scopeVersion },
            spans: [
              {
                traceId: bytesOf(span.traceId),
                spanId: bytesOf(span.spanId),
                parentSpanId: bytesOf(span.parentSpanId),
                traceState: span.traceState,
                name: span.name,
                kind: span.kind,
                startTimeUnixNano: String(span.startUnixNs),
                endTimeUnixNano: String(span.endUnixNs),
                attributes: keyValues(span.attributes),
                status: { code: span.status },
              },
            ],
          },
        ],
      };
    }),
  });

/** Attributes of every span of a request, in request order, as plain values: ints and doubles are told apart by type. */
export const attributesOf = (body: Uint8Array): ReadonlyArray<Readonly<Record<string, unknown>>> => {
  const request = decodeWithOracle('ExportTraceServiceRequest', body) as Decoded;
  return request.resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ attributes = [] }) => Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))),
    ),
  );
};

type Decoded = {
  readonly resourceSpans: ReadonlyArray<{
    readonly scopeSpans: ReadonlyArray<{
      readonly spans: ReadonlyArray<{
        readonly attributes?: ReadonlyArray<{ readonly key: string; readonly value: Readonly<Record<string, unknown>> }>;
      }>;
    }>;
  }>;
};

export const bytesOf = (hex: string): Buffer => Buffer.from(hex, 'hex');

export const keyValues = (values: Readonly<Record<string, AttributeValue>>): readonly unknown[] =>
  Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));

export const anyValue = (value: AttributeValue): Record<string, unknown> => {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: (value as readonly AttributeValue[]).map(anyValue) } };
};
