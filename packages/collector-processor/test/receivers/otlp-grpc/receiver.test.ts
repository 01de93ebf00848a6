import { readFile } from 'node:fs/promises';
import { connect } from 'node:http2';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { createChanges } from '@costspan/testkit';
import { type Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import type { ServerTls } from '../../../src/config/config.ts';
import type { Delivery } from '../../../src/delivery.ts';
import { exportPaths } from '../../../src/grpc-paths.ts';
import { decodeExportResponse } from '../../../src/otlp/response.ts';
import { decodeStatus } from '../../../src/otlp/rpc-status.ts';
import { createAuthenticate } from '../../../src/receivers/authentication.ts';
import { frame, rawCall } from './raw-call.ts';
import { startReceiver } from './receiver-under-test.ts';

const body = Buffer.from('0123456789');
const file = (name: string): string => new URL(`../otlp-http/tls/${name}`, import.meta.url).pathname;

type Answer = {
  readonly code: number;
  readonly details?: string;
  readonly body?: Buffer;
  readonly retryDelayMs?: number | undefined;
};
type Call = {
  readonly path?: string;
  readonly bytes?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
};

/** One call and what came of it. */
function call(
  client: Client,
  { path = exportPaths.traces, bytes = body, headers = {}, deadlineMs = 10_000 }: Call = {},
): Promise<Answer> {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const asIs = (given: Buffer): Buffer => given;
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      asIs,
      asIs,
      bytes,
      metadata,
      { deadline: Date.now() + deadlineMs },
      (error: ServiceError | null, answer?: Buffer) => {
        if (error === null) return resolve({ code: status.OK, body: answer ?? Buffer.alloc(0) });
        const details = error.metadata?.get('grpc-status-details-bin')[0];
        const read = Buffer.isBuffer(details) ? decodeStatus('protobuf', details) : undefined;
        resolve({
          code: error.code,
          details: error.details,
          retryDelayMs: read?.kind === 'ok' ? read.status.retryDelayMs : undefined,
        });
      },
    );
  });
}

describe('what is asked for', () => {
  test('OTLP-02 each signal has its method', async () => {
    await using receiver = await startReceiver();
    for (const path of Object.values(exportPaths))
      expect(await call(receiver.client(), { path })).toEqual({ code: status.OK, body: Buffer.alloc(0) });
    expect(receiver.taken.map(({ signal, encoding }) => [signal, encoding])).toEqual([
      ['traces', 'protobuf'],
      ['logs', 'protobuf'],
      ['metrics', 'protobuf'],
    ]);
    expect(receiver.taken.every((request) => body.equals(request.body))).toBe(true);
  });

  test.each([
    '/opentelemetry.proto.collector.trace.v1.TraceService/Import',
    '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export',
  ])('OTLP-02 OTLP-65 %s is unimplemented', async (path) => {
    await using receiver = await startReceiver();
    expect((await call(receiver.client(), { path })).code).toBe(status.UNIMPLEMENTED);
  });

  test('OTLP-09 a call compressed with gzip is unpacked', async () => {
    await using receiver = await startReceiver();
    const long = Buffer.alloc(100_000, 'x');
    expect((await call(receiver.client({ 'grpc.default_compression_algorithm': 2 }), { bytes: long })).code).toBe(status.OK);
    expect(long.equals(receiver.taken[0]?.body ?? Buffer.alloc(0))).toBe(true);
  });

  test('OTLP-11 OTLP-12 an unknown compression is unimplemented, a corrupt one invalid; neither is handed on', async () => {
    await using receiver = await startReceiver();
    const codeOf = async (encoding: string, message: Buffer): Promise<string | undefined> =>
      (await rawCall(receiver.port, { bytes: frame(message, 1), headers: { 'grpc-encoding': encoding } })).status;
    expect(await codeOf('snappy', body)).toBe(String(status.UNIMPLEMENTED));
    expect(await codeOf('gzip', body)).toBe(String(status.INVALID_ARGUMENT));
    expect(await codeOf('gzip', gzipSync(body))).toBe(String(status.OK));
    expect(await codeOf('deflate', deflateSync(body))).toBe(String(status.OK));
    expect(await codeOf('zstd', zstdCompressSync(body))).toBe(String(status.OK));
    expect(receiver.taken.map((request) => body.equals(request.body))).toEqual([true, true, true]);
  });

  test('OTLP-21 an empty message is a request', async () => {
    await using receiver = await startReceiver();
    expect((await call(receiver.client(), { bytes: Buffer.alloc(0) })).code).toBe(status.OK);
  });
});

describe('what is answered', () => {
  test('OTLP-23 a partial success names count and reason', async () => {
    const partial = { rejectedCount: 3, message: 'three were too large' };
    await using receiver = await startReceiver({ ingest: async () => ({ kind: 'accepted', partial }) });
    const answer = await call(receiver.client());
    expect(decodeExportResponse('traces', 'protobuf', answer.body ?? Buffer.alloc(0))).toEqual({ kind: 'ok', partial });
  });

  test.each<[Delivery, number, number | undefined]>([
    [{ kind: 'retryable', message: 'm', retryAfterMs: 2_500 }, status.UNAVAILABLE, 2_500],
    [{ kind: 'retryable', message: 'm' }, status.UNAVAILABLE, 1_000],
    [{ kind: 'retryable', message: 'm', retryAfterMs: 2_500, throttled: true }, status.RESOURCE_EXHAUSTED, 2_500],
    [{ kind: 'rejected', reason: 'invalid', message: 'm' }, status.INVALID_ARGUMENT, undefined],
    [{ kind: 'rejected', reason: 'too-large', message: 'm' }, status.RESOURCE_EXHAUSTED, undefined],
    [{ kind: 'rejected', reason: 'unauthenticated', message: 'm' }, status.UNAUTHENTICATED, undefined],
    [{ kind: 'rejected', reason: 'forbidden', message: 'm' }, status.PERMISSION_DENIED, undefined],
    [{ kind: 'rejected', reason: 'unsupported', message: 'm' }, status.UNIMPLEMENTED, undefined],
    [{ kind: 'rejected', reason: 'failed', message: 'm' }, status.INTERNAL, undefined],
  ])('OTLP-27 OTLP-30 OTLP-32 OTLP-38 %j', async (delivery, code, retryDelayMs) => {
    await using receiver = await startReceiver({ ingest: async () => delivery });
    expect(await call(receiver.client())).toEqual({ code, details: 'm', retryDelayMs });
  });

  test('a fault of ours is retryable and tells nothing about what was sent', async () => {
    await using receiver = await startReceiver({
      ingest: async () => {
        throw new Error('while reading "my secret prompt"');
      },
    });
    expect(await call(receiver.client())).toEqual({
      code: status.UNAVAILABLE,
      details: 'internal fault; send it again after the delay',
      retryDelayMs: 1_000,
    });
    expect(receiver.heldBytes()).toBe(0);
  });

  test('OTLP-46 a call without a key is unauthenticated', async () => {
    await using receiver = await startReceiver({ authenticate: createAuthenticate([{ tenant: 'acme', key: 'k1' }]) });
    expect((await call(receiver.client())).code).toBe(status.UNAUTHENTICATED);
    expect((await call(receiver.client(), { headers: { authorization: 'Bearer k1' } })).code).toBe(status.OK);
    expect(receiver.taken.map(({ sender }) => sender)).toEqual([{ tenant: 'acme' }]);
  });
});

describe('bounds', () => {
  test.each([
    ['plain', 0],
    ['gzip', 2],
  ])('OTLP-15 a %s message of the limit passes, one byte more is exhausted for good', async (_, algorithm) => {
    await using receiver = await startReceiver({ config: { requestBytesMax: 100_000 } });
    const client = receiver.client({ 'grpc.default_compression_algorithm': algorithm });
    expect((await call(client, { bytes: Buffer.alloc(100_000) })).code).toBe(status.OK);
    expect(await call(client, { bytes: Buffer.alloc(100_001) })).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      retryDelayMs: undefined,
    });
  });

  test('OTLP-30 messages over the shared memory are refused for a while', async () => {
    await using receiver = await startReceiver({ allowanceBytes: 5 });
    expect(await call(receiver.client())).toMatchObject({ code: status.UNAVAILABLE, retryDelayMs: 1_000 });
    expect(receiver.taken).toEqual([]);
  });

  test('OTLP-40 a hundred calls are worked on at once over one connection, and answers overtake', async () => {
    const changes = createChanges();
    const answers: ((delivery: Delivery) => void)[] = [];
    await using receiver = await startReceiver({
      ingest: () =>
        new Promise((resolve) => {
          answers.push(resolve);
          changes.announce();
        }),
    });
    const client = receiver.client();
    const calls = Array.from({ length: 100 }, () => call(client));
    await changes.waitUntil('a hundred under way', () => answers.length === 100);
    for (const answer of answers.reverse()) answer({ kind: 'accepted' });
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(Array(100).fill(status.OK));
  });

  test('OTLP-41 a deadline that passes ends the work', async () => {
    let aborted = false;
    await using receiver = await startReceiver({
      ingest: ({ abort }) =>
        new Promise((resolve) =>
          abort.addEventListener('abort', () => {
            aborted = true;
            resolve({ kind: 'retryable', message: 'gone' });
          }),
        ),
    });
    expect((await call(receiver.client(), { deadlineMs: 100 })).code).toBe(status.DEADLINE_EXCEEDED);
    await expect.poll(() => aborted).toBe(true);
    await expect.poll(receiver.heldBytes).toBe(0);
  });

  test('OTLP-42 a shutdown answers what is under way, refuses what is new and closes the connection', async () => {
    const changes = createChanges();
    let answer: (delivery: Delivery) => void = () => undefined;
    await using receiver = await startReceiver({
      ingest: () =>
        new Promise((resolve) => {
          answer = resolve;
          changes.announce();
        }),
    });
    const client = receiver.client();
    const underWay = call(client);
    await changes.waitUntil('under way', () => receiver.taken.length === 1);
    const stopped = receiver.stop(10_000);
    // The connection got GOAWAY, and nothing listens any more.
    expect((await call(client)).code).toBe(status.UNAVAILABLE);
    answer({ kind: 'accepted' });
    expect((await underWay).code).toBe(status.OK);
    await stopped;
    expect((await call(client)).code).toBe(status.UNAVAILABLE);
  });

  test('OTLP-50 PINGs are answered, and an old connection is asked to close', async () => {
    await using receiver = await startReceiver({ config: { connectionAgeMs: 50, connectionGraceMs: 50 } });
    const session = connect(`http://127.0.0.1:${receiver.port}`);
    const goAway = new Promise<void>((resolve) => session.once('goaway', () => resolve()));
    await new Promise<void>((resolve) => session.once('connect', () => resolve()));
    await new Promise<void>((resolve, reject) => session.ping((error) => (error === null ? resolve() : reject(error))));
    await goAway;
    session.destroy();
  });
});

describe('TLS', () => {
  const tls: ServerTls = { certFile: file('server.pem'), keyFile: file('server.key'), minVersion: 'TLSv1.2' };
  const trusting = async (identity?: string) =>
    credentials.createSsl(
      await readFile(file('ca.pem')),
      identity === undefined ? null : await readFile(file(`${identity}.key`)),
      identity === undefined ? null : await readFile(file(`${identity}.pem`)),
    );

  test('OTLP-44 is spoken', async () => {
    await using receiver = await startReceiver({ config: { tls } });
    expect((await call(receiver.client({}, await trusting()))).code).toBe(status.OK);
    expect((await call(receiver.client({}, credentials.createSsl()), { deadlineMs: 2_000 })).code).not.toBe(status.OK);
  });

  test('OTLP-45 client certificates are wanted where configured', async () => {
    await using receiver = await startReceiver({ config: { tls: { ...tls, clientCaFile: file('ca.pem') } } });
    expect((await call(receiver.client({}, await trusting('client')))).code).toBe(status.OK);
    expect((await call(receiver.client({}, await trusting()), { deadlineMs: 2_000 })).code).not.toBe(status.OK);
    expect((await call(receiver.client({}, await trusting('stranger')), { deadlineMs: 2_000 })).code).not.toBe(status.OK);
  });
});

test('an address in use is one clear error', async () => {
  await using receiver = await startReceiver();
  await expect(startReceiver({ config: { port: receiver.port } })).rejects.toThrow(
    `receivers.otlp.protocols.grpc.endpoint: 127.0.0.1:${receiver.port} cannot be listened on (EADDRINUSE)`,
  );
});
