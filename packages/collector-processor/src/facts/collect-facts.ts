import type { SpanFact } from '@costspan/ledger';
import { idleWorkspaceBytesMax } from '../otlp/limits.ts';
import {
  type Collected,
  createBlock,
  enlarged,
  linkBytes,
  noSaying,
  openCollected,
  type Span,
  timesBytes,
  traceIdBytes,
} from './collected.ts';
import { placeBytes } from './cost-fact-fields.ts';
import { finishRecord, restartWords } from './fact-writer.ts';
import type { PackedFacts } from './packed-facts.ts';
import { type Said, writeSaid } from './said.ts';
import { createWords } from './words.ts';
import { writeCollected } from './write-collected.ts';
import { type FactInPlace, writeCostFact } from './write-cost-fact.ts';

/** Where a span stands: what the cursor over a request knows. */
export type Placed = {
  /** Writes 16 bytes: the trace id. */
  readonly copyTraceId: (target: DataView, at: number) => void;
  /** Writes 16 bytes: span id, parent's id. */
  readonly copyLink: (target: DataView, at: number) => void;
  /** Writes 16 bytes: start, end. */
  readonly copyTimes: (target: DataView, at: number) => void;
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
      const row = collected.rowCount;
      if (row === collected.traceOfRow.length) grow(collected);
      span.copyLink(collected.links.view, row * linkBytes);
      const trace = traceOf(collected, span, collected.links.view, row * linkBytes, tenant);
      if (trace < 0) return false;
      collected.traceOfRow[row] = trace;
      collected.sayingOfRow[row] = noSaying;
      if (said !== undefined || telemetry !== undefined) takeSaying(collected, span, row, said, telemetry);
      collected.rowCount = row + 1;
      return true;
    },
    addCost: (span, fact) => {
      const { writer, costs } = collected;
      span.copyLink(costPlace.view, traceIdBytes);
      const trace = traceOf(collected, span, costPlace.view, traceIdBytes, fact.tenant);
      if (trace < 0) return false;
      span.copyTraceId(costPlace.view, 0);
      span.copyTimes(costPlace.view, traceIdBytes + linkBytes);
      writeCostFact(writer, costPlace.bytes, fact);
      costs.push({ trace, record: takeRecord(collected) });
      return true;
    },
    finish: () => {
      if (collected.isSized) mentionEverySpan(collected);
      const facts = writeCollected(collected);
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
  const { links, times, records, out, writer, traces, costs, sayings, sayingNumbers } = collected;
  if (links.bytes.length + times.bytes.length + records.bytes.length + out.bytes.length > idleWorkspaceBytesMax) return;
  collected.words = createWords();
  restartWords(writer, collected.words);
  records.length = 0;
  out.length = 0;
  traces.clear();
  costs.length = 0;
  sayings.length = 0;
  sayingNumbers.clear();
  collected.lastSaid = undefined;
  collected.pricedSayings.clear();
  if (collected.isSized) collected.sizeOfRow.fill(0);
  collected.hasSayings = false;
  collected.isSized = false;
  collected.rowCount = 0;
  idle = collected;
}

const nothingSaid: Said = {};

const traceId = new DataView(new ArrayBuffer(traceIdBytes));
const costPlace = createBlock(placeBytes);

/** Number of the trace of a span whose link was copied; -1 for one without valid ids. */
function traceOf({ traces }: Collected, span: Placed, link: DataView, at: number, tenant: string): number {
  if ((link.getInt32(at, true) | link.getInt32(at + 4, true)) === 0) return -1;
  span.copyTraceId(traceId, 0);
  return traces.numberOf(traceId, tenant);
}

function takeSaying(
  collected: Collected,
  span: Placed,
  row: number,
  said: Said | undefined,
  telemetry: Telemetry | undefined,
): void {
  span.copyTimes(collected.times.view, row * timesBytes);
  collected.hasSayings = true;
  if (telemetry === undefined) collected.sayingOfRow[row] = sayingOf(collected, said ?? nothingSaid);
  else {
    collected.isSized = true;
    collected.sizeOfRow[row] = telemetry.bytes;
    collected.sayingOfRow[row] = pricedSayingOf(collected, said ?? nothingSaid, telemetry.prices);
  }
}

function grow(collected: Collected): void {
  const count = collected.traceOfRow.length * 2;
  for (const column of ['traceOfRow', 'sayingOfRow', 'sizeOfRow'] as const) {
    const larger = new Int32Array(count);
    larger.set(collected[column]);
    collected[column] = larger;
  }
  collected.links = enlarged(collected.links);
  collected.times = enlarged(collected.times);
}

/** Spans that say the same mostly come one after the other. */
function sayingOf(collected: Collected, said: Said): number {
  if (said === collected.lastSaid) return collected.lastSaying;
  let number = collected.sayingNumbers.get(said);
  if (number === undefined) {
    writeSaid(collected.writer, said);
    number = collected.sayings.push(takeRecord(collected)) - 1;
    collected.sayingNumbers.set(said, number);
  }
  collected.lastSaid = said;
  collected.lastSaying = number;
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

function takeRecord({ writer, records }: Collected): Span {
  const start = records.length;
  finishRecord(writer, records);
  return { start, end: records.length };
}

/** Where spans are counted as telemetry all of them are mentioned, those that say nothing and are not counted too. */
function mentionEverySpan(collected: Collected): void {
  const { times, rowCount, sayingOfRow, sizeOfRow } = collected;
  for (let row = 0; row < rowCount; row += 1) {
    if (sayingOfRow[row] !== noSaying) continue;
    sayingOfRow[row] = sayingOf(collected, nothingSaid);
    sizeOfRow[row] = 0;
    times.bytes.fill(0, row * timesBytes, (row + 1) * timesBytes);
  }
}
