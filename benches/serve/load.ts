// Sends requests as fast as they are answered, or at a given rate, in a process of its own.
import { parseArgs } from 'node:util';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { protobufToJson } from '../../packages/collector-processor/src/otlp/json.ts';
import { connectGrpc, connectHttp, type Sender } from './clients.ts';
import { type CostShare, createPayload } from './payload.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4318' },
    transport: { type: 'string', default: 'http' },
    encoding: { type: 'string', default: 'protobuf' },
    compression: { type: 'string', default: 'none' },
    share: { type: 'string', default: 'all' },
    spans: { type: 'string', default: '512' },
    connections: { type: 'string', default: '4' },
    /** Spans a second; 0: as fast as they are answered. */
    rate: { type: 'string', default: '0' },
    /** Whether every request has new traces. Needed where a ledger is on. */
    renew: { type: 'boolean', default: false },
  },
});

const spanCount = Number(values.spans);
const connectionCount = Number(values.connections);
let spansPerSecond = Number(values.rate);
let acknowledgedSpans = 0;
let refusedRequests = 0;
let sequence = Date.now() % 1_000_000;
let sentSpans = 0;
let startedMs = performance.now();
/** Time from the first byte of a request to its answer, of those answered since the rate was set. */
let delaysMs: number[] = [];

process.on('message', (message: { readonly rate?: number }) => {
  if (message.rate !== undefined) {
    spansPerSecond = message.rate;
    sentSpans = 0;
    startedMs = performance.now();
    delaysMs = [];
  }
  process.send?.({ acknowledgedSpans, refusedRequests, delayMsMedian: quantile(0.5), delayMsP99: quantile(0.99) });
});
process.on('disconnect', () => process.exit(0));
await Promise.all(Array.from({ length: connectionCount }, (_, index) => keepSending(index + 1)));

async function keepSending(seed: number): Promise<void> {
  const payload = createPayload(spanCount, values.share as CostShare, seed);
  const connect = values.transport === 'grpc' ? connectGrpc : connectHttp;
  const sender: Sender = await connect(Number(values.port), values.encoding, values.compression);
  const packed = values.renew ? undefined : pack(payload.body);
  for (;;) {
    if (spansPerSecond > 0) await itsTurn();
    sequence += 1;
    sentSpans += spanCount;
    if (values.renew) payload.renew(sequence);
    const body = packed ?? pack(payload.body);
    const sentMs = performance.now();
    if (await sender(body)) acknowledgedSpans += spanCount;
    else refusedRequests += 1;
    delaysMs.push(performance.now() - sentMs);
  }
}

function quantile(part: number): number {
  const sorted = delaysMs.toSorted((one, other) => one - other);
  return sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
}

/** Resolves when the rate allows another request. What was late is not caught up in a burst of more than a second. */
async function itsTurn(): Promise<void> {
  const dueMs = startedMs + (sentSpans / spansPerSecond) * 1_000;
  const earlyMs = dueMs - performance.now();
  if (earlyMs < -1_000) startedMs -= earlyMs;
  if (earlyMs > 0) await new Promise((resolve) => setTimeout(resolve, earlyMs));
}

function pack(body: Buffer): Buffer {
  const written = values.encoding === 'json' ? toJson(body) : body;
  if (values.compression === 'gzip') return gzipSync(written, { level: 6 });
  return values.compression === 'zstd' ? zstdCompressSync(written) : written;
}

function toJson(body: Buffer): Buffer {
  const written = protobufToJson('traces', body);
  if (written.kind === 'invalid') throw new Error(written.problem);
  return Buffer.from(written.text);
}
