import { strict as assert } from 'node:assert';
import type { SpanFact } from '@costspan/ledger';
import { idleWorkspaceBytesMax } from '../otlp/limits.ts';
import { createWriter, reserve, type Writer, writeFixed32, writeRaw, writeText, writeVarint } from '../otlp/writer.ts';
import { placeBytes } from './cost-fact-fields.ts';
import { createFactWriter, type FactWriter, finishRecord, restartWords, writeWord } from './fact-writer.ts';
import type { PackedFacts } from './packed-facts.ts';
import { type Said, writeSaid } from './said.ts';
import { createTraceIndex, type TraceIndex } from './trace-index.ts';
import { createWords, type GrowingWords } from './words.ts';
import { type FactInPlace, writeCostFact } from './write-cost-fact.ts';

/** Where a span stands: what the cursor over a request knows. */
export type Placed = {
  /** Writes eight words of 32 bits: trace id, span id, parent's id. */
  readonly copyIds: (target: Int32Array, at: number) => void;
  /** Writes four: start, end. */
  readonly copyTimes: (target: Int32Array, at: number) => void;
};

/** Collects what spans say. A span without a valid trace or span id cannot be told from another one: it is not taken. */
export type FactCollector = {
  /**
   * Adds a span that bears no cost; `said` is what it says about its item, if anything, and `telemetry` what it is as telemetry
   * where that is counted. Returns whether it was taken.
   */
  readonly addOther: (span: Placed, tenant: string, said: Said | undefined, telemetry?: Telemetry) => boolean;
  readonly addCost: (span: Placed, fact: FactInPlace) => boolean;
  /** Everything that was added, by trace. The collector must not be used afterwards. */
  readonly finish: () => PackedFacts;
};

/** Begins the facts of one request. */
export function collectFacts(): FactCollector {
  const collected = takeCollected();
  return {
    addOther: (span, tenant, said, telemetry) => {
      const trace = takeIds(collected, span, tenant);
      if (trace < 0) return false;
      const row = collected.rowCount;
      collected.traceOfRow[row] = trace;
      if (said !== undefined || telemetry !== undefined) span.copyTimes(collected.rows, row * placeWords + idWords);
      if (telemetry === undefined) collected.sayingOfRow[row] = said === undefined ? noSaying : sayingOf(collected, said);
      else {
        collected.isSized = true;
        collected.sizeOfRow[row] = telemetry.bytes;
        collected.sayingOfRow[row] = pricedSayingOf(collected, said ?? nothingSaid, telemetry.prices);
      }
      collected.rowCount = row + 1;
      return true;
    },
    addCost: (span, fact) => {
      const trace = takeIds(collected, span, fact.tenant);
      if (trace < 0) return false;
      span.copyTimes(collected.rows, collected.rowCount * placeWords + idWords);
      const { writer, costs } = collected;
      writeCostFact(writer, placeOfCost(collected), fact);
      costs.push({ trace, record: takeRecord(collected) });
      return true;
    },
    finish: () => {
      const facts = finish(collected);
      release(collected);
      return facts;
    },
  };
}

type Telemetry = NonNullable<SpanFact['telemetry']>;

/** What is not at work, if anything: fresh memory for each request would cost as much as writing its facts. */
let idle: Collected | undefined;

function takeCollected(): Collected {
  const taken = idle ?? openCollected();
  idle = undefined;
  return taken;
}

/** Keeps the memory for the next request, unless a giant one has blown it up. What the request said is let go. */
function release(collected: Collected): void {
  const { rows, records, out, writer, traces, costs, sayings, sayingNumbers } = collected;
  if (rows.byteLength + records.bytes.length + out.bytes.length > idleWorkspaceBytesMax) return;
  collected.words = createWords();
  restartWords(writer, collected.words);
  records.length = 0;
  out.length = 0;
  traces.clear();
  costs.length = 0;
  sayings.length = 0;
  sayingNumbers.clear();
  collected.pricedSayings.clear();
  if (collected.isSized) collected.sizeOfRow.fill(0);
  collected.isSized = false;
  collected.rowCount = 0;
  idle = collected;
}

const noSaying = -1;
const nothingSaid: Said = {};

type Span = { readonly start: number; readonly end: number };

type Collected = {
  words: GrowingWords;
  readonly writer: FactWriter;
  readonly traces: TraceIndex;
  /** Records of cost-bearing spans and sayings, in the order they came. */
  readonly records: Writer;
  /** The block in the making. */
  readonly out: Writer;
  readonly costs: Array<{ readonly trace: number; readonly record: Span }>;
  readonly sayings: Span[];
  readonly sayingNumbers: Map<Said, number>;
  /** Numbers of sayings with prices of telemetry, by prices. */
  readonly pricedSayings: Map<string, Map<Said, number>>;
  /** Whether spans are counted as telemetry. */
  isSized: boolean;
  /** Places of the other spans, twelve words each, whose least byte is the first on the wire. */
  rows: Int32Array;
  traceOfRow: Int32Array;
  sayingOfRow: Int32Array;
  /** Bytes of telemetry, where spans are counted as such. */
  sizeOfRow: Int32Array;
  rowCount: number;
};

const rowsAtFirst = 512;
const placeWords = placeBytes / 4;
const idWords = 8;

function openCollected(): Collected {
  const words = createWords();
  return {
    words,
    writer: createFactWriter(words),
    traces: createTraceIndex(),
    records: createWriter(4_096),
    out: createWriter(4_096),
    costs: [],
    sayings: [],
    sayingNumbers: new Map(),
    pricedSayings: new Map(),
    isSized: false,
    rows: new Int32Array(rowsAtFirst * placeWords),
    traceOfRow: new Int32Array(rowsAtFirst),
    sayingOfRow: new Int32Array(rowsAtFirst),
    sizeOfRow: new Int32Array(rowsAtFirst),
    rowCount: 0,
  };
}

/** Writes the ids into the next free row and returns the number of its trace; -1 for a span without valid ids. */
function takeIds(collected: Collected, span: Placed, tenant: string): number {
  if (collected.rowCount === collected.traceOfRow.length) grow(collected);
  const { rows, rowCount } = collected;
  const at = rowCount * placeWords;
  span.copyIds(rows, at);
  if ((rows[at + 4]! | rows[at + 5]!) === 0) return -1;
  return collected.traces.numberOf(rows, at, tenant);
}

const costPlace = Buffer.alloc(placeBytes);

/** The place that was written last, as bytes. Valid until the next is asked for. */
function placeOfCost({ rows, rowCount }: Collected): Buffer {
  for (let word = 0; word < placeWords; word += 1) costPlace.writeInt32LE(rows[rowCount * placeWords + word]!, 4 * word);
  return costPlace;
}

function grow(collected: Collected): void {
  const count = collected.traceOfRow.length * 2;
  const [traceOfRow, sayingOfRow, sizeOfRow] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  const rows = new Int32Array(count * placeWords);
  rows.set(collected.rows);
  traceOfRow.set(collected.traceOfRow);
  sayingOfRow.set(collected.sayingOfRow);
  sizeOfRow.set(collected.sizeOfRow);
  Object.assign(collected, { rows, traceOfRow, sayingOfRow, sizeOfRow });
}

function sayingOf(collected: Collected, said: Said): number {
  const known = collected.sayingNumbers.get(said);
  if (known !== undefined) return known;
  writeSaid(collected.writer, said);
  const number = collected.sayings.push(takeRecord(collected)) - 1;
  collected.sayingNumbers.set(said, number);
  return number;
}

function pricedSayingOf(collected: Collected, said: Said, prices: string): number {
  const atPrices = collected.pricedSayings.get(prices) ?? new Map<Said, number>();
  collected.pricedSayings.set(prices, atPrices);
  const known = atPrices.get(said);
  if (known !== undefined) return known;
  writeSaid(collected.writer, { ...said, telemetryPrices: prices });
  const number = collected.sayings.push(takeRecord(collected)) - 1;
  atPrices.set(said, number);
  return number;
}

/** Where spans are counted as telemetry all of them are mentioned, those that say nothing and are not counted too. */
function mentionEverySpan(collected: Collected): void {
  const { rows, rowCount, sayingOfRow, sizeOfRow } = collected;
  for (let row = 0; row < rowCount; row += 1) {
    if (sayingOfRow[row] !== noSaying) continue;
    sayingOfRow[row] = sayingOf(collected, nothingSaid);
    sizeOfRow[row] = 0;
    rows.fill(0, row * placeWords + idWords, (row + 1) * placeWords);
  }
}

function takeRecord({ writer, records }: Collected): Span {
  const start = records.length;
  finishRecord(writer, records);
  return { start, end: records.length };
}

function finish(collected: Collected): PackedFacts {
  if (collected.isSized) mentionEverySpan(collected);
  const { traces, words, out, records, rowCount } = collected;
  reserve(out, 64 + records.length + rowCount * 40 + traces.count() * 64);
  writeFixed32(out, 0);
  writeFixed32(out, traces.count());
  const ordered = inTraceOrder(collected.traceOfRow, rowCount, traces.count());
  const costsOf = collected.costs.length === 0 ? undefined : byTrace(collected.costs);
  const numbers = new Int32Array(collected.sayings.length);
  for (let trace = 0; trace < traces.count(); trace += 1) {
    const [start, end] = [ordered.starts[trace]!, ordered.starts[trace + 1]!];
    writeTrace(out, collected, { trace, rows: ordered.rows, start, end, costs: costsOf?.get(trace) ?? noCosts, numbers });
  }
  out.bytes.writeUInt32LE(out.length, 0);
  writeVarint(out, words.all.length);
  for (const word of words.all) writeText(out, word);
  const bytes = new Uint8Array(out.length);
  bytes.set(out.bytes.subarray(0, out.length));
  return { bytes, spanCount: rowCount + collected.costs.length };
}

function byTrace(costs: Collected['costs']): ReadonlyMap<number, Collected['costs']> {
  const ofTraces = new Map<number, Collected['costs']>();
  for (const cost of costs) {
    const ofTrace = ofTraces.get(cost.trace);
    if (ofTrace === undefined) ofTraces.set(cost.trace, [cost]);
    else ofTrace.push(cost);
  }
  return ofTraces;
}

const noCosts: Collected['costs'] = [];

/** Row numbers by trace, in the order of the rows, and where those of each trace start. */
function inTraceOrder(
  traceOfRow: Int32Array,
  rowCount: number,
  traceCount: number,
): { readonly rows: Int32Array; readonly starts: Int32Array } {
  const starts = new Int32Array(traceCount + 1);
  for (let row = 0; row < rowCount; row += 1) starts[traceOfRow[row]! + 1]! += 1;
  for (let trace = 0; trace < traceCount; trace += 1) starts[trace + 1]! += starts[trace]!;
  const next = starts.slice();
  const rows = new Int32Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    const trace = traceOfRow[row]!;
    rows[next[trace]!] = row;
    next[trace]! += 1;
  }
  return { rows, starts };
}

type OneTrace = {
  readonly trace: number;
  /** Numbers of its rows, from `start` to `end`. */
  readonly rows: Int32Array;
  readonly start: number;
  readonly end: number;
  readonly costs: Collected['costs'];
  /** Scratch: number of a saying in the trace at hand, by its number in the request. */
  readonly numbers: Int32Array;
};

function writeTrace(out: Writer, collected: Collected, one: OneTrace): void {
  const { writer, traces, records } = collected;
  const lengthAt = out.length;
  reserve(out, 4);
  out.length += 4;
  const at = writer.body.length;
  reserve(writer.body, 16);
  const view = viewOf(writer.body);
  for (let word = 0; word < 4; word += 1) view.setInt32(at + 4 * word, traces.ids()[one.trace * 4 + word]!, true);
  writer.body.length = at + 16;
  writeWord(writer, traces.tenantOf(one.trace));
  writeVarint(writer.body, one.costs.length);
  writeVarint(writer.body, one.end - one.start);
  finishRecord(writer, out);
  for (const { record } of one.costs) writeRecord(out, records, record);
  writeContext(out, collected, one);
  viewOf(out).setUint32(lengthAt, out.length - lengthAt - 4, true);
}

function writeRecord(out: Writer, records: Writer, { start, end }: Span): void {
  writeVarint(out, end - start);
  writeRaw(out, records.bytes.subarray(start, end));
}

function writeContext(out: Writer, collected: Collected, one: OneTrace): void {
  const { sayings, sayingOfRow, sizeOfRow, rows, records, isSized } = collected;
  const said: number[] = [];
  let mentionCount = 0;
  for (let index = one.start; index < one.end; index += 1) {
    const saying = sayingOfRow[one.rows[index]!]!;
    if (saying === noSaying) continue;
    mentionCount += 1;
    if (said[one.numbers[saying]!] === saying) continue;
    one.numbers[saying] = said.length;
    said.push(saying);
  }
  writeVarint(out, said.length * 2 + Number(isSized));
  for (const saying of said) {
    const record = sayings[saying];
    assert(record !== undefined);
    writeRecord(out, records, record);
  }
  writeVarint(out, mentionCount);
  reserve(out, (one.end - one.start) * 40);
  const view = viewOf(out);
  for (let index = one.start; mentionCount > 0 && index < one.end; index += 1) {
    const row = one.rows[index]!;
    const saying = sayingOfRow[row]!;
    if (saying === noSaying) continue;
    copyWords(rows, row * placeWords + 4, 8, out, view);
    view.setInt32(out.length, one.numbers[saying]!, true);
    out.length += 4;
  }
  for (let index = one.start; index < one.end; index += 1) {
    const row = one.rows[index]!;
    if (isSized) copyWords(sizeOfRow, row, 1, out, view);
    else if (sayingOfRow[row] === noSaying) copyWords(rows, row * placeWords + 4, 4, out, view);
  }
}

const views = new WeakMap<Buffer, DataView>();

/** What is written, for writing four bytes at a time. Valid until the next room is made. */
function viewOf({ bytes }: Writer): DataView {
  const known = views.get(bytes);
  if (known !== undefined) return known;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  views.set(bytes, view);
  return view;
}

/** There is room for them. */
function copyWords(words: Int32Array, start: number, count: number, out: Writer, view: DataView): void {
  const { length } = out;
  for (let word = 0; word < count; word += 1) view.setInt32(length + 4 * word, words[start + word]!, true);
  out.length = length + 4 * count;
}
