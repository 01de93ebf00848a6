import { Buffer } from 'node:buffer';
import type { CostFact, SpanFact } from '@costspan/ledger';
import { type FactReader, openRecord, readHex, readInstant, readNumber, readText, readWord } from './fact-reader.ts';
import type { PackedFacts } from './packed-facts.ts';
import { readCostFact, readParent } from './read-cost-fact.ts';
import { readSaid, type Said } from './said.ts';

/** The facts of one trace in a request, still packed. */
export type PackedTrace = {
  readonly tenant: string;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  readonly spanCount: number;
  /** Records of cost-bearing spans. */
  readonly costs: readonly Uint8Array[];
  /** All other spans. */
  readonly context: Uint8Array;
  /** What the words in it stand for. */
  readonly words: readonly string[];
  /** Where all of it begins in the buffer that `context` ends. */
  readonly recordAt: number;
};

/** The traces of a request, in the order in which they first came. Their bytes are those of the request. */
export function readPackedFacts(request: Uint8Array): readonly PackedTrace[] {
  const bytes = Buffer.from(request.buffer, request.byteOffset, request.byteLength);
  const words = readWords(bytes);
  const traces: PackedTrace[] = [];
  let at = 8;
  for (let left = bytes.readUInt32LE(4); left > 0; left -= 1) {
    const end = at + 4 + bytes.readUInt32LE(at);
    traces.push(readTrace(bytes, { start: at + 4, end }, words));
    at = end;
  }
  return traces;
}

function readWords(bytes: Buffer): readonly string[] {
  const reader: FactReader = { bytes, words: [], wordAt: 0, at: bytes.readUInt32LE(0) };
  return Array.from({ length: readNumber(reader) }, () => readText(reader));
}

function readTrace(
  bytes: Buffer,
  { start, end }: { readonly start: number; readonly end: number },
  words: readonly string[],
): PackedTrace {
  const reader = openRecord(bytes, start, words);
  const traceId = readHex(reader, 16);
  const tenant = readWord(reader);
  const costCount = readNumber(reader);
  const otherCount = readNumber(reader);
  const costs: Uint8Array[] = [];
  for (let left = costCount; left > 0; left -= 1) {
    const length = readNumber(reader);
    costs.push(bytes.subarray(reader.at, reader.at + length));
    reader.at += length;
  }
  const context = bytes.subarray(reader.at, end);
  return { tenant, traceId, spanCount: costCount + otherCount, costs, context, words, recordAt: bytes.byteOffset + start };
}

/** One trace of a request by itself: keeping it does not keep the request. */
export type OwnTrace = { readonly record: Buffer; readonly words: readonly string[] };

/** Copies a trace out of its request. */
export function ownTrace({ context, recordAt, words }: PackedTrace): OwnTrace {
  const length = context.byteOffset + context.byteLength - recordAt;
  return { record: Buffer.from(new Uint8Array(context.buffer, recordAt, length)), words };
}

/** The trace that was copied. */
export function readOwnTrace({ record, words }: OwnTrace): PackedTrace {
  return readTrace(record, { start: 0, end: record.length }, words);
}

/** Every fact of a request, by trace: the cost-bearing ones first, then those that say something, then the links. */
export function unpackFacts({ bytes }: PackedFacts): readonly SpanFact[] {
  return readPackedFacts(bytes).flatMap((trace) => [...costFactsOf(trace), ...contextFactsOf(trace)]);
}

/** Whether all spans of a trace say nothing but whose children they are: it begins without sayings and mentions. */
export function holdsLinksAlone({ costs, context }: PackedTrace): boolean {
  return costs.length === 0 && context[0] === 0 && context[1] === 0;
}

/** The cost-bearing spans of a trace. */
export function costFactsOf({ costs, words }: Pick<PackedTrace, 'costs' | 'words'>): readonly CostFact[] {
  return costs.map((record) => readCostFact(record, 0, words));
}

/** The other spans of a trace: those that say something about their item, then those that only link. */
export function contextFactsOf({
  tenant,
  traceId,
  context,
  words,
}: Pick<PackedTrace, 'tenant' | 'traceId' | 'context' | 'words'>): readonly SpanFact[] {
  const bytes = Buffer.from(context.buffer, context.byteOffset, context.byteLength);
  const reader: FactReader = { bytes, words, wordAt: 0, at: 0 };
  const sayings: Said[] = [];
  const head = readNumber(reader);
  for (let left = head >>> 1; left > 0; left -= 1) {
    const length = readNumber(reader);
    sayings.push(readSaid(openRecord(bytes, reader.at, words)));
    reader.at += length;
  }
  const facts: SpanFact[] = [];
  const mentionCount = readNumber(reader);
  const sizesAt = reader.at + mentionCount * mentionBytes;
  for (let index = 0; index < mentionCount; index += 1) {
    const mention = readMention(reader, { tenant, traceId }, sayings);
    facts.push((head & 1) === 0 ? mention : sizedMention(mention, bytes.readUInt32LE(sizesAt + 4 * index)));
  }
  if ((head & 1) === 1) return facts;
  while (reader.at < bytes.length) {
    const spanId = readHex(reader, 8);
    facts.push({ tenant, traceId, spanId, parentSpanId: readParent(reader), name: '', startNs: 0n, endNs: 0n });
  }
  return facts;
}

/** Bytes of a mention. */
export const mentionBytes = 36;

type Mention = Omit<SpanFact, 'telemetry'> & Pick<Said, 'telemetryPrices'>;

function sizedMention({ telemetryPrices, ...fact }: Mention, bytes: number): SpanFact {
  return telemetryPrices === undefined ? fact : { ...fact, telemetry: { bytes, prices: telemetryPrices } };
}

function readMention(
  reader: FactReader,
  { tenant, traceId }: Pick<PackedTrace, 'tenant' | 'traceId'>,
  sayings: readonly Said[],
): Mention {
  const spanId = readHex(reader, 8);
  const parentSpanId = readParent(reader);
  const startNs = readInstant(reader);
  const endNs = readInstant(reader);
  const said = sayings[reader.bytes.readUInt32LE(reader.at)];
  reader.at += 4;
  return { tenant, ...said, traceId, spanId, parentSpanId, name: '', startNs, endNs };
}
