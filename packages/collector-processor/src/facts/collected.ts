import { createWriter, type Writer } from '../otlp/writer.ts';
import { createFactWriter, type FactWriter } from './fact-writer.ts';
import type { Said } from './said.ts';
import { createTraceIndex, type TraceIndex } from './trace-index.ts';
import { createWords, type GrowingWords } from './words.ts';

/** Saying of a span that says nothing. */
export const noSaying = -1;

/** A record, from its first byte to behind its last. */
export type Span = { readonly start: number; readonly end: number };

/** What the spans of one request said so far. */
export type Collected = {
  words: GrowingWords;
  readonly writer: FactWriter;
  readonly traces: TraceIndex;
  /** Records of cost-bearing spans and sayings, in the order they came. */
  readonly records: Writer;
  /** The block in the making. */
  readonly out: Writer;
  /** Its memory. */
  outBlock: Block;
  readonly costs: Array<{ readonly trace: number; readonly record: Span }>;
  readonly sayings: Span[];
  readonly sayingNumbers: Map<Said, number>;
  /** The saying that was looked for last. */
  lastSaid: Said | undefined;
  lastSaying: number;
  /** Numbers of sayings with prices of telemetry, by prices. */
  readonly pricedSayings: Map<string, Map<Said, number>>;
  /** Whether any of the other spans says something. */
  hasSayings: boolean;
  /** Whether spans are counted as telemetry. */
  isSized: boolean;
  /** Links of the other spans, and when those were that say something. */
  links: Block;
  times: Block;
  traceOfRow: Int32Array;
  sayingOfRow: Int32Array;
  /** Bytes of telemetry, where spans are counted as such. */
  sizeOfRow: Int32Array;
  rowCount: number;
};

/** Memory for reading and writing bytes, some at a time. */
export type Block = { readonly bytes: Buffer; readonly view: DataView };

/** So many bytes, all zero. */
export const createBlock = (byteCount: number): Block => {
  const bytes = Buffer.alloc(byteCount);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, byteCount) };
};

/** The same with room for twice as much. */
export const enlarged = ({ bytes }: Block): Block => {
  const larger = createBlock(bytes.length * 2);
  bytes.copy(larger.bytes);
  return larger;
};

const rowsAtFirst = 512;
/** Bytes of the parts of a span's place. */
export const traceIdBytes = 16;
export const linkBytes = 16;
export const timesBytes = 16;

/** Nothing yet. */
export function openCollected(): Collected {
  const words = createWords();
  return {
    words,
    writer: createFactWriter(words),
    traces: createTraceIndex(),
    records: createWriter(4_096),
    out: createWriter(4_096),
    outBlock: createBlock(0),
    costs: [],
    sayings: [],
    sayingNumbers: new Map(),
    lastSaid: undefined,
    lastSaying: noSaying,
    pricedSayings: new Map(),
    hasSayings: false,
    isSized: false,
    links: createBlock(rowsAtFirst * linkBytes),
    times: createBlock(rowsAtFirst * timesBytes),
    traceOfRow: new Int32Array(rowsAtFirst),
    sayingOfRow: new Int32Array(rowsAtFirst),
    sizeOfRow: new Int32Array(rowsAtFirst),
    rowCount: 0,
  };
}
