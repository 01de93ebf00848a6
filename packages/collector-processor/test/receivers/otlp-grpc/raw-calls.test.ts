import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { grpcPingsMax, inflateChunkBytes } from '../../../src/limits.ts';
import { frame, rawCall } from './raw-call.ts';
import { startReceiver } from './receiver-under-test.ts';

const body = Buffer.from('0123456789');

describe('messages', () => {
  test('the answer is one message and a status in the trailers', async () => {
    await using receiver = await startReceiver();
    expect(await rawCall(receiver.port, { bytes: frame(body) })).toEqual({
      http: 200,
      status: '0',
      body: frame(Buffer.alloc(0)),
    });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['half a prefix', Buffer.alloc(4)],
    ['less than announced', frame(body).subarray(0, 10)],
    ['two messages', Buffer.concat([frame(body), frame(body)])],
    ['an unknown flag', frame(body, 2)],
    ['a compressed flag without a coding', frame(body, 1)],
  ])('%s is a broken call, and nothing of it is handed on', async (_, bytes) => {
    await using receiver = await startReceiver();
    expect((await rawCall(receiver.port, { bytes })).status).toBe(String(status.INTERNAL));
    expect([receiver.taken.length, receiver.heldBytes()]).toEqual([0, 0]);
  });

  test('a reason with letters of any script arrives as it was written', async () => {
    await using receiver = await startReceiver({
      ingest: async () => ({ kind: 'rejected', reason: 'invalid', message: 'Prüfung 100 % 失敗 \ud800' }),
    });
    const { message = '' } = await rawCall(receiver.port, { bytes: frame(body) });
    expect(decodeURIComponent(message)).toBe('Prüfung 100 % 失敗 \ufffd');
    expect(message).toMatch(/^[\x20-\x7e]*$/);
  });

  test.each([{ 'content-type': 'application/json' }, { 'content-type': 'application/grpc', ':method': 'PUT' }])(
    'HTTP/2 that is not gRPC is told so: %j',
    async (headers) => {
      await using receiver = await startReceiver();
      expect((await rawCall(receiver.port, { headers })).http).toBe(415);
    },
  );
});

describe('memory', () => {
  test('OTLP-15 OTLP-16 a message announced too large is refused before it has arrived', async () => {
    await using receiver = await startReceiver({ config: { requestBytesMax: 1_000 } });
    const bytes = frame(Buffer.alloc(1_001)).subarray(0, 6);
    expect((await rawCall(receiver.port, { bytes, halfSent: true })).status).toBe(String(status.RESOURCE_EXHAUSTED));
    expect(receiver.heldBytes()).toBe(0);
  });

  test('OTLP-30 memory is counted while a message arrives, not once it is there', async () => {
    await using receiver = await startReceiver({ allowanceBytes: 100_000 });
    const first = rawCall(receiver.port, { bytes: frame(Buffer.alloc(200_000)).subarray(0, 90_000), halfSent: true });
    await expect.poll(receiver.heldBytes).toBe(90_000);
    const second = await rawCall(receiver.port, { bytes: frame(Buffer.alloc(200_000)).subarray(0, 20_000), halfSent: true });
    expect(second.status).toBe(String(status.UNAVAILABLE));
    expect(receiver.heldBytes()).toBe(90_000);
    await receiver.stop(0);
    await first.catch(() => undefined);
    expect(receiver.heldBytes()).toBe(0);
  });

  test('OTLP-13 a bomb is noticed at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
    await using receiver = await startReceiver({
      config: { requestBytesMax: 2 ** 20 },
      allowanceBytes: 2 ** 21 + inflateChunkBytes,
    });
    const headers = { 'grpc-encoding': 'gzip' };
    expect((await rawCall(receiver.port, { bytes: frame(bomb, 1), headers })).status).toBe(String(status.RESOURCE_EXHAUSTED));
    expect(receiver.heldBytes()).toBe(0);
  });

  test('a connection whose large calls are refused stays usable', async () => {
    await using receiver = await startReceiver({ config: { requestBytesMax: 1_000 } });
    const session = connectHttp2(`http://127.0.0.1:${receiver.port}`);
    const large = frame(Buffer.alloc(2 ** 21));
    for (let each = 0; each < 10; each += 1) {
      expect((await rawCall(receiver.port, { bytes: large, session })).status).toBe(String(status.RESOURCE_EXHAUSTED));
    }
    expect((await rawCall(receiver.port, { bytes: frame(body), session })).status).toBe('0');
    session.destroy();
  });
});

describe('connections', () => {
  test('OTLP-49 one that never makes a call, or no longer does, is closed', async () => {
    await using receiver = await startReceiver({ config: { idleTimeoutMs: 60 } });
    const silent = connect(receiver.port, '127.0.0.1');
    await new Promise((resolve) => silent.resume().once('close', resolve));
    const session = connectHttp2(`http://127.0.0.1:${receiver.port}`);
    expect((await rawCall(receiver.port, { bytes: frame(body), session })).status).toBe('0');
    await new Promise<void>((resolve) => session.once('close', () => resolve()));
  });

  test('OTLP-50 PINGs without end and without a call are not answered for ever', async () => {
    await using receiver = await startReceiver();
    const session = connectHttp2(`http://127.0.0.1:${receiver.port}`, { maxOutstandingPings: 100 });
    let code: number | undefined;
    session.on('goaway', (given: number) => {
      code = given;
    });
    session.on('error', () => undefined);
    const isOver = new Promise<void>((resolve) => session.once('close', () => resolve()));
    await new Promise<void>((resolve) => session.once('connect', () => resolve()));
    let answered = 0;
    const ping = (): void => {
      if (session.destroyed) return;
      session.ping((error) => {
        if (error !== null) return;
        answered += 1;
        ping();
      });
    };
    for (let each = 0; each < 50; each += 1) ping();
    await isOver;
    expect(code).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    expect(answered).toBeLessThanOrEqual(grpcPingsMax);
    expect(answered).toBeGreaterThan(grpcPingsMax / 2);
  });

  test('what is not HTTP/2 ends its own connection only', async () => {
    await using receiver = await startReceiver();
    const stranger = connect(receiver.port, '127.0.0.1');
    stranger.on('error', () => undefined);
    stranger.write('GET / HTTP/1.1\r\n\r\n');
    await new Promise((resolve) => stranger.resume().once('close', resolve));
    expect((await rawCall(receiver.port, { bytes: frame(body) })).status).toBe('0');
  });
});
