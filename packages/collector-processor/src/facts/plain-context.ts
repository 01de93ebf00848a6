import { Buffer } from 'node:buffer';
import type { CostFact, PlainContext } from '@costspan/ledger';
import { type FactReader, openRecord, readHex, readInstant, readNumber } from './fact-reader.ts';
import type { PackedTrace } from './read-packed-facts.ts';
import { readSaid, type Said } from './said.ts';
import { indexedSpansMax, indexSpans, type SpanIndex } from './span-index.ts';

/** What a packed trace says besides its costs, where all that say anything say the same. Valid until the next is read. */
export type PackedContext = PlainContext & {
  /** Whether a span has no parent. */
  readonly rooted: boolean;
  /** End of the first to end of the spans that say something and bear no cost, Unix nanoseconds. */
  readonly firstEndNs?: bigint;
};

const mentionBytes = 36;
const linkBytes = 16;
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
  const sayingCount = readNumber(reader);
  if (sayingCount > 1) return undefined;
  const said = sayingCount === 1 ? readSaying(reader) : undefined;
  if (said !== undefined && !isPlain(said)) return undefined;
  const mentionCount = readNumber(reader);
  const mentionsAt = reader.at;
  let count = 0;
  for (const { buffer, byteOffset } of costs) {
    if (buffer !== context.buffer) return undefined;
    places[count] = byteOffset + 2 + 2 * bytes.readUInt16LE(byteOffset) + 16;
    count += 1;
  }
  const end = context.byteOffset + context.byteLength;
  const linksAt = mentionsAt + mentionCount * mentionBytes;
  for (let at = mentionsAt; at < end; at += at < linksAt ? mentionBytes : linkBytes) {
    places[count] = at;
    count += 1;
  }
  const index = indexSpans(bytes, places, count);
  if (index === undefined) return undefined;
  const times = said === undefined ? undefined : timesOf(bytes, mentionsAt, mentionCount);
  if (said !== undefined && times === undefined) return undefined;
  return {
    ...{ tenant: trace.tenant, traceId: trace.traceId },
    ...(times === undefined ? {} : { mentioned: { ...said, ...times }, firstEndNs: times.firstEndNs }),
    rooted: isRooted(bytes, count),
    callAbove: callsAbove(index, costFacts),
  };
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

/**
 * First start, last end and latest span of mentions: by bytes, because numbers of 64 bits are slow to make. undefined for times
 * that no ledger can hold, which are all taken for the last it can.
 */
function timesOf(bytes: Buffer, mentionsAt: number, count: number): Times | undefined {
  let [first, last, latest, firstEnd] = [mentionsAt, mentionsAt, mentionsAt, mentionsAt];
  for (let left = count - 1, at = mentionsAt + mentionBytes; left > 0; left -= 1, at += mentionBytes) {
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
function callsAbove(index: SpanIndex, costFacts: readonly CostFact[]): PlainContext['callAbove'] {
  let known:
    | { readonly factAt: Map<number, CostFact>; readonly placeOf: Map<CostFact, number>; readonly calls: Set<CostFact> }
    | undefined;
  return (call, among) => {
    known ??= {
      factAt: new Map(costFacts.map((fact, number) => [places[number] ?? 0, fact])),
      placeOf: new Map(costFacts.map((fact, number) => [fact, places[number] ?? 0])),
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
