import type { SpanFact } from '@costspan/ledger';
import { meaningsOf } from '../dialects/describe-dialect.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { DIALECTS } from '../dialects/dialects.ts';
import type { CodecResult, RewriteTraces } from '../otlp/codec.ts';
import { createKeyTable } from '../otlp/key-table.ts';
import type { AttributeValue, KeyTable, SpanView } from '../otlp/span-view.ts';
import { createChooseDialect } from './choose-dialect.ts';
import { isWaste } from './create-meter.ts';
import { OWNED_PREFIX } from './enrich.ts';
import { createIdentifyItem, type IdentifyOptions, type Identity, keysOfItems, saysSomething } from './identify-item.ts';
import { isSampled } from './is-sampled.ts';
import { NAME_CHARACTERS_MAX, SHOWN_CHARACTERS_MAX } from './limits.ts';
import { createMapDimensions } from './map-dimensions.ts';
import type { SenderContext } from './meter.ts';
import { createReader, keysOfDialects } from './normalize.ts';
import { observe } from './observe.ts';
import { createPriceSpan, type PriceOptions } from './price-span.ts';
import { openSpanFields } from './span-fields.ts';

/** A key that reading a span found, what it was read as, and what it held. */
export type KeyReading = {
  readonly key: string;
  /** Unit, or what the key names; absent where the dialect is no list of keys. */
  readonly readAs?: string;
  /** Long texts and whole answers are described by their length: they may hold what a model was asked or said. */
  readonly value: string | number | boolean;
};

/** What the processor makes of one span, and from what. */
export type SpanExplanation = {
  /** What the ledger is told; without an observation the span bears no cost. */
  readonly fact: SpanFact;
  readonly scopeName: string;
  readonly scopeVersion: string;
  /** Identifier and version of the dialect that recognised the span; absent when none did. */
  readonly dialect?: string;
  /** Whether its trace state says that traces like its own were dropped. */
  readonly sampled: boolean;
  /** Keys that were found while reading, in the order in which they were asked for. */
  readonly read: readonly KeyReading[];
};

/** Everything an explanation depends on besides the request: what a meter depends on. */
export type ExplainOptions = PriceOptions &
  IdentifyOptions & {
    readonly rewriteTraces: RewriteTraces;
    readonly dialects?: readonly Dialect[];
  };

/** Explains every span of an ExportTraceServiceRequest (protobuf), in request order. */
export type Explain = (body: Uint8Array, sender: SenderContext) => CodecResult<{ readonly spans: readonly SpanExplanation[] }>;

/** Builds a pure function that says what a meter of these options does with each span, and from which keys. */
export const createExplain = (options: ExplainOptions): Explain => {
  const { rewriteTraces, dialects = DIALECTS } = options;
  const keys = createKeyTable([...keysOfDialects(dialects), ...keysOfItems(options)]);
  const { identify } = createIdentifyItem(options, keys);
  const mapDimensions = createMapDimensions(options.dimensionMap, keys);
  const price = createPriceSpan(options);
  const read = createExplainedReader(dialects, keys);
  const explainSpan = (span: SpanView, sender: SenderContext): SpanExplanation => {
    const own = identify(span, sender);
    const { dialect, normalized, found } = read(span);
    const identity = normalized !== undefined || saysSomething(own) ? mapDimensions(span, own) : own;
    const receipt = normalized === undefined ? undefined : price(normalized, span.startUnixNs);
    const fact =
      normalized === undefined || receipt === undefined
        ? placeOf(span, identity)
        : observe(span, identity, { normalized, receipt, identity, waste: isWaste(normalized, receipt) });
    return {
      fact,
      scopeName: span.scopeName,
      scopeVersion: span.scopeVersion,
      ...(dialect !== undefined && { dialect: `${dialect.id}@${dialect.version}` }),
      sampled: isSampled(span.traceState),
      read: found,
    };
  };
  return (body, sender) => {
    const spans: SpanExplanation[] = [];
    const walked = rewriteTraces(body, { keys, ownedPrefix: OWNED_PREFIX }, (span) => {
      spans.push(explainSpan(span, sender));
      return undefined;
    });
    return walked.kind === 'ok' ? { kind: 'ok', spans } : walked;
  };
};

const placeOf = (span: SpanView, identity: Identity): SpanFact => ({
  ...identity,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  name: span.name.slice(0, NAME_CHARACTERS_MAX),
  startNs: span.startUnixNs,
  endNs: span.endUnixNs,
});

type Read = {
  readonly dialect: Dialect | undefined;
  readonly normalized: ReturnType<ReturnType<typeof createReader>>;
  readonly found: readonly KeyReading[];
};

const createExplainedReader = (dialects: readonly Dialect[], keys: KeyTable): ((span: SpanView) => Read) => {
  const choose = createChooseDialect(dialects, keys);
  const readers = new Map(
    dialects.map((dialect) => [dialect, { read: createReader(dialect), show: createShow(dialect) }] as const),
  );
  return (span) => {
    const dialect = choose(span);
    const reader = dialect === undefined ? undefined : readers.get(dialect);
    if (reader === undefined) return { dialect: undefined, normalized: undefined, found: [] };
    const found = new Map<string, AttributeValue>();
    const normalized = reader.read(openSpanFields(recording(span, keys, found), keys));
    return { dialect, normalized, found: [...found].map(([key, value]) => reader.show(key, value)) };
  };
};

/** The span under the cursor, noting every key that is asked for and there. */
const recording = (span: SpanView, keys: KeyTable, found: Map<string, AttributeValue>): SpanView => {
  const get: SpanView['get'] = (key) => {
    const value = span.get(key);
    const name = keys.keys[key];
    if (value !== undefined && name !== undefined) found.set(name, value);
    return value;
  };
  const withPrefix: SpanView['withPrefix'] = (prefix) => {
    const values = span.withPrefix(prefix);
    for (const [key, value] of values) found.set(key, value);
    return values;
  };
  // Everything else is asked of the span itself.
  return Object.create(span, { get: { value: get }, withPrefix: { value: withPrefix } });
};

const createShow = (dialect: Dialect): ((key: string, value: AttributeValue) => KeyReading) => {
  const meanings = new Map(meaningsOf(dialect).flatMap(({ keys, meaning }) => keys.map((key) => [key, meaning] as const)));
  const payloads = new Set('call' in dialect ? dialect.call.payloads?.map(({ key }) => key) : []);
  return (key, value) => {
    const readAs = meanings.get(key);
    return { key, ...(readAs !== undefined && { readAs }), value: shown(value, payloads.has(key)) };
  };
};

const shown = (value: AttributeValue, isPayload: boolean): KeyReading['value'] => {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'string') return Array.isArray(value) ? '(a list)' : '(not text)';
  if (isPayload || value.length > SHOWN_CHARACTERS_MAX) return `(${value.length} characters)`;
  return withoutQuery(value);
};

/** Some providers take keys in the query of an address. */
const withoutQuery = (text: string): string => {
  const address = /^(?:\w+:\/\/|\/)[^?#]*/.exec(text)?.[0];
  return address === undefined || address.length === text.length ? text : `${address} (and a query)`;
};
