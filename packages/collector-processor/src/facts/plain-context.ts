import { Buffer } from 'node:buffer';
import { type CostFact, earlierNs, isSameItem, laterNs, type PlainContext } from '@costspan/ledger';
import { type FactReader, openRecord, readHex, readInstant, readNumber } from './fact-reader.ts';
import { mentionBytes, type PackedTrace } from './read-packed-facts.ts';
import { readSaid, type Said } from './said.ts';
import { indexedSpansMax, indexSpans, type SpanIndex } from './span-index.ts';

/** What a packed trace says besides its costs, where all that say anything say the same. Valid until the next is read. */
export type PackedContext = PlainContext & {
  /** Whether a span has no parent. */
  readonly rooted: boolean;
  /** End of the first to end of the spans that say something and bear no cost, Unix nanoseconds. */
  readonly firstEndNs?: bigint;
};

const linkBytes = 16;
/** The ids of a span and of its parent. */
const idPairBytes = 16;
const places = new Int32Array(indexedSpansMax);

/**
 * Reads the context of a trace without an object per span; `costFacts` are those of the trace, in the order of its records.
 * undefined when it has to be read span by span: it is large, its spans say different things, or more than an item and
 * dimensions, or one of them is there twice.
 */
export function readPlainContext(trace: PackedTrace, costFacts: readonly CostFact[]): PackedContext | undefined {
  const { spanCount, context, words, costs } = trace;
  if (spanCount > indexedSpansMax) return undefined;
  const bytes = Buffer.from(context.buffer);
  const reader: FactReader = { bytes, words, wordAt: 0, at: context.byteOffset };
  const head = readNumber(reader);
  const isSized = (head & 1) === 1;
  const sayings = isSized ? readPricedSayings(reader, head >>> 1) : readSayings(reader, head >>> 1);
  if (sayings === undefined) return undefined;
  const mentionCount = readNumber(reader);
  const mentionsAt = reader.at;
  let count = 0;
  for (const { buffer, byteOffset } of costs) {
    if (buffer !== context.buffer) return undefined;
    places[count] = byteOffset + 2 + 2 * bytes.readUInt16LE(byteOffset) + 16;
    count += 1;
  }
  const linksAt = mentionsAt + mentionCount * mentionBytes;
  const end = isSized ? linksAt : context.byteOffset + context.byteLength;
  for (let at = mentionsAt; at < end; at += at < linksAt ? mentionBytes : linkBytes) {
    places[count] = at;
    count += 1;
  }
  const index = indexSpans(bytes, places, count);
  if (index === undefined) return undefined;
  const { said, silent, prices } = sayings;
  const times = said === undefined ? undefined : timesOf(bytes, { mentionsAt, count: mentionCount, silent });
  if (said !== undefined && times === undefined) return undefined;
  const plain = {
    ...{ tenant: trace.tenant, traceId: trace.traceId },
    ...(times === undefined ? {} : { mentioned: { ...said, ...times }, firstEndNs: times.firstEndNs }),
    rooted: isRooted(bytes, count),
    callAbove: callsAbove(index, costFacts),
  };
  if (prices === undefined) return plain;
  const all = timesOf(bytes, { mentionsAt, count: mentionCount, silent: undefined });
  if (all === undefined) return undefined;
  const firstSpanId = firstSpanOf(bytes, mentionsAt, mentionCount);
  const size = sizeOf(bytes, linksAt, mentionCount);
  return { ...plain, firstEndNs: all.firstEndNs, telemetry: { ...all, ...size, firstSpanId, prices } };
}

/** One trace as several requests brought it: what is packed of it in each, and the cost-bearing facts of that. */
export type PlainPart = { readonly packed: PackedTrace; readonly costFacts: readonly CostFact[] };

/**
 * Reads the context of a trace that came in parts, as {@link readPlainContext} does of one that came at once. undefined also where
 * a span came again, or spans are counted as telemetry: its sums are kept for the whole trace.
 */
export function readPlainContexts(parts: readonly PlainPart[]): PackedContext | undefined {
  const spanCount = parts.reduce((sum, { packed }) => sum + packed.spanCount, 0);
  if (spanCount > indexedSpansMax) return undefined;
  const ids = Buffer.allocUnsafe(idPairBytes * spanCount);
  let [count, rooted] = [0, false];
  let mentioned: PackedContext['mentioned'];
  const factPlaces: number[] = [];
  for (const { packed, costFacts } of parts) {
    const part = readPlainContext(packed, costFacts);
    if (part === undefined || part.telemetry !== undefined) return undefined;
    if (mentioned !== undefined && part.mentioned !== undefined && !isSameItem(mentioned, part.mentioned)) return undefined;
    mentioned = mergedMentions(mentioned, part.mentioned);
    rooted ||= part.rooted;
    const bytes = Buffer.from(packed.context.buffer);
    for (let index = 0; index < packed.spanCount; index += 1, count += 1) {
      const at = places[index] ?? 0;
      bytes.copy(ids, idPairBytes * count, at, at + idPairBytes);
      if (index < costFacts.length) factPlaces.push(idPairBytes * count);
    }
  }
  for (let index = 0; index < count; index += 1) places[index] = idPairBytes * index;
  const index = indexSpans(ids, places, count);
  const [first] = parts;
  if (index === undefined || first === undefined) return undefined;
  const all = parts.flatMap(({ costFacts }) => costFacts);
  return {
    ...{ tenant: first.packed.tenant, traceId: first.packed.traceId, rooted },
    ...(mentioned === undefined ? {} : { mentioned }),
    callAbove: callsAbove(index, all, factPlaces),
  };
}

function mergedMentions(one: PackedContext['mentioned'], other: PackedContext['mentioned']): PackedContext['mentioned'] {
  if (one === undefined || other === undefined) return one ?? other;
  const isLater =
    other.latest.atNs === one.latest.atNs ? other.latest.spanId > one.latest.spanId : other.latest.atNs > one.latest.atNs;
  return {
    ...one,
    firstNs: earlierNs(one.firstNs, other.firstNs),
    lastNs: laterNs(one.lastNs, other.lastNs),
    latest: isLater ? other.latest : one.latest,
  };
}

type Sayings = {
  /** What those say that say something. */
  readonly said?: Said;
  /** Number of the saying of those that say nothing, where spans are counted as telemetry. */
  readonly silent?: number;
  /** What telemetry costs, where it is counted. */
  readonly prices?: string;
};

const nothingSaid: Sayings = {};

/** undefined: spans say different things, or more than an item and dimensions. */
function readSayings(reader: FactReader, count: number): Sayings | undefined {
  if (count === 0) return nothingSaid;
  const said = count === 1 ? readSaying(reader) : undefined;
  return said !== undefined && isPlain(said) ? { said } : undefined;
}

/** The same where spans are counted as telemetry: some may say nothing, and all have to have one price. */
function readPricedSayings(reader: FactReader, count: number): Sayings | undefined {
  if (count > 2) return undefined;
  const sayings: { -readonly [Key in keyof Sayings]: Sayings[Key] } = {};
  for (let number = 0; number < count; number += 1) {
    const { telemetryPrices, ...said } = readSaying(reader);
    if (!isPlain(said) || telemetryPrices === undefined) return undefined;
    if (telemetryPrices !== (sayings.prices ?? telemetryPrices)) return undefined;
    sayings.prices = telemetryPrices;
    if (said.item === undefined && said.dimensions === undefined) sayings.silent = number;
    else if (sayings.said === undefined) sayings.said = said;
    else return undefined;
  }
  return sayings;
}

/** How much telemetry mentions are; their sizes follow each other. */
function sizeOf(bytes: Buffer, sizesAt: number, spans: number): { readonly bytes: number; readonly spans: number } {
  let sum = 0;
  for (let index = 0; index < spans; index += 1) sum += bytes.readUInt32LE(sizesAt + 4 * index);
  return { bytes: sum, spans };
}

/** The span id of the mention with the least (start, span id). */
function firstSpanOf(bytes: Buffer, mentionsAt: number, count: number): string {
  let first = mentionsAt;
  for (let left = count - 1, at = mentionsAt + mentionBytes; left > 0; left -= 1, at += mentionBytes) {
    const order = compareTimes(bytes, at + 16, first + 16);
    if (order < 0 || (order === 0 && compareIds(bytes, at, first) < 0)) first = at;
  }
  return readHex({ bytes, words: [], wordAt: 0, at: first }, 8);
}

function readSaying(reader: FactReader): Said {
  const length = readNumber(reader);
  const said = readSaid(openRecord(reader.bytes, reader.at, reader.words));
  reader.at += length;
  return said;
}

function isPlain({ item, itemProblem, outcome, events }: Said): boolean {
  return itemProblem === undefined && outcome === undefined && events === undefined && item?.parentId === undefined;
}

type Times = Pick<NonNullable<PlainContext['mentioned']>, 'firstNs' | 'lastNs' | 'latest'> & { readonly firstEndNs: bigint };

type Mentions = {
  readonly mentionsAt: number;
  readonly count: number;
  /** Number of the saying of those that are left out; undefined: none is. */
  readonly silent: number | undefined;
};

/**
 * First start, last end and latest span of mentions: by bytes, because numbers of 64 bits are slow to make. undefined for times
 * that no ledger can hold, which are all taken for the last it can.
 */
function timesOf(bytes: Buffer, { mentionsAt, count, silent }: Mentions): Times | undefined {
  let [first, last, latest, firstEnd] = [-1, -1, -1, -1];
  for (let left = count, at = mentionsAt; left > 0; left -= 1, at += mentionBytes) {
    if (silent !== undefined && bytes.readUInt32LE(at + 32) === silent) continue;
    if (first < 0) {
      first = at;
      last = at;
      latest = at;
      firstEnd = at;
      continue;
    }
    if (compareTimes(bytes, at + 16, first + 16) < 0) first = at;
    if (compareTimes(bytes, at + 24, last + 24) > 0) last = at;
    if (compareTimes(bytes, at + 24, firstEnd + 24) < 0) firstEnd = at;
    const order = compareTimes(bytes, at + 16, latest + 16);
    if (order > 0 || (order === 0 && compareIds(bytes, at, latest) > 0)) latest = at;
  }
  if (((bytes[last + 31] ?? 0) | (bytes[latest + 23] ?? 0)) >= 0x80) return undefined;
  const instantAt = (at: number): bigint => readInstant({ bytes, words: [], wordAt: 0, at });
  return {
    firstNs: instantAt(first + 16),
    lastNs: instantAt(last + 24),
    firstEndNs: instantAt(firstEnd + 24),
    latest: { atNs: instantAt(latest + 16), spanId: readHex({ bytes, words: [], wordAt: 0, at: latest }, 8) },
  };
}

function compareTimes(bytes: Buffer, one: number, other: number): number {
  for (let index = 7; index >= 0; index -= 1) {
    const difference = (bytes[one + index] ?? 0) - (bytes[other + index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareIds(bytes: Buffer, one: number, other: number): number {
  for (let index = 0; index < 8; index += 1) {
    const difference = (bytes[one + index] ?? 0) - (bytes[other + index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function isRooted(bytes: Buffer, count: number): boolean {
  for (let index = 0; index < count; index += 1) if (isZero(bytes, (places[index] ?? 0) + 8)) return true;
  return false;
}

function isZero(bytes: Buffer, at: number): boolean {
  for (let index = 0; index < 8; index += 1) if (bytes[at + index] !== 0) return false;
  return true;
}

/** Walks up by parents' ids. In a circle of parents a span is never above itself. */
function callsAbove(
  index: SpanIndex,
  costFacts: readonly CostFact[],
  factPlaces: ArrayLike<number> = places,
): PlainContext['callAbove'] {
  let known:
    | { readonly factAt: Map<number, CostFact>; readonly placeOf: Map<CostFact, number>; readonly calls: Set<CostFact> }
    | undefined;
  return (call, among) => {
    known ??= {
      factAt: new Map(costFacts.map((fact, number) => [factPlaces[number] ?? 0, fact])),
      placeOf: new Map(costFacts.map((fact, number) => [fact, factPlaces[number] ?? 0])),
      calls: new Set(among),
    };
    const { factAt, placeOf, calls } = known;
    const from = placeOf.get(call) ?? 0;
    let at = index.find(from + 8);
    for (let left = indexedSpansMax; at >= 0 && at !== from && left > 0; left -= 1) {
      const above = factAt.get(at);
      if (above !== undefined && calls.has(above)) return above;
      at = index.find(at + 8);
    }
    return undefined;
  };
}
