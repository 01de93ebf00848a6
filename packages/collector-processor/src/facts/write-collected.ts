import { strict as assert } from 'node:assert';
import { reserve, type Writer, writeFixed32, writeText, writeVarint, writeWritten } from '../otlp/writer.ts';
import { type Collected, linkBytes, noSaying, type Span, timesBytes } from './collected.ts';
import { finishRecord, writeWord } from './fact-writer.ts';
import type { PackedFacts } from './packed-facts.ts';

/** Everything that was collected, by trace. */
export function writeCollected(collected: Collected): PackedFacts {
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
  const { buffer, byteOffset } = out.bytes;
  const bytes = new Uint8Array(buffer.slice(byteOffset, byteOffset + out.length) as ArrayBuffer);
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
  traces.copyId(one.trace, writer.body.bytes, at);
  writer.body.length = at + 16;
  writeWord(writer, traces.tenantOf(one.trace));
  writeVarint(writer.body, one.costs.length);
  writeVarint(writer.body, one.end - one.start);
  finishRecord(writer, out);
  for (const { record } of one.costs) writeRecord(out, records, record);
  writeContext(out, collected, one);
  viewOf(collected).setUint32(lengthAt, out.length - lengthAt - 4, true);
}

function writeRecord(out: Writer, records: Writer, { start, end }: Span): void {
  writeVarint(out, end - start);
  writeWritten(out, records, start, end);
}

function writeContext(out: Writer, collected: Collected, one: OneTrace): void {
  if (collected.hasSayings) writeMentions(out, collected, one);
  else {
    writeVarint(out, 0);
    writeVarint(out, 0);
  }
  if (collected.isSized) writeSizes(out, collected, one);
  else writeLinks(out, collected, one);
}

function writeMentions(out: Writer, collected: Collected, one: OneTrace): void {
  const { sayings, sayingOfRow, links, times, records, isSized } = collected;
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
  if (mentionCount === 0) return;
  reserve(out, mentionCount * mentionBytes);
  const view = viewOf(collected);
  for (let index = one.start; index < one.end; index += 1) {
    const row = one.rows[index]!;
    const saying = sayingOfRow[row]!;
    if (saying === noSaying) continue;
    copySixteen(links.view, row * linkBytes, view, out.length);
    copySixteen(times.view, row * timesBytes, view, out.length + linkBytes);
    view.setInt32(out.length + linkBytes + timesBytes, one.numbers[saying]!, true);
    out.length += mentionBytes;
  }
}

const mentionBytes = linkBytes + timesBytes + 4;

function writeSizes(out: Writer, { sizeOfRow }: Collected, { rows, start, end }: OneTrace): void {
  for (let index = start; index < end; index += 1) writeFixed32(out, sizeOfRow[rows[index]!]!);
}

/** Spans of a trace mostly come one after the other: where all of them are links, they are copied in one piece. */
function writeLinks(out: Writer, collected: Collected, { rows, start, end }: OneTrace): void {
  const { hasSayings, sayingOfRow, links } = collected;
  if (start === end) return;
  reserve(out, (end - start) * linkBytes);
  const first = rows[start]!;
  if (!hasSayings && rows[end - 1]! - first === end - 1 - start) {
    out.length += links.bytes.copy(out.bytes, out.length, first * linkBytes, (first + end - start) * linkBytes);
    return;
  }
  const view = viewOf(collected);
  for (let index = start; index < end; index += 1) {
    const row = rows[index]!;
    if (sayingOfRow[row] !== noSaying) continue;
    copySixteen(links.view, row * linkBytes, view, out.length);
    out.length += linkBytes;
  }
}

function copySixteen(source: DataView, start: number, target: DataView, at: number): void {
  for (let byte = 0; byte < 16; byte += 4) {
    const word = source.getInt32(start + byte, true);
    target.setInt32(at + byte, word, true);
  }
}

/** What is written, for writing four bytes at a time. Valid until the next room is made. */
function viewOf(collected: Collected): DataView {
  const { bytes } = collected.out;
  if (collected.outBlock.bytes !== bytes) {
    collected.outBlock = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
  }
  return collected.outBlock.view;
}
