import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { createChanges } from '@costspan/testkit';
import { Metadata, Server, ServerCredentials, type ServiceError, status, type UntypedHandleCall } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../../src/delivery.ts';
import { createGrpcTransport } from '../../../src/exporters/otlp-grpc/transport.ts';
import { exportPaths } from '../../../src/grpc-paths.ts';
import { encodeExportResponse } from '../../../src/otlp/response.ts';
import { encodeStatus } from '../../../src/otlp/rpc-status.ts';
import { answerCodec } from '../../../src/wire-codecs.ts';

type Received = { readonly body: Buffer; readonly metadata: Metadata };
type Reply =
  | { readonly body?: Buffer }
  | { readonly code: number; readonly details?: string; readonly retryDelayMs?: number }
  | { readonly hang: true };

/** A gRPC server that answers traces with these replies, the last one for ever. */
async function startServer(replies: readonly Reply[]) {
  const received: Received[] = [];
  const changes = createChanges();
  const server = new Server();
  const asIs = (bytes: Buffer): Buffer => bytes;
  const method = {
    path: exportPaths.traces,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  } as const;
  const handle = (
    call: { request: Buffer; metadata: Metadata },
    answer: (error: Partial<ServiceError> | null, body?: Buffer) => void,
  ): void => {
    const reply = replies[Math.min(received.length, replies.length - 1)] ?? {};
    received.push({ body: call.request, metadata: call.metadata });
    changes.announce();
    if ('hang' in reply) return;
    if (!('code' in reply)) {
      answer(null, reply.body ?? Buffer.alloc(0));
      return;
    }
    const metadata = new Metadata();
    const { code, details = '', retryDelayMs } = reply;
    if (retryDelayMs !== undefined)
      metadata.set('grpc-status-details-bin', encodeStatus('protobuf', { code, message: details, retryDelayMs }));
    answer({ code, details, metadata });
  };
  server.addService({ Export: method }, { Export: handle as UntypedHandleCall });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { address: `127.0.0.1:${port}`, received, changes, [Symbol.asyncDispose]: async () => server.forceShutdown() };
}

const body = Buffer.from('0123456789'.repeat(100));

/** One attempt. */
async function attempt(
  address: string,
  given: { readonly compression?: 'gzip' | 'none'; readonly timeoutMs?: number; readonly abort?: AbortSignal } = {},
): Promise<Delivery> {
  const transport = createGrpcTransport({
    name: 'otlp_grpc',
    config: {
      address,
      secure: false,
      compression: given.compression ?? 'none',
      headers: { authorization: 'Bearer s3cret' },
      timeoutMs: given.timeoutMs ?? 10_000,
    },
    tls: {},
    codec: answerCodec,
  });
  const delivery = await transport.attempt('traces', await transport.pack(body), given.abort ?? new AbortController().signal);
  transport.close();
  return delivery;
}

test('the bytes arrive as they are, with the configured headers', async () => {
  await using server = await startServer([{}]);
  expect(await attempt(server.address)).toEqual({ kind: 'accepted' });
  expect(server.received[0]?.body.equals(body)).toBe(true);
  expect(server.received[0]?.metadata.get('authorization')).toEqual(['Bearer s3cret']);
});

test.each(['none', 'gzip'] as const)(
  'OTLP-09 on the wire the message is compressed with what was chosen: %s',
  async (compression) => {
    const messages: Buffer[] = [];
    const encodings: unknown[] = [];
    const server = createHttp2Server();
    server.on('stream', (stream, headers) => {
      encodings.push(headers['grpc-encoding']);
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        messages.push(Buffer.concat(pieces));
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': 0 }));
        stream.end(Buffer.alloc(5));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await attempt(`127.0.0.1:${port}`, { compression })).toEqual({ kind: 'accepted' });
    server.close();
    const [message = Buffer.alloc(5)] = messages;
    const isPacked = compression === 'gzip';
    // One byte says whether the message is compressed, four how long it is.
    expect(message[0]).toBe(isPacked ? 1 : 0);
    expect(isPacked ? gunzipSync(message.subarray(5)) : message.subarray(5)).toEqual(body);
    if (isPacked) expect(encodings).toEqual(['gzip']);
  },
);

test('OTLP-26 a partial success is accepted, with what was rejected', async () => {
  const partial = { rejectedCount: 2, message: 'two too old' };
  await using server = await startServer([{ body: encodeExportResponse('traces', 'protobuf', partial) }]);
  expect(await attempt(server.address)).toEqual({ kind: 'accepted', partial });
});

describe('OTLP-34 OTLP-38 codes', () => {
  test.each<[number, Partial<Delivery>]>([
    [status.CANCELLED, { kind: 'retryable' }],
    [status.DEADLINE_EXCEEDED, { kind: 'retryable' }],
    [status.ABORTED, { kind: 'retryable' }],
    [status.OUT_OF_RANGE, { kind: 'retryable' }],
    [status.UNAVAILABLE, { kind: 'retryable' }],
    [status.DATA_LOSS, { kind: 'retryable' }],
    [status.RESOURCE_EXHAUSTED, { kind: 'rejected', reason: 'too-large' }],
    [status.INVALID_ARGUMENT, { kind: 'rejected', reason: 'invalid' }],
    [status.UNAUTHENTICATED, { kind: 'rejected', reason: 'unauthenticated' }],
    [status.PERMISSION_DENIED, { kind: 'rejected', reason: 'forbidden' }],
    [status.UNIMPLEMENTED, { kind: 'rejected', reason: 'unsupported' }],
    [status.INTERNAL, { kind: 'rejected', reason: 'failed' }],
    [status.UNKNOWN, { kind: 'rejected', reason: 'failed' }],
    [status.NOT_FOUND, { kind: 'rejected', reason: 'failed' }],
  ])('%d', async (code, delivery) => {
    await using server = await startServer([{ code, details: 'because' }]);
    expect(await attempt(server.address)).toEqual({ ...delivery, message: `otlp_grpc: gRPC ${status[code]}: because` });
  });

  test('RESOURCE_EXHAUSTED with RetryInfo is retryable, as throttling', async () => {
    await using server = await startServer([{ code: status.RESOURCE_EXHAUSTED, details: 'slow down', retryDelayMs: 3_000 }]);
    expect(await attempt(server.address)).toEqual({
      kind: 'retryable',
      message: 'otlp_grpc: gRPC RESOURCE_EXHAUSTED: slow down',
      retryAfterMs: 3_000,
      throttled: true,
    });
  });

  test('OTLP-32 RetryInfo is passed on', async () => {
    await using server = await startServer([{ code: status.UNAVAILABLE, retryDelayMs: 3_000 }]);
    expect(await attempt(server.address)).toMatchObject({ kind: 'retryable', retryAfterMs: 3_000 });
  });
});

describe('OTLP-36 no answer', () => {
  test('nobody listens', async () => {
    expect(await attempt('127.0.0.1:9')).toMatchObject({
      kind: 'retryable',
      message: expect.stringContaining('gRPC UNAVAILABLE'),
    });
  });

  test('a server that hangs is given up after the time for one attempt', async () => {
    await using server = await startServer([{ hang: true }]);
    expect(await attempt(server.address, { timeoutMs: 100 })).toMatchObject({
      kind: 'retryable',
      message: expect.stringContaining('DEADLINE_EXCEEDED'),
    });
  });

  test('OTLP-41 a sender that has gone ends the attempt at once', async () => {
    await using server = await startServer([{ hang: true }]);
    const gone = new AbortController();
    const sent = attempt(server.address, { abort: gone.signal });
    await server.changes.waitUntil('the call', () => server.received.length === 1);
    gone.abort();
    expect(await sent).toMatchObject({ kind: 'retryable', message: 'otlp_grpc: no answer (aborted)' });
  });
});

test('OTLP-19 an answer over 4 MiB is not taken, and final', async () => {
  await using server = await startServer([{ body: Buffer.alloc(5 * 2 ** 20) }]);
  expect(await attempt(server.address)).toMatchObject({ kind: 'rejected' });
});
