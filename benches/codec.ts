// How fast the codec reads and prices spans, against protobufjs decoding, editing and encoding the same request in the same run.
// Run: node --conditions=costspan-source benches/codec.ts [--gate 8]
import { strict as assert } from 'node:assert';
import { parseArgs } from 'node:util';
import { createBufferPool } from '../packages/collector-processor/src/buffer-pool.ts';
import type { RewriteOptions } from '../packages/collector-processor/src/otlp/codec.ts';
import { jsonToProtobuf, parseAndEncode, protobufToJson } from '../packages/collector-processor/src/otlp/json.ts';
import { createKeyTable } from '../packages/collector-processor/src/otlp/key-table.ts';
import { rewriteTraces } from '../packages/collector-processor/src/otlp/rewrite-traces.ts';
import type { NewAttribute, SpanView } from '../packages/collector-processor/src/otlp/span-view.ts';
import { decodeWithOracle, oracle } from '../packages/collector-processor/test/otlp/proto.ts';
import { createGenAiRequest } from './codec-payload.ts';

const spanCount = 512;
const roundCount = 9;
const roundMs = 250;

const keys = [
  'costspan.work_item.id',
  'costspan.work_item.type',
  'costspan.category',
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.response.model',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.cache_read.input_tokens',
];
const keyTable = createKeyTable(keys);
const keyIds = keys.map((key) => keyTable.idOf(key)!);
const body = createGenAiRequest(spanCount, 4, 1);

/** What both sides add: five attributes, two of them different on every span. */
function createAttributes(tokens: number): readonly NewAttribute[] {
  return [
    ['costspan.cost.amount', tokens / 1e6],
    ['costspan.cost.exact', `0.${String(tokens).padStart(6, '0')}`],
    ['costspan.cost.currency', 'USD'],
    ['costspan.cost.status', 'priced'],
    ['costspan.cost.book', 'list/2026-11-01@3f1c0c8e6f0e4d0b8a52'],
  ];
}

function onSpan(span: SpanView): readonly NewAttribute[] {
  let tokens = 0;
  for (const id of keyIds) {
    const value = span.get(id);
    if (typeof value === 'number') tokens += value;
  }
  return createAttributes(tokens);
}

const options = { keys: keyTable, ownedPrefix: 'costspan.cost.' };
const pool = createBufferPool();

function rewrite(given: RewriteOptions): Uint8Array {
  const rewritten = rewriteTraces(body, given, onSpan);
  assert(rewritten.kind === 'ok');
  return rewritten.body;
}

/** As the service does it: the memory of a request is used again for the next one. */
function rewriteInPool(): void {
  pool.giveBack(rewrite({ ...options, allocate: pool.take }));
}

type OracleAttribute = {
  key: string;
  value: { stringValue?: string; intValue?: { toNumber: () => number }; doubleValue?: number };
};
type OracleRequest = {
  resourceSpans: ReadonlyArray<{ scopeSpans: ReadonlyArray<{ spans: ReadonlyArray<{ attributes: OracleAttribute[] }> }> }>;
};

const requestType = oracle('ExportTraceServiceRequest');
const wanted = new Set(keys);

function rewriteWithOracle(): Uint8Array {
  const request = requestType.decode(body) as unknown as OracleRequest;
  for (const resourceSpans of request.resourceSpans) {
    for (const scopeSpans of resourceSpans.scopeSpans) {
      for (const { attributes } of scopeSpans.spans) {
        let tokens = 0;
        for (const { key, value } of attributes) if (wanted.has(key)) tokens += value.intValue?.toNumber() ?? 0;
        for (const [key, value] of createAttributes(tokens)) {
          attributes.push({ key, value: typeof value === 'number' ? { doubleValue: value } : { stringValue: String(value) } });
        }
      }
    }
  }
  return requestType.encode(request).finish();
}

/** Spans per second of processor time, all threads of the process counted. */
function measure(work: () => unknown): number {
  const before = process.cpuUsage();
  const end = performance.now() + roundMs;
  let count = 0;
  do {
    work();
    count += 1;
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(before);
  return (count * spanCount * 1e6) / (user + system);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const json = protobufToJson('traces', body);
assert(json.kind === 'ok');
const jsonBytes = Buffer.from(json.text);
const measured = 'rewrite: validate, read 9 keys, add 5 attributes';
const reference = 'protobufjs decode, edit, encode';
const variants: Readonly<Record<string, () => unknown>> = {
  [reference]: rewriteWithOracle,
  [measured]: rewriteInPool,
  'the same into fresh memory': () => rewrite(options),
  'validate only': () => rewriteTraces(body, options, () => undefined),
  'OTLP/JSON to protobuf': () => jsonToProtobuf('traces', jsonBytes),
  'OTLP/JSON to protobuf, by way of JSON.parse': () => parseAndEncode('traces', jsonBytes),
  'protobuf to OTLP/JSON': () => protobufToJson('traces', body),
};

assert.deepEqual(
  decodeWithOracle('ExportTraceServiceRequest', rewrite(options)),
  decodeWithOracle('ExportTraceServiceRequest', rewriteWithOracle()),
);
const rates = new Map<string, number[]>(Object.keys(variants).map((name) => [name, []]));
for (const work of Object.values(variants)) measure(work);
for (let round = 0; round < roundCount; round += 1) {
  for (const [name, work] of Object.entries(variants)) rates.get(name)!.push(measure(work));
}

console.log(
  `${spanCount} spans, ${body.length} bytes, ${Math.round(body.length / spanCount)} a span; medians of ${roundCount} rounds`,
);
const referenceRate = median(rates.get(reference)!);
for (const [name, values] of rates) {
  const rate = median(values);
  const megabytes = (rate * body.length) / spanCount / 1e6;
  console.log(
    `${name.padEnd(50)} ${Math.round(rate).toLocaleString('en').padStart(9)} spans/CPU-s ${megabytes.toFixed(0).padStart(6)} MB/s ${(rate / referenceRate).toFixed(1).padStart(6)}x`,
  );
}

console.log(`goal 15x, measured ${(median(rates.get(measured)!) / referenceRate).toFixed(1)}x`);

const { values: flags } = parseArgs({ options: { gate: { type: 'string' } } });
const ratio = median(rates.get(measured)!) / referenceRate;
if (flags.gate !== undefined && ratio < Number(flags.gate)) {
  console.error(
    `benches/codec.ts: expected the rewrite to be at least ${flags.gate} times protobufjs, found ${ratio.toFixed(1)}`,
  );
  process.exitCode = 1;
}
