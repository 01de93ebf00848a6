import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { createTemporaryFolder, type OtlpSink, startOtlpSink, type TemporaryFolder } from '@costspan/testkit';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { parseConfig } from '../src/config/load.ts';
import { createLogger } from '../src/logger.ts';
import { jsonToProtobuf, protobufToJson } from '../src/otlp/json.ts';
import { encodeExportResponse } from '../src/otlp/response.ts';
import { processFiles } from '../src/process.ts';
import { type Service, serve } from '../src/serve.ts';
import { openLedger } from '../src/store/open-ledger.ts';
import { chatSpan, requestOf, type SpanJson } from './span-json.ts';

let folder: TemporaryFolder;
const open: Service[] = [];
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((service) => service.close()));
  await folder.remove();
});

/** A service on a free port with a ledger in the test's folder. */
async function start(yaml = '', log: string[] = [], ledger = 'ledger.db', withoutHttp = false): Promise<Service> {
  const overrides = { ...(withoutHttp ? {} : { endpoint: '127.0.0.1:0' }), ledgerFile: folder.join(ledger) };
  const parsed = parseConfig(yaml, {}, overrides);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const logger = createLogger({ level: 'debug', encoding: 'json', clock: systemClock, write: (line) => log.push(line) });
  const service = await serve({ config: parsed.config, logger });
  open.push(service);
  return service;
}

/** Configuration with the sink as the only destination of spans and records. */
function to(sink: Pick<OtlpSink, 'url'>, more = ''): string {
  return `
exporters:
  otlp_http/sink: {endpoint: "${sink.url}", compression: none, timeout: 1s}
records: {exporters: [otlp_http/sink], interval: 1h}
service: {traces: {exporters: [otlp_http/sink]}, shutdown_timeout: 2s}
${more}`;
}

async function send(url: string, spans: readonly SpanJson[]): Promise<Response> {
  return fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(requestOf(spans)),
  });
}

/** Total of each work item in the ledger, in pico units. */
async function totals(): Promise<Readonly<Record<string, bigint>>> {
  const ledger = await openLedger({ file: folder.join('ledger.db'), currency: 'USD' });
  const records = await ledger.dirtyRecords(1_000);
  await ledger.close();
  return Object.fromEntries(records.map(({ item, totalPico }) => [item.id, totalPico]));
}

async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((service) => service.close()));
}

type AttributeJson = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };

function spansOf(body: Uint8Array): ReadonlyArray<{ readonly name: string; readonly attributes: readonly AttributeJson[] }> {
  const read = protobufToJson('traces', body);
  if (read.kind === 'invalid') throw new Error(read.problem);
  return JSON.parse(read.text).resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: [] }[] }) =>
    scopeSpans.flatMap(({ spans }) => spans),
  );
}

function attribute(attributes: readonly AttributeJson[], key: string): unknown {
  const value = attributes.find((each) => each.key === key)?.value;
  return value === undefined ? undefined : Object.values(value)[0];
}

// 1,000 input tokens at $1.25 and 100 output tokens at $10 a million: $0.00225.
const chatPico = 2_250_000_000n;

describe('real clients', () => {
  test.each([
    ['JSON', (url: string) => new JsonTraceExporter({ url })],
    ['protobuf', (url: string) => new ProtobufTraceExporter({ url })],
    ['protobuf with gzip', (url: string) => new ProtobufTraceExporter({ url, compression: 'gzip' as never })],
  ])('OTLP-05 OTLP-09 OTLP-20 spans of the OpenTelemetry exporter in %s arrive priced', async (_, createExporter) => {
    await using sink = await startOtlpSink();
    const service = await start(to(sink));
    const provider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter: createExporter(`${service.url}/v1/traces`) })],
    });
    const span = provider.getTracer('agent', '1.0').startSpan(
      'chat gpt-5',
      {
        kind: 2,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'openai',
          'gen_ai.request.model': 'gpt-5',
          'gen_ai.usage.input_tokens': 1_000,
          'gen_ai.usage.output_tokens': 100,
          'costspan.work_item.id': 'T-1',
        },
      },
      trace.deleteSpan(ROOT_CONTEXT),
    );
    span.end();
    await provider.forceFlush();
    const [priced] = spansOf(sink.accepted('traces')[0]?.body ?? Buffer.alloc(0));
    expect(attribute(priced?.attributes ?? [], 'costspan.cost.exact')).toBe('0.00225');
    expect(attribute(priced?.attributes ?? [], 'gen_ai.usage.input_tokens')).toBe('1000');
    await provider.shutdown();
    await closeAll();
    // The drain has sent the record, so none is waiting.
    expect(sink.accepted('logs').length).toBe(1);
    expect(await totals()).toEqual({});
  });
});

describe('gRPC on both sides', () => {
  test('OTLP-01 OTLP-02 OTLP-34 spans of the OpenTelemetry exporter pass two services and are priced once', async () => {
    await using sink = await startOtlpSink();
    const behind = await start(
      to(sink, 'receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:0"}}}}'),
      [],
      'behind.db',
      true,
    );
    const front = await start(
      `
receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:0"}}}}
exporters: {otlp_grpc: {endpoint: "${behind.grpcUrl}", compression: gzip}}
service: {traces: {exporters: [otlp_grpc]}}`,
      [],
      'front.db',
      true,
    );
    const exporter = new GrpcTraceExporter({ url: front.grpcUrl ?? '' });
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    provider
      .getTracer('agent')
      .startSpan('chat gpt-5', { attributes: chatSpan(1, 'T-1').attributes ?? {} }, ROOT_CONTEXT)
      .end();
    await provider.forceFlush();
    const [priced] = spansOf(sink.accepted('traces')[0]?.body ?? Buffer.alloc(0));
    expect(attribute(priced?.attributes ?? [], 'costspan.cost.exact')).toBe('0.00225');
    expect(priced?.attributes.filter(({ key }) => key === 'costspan.cost.exact').length).toBe(1);
    await provider.shutdown();
  });
});

describe('OTLP-39 acknowledgement', () => {
  test('a destination that is down makes the sender come back; once it is up the request counts once', async () => {
    await using sink = await startOtlpSink({ script: [{ status: 503, retryAfterSeconds: 7 }] });
    const service = await start(to(sink, 'ledger: {trace_window: 1h}').replace('records:', '# records:'));
    const refused = await send(service.url, [chatSpan(1, 'T-1')]);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '7']);
    expect(JSON.stringify(await refused.json())).toMatch(/"message":"otlp_http\/sink: HTTP 503/);
    expect((await send(service.url, [chatSpan(1, 'T-1')])).status).toBe(200);
    await closeAll();
    expect(await totals()).toEqual({ 'T-1': chatPico });
  });

  test('OTLP-38 what a destination refuses for good is refused for good, and not in the ledger', async () => {
    await using sink = await startOtlpSink({ script: [{ status: 403 }] });
    const service = await start(to(sink).replace('records:', '# records:'));
    expect((await send(service.url, [chatSpan(1, 'T-1')])).status).toBe(403);
    await closeAll();
    expect(await totals()).toEqual({});
  });

  test('OTLP-63 a request sent three times costs once', async () => {
    const service = await start();
    for (let round = 0; round < 3; round += 1)
      expect((await send(service.url, [chatSpan(1, 'T-1'), chatSpan(2, 'T-2')])).status).toBe(200);
    await closeAll();
    expect(await totals()).toEqual({ 'T-1': chatPico, 'T-2': chatPico });
  });

  test('OTLP-43 a slow destination that is not required holds nobody up', async () => {
    await using fast = await startOtlpSink();
    await using slow = await startOtlpSink({ script: [{ hang: true }] });
    const service = await start(`
exporters:
  otlp_http/slow: {endpoint: "${slow.url}", timeout: 10m}
  otlp_http/fast: {endpoint: "${fast.url}", required: true}
service: {traces: {exporters: [otlp_http/slow, otlp_http/fast]}, shutdown_timeout: 100ms}`);
    expect((await send(service.url, [chatSpan(1, 'T-1')])).status).toBe(200);
    expect(fast.accepted('traces').length).toBe(1);
    await slow.waitUntil('the request', (requests) => requests.length === 1);
  });

  test('several required destinations must all have it', async () => {
    await using first = await startOtlpSink();
    await using second = await startOtlpSink({ script: [{ status: 503 }] });
    const service = await start(`
exporters:
  otlp_http/a: {endpoint: "${first.url}", required: true}
  otlp_http/b: {endpoint: "${second.url}", required: true}
service: {traces: {exporters: [otlp_http/a, otlp_http/b]}}`);
    expect((await send(service.url, [chatSpan(1, 'T-1')])).status).toBe(503);
    expect((await send(service.url, [chatSpan(1, 'T-1')])).status).toBe(200);
  });

  test('OTLP-23 a partial success downstream is told upstream, and the ledger has all of it', async () => {
    const partial = { rejectedCount: 1, message: 'too old' };
    await using sink = await startOtlpSink({
      script: [{ status: 200, body: encodeExportResponse('traces', 'protobuf', partial) }],
    });
    const service = await start(to(sink).replace('records:', '# records:'));
    const response = await send(service.url, [chatSpan(1, 'T-1'), chatSpan(2, 'T-1')]);
    expect([response.status, await response.json()]).toEqual([
      200,
      { partialSuccess: { rejectedSpans: '1', errorMessage: 'too old' } },
    ]);
    await closeAll();
    expect(await totals()).toEqual({ 'T-1': 2n * chatPico });
  });
});

describe('OTLP-27 OTLP-28 bad input', () => {
  const half = JSON.stringify(requestOf([chatSpan(1, 'T-1')])).slice(0, 100);
  test.each([
    ['half a JSON body', 'application/json', half],
    ['JSON that is not OTLP', 'application/json', '{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": 7}]}]}]}'],
    ['JSON that is a list', 'application/json', '[]'],
    [
      'a base64 id',
      'application/json',
      '{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "W47/DMMjR8Wb0HYdnpSzAQ=="}]}]}]}',
    ],
    ['text as protobuf', 'application/x-protobuf', 'hello'],
    ['half a protobuf body', 'application/x-protobuf', binaryOf([chatSpan(1, 'T-1')]).subarray(0, 60)],
  ])('%s is 400 with a Status, goes nowhere, and the service lives', async (_, type, body) => {
    await using sink = await startOtlpSink();
    const service = await start(to(sink));
    const response = await fetch(`${service.url}/v1/traces`, { method: 'POST', headers: { 'content-type': type }, body });
    expect([response.status, response.headers.get('content-type')]).toEqual([400, type]);
    const answer = Buffer.from(await response.arrayBuffer()).toString();
    expect(answer.length).toBeGreaterThan(10);
    expect((await send(service.url, [chatSpan(1, 'T-1')])).status).toBe(200);
    expect(sink.accepted('traces').length).toBe(1);
  });
});

describe('logs and metrics', () => {
  test('OTLP-62 pass through byte for byte', async () => {
    await using sink = await startOtlpSink();
    const service = await start(`
exporters: {otlp_http: {endpoint: "${sink.url}"}}
service: {logs: {exporters: [otlp_http]}, metrics: {exporters: [otlp_http]}}`);
    // One empty resource with an unknown field 999, which stays as it is.
    const bytes = Buffer.from([0x0a, 0x03, 0xb8, 0x3e, 0x01]);
    for (const signal of ['logs', 'metrics']) {
      const response = await fetch(`${service.url}/v1/${signal}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: bytes,
      });
      expect(response.status).toBe(200);
    }
    expect(sink.requests.map(({ signal, body }) => [signal, body])).toEqual([
      ['logs', bytes],
      ['metrics', bytes],
    ]);
  });
});

describe('records', () => {
  test('leave as OTLP logs, and are kept until they are taken', async () => {
    await using sink = await startOtlpSink();
    const service = await start(to(sink));
    await send(service.url, [chatSpan(1, 'T-1')]);
    sink.enqueue({ status: 503 });
    expect(await service.flush()).toBe(false);
    expect(await service.flush()).toBe(true);
    expect(await service.flush()).toBe(true);
    expect(sink.requests.filter(({ signal }) => signal === 'logs').map(({ status }) => status)).toEqual([503, 200]);
    const read = protobufToJson('logs', sink.accepted('logs')[0]?.body ?? Buffer.alloc(0));
    const [record] = JSON.parse(read.kind === 'ok' ? read.text : '{}').resourceLogs[0].scopeLogs[0].logRecords;
    expect(record.eventName).toBe('costspan.work_item.cost');
    expect(attribute(record.attributes, 'costspan.work_item.id')).toBe('T-1');
    expect(attribute(record.attributes, 'costspan.total.exact')).toBe('0.00225');
  });

  test('a change after sending is sent again, with a higher revision', async () => {
    await using sink = await startOtlpSink();
    const service = await start(to(sink));
    for (const number of [1, 2]) {
      await send(service.url, [chatSpan(number, 'T-1')]);
      expect(await service.flush()).toBe(true);
    }
    const sent = sink.accepted('logs').map(({ body }) => {
      const read = protobufToJson('logs', body);
      const [record] = JSON.parse(read.kind === 'ok' ? read.text : '{}').resourceLogs[0].scopeLogs[0].logRecords;
      return {
        total: attribute(record.attributes, 'costspan.total.exact'),
        revision: BigInt(String(attribute(record.attributes, 'costspan.record.revision'))),
      };
    });
    expect(sent.map(({ total }) => total)).toEqual(['0.00225', '0.0045']);
    expect((sent[1]?.revision ?? 0n) > (sent[0]?.revision ?? 0n)).toBe(true);
  });
});

describe('the same spans', () => {
  test('OTLP-61 a second pass changes nothing', async () => {
    await using sink = await startOtlpSink();
    const service = await start(to(sink));
    await send(service.url, [chatSpan(1, 'T-1'), { name: 'other', spanId: '00000000000000ff' }]);
    const once = sink.accepted('traces')[0]?.body ?? Buffer.alloc(0);
    await fetch(`${service.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: once,
    });
    expect(sink.accepted('traces')[1]?.body).toEqual(once);
  });

  test('leave `process` as they leave the service, byte for byte', async () => {
    await using sink = await startOtlpSink();
    const service = await start(to(sink));
    const binary = binaryOf([chatSpan(1, 'T-1'), chatSpan(2, 'T-2')]);
    await fetch(`${service.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: binary,
    });
    await writeFile(folder.join('in.pb'), binary);
    const parsed = parseConfig('', {});
    if (parsed.kind === 'invalid') throw new Error('the defaults are valid');
    await processFiles({ config: parsed.config, files: [folder.join('in.pb')], tracesOut: folder.join('out.pb') });
    expect(await readFile(folder.join('out.pb'))).toEqual(sink.accepted('traces')[0]?.body);
  });
});

describe('operation', () => {
  test('tells that it lives, is ready, and what it counted', async () => {
    const service = await start();
    await send(service.url, [chatSpan(1, 'T-1'), chatSpan(2, 'T-1', 'nobody-knows-this-model')]);
    const pages = await Promise.all(['/healthz', '/readyz', '/metrics'].map((path) => fetch(`${service.url}${path}`)));
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200]);
    const metrics = (await pages[2]?.text()) ?? '';
    for (const line of [
      'costspan_receiver_requests_total{signal="traces",code="200"} 1',
      'costspan_receiver_accepted_spans_total 2',
      'costspan_meter_priced_spans_total 1',
      'costspan_ledger_committed_facts_total 2',
    ]) {
      expect(metrics).toContain(`${line}\n`);
    }
    expect(metrics).toMatch(/^costspan_meter_unpriced_spans_total\{reason="[a-z-]+"\} 1$/m);
    expect(metrics).toMatch(/^costspan_price_book_info\{version="[^"]+",sha256="[0-9a-f]{64}"\} 1$/m);
  });

  test('an address in use is one clear error, and leaves nothing open', async () => {
    const service = await start();
    const parsed = parseConfig('ledger: off', {}, { endpoint: `127.0.0.1:${service.port}` });
    if (parsed.kind === 'invalid') throw new Error('the configuration is valid');
    await expect(serve({ config: parsed.config })).rejects.toThrow(
      `receivers.otlp.protocols.http.endpoint: 127.0.0.1:${service.port} cannot be listened on (EADDRINUSE): another program listens there; stop it, or choose another port`,
    );
  });

  test('a destination that is down at the start is said once, and is no reason not to start', async () => {
    const log: string[] = [];
    const service = await start(to({ url: 'http://127.0.0.1:9' }), log);
    await expect.poll(() => log.filter((line) => line.includes('does not answer yet')).length).toBe(1);
    for (let round = 0; round < 3; round += 1) expect((await send(service.url, [chatSpan(1, 'T-1')])).status).toBe(503);
    expect(log.filter((line) => line.includes('does not take requests')).length).toBe(1);
    expect(JSON.parse(log.find((line) => line.includes('does not answer yet')) ?? '{}')).toMatchObject({
      level: 'warn',
      exporter: 'otlp_http/sink',
      address: '127.0.0.1:9',
      code: 'ECONNREFUSED',
    });
  });

  test('closing twice is closing once, and frees the port', async () => {
    const service = await start();
    await Promise.all([service.close(), service.close()]);
    await expect(
      new Promise((resolve, reject) => connect(service.port, '127.0.0.1').on('connect', resolve).on('error', reject)),
    ).rejects.toThrow('ECONNREFUSED');
  });

  test('a configuration without a transport is refused', async () => {
    const parsed = parseConfig('receivers: {otlp: {protocols: {}}}', {});
    if (parsed.kind === 'invalid') throw new Error('the configuration is valid');
    await expect(serve({ config: parsed.config })).rejects.toThrow('receivers.otlp.protocols: expected a transport, found none');
  });

  test('a price book that cannot be used is refused with its place', async () => {
    await expect(start(`pricing: {books: ["${folder.join('missing.yaml')}"]}`)).rejects.toThrow(
      /missing\.yaml:1:1: cannot be read/,
    );
  });

  test('only tenants with a key may send, and their spans are theirs', async () => {
    const service = await start('tenants: {keys: [{tenant: acme, key: k1}]}');
    expect((await send(service.url, [chatSpan(1, 'T-1')])).status).toBe(401);
    const response = await fetch(`${service.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer k1' },
      body: JSON.stringify(requestOf([chatSpan(1, 'T-1', 'gpt-5', { 'costspan.work_item.tenant': 'somebody-else' })])),
    });
    expect(response.status).toBe(200);
    await closeAll();
    const ledger = await openLedger({ file: folder.join('ledger.db'), currency: 'USD' });
    const records = await ledger.dirtyRecords(10);
    await ledger.close();
    expect(records.map(({ item }) => item)).toEqual([{ tenant: 'acme', type: 'ticket', id: 'T-1' }]);
  });

  test('no word of a prompt or an answer stays anywhere', async () => {
    const log: string[] = [];
    await using sink = await startOtlpSink({ script: [{ status: 500 }] });
    const service = await start(to(sink), log);
    const canary = 'the-canary-sings';
    const attributes = { 'gen_ai.input.messages': canary, 'gen_ai.output.messages': canary, 'llm.prompts.0': canary };
    for (const number of [1, 2]) await send(service.url, [chatSpan(number, 'T-1', 'gpt-5', attributes)]);
    const bad = await fetch(`${service.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"resourceSpans": "${canary}"}`,
    });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    await service.flush();
    await closeAll();
    const files = await Promise.all(['ledger.db'].map((file) => readFile(folder.join(file), 'latin1')));
    const records = sink.accepted('logs').map(({ body }) => body.toString('latin1'));
    expect(records.length).toBe(1);
    for (const text of [log.join(''), await bad.text(), metrics, ...files, ...records]) expect(text).not.toContain(canary);
    // It is in what was forwarded: that is the sender's own data.
    expect(sink.accepted('traces').some(({ body }) => body.includes(canary))).toBe(true);
  });
});

function binaryOf(spans: readonly SpanJson[]): Buffer {
  const written = jsonToProtobuf('traces', Buffer.from(JSON.stringify(requestOf(spans))));
  if (written.kind === 'invalid') throw new Error(written.problem);
  return Buffer.from(written.body);
}
