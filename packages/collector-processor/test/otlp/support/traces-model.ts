import type { AttributeValue, NewAttribute, SpanView } from '../../../src/otlp/span-view.ts';
import { decodeWithOracle, encodeWithOracle } from '../proto.ts';
import type { Plain } from './arbitrary-traces.ts';
import { type RawField, readRawFields } from './raw-fields.ts';

type OracleAttribute = { readonly key?: string; readonly value?: Plain };

/** What a rewrite must do to a request, worked out on the oracle's reading, field by field. */
export type RewriteModel = {
  readonly ownedPrefix: string;
  readonly added: (spanIndex: number) => readonly NewAttribute[] | undefined;
};

/** A field, or the fields inside it: every byte of a request but the lengths of the messages that hold spans. */
export type Outline = string | readonly Outline[];

const memberNumbers = [1, 2, 2];

/** The bytes of a request down to the fields of its spans; `changeSpan` may replace those of each span. */
export function outline(
  body: Uint8Array,
  changeSpan: (fields: readonly RawField[]) => readonly string[] = rawOf,
  level = 0,
): Outline[] {
  return readRawFields(body).map(({ number, raw, content }) => {
    if (number !== memberNumbers[level]) return raw;
    return level === 2 ? [...changeSpan(readRawFields(content))] : outline(content, changeSpan, level + 1);
  });
}

function rawOf(fields: readonly RawField[]): string[] {
  return fields.map(({ raw }) => raw);
}

/** The outline a rewritten request must have. */
export function expectedOutline(body: Uint8Array, model: RewriteModel): Outline[] {
  let index = 0;
  return outline(body, (fields) => {
    const added = dedupe(model.added(index) ?? []);
    index += 1;
    return changeFields(fields, model.ownedPrefix, added);
  });
}

/** Where a key is given twice, the last value counts, in the place of the first. */
function dedupe(added: readonly NewAttribute[]): NewAttribute[] {
  return [...new Map(added).entries()];
}

function changeFields(fields: readonly RawField[], ownedPrefix: string, added: readonly NewAttribute[]): string[] {
  const rest = new Map(added);
  const changed: string[] = [];
  for (const { number, raw, content } of fields) {
    const key = number === 9 ? ((decodeWithOracle('KeyValue', content)['key'] as string | undefined) ?? '') : undefined;
    const value = key === undefined ? undefined : rest.get(key);
    if (key !== undefined && value !== undefined) {
      changed.push(encodeAttribute([key, value]));
      rest.delete(key);
    } else if (key === undefined || !(key.startsWith(ownedPrefix) || added.some(([each]) => each === key))) {
      changed.push(raw);
    }
  }
  return [...changed, ...[...rest.entries()].map(encodeAttribute)];
}

/** One attribute as a field of a span, in the oracle's spelling. */
export function encodeAttribute([key, value]: NewAttribute): string {
  return encodeWithOracle('Span', { attributes: [{ key, value: toPlain(value) }] }).toString('hex');
}

function toPlain(value: NewAttribute[1]): Plain {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return typeof value === 'bigint' ? { intValue: String(value) } : { doubleValue: value };
}

/** Everything a span view shows, with the attributes of some keys and prefixes. */
export type Snapshot = Record<string, unknown>;

/** What a view shows. */
export function takeSnapshot(view: SpanView, keyIds: readonly number[], prefix: string): Snapshot {
  return {
    traceId: view.traceId,
    spanId: view.spanId,
    parentSpanId: view.parentSpanId,
    traceState: view.traceState,
    startUnixNs: view.startUnixNs,
    endUnixNs: view.endUnixNs,
    name: view.name,
    kind: view.kind,
    statusCode: view.statusCode,
    scopeName: view.scopeName,
    scopeVersion: view.scopeVersion,
    get: keyIds.map((id) => view.get(id)),
    resource: keyIds.map((id) => view.resource(id)),
    withPrefix: view.withPrefix(prefix),
  };
}

type OracleSpan = Plain & { readonly attributes?: readonly OracleAttribute[]; readonly status?: { readonly code?: number } };
type OracleRequest = {
  readonly resourceSpans?: ReadonlyArray<{
    readonly resource?: { readonly attributes?: readonly OracleAttribute[] };
    readonly scopeSpans?: ReadonlyArray<{
      readonly scope?: { readonly name?: string; readonly version?: string };
      readonly spans?: readonly OracleSpan[];
    }>;
  }>;
};

/** What views of the spans must show, from the oracle's reading. */
export function expectedSnapshots(body: Uint8Array, keys: readonly string[], prefix: string): Snapshot[] {
  const request = decodeWithOracle('ExportTraceServiceRequest', body) as OracleRequest;
  return (request.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map((span) => ({
        traceId: hexOf(span['traceId']),
        spanId: hexOf(span['spanId']),
        parentSpanId: hexOf(span['parentSpanId']),
        traceState: span['traceState'] ?? '',
        startUnixNs: BigInt((span['startTimeUnixNano'] as string | undefined) ?? 0),
        endUnixNs: BigInt((span['endTimeUnixNano'] as string | undefined) ?? 0),
        name: span['name'] ?? '',
        kind: span['kind'] ?? 0,
        statusCode: span.status?.code ?? 0,
        scopeName: scope?.name ?? '',
        scopeVersion: scope?.version ?? '',
        get: keys.map((key) => lastValue(span.attributes, key)),
        resource: keys.map((key) => lastValue(resource?.attributes, key)),
        withPrefix: (span.attributes ?? [])
          .filter(({ key = '' }) => key.startsWith(prefix))
          .map(({ key = '', value = {} }) => [key, toValue(value)])
          .filter(([, value]) => value !== undefined),
      })),
    ),
  );
}

function hexOf(base64: unknown): string {
  const hex = Buffer.from((base64 as string | undefined) ?? '', 'base64').toString('hex');
  return /^0*$/.test(hex) ? '' : hex;
}

function lastValue(attributes: readonly OracleAttribute[] = [], key: string): AttributeValue | undefined {
  return toValue(attributes.findLast((attribute) => (attribute.key ?? '') === key)?.value ?? {});
}

/** An AnyValue of the oracle as the value a view shows. */
export function toValue(value: Plain): AttributeValue | undefined {
  const [name, member] = Object.entries(value)[0] ?? ['', undefined];
  switch (name) {
    case 'intValue': {
      const integer = BigInt(member as string);
      return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
    }
    case 'bytesValue':
      return new Uint8Array(Buffer.from(member as string, 'base64'));
    case 'arrayValue':
      return listOf(member)
        .map(toValue)
        .filter((item) => item !== undefined);
    case 'kvlistValue':
      return Object.fromEntries(
        listOf(member).flatMap((item) => {
          const inner = toValue((item['value'] as Plain | undefined) ?? {});
          return inner === undefined ? [] : [[(item['key'] as string | undefined) ?? '', inner]];
        }),
      );
    default:
      return member as AttributeValue | undefined;
  }
}

function listOf(member: unknown): readonly Plain[] {
  return (member as { readonly values?: readonly Plain[] }).values ?? [];
}
