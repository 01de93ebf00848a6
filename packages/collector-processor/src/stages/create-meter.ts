import type { Receipt, TelemetrySku } from '@costspan/pricing';
import type { Dialect } from '../dialects/dialect.ts';
import { DIALECTS } from '../dialects/dialects.ts';
import { collectFacts, type FactCollector } from '../facts/collect-facts.ts';
import type { CodecResult, RewriteOptions, RewriteTraces, RewriteTracesInSteps, RewrittenTraces } from '../otlp/codec.ts';
import { createKeyTable } from '../otlp/key-table.ts';
import type { OnSpan, SpanView } from '../otlp/span-view.ts';
import { auditEventsOf } from './audit-events.ts';
import { createEnrich, ENRICH_KEYS, OWNED_PREFIX, type PricedSpan } from './enrich.ts';
import {
  createIdentifyItem,
  type IdentifyItem,
  type IdentifyOptions,
  type Identity,
  keysOfItems,
  saysSomething,
} from './identify-item.ts';
import { isSampled } from './is-sampled.ts';
import { NAME_CHARACTERS_MAX } from './limits.ts';
import { createMapDimensions } from './map-dimensions.ts';
import { createMeasureTelemetry, type MeasureTelemetry } from './measure-telemetry.ts';
import type { Meter, MeterInSteps, MeterResult, SenderContext, UnknownScope } from './meter.ts';
import { createNormalize, keysOfDialects, type Normalize, type NormalizedSpan } from './normalize.ts';
import { observeInPlace } from './observe.ts';
import { createPassOver, type PassOver } from './pass-over.ts';
import { createPriceSpan, type PriceOptions } from './price-span.ts';

/** Everything the meter's answers depend on besides the request. */
export type MeterOptions = PriceOptions &
  IdentifyOptions & {
    readonly rewriteTraces: RewriteTraces;
    /** Name of this meter, as spans carry it. */
    readonly emitterName: string;
    /** Ways of writing cost on spans, in the order in which they are asked. Default: all that Costspan knows. */
    readonly dialects?: readonly Dialect[];
    /** Whether what the spans say is kept for a ledger. Default: yes. */
    readonly keepsFacts?: boolean;
    /** Who is paid for taking spans in, where the ledger is to know what that costs. Default: nobody. */
    readonly telemetrySku?: TelemetrySku;
  };

/** Builds a meter. It keeps nothing from one request to the next: the same request and sender give the same answer. */
export const createMeter = (options: MeterOptions): Meter => {
  const open = prepareMeter(options);
  return (body, sender) => {
    const { rewriteOptions, onSpan, finish } = open(sender);
    return finish(options.rewriteTraces(body, rewriteOptions, onSpan));
  };
};

/** Builds one that works a few spans at a time. Several requests may be under way. */
export const createMeterInSteps = (
  options: MeteringOptions & { readonly rewriteTracesInSteps: RewriteTracesInSteps },
): MeterInSteps => {
  const open = prepareMeter(options);
  return function* (body, sender) {
    const { rewriteOptions, onSpan, finish } = open(sender);
    return finish(yield* options.rewriteTracesInSteps(body, rewriteOptions, onSpan));
  };
};

type MeteringOptions = Omit<MeterOptions, 'rewriteTraces'>;

/** One request at a meter. */
type MeteredRequest = {
  readonly rewriteOptions: RewriteOptions;
  readonly onSpan: OnSpan;
  readonly finish: (rewritten: CodecResult<RewrittenTraces>) => MeterResult;
};

const prepareMeter = (options: MeteringOptions): ((sender: SenderContext) => MeteredRequest) => {
  const { dialects = DIALECTS, keepsFacts = true, telemetrySku } = options;
  const keys = createKeyTable([...keysOfDialects(dialects), ...keysOfItems(options), ...ENRICH_KEYS]);
  // Without a ledger nobody learns the dimensions of an item.
  const identifying = createIdentifyItem(keepsFacts ? options : { ...options, dimensionKeys: [] }, keys);
  const normalizing = createNormalize(dialects, keys, { keepsEvidence: keepsFacts });
  const stages: Stages = {
    passOver: createPassOver(identifying, normalizing),
    identify: identifying.identify,
    mapDimensions: createMapDimensions(keepsFacts ? options.dimensionMap : undefined, keys),
    normalize: normalizing.normalize,
    price: createPriceSpan(options),
    enrich: createEnrich(options.emitterName, options.book, keys),
    measure: telemetrySku === undefined || !keepsFacts ? undefined : createMeasureTelemetry(telemetrySku, options.book),
  };
  const rewriteOptions = { keys, ownedPrefix: OWNED_PREFIX };
  return (sender) => {
    const request = openRequest(keepsFacts);
    return {
      rewriteOptions,
      onSpan: (span) => meterSpan(span, sender, stages, request),
      finish: (rewritten) => finishRequest(request, rewritten),
    };
  };
};

const finishRequest = (request: OpenRequest, rewritten: CodecResult<RewrittenTraces>): MeterResult => {
  if (rewritten.kind === 'invalid') {
    const at = rewritten.offset === undefined ? '' : ` at byte ${rewritten.offset}`;
    return { kind: 'rejected', reason: 'invalid', message: `${rewritten.where}${at}: ${rewritten.problem}` };
  }
  return {
    kind: 'metered',
    body: rewritten.body,
    facts: request.facts?.finish() ?? { bytes: new Uint8Array(0), spanCount: 0 },
    spanCount: rewritten.spanCount,
    pricedSpanCount: request.pricedSpanCount,
    sampledSpanCount: request.sampledSpanCount,
    invalidUtf8Count: rewritten.invalidUtf8Count,
    unpriced: Object.fromEntries([...request.unpriced].sort(([left], [right]) => (left < right ? -1 : 1))),
    unknownScopes: [...request.unknownScopes.values()],
  };
};

type Stages = {
  readonly passOver: PassOver;
  readonly identify: IdentifyItem;
  readonly mapDimensions: ReturnType<typeof createMapDimensions>;
  readonly normalize: Normalize;
  readonly price: ReturnType<typeof createPriceSpan>;
  readonly enrich: ReturnType<typeof createEnrich>;
  /** Absent: spans are not counted as telemetry. */
  readonly measure: MeasureTelemetry | undefined;
};

/** What piles up over the spans of one request. */
type OpenRequest = {
  readonly facts: FactCollector | undefined;
  readonly unpriced: Map<string, number>;
  readonly unknownScopes: Map<string, UnknownScope>;
  pricedSpanCount: number;
  sampledSpanCount: number;
};

const openRequest = (keepsFacts: boolean): OpenRequest => ({
  facts: keepsFacts ? collectFacts() : undefined,
  unpriced: new Map(),
  unknownScopes: new Map(),
  pricedSpanCount: 0,
  sampledSpanCount: 0,
});

const meterSpan = (span: SpanView, sender: SenderContext, stages: Stages, request: OpenRequest): ReturnType<OnSpan> => {
  const silentTenant = stages.passOver(span, sender);
  if (silentTenant !== undefined) {
    request.facts?.addOther(span, silentTenant, undefined, stages.measure?.(span));
    return undefined;
  }
  const normalized = stages.normalize(span);
  if (normalized !== undefined) return meterCost(span, normalized, stages.identify(span, sender), stages, request);
  if (request.facts !== undefined) keepOther(span, stages.identify(span, sender), stages, request.facts);
  return undefined;
};

/** Of a span that bears no cost and says nothing a link is kept, and no file makes it say something. */
const keepOther = (span: SpanView, own: Identity, stages: Stages, facts: FactCollector): void => {
  const events = auditEventsOf(span);
  const telemetry = stages.measure?.(span);
  if (events === undefined && !saysSomething(own)) {
    facts.addOther(span, own.tenant, undefined, telemetry);
    return;
  }
  const identity = saysSomething(own) ? stages.mapDimensions(span, own) : own;
  facts.addOther(span, identity.tenant, events === undefined ? identity : { ...identity, events }, telemetry);
};

const meterCost = (
  span: SpanView,
  normalized: NormalizedSpan,
  own: Identity,
  stages: Stages,
  request: OpenRequest,
): ReturnType<OnSpan> => {
  const identity = stages.mapDimensions(span, own);
  const events = request.facts && auditEventsOf(span);
  const telemetry = stages.measure?.(span);
  if (isSampled(span.traceState)) request.sampledSpanCount += 1;
  if (normalized.usage.kind === 'unread') addUnknownScope(request, span);
  const receipt = stages.price(normalized, span.startUnixNs);
  const priced: PricedSpan = { normalized, receipt, identity, waste: isWaste(normalized, receipt) };
  // A span without a valid id cannot be told from another one: the ledger would charge them as one, so it gets neither.
  const fact = observeInPlace(span, identity, priced, events);
  const isKept = request.facts?.addCost(span, telemetry === undefined ? fact : { ...fact, telemetry }) ?? span.hasIds;
  if (!isKept) addUnpriced(request, 'span-id-invalid');
  else if (normalized.role !== 'aggregate' && normalized.undecided !== true) count(request, receipt);
  return normalized.undecided === true ? undefined : stages.enrich(span, priced);
};

/** Cost that produced nothing: an attempt whose answer was not used, or a span that failed. What is not billed is no cost. */
export const isWaste = ({ role, failed }: NormalizedSpan, { status }: Receipt): boolean =>
  status !== 'non_billable' && role !== 'aggregate' && (role === 'attempt' || failed);

const count = (request: OpenRequest, receipt: Receipt): void => {
  if (receipt.complete) {
    request.pricedSpanCount += 1;
    return;
  }
  for (const reason of unpricedReasons(receipt)) addUnpriced(request, reason);
};

const addUnknownScope = ({ unknownScopes }: OpenRequest, { scopeName, scopeVersion }: SpanView): void => {
  const name = scopeName.slice(0, NAME_CHARACTERS_MAX);
  const version = scopeVersion.slice(0, NAME_CHARACTERS_MAX);
  const key = `${name}\n${version}`;
  unknownScopes.set(key, { name, version, spans: (unknownScopes.get(key)?.spans ?? 0) + 1 });
};

const addUnpriced = ({ unpriced }: OpenRequest, reason: string): void => {
  unpriced.set(reason, (unpriced.get(reason) ?? 0) + 1);
};

/** Why a receipt is incomplete, each reason once. Reasons of lines that do have a cost are not among them. */
export const unpricedReasons = ({ lines, reasons }: Receipt): ReadonlySet<string> => {
  if (lines.length === 0) return new Set(reasons);
  const ofLines = lines.filter(({ cost }) => cost === undefined).flatMap(({ reason }) => reason ?? []);
  return new Set([...ofLines, ...reasons.filter((reason) => LACKING.includes(reason))]);
};

/** Reasons that stand for usage nobody stated, so that no line stands for them. */
const LACKING: readonly string[] = ['input-missing', 'output-missing'];
