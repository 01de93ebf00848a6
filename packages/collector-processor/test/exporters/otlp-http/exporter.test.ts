import { createServer } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createRawServer } from 'node:net';
import { zstdDecompressSync } from 'node:zlib';
import { type OtlpSinkStep, startHttpServer, startOtlpSink } from '@costspan/testkit';
import { describe, expect, test } from 'vitest';
import type { OtlpHttpExporterConfig } from '../../../src/config/config.ts';
import { createOtlpExporter } from '../../../src/exporters/create-otlp-exporter.ts';
import type { Exporter, Outgoing } from '../../../src/exporters/exporter.ts';
import { createHttpTransport } from '../../../src/exporters/otlp-http/transport.ts';
import { jsonToProtobuf } from '../../../src/otlp/json.ts';
import { encodeExportResponse } from '../../../src/otlp/response.ts';
import { encodeStatus } from '../../../src/otlp/rpc-status.ts';
import { answerCodec, outgoingCodec } from '../../../src/wire-codecs.ts';
import { steppingClock } from '../../stepping-clock.ts';

const patience = { abort: new AbortController().signal };

/** A trace request with spans of these names. */
function traces(names: readonly string[]): Outgoing {
  const spans = names.map((name, index) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: (index + 1).toString(16).padStart(16, '0'),
    name,
    startTimeUnixNano: '1767225600123456789',
    endTimeUnixNano: '1767225600123456790',
  }));
  const json = {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'agent' } }] },
        scopeSpans: [{ scope: { name: 'scope' }, spans }],
      },
    ],
  };
  const written = jsonToProtobuf('traces', Buffer.from(JSON.stringify(json)));
  if (written.kind === 'invalid') throw new Error(written.problem);
  return { signal: 'traces', body: written.body, itemCount: names.length };
}

const request = traces(['chat']);

type Made = { readonly exporter: Exporter; readonly clock: ReturnType<typeof steppingClock>; readonly retries: () => number };

function exporterTo(url: string, given: Partial<OtlpHttpExporterConfig> = {}): Made {
  const clock = steppingClock();
  let retries = 0;
  const config: OtlpHttpExporterConfig = {
    type: 'otlp_http',
    urls: { traces: `${url}/v1/traces`, logs: `${url}/v1/logs`, metrics: `${url}/v1/metrics` },
    encoding: 'proto',
    compression: 'none',
    headers: {},
    timeoutMs: 10_000,
    requestBytesMax: 4 * 2 ** 20,
    retry: {
      enabled: true,
      initialIntervalMs: 5_000,
      multiplier: 1.5,
      randomizationFactor: 0,
      intervalMsMax: 30_000,
      elapsedMsMax: 300_000,
    },
    queue: { bytesMax: 1, consumers: 1 },
    ...given,
  };
  const name = 'otlp_http/backend';
  const exporter = createOtlpExporter({
    name,
    config,
    transport: createHttpTransport({ name, config, tls: {}, codec: answerCodec, clock }),
    codec: outgoingCodec,
    metrics: {
      retried: () => {
        retries += 1;
      },
    },
    clock,
    random: () => 0.5,
  });
  return { exporter, clock, retries: () => retries };
}

describe('what goes out', () => {
  test('a request arrives as it was given, at the path of its signal, with the configured headers', async () => {
    await using sink = await startOtlpSink();
    const { exporter } = exporterTo(sink.url, { headers: { authorization: 'Bearer s3cret' } });
    expect(await exporter.send(request, patience)).toEqual({ kind: 'accepted' });
    expect(await exporter.send({ signal: 'logs', body: Buffer.alloc(0), itemCount: 0 }, patience)).toEqual({ kind: 'accepted' });
    expect(sink.requests.map(({ path }) => path)).toEqual(['/v1/traces', '/v1/logs']);
    expect(sink.requests[0]).toMatchObject({
      body: Buffer.from(request.body),
      headers: { 'content-type': 'application/x-protobuf', authorization: 'Bearer s3cret' },
    });
    await exporter.close();
  });

  test('as JSON where the destination wants it', async () => {
    await using sink = await startOtlpSink();
    const { exporter } = exporterTo(sink.url, { encoding: 'json' });
    await exporter.send(request, patience);
    expect(sink.requests[0]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(sink.requests[0]?.body.toString() ?? '').resourceSpans[0].scopeSpans[0].spans[0]).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      startTimeUnixNano: '1767225600123456789',
    });
    await exporter.close();
  });

  test.each(['gzip', 'zstd'] as const)('OTLP-09 compressed with %s', async (compression) => {
    await using sink = await startOtlpSink();
    const { exporter } = exporterTo(sink.url, { compression });
    const long = traces(Array(100).fill('chat'));
    await exporter.send(long, patience);
    const [received] = sink.requests;
    expect(received?.headers['content-encoding']).toBe(compression);
    const unpacked = compression === 'zstd' ? zstdDecompressSync(received?.wireBody ?? Buffer.alloc(0)) : received?.body;
    expect(unpacked).toEqual(Buffer.from(long.body));
    expect(received?.wireBody.length).toBeLessThan(long.body.length / 2);
    await exporter.close();
  });

  test('OTLP-18 a large request goes in parts, each whole, and every span once', async () => {
    await using sink = await startOtlpSink();
    const { exporter } = exporterTo(sink.url, { requestBytesMax: 500 });
    const names = Array.from({ length: 40 }, (_, index) => `span ${index}`);
    expect(await exporter.send(traces(names), patience)).toEqual({ kind: 'accepted' });
    expect(sink.requests.length).toBeGreaterThan(3);
    expect(sink.requests.every(({ body }) => body.length <= 500)).toBe(true);
    expect(sink.requests.flatMap(({ body }) => namesIn(body))).toEqual(names);
    await exporter.close();
  });

  test('OTLP-18 in JSON the size counts as it is sent', async () => {
    await using sink = await startOtlpSink();
    const { exporter } = exporterTo(sink.url, { requestBytesMax: 2_000, encoding: 'json' });
    const names = Array.from({ length: 40 }, (_, index) => `span ${index}`);
    expect(await exporter.send(traces(names), patience)).toEqual({ kind: 'accepted' });
    expect(sink.requests.every(({ body }) => body.length <= 2_000)).toBe(true);
    const sent = sink.requests.flatMap(({ body }) => JSON.parse(body.toString()).resourceSpans[0].scopeSpans[0].spans);
    expect(sent.map(({ name }: { name: string }) => name)).toEqual(names);
    await exporter.close();
  });

  test('OTLP-18 a span that alone is too large is left out and told, the others go', async () => {
    await using sink = await startOtlpSink();
    const { exporter } = exporterTo(sink.url, { requestBytesMax: 500 });
    expect(await exporter.send(traces(['a', 'x'.repeat(600), 'b']), patience)).toEqual({
      kind: 'accepted',
      partial: { rejectedCount: 1, message: 'otlp_http/backend: larger than 500 bytes' },
    });
    expect(sink.requests.flatMap(({ body }) => namesIn(body))).toEqual(['a', 'b']);
    await exporter.close();
  });

  test('one connection serves one request after the other', async () => {
    const ports = new Set<number | undefined>();
    const server = await listen(
      createServer((incoming, response) => {
        ports.add(incoming.socket.remotePort);
        incoming.resume().on('end', () => response.end());
      }),
    );
    const { exporter } = exporterTo(server.url);
    for (let sent = 0; sent < 20; sent += 1) await exporter.send(request, patience);
    expect(ports.size).toBe(1);
    await exporter.close();
    server.close();
  });
});

describe('what comes back', () => {
  const outcomes: readonly [string, OtlpSinkStep][] = [
    ['busy', { status: 503 }],
    ['bad gateway', { status: 502 }],
    ['timeout of a gateway', { status: 504 }],
    ['too many', { status: 429 }],
  ];
  test.each(outcomes)('OTLP-33 %s is tried again', async (_, step) => {
    await using sink = await startOtlpSink({ script: [step, step] });
    const { exporter, clock, retries } = exporterTo(sink.url);
    expect(await exporter.send(request, patience)).toEqual({ kind: 'accepted' });
    expect([sink.requests.length, clock.waitsMs, retries()]).toEqual([3, [5_000, 7_500], 2]);
    await exporter.close();
  });

  test.each([
    [400, 'invalid'],
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'unsupported'],
    [413, 'too-large'],
    [415, 'failed'],
    [500, 'failed'],
    [501, 'failed'],
    [301, 'failed'],
  ])('OTLP-33 OTLP-37 OTLP-38 %d is final: %s', async (status, reason) => {
    await using sink = await startOtlpSink({ script: [{ status }] });
    const { exporter } = exporterTo(sink.url);
    expect(await exporter.send(request, patience)).toEqual({
      kind: 'rejected',
      reason,
      message: `otlp_http/backend: HTTP ${status}`,
    });
    expect(sink.requests.length).toBe(1);
    await exporter.close();
  });

  test('OTLP-31 seconds of Retry-After are waited', async () => {
    await using sink = await startOtlpSink({ script: [{ status: 503, retryAfterSeconds: 42 }] });
    const { exporter, clock } = exporterTo(sink.url);
    await exporter.send(request, patience);
    expect(clock.waitsMs).toEqual([42_000]);
    await exporter.close();
  });

  test('OTLP-31 so is a date', async () => {
    let answers = 0;
    await using server = await startHttpServer((_, response) => {
      answers += 1;
      if (answers > 1) response.end();
      else response.writeHead(429, { 'retry-after': 'Thu, 01 Jan 2026 00:00:33 GMT' }).end();
    });
    const { exporter, clock } = exporterTo(server.url);
    await exporter.send(request, patience);
    expect(clock.waitsMs).toEqual([33_000]);
    await exporter.close();
  });

  test.each(['proto', 'json'] as const)('OTLP-26 a partial success in %s is counted, never sent again', async (encoding) => {
    const partial = { rejectedCount: 2, message: 'two too old' };
    const body = encodeExportResponse('traces', encoding === 'json' ? 'json' : 'protobuf', partial);
    await using sink = await startOtlpSink({ script: [{ status: 200, body }] });
    const { exporter } = exporterTo(sink.url, { encoding });
    expect(await exporter.send(request, patience)).toEqual({ kind: 'accepted', partial });
    expect(sink.requests.length).toBe(1);
    await exporter.close();
  });

  test('OTLP-29 the message of a Status is passed on', async () => {
    const body = encodeStatus('protobuf', { code: 3, message: 'span 4 has no trace id' });
    await using sink = await startOtlpSink({ script: [{ status: 400, body }] });
    const { exporter } = exporterTo(sink.url);
    expect(await exporter.send(request, patience)).toMatchObject({
      message: 'otlp_http/backend: HTTP 400: span 4 has no trace id',
    });
    await exporter.close();
  });

  test('an answer of 200 that is no OTLP still means the data is there', async () => {
    await using sink = await startOtlpSink({ script: [{ status: 200, body: Buffer.from('<html>thanks</html>') }] });
    const { exporter } = exporterTo(sink.url);
    expect(await exporter.send(request, patience)).toEqual({ kind: 'accepted' });
    await exporter.close();
  });

  test('OTLP-19 an answer over 4 MiB is not read, and final', async () => {
    await using sink = await startOtlpSink({ script: [{ status: 503, body: Buffer.alloc(5 * 2 ** 20, 'x') }] });
    const { exporter } = exporterTo(sink.url);
    expect(await exporter.send(request, patience)).toEqual({
      kind: 'rejected',
      reason: 'failed',
      message: 'otlp_http/backend: HTTP 503 with an answer too large to read',
    });
    await exporter.close();
  });
});

describe('OTLP-36 no answer', () => {
  test('nobody listens: tried again until it gives up', async () => {
    const { exporter, clock } = exporterTo('http://127.0.0.1:9', {
      retry: {
        enabled: true,
        initialIntervalMs: 1_000,
        multiplier: 1,
        randomizationFactor: 0,
        intervalMsMax: 1_000,
        elapsedMsMax: 3_000,
      },
    });
    const delivery = await exporter.send(request, patience);
    expect(delivery).toMatchObject({ kind: 'retryable', message: 'otlp_http/backend: no answer (ECONNREFUSED)' });
    expect(clock.waitsMs.length).toBeLessThanOrEqual(3);
    await exporter.close();
  });

  test('a server that dies in the middle of a request is tried again', async () => {
    const sockets: Socket[] = [];
    let connections = 0;
    const server = await listen(
      createRawServer((socket) => {
        connections += 1;
        sockets.push(socket);
        socket.once('data', () => {
          if (connections === 1) socket.destroy();
          else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
        });
      }),
    );
    const { exporter, clock } = exporterTo(server.url);
    expect(await exporter.send(request, patience)).toEqual({ kind: 'accepted' });
    expect(clock.waitsMs).toEqual([5_000]);
    await exporter.close();
    server.close();
  });

  test('an answer cut off in the middle is tried again', async () => {
    let connections = 0;
    const server = await listen(
      createRawServer((socket) => {
        connections += 1;
        const length = connections === 1 ? 100 : 0;
        socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`));
      }),
    );
    const { exporter } = exporterTo(server.url);
    expect(await exporter.send(request, patience)).toEqual({ kind: 'accepted' });
    expect(connections).toBe(2);
    await exporter.close();
    server.close();
  });

  test('a connection that was closed while it was idle costs no wait', async () => {
    let requests = 0;
    const server = await listen(
      createRawServer((socket) => {
        socket.on('error', () => undefined);
        let served = 0;
        socket.on('data', () => {
          requests += 1;
          served += 1;
          if (served === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
          else socket.resetAndDestroy();
        });
      }),
    );
    const { exporter, clock } = exporterTo(server.url);
    expect(await exporter.send(request, patience)).toEqual({ kind: 'accepted' });
    expect(await exporter.send(request, patience)).toEqual({ kind: 'accepted' });
    expect([requests, clock.waitsMs]).toEqual([3, []]);
    await exporter.close();
    server.close();
  });

  test('a server that hangs is given up after the time for one attempt', async () => {
    await using sink = await startOtlpSink({ script: [{ hang: true }] });
    const { exporter, clock } = exporterTo(sink.url, { timeoutMs: 50 });
    expect(await exporter.send(request, patience)).toEqual({ kind: 'accepted' });
    expect([sink.requests.length, clock.waitsMs]).toEqual([2, [5_000]]);
    await exporter.close();
  });

  test('OTLP-41 a sender that has gone ends the attempt at once', async () => {
    await using sink = await startOtlpSink({ script: [{ hang: true }] });
    const { exporter, clock } = exporterTo(sink.url);
    const gone = new AbortController();
    const sent = exporter.send(request, { abort: gone.signal });
    await sink.waitUntil('the request', (requests) => requests.length === 1);
    gone.abort();
    expect(await sent).toMatchObject({ kind: 'retryable', message: 'otlp_http/backend: no answer (aborted)' });
    expect(clock.waitsMs).toEqual([]);
    await exporter.close();
  });
});

async function listen(server: Server): Promise<{ readonly url: string; readonly close: () => void }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function namesIn(body: Uint8Array): readonly string[] {
  const spans = JSON.parse(Buffer.from(outgoingCodec.toJson('traces', body)).toString()).resourceSpans.flatMap(
    ({ scopeSpans }: { scopeSpans: { spans: { name: string }[] }[] }) => scopeSpans.flatMap(({ spans }) => spans),
  );
  return spans.map(({ name }: { name: string }) => name);
}
