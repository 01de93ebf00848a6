import type { CostFact } from '@costspan/ledger';
import type { LogDialect } from '../dialects/log-dialect.ts';
import { LOG_DIALECTS } from '../dialects/log-dialects.ts';
import { packFacts } from '../facts/pack-facts.ts';
import type { PackedFacts } from '../facts/packed-facts.ts';
import type { CodecResult } from '../otlp/codec.ts';
import { createKeyTable } from '../otlp/key-table.ts';
import type { LogRecordView } from '../otlp/visit-log-records.ts';
import { createChooseDialect } from './choose-dialect.ts';
import { isWaste, unpricedReasons } from './create-meter.ts';
import { createIdentifyItem, type IdentifyOptions, keysOfItems } from './identify-item.ts';
import { eventNameOf, openLogSpan } from './log-span.ts';
import { createMapDimensions } from './map-dimensions.ts';
import type { SenderContext } from './meter.ts';
import { createReader, keysOfDialects } from './normalize.ts';
import { observe } from './observe.ts';
import { createPriceSpan, type PriceOptions } from './price-span.ts';
import { openSpanFields } from './span-fields.ts';

/** Everything the reading of log events depends on besides the request. */
export type MeterLogsOptions = PriceOptions &
  IdentifyOptions & {
    readonly visitLogRecords: (body: Uint8Array, onRecord: (record: LogRecordView) => void) => CodecResult<object>;
    /** Ways of writing usage in log events. Default: all that Costspan knows. */
    readonly dialects?: readonly LogDialect[];
  };

/** What the log events of one request say about cost. */
export type MeteredLogs = {
  readonly facts: PackedFacts;
  readonly pricedCount: number;
  /** Events without a price, by reason. */
  readonly unpriced: Readonly<Record<string, number>>;
};

/**
 * Prices the usage events of an ExportLogsServiceRequest (protobuf) that was found valid; undefined when it has none, which for
 * nearly all logs is seen without decoding them. It keeps nothing: the same request twice gives the same facts.
 */
export type MeterLogs = (body: Uint8Array, sender: SenderContext) => MeteredLogs | undefined;

/** Builds the reader of log events of these options. */
export const createMeterLogs = (options: MeterLogsOptions): MeterLogs => {
  const { visitLogRecords, dialects = LOG_DIALECTS } = options;
  const keys = createKeyTable([...keysOfDialects(dialects), ...keysOfItems(options), ...dialects.flatMap(keysOfEvent)]);
  const { identify } = createIdentifyItem(options, keys);
  const mapDimensions = createMapDimensions(options.dimensionMap, keys);
  const price = createPriceSpan(options);
  const choose = createChooseDialect(dialects, keys);
  const readers = new Map(dialects.map((dialect) => [dialect.id, { dialect, read: createReader(dialect) }]));
  const names = [...new Set(dialects.flatMap(({ detect }) => detect.flatMap(({ name }) => name ?? [])))];
  const isMentioned = mentionOf(names);
  const factOf = (record: LogRecordView, sender: SenderContext): CostFact | undefined => {
    const name = eventNameOf(record);
    if (!names.includes(name)) return undefined;
    const found = choose(openLogSpan(record, name, keys));
    const reader = found === undefined ? undefined : readers.get(found.id);
    if (reader === undefined) return undefined;
    const span = openLogSpan(record, name, keys, reader.dialect);
    const normalized = reader.read(openSpanFields(span, keys));
    if (normalized === undefined) return undefined;
    const identity = mapDimensions(span, identify(span, sender));
    const receipt = price(normalized, span.startUnixNs);
    return observe(span, identity, { normalized, receipt, identity, waste: isWaste(normalized, receipt) });
  };
  return (body, sender) => {
    if (!isMentioned(body)) return undefined;
    const facts: CostFact[] = [];
    visitLogRecords(body, (record) => {
      const fact = factOf(record, sender);
      if (fact !== undefined) facts.push(fact);
    });
    return facts.length === 0 ? undefined : { facts: packFacts(facts), ...count(facts) };
  };
};

const keysOfEvent = ({ identity, durationMs }: LogDialect): readonly string[] =>
  durationMs === undefined ? identity : [...identity, durationMs];

/** Whether bytes mention a name: names are ASCII, so they stand in the bytes as they are. The part before the last dot is enough. */
const mentionOf = (names: readonly string[]): ((body: Uint8Array) => boolean) => {
  const parts = [...new Set(names.map((name) => name.slice(name.lastIndexOf('.') + 1)))].map((part) => Buffer.from(part));
  return (body) => {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return parts.some((part) => bytes.includes(part));
  };
};

const count = (facts: readonly CostFact[]): Pick<MeteredLogs, 'pricedCount' | 'unpriced'> => {
  const unpriced = new Map<string, number>();
  let pricedCount = 0;
  for (const { observation } of facts) {
    if (observation.receipt.complete) pricedCount += 1;
    else for (const reason of unpricedReasons(observation.receipt)) unpriced.set(reason, (unpriced.get(reason) ?? 0) + 1);
  }
  return { pricedCount, unpriced: Object.fromEntries([...unpriced].sort(([left], [right]) => (left < right ? -1 : 1))) };
};
