import { Agent, request as requestHttp } from 'node:http';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { createChanges } from '@costspan/testkit';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../../src/delivery.ts';
import { createAuthenticate } from '../../../src/receivers/authentication.ts';
import { json, openRaw, protobuf, startReceiver } from './receiver-under-test.ts';

const body = Buffer.from('0123456789');

type Post = { readonly path?: string; readonly headers?: Record<string, string>; readonly body?: Uint8Array };

function post(url: string, { path = '/v1/traces', headers = protobuf, body: given = body }: Post = {}): Promise<Response> {
  return fetch(`${url}${path}`, { method: 'POST', headers, body: Buffer.from(given) });
}

/** Answer with its body, as text where that is what it is. */
async function read(response: Response) {
  const bytes = Buffer.from(await response.arrayBuffer());
  const type = response.headers.get('content-type');
  return {
    status: response.status,
    type,
    body: type === 'application/json' ? JSON.parse(bytes.toString()) : bytes.toString('latin1'),
  };
}

describe('what is asked for', () => {
  test('OTLP-03 each signal has its path, which can be changed; any other is 404 with a Status', async () => {
    await using receiver = await startReceiver({ config: { paths: { traces: '/t', logs: '/v1/logs', metrics: '/v1/metrics' } } });
    for (const path of ['/t', '/v1/logs', '/v1/metrics?x=1']) expect((await post(receiver.url, { path })).status).toBe(200);
    expect(receiver.taken.map(({ signal }) => signal)).toEqual(['traces', 'logs', 'metrics']);
    expect(await read(await post(receiver.url, { path: '/v1/traces', headers: json }))).toEqual({
      status: 404,
      type: 'application/json',
      body: { code: 5, message: 'no such path: /v1/traces; OTLP goes to /v1/traces, /v1/logs and /v1/metrics' },
    });
  });

  test('OTLP-65 the path of profiles is 404', async () => {
    await using receiver = await startReceiver();
    expect((await post(receiver.url, { path: '/v1development/profiles' })).status).toBe(404);
  });

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('OTLP-04 %s is 405 and says what to use', async (method) => {
    await using receiver = await startReceiver();
    const response = await fetch(`${receiver.url}/v1/traces`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await read(response)).toMatchObject({ type: 'application/json', body: { code: 12 } });
  });

  test.each([
    ['application/x-protobuf', 'protobuf'],
    ['application/json', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['Application/X-Protobuf', 'protobuf'],
  ])('OTLP-05 %s is taken on the one port', async (type, encoding) => {
    await using receiver = await startReceiver();
    expect((await post(receiver.url, { headers: { 'content-type': type } })).status).toBe(200);
    expect(receiver.taken.map((request) => request.encoding)).toEqual([encoding]);
  });

  test.each([['text/plain'], ['application/x-www-form-urlencoded'], ['']])('OTLP-05 the type %j is 415', async (type) => {
    await using receiver = await startReceiver();
    expect((await post(receiver.url, { headers: { 'content-type': type } })).status).toBe(415);
    expect(receiver.taken).toEqual([]);
  });
});

describe('what is answered', () => {
  test.each([
    ['traces', protobuf, 'application/x-protobuf', ''],
    ['traces', json, 'application/json', {}],
    ['logs', json, 'application/json', {}],
    ['metrics', protobuf, 'application/x-protobuf', ''],
  ])(
    'OTLP-06 OTLP-20 full success of %s is the empty response, in the encoding of the request',
    async (signal, headers, type, answer) => {
      await using receiver = await startReceiver();
      expect(await read(await post(receiver.url, { path: `/v1/${signal}`, headers }))).toEqual({
        status: 200,
        type,
        body: answer,
      });
    },
  );

  test('OTLP-14 answers are not compressed', async () => {
    await using receiver = await startReceiver();
    const response = await post(receiver.url, { headers: { ...protobuf, 'accept-encoding': 'gzip' } });
    expect(response.headers.get('content-encoding')).toBeNull();
  });

  test('OTLP-21 an empty body is a request', async () => {
    await using receiver = await startReceiver();
    expect((await post(receiver.url, { body: Buffer.alloc(0) })).status).toBe(200);
  });

  test.each([
    ['traces', 'rejectedSpans'],
    ['logs', 'rejectedLogRecords'],
    ['metrics', 'rejectedDataPoints'],
  ])('OTLP-23 OTLP-25 a partial success of %s names its count in %s, as text', async (signal, field) => {
    await using receiver = await startReceiver({
      ingest: async () => ({ kind: 'accepted', partial: { rejectedCount: 3, message: 'three were too large' } }),
    });
    expect(await read(await post(receiver.url, { path: `/v1/${signal}`, headers: json }))).toEqual({
      status: 200,
      type: 'application/json',
      body: { partialSuccess: { [field]: '3', errorMessage: 'three were too large' } },
    });
  });

  const later: Delivery = { kind: 'retryable', message: 'busy', retryAfterMs: 2_001 };
  const refused = (reason: Extract<Delivery, { kind: 'rejected' }>['reason']): Delivery => ({
    kind: 'rejected',
    reason,
    message: 'no',
  });
  test.each<[Delivery, number, number, string | null]>([
    [later, 503, 14, '3'],
    [{ ...later, throttled: true }, 429, 8, '3'],
    [{ kind: 'retryable', message: 'busy' }, 503, 14, '1'],
    [refused('invalid'), 400, 3, null],
    [refused('too-large'), 413, 8, null],
    [refused('unauthenticated'), 401, 16, null],
    [refused('forbidden'), 403, 7, null],
    [refused('unsupported'), 404, 5, null],
    [refused('failed'), 500, 13, null],
  ])('OTLP-29 OTLP-30 OTLP-31 OTLP-38 %j is %d', async (delivery, status, code, retryAfter) => {
    await using receiver = await startReceiver({ ingest: async () => delivery });
    const response = await post(receiver.url, { headers: json });
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect(await read(response)).toMatchObject({
      status,
      type: 'application/json',
      body: { code, message: delivery.kind === 'accepted' ? '' : delivery.message },
    });
  });

  test('OTLP-29 a Status is protobuf where the request was', async () => {
    await using receiver = await startReceiver({ ingest: async () => refused('invalid') });
    // google.rpc.Status: field 1 code 3, field 2 message "no".
    expect(await read(await post(receiver.url))).toEqual({
      status: 400,
      type: 'application/x-protobuf',
      body: '\x08\x03\x12\x02no',
    });
  });

  test('OTLP-17 a long message is cut, and still a Status', async () => {
    await using receiver = await startReceiver({
      ingest: async () => ({ ...refused('invalid'), message: 'x'.repeat(10_000_000) }) as Delivery,
    });
    const answer = await read(await post(receiver.url, { headers: json }));
    expect(answer.body.code).toBe(3);
    expect(answer.body.message).toMatch(/^x{100,1000}…$/);
  });

  test('a fault of ours is retryable and tells nothing about what was sent', async () => {
    await using receiver = await startReceiver({
      ingest: async () => {
        throw new Error('while reading "my secret prompt"');
      },
    });
    expect(await read(await post(receiver.url, { headers: json }))).toMatchObject({
      status: 503,
      body: { code: 14, message: 'internal fault; send it again after the delay' },
    });
    expect(receiver.heldBytes()).toBe(0);
  });
});

describe('compression', () => {
  test.each([
    ['gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['zstd', zstdCompressSync(body)],
    ['identity', body],
    ['GZIP', gzipSync(body)],
  ])('OTLP-09 OTLP-10 %s is unpacked', async (coding, packed) => {
    await using receiver = await startReceiver();
    expect((await post(receiver.url, { headers: { ...protobuf, 'content-encoding': coding }, body: packed })).status).toBe(200);
    expect(Buffer.from(receiver.taken[0]?.body ?? [])).toEqual(body);
  });

  test.each(['snappy', 'br', 'gzip, gzip'])('OTLP-11 %s is 415 and says what is taken', async (coding) => {
    await using receiver = await startReceiver();
    const response = await post(receiver.url, { headers: { ...json, 'content-encoding': coding } });
    expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'gzip, deflate, zstd']);
    expect((await read(response)).body.message).toBe(`content-encoding ${coding} is not taken; use gzip, deflate, zstd or none`);
  });

  const long = Buffer.from('0123456789'.repeat(10_000));
  const packers = { gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync };
  const broken = Object.entries(packers).flatMap(([coding, pack]) => [
    [coding, 'empty', Buffer.alloc(0)] as const,
    [coding, 'cut off', pack(long).subarray(0, -5)] as const,
    [coding, 'not compressed', long] as const,
  ]);
  test.each(broken)('OTLP-12 %s that is %s is 400, hands nothing on and holds nothing', async (coding, _, packed) => {
    await using receiver = await startReceiver();
    const answer = await read(await post(receiver.url, { headers: { ...json, 'content-encoding': coding }, body: packed }));
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 3, message: expect.stringContaining(`the body is not valid ${coding}`) });
    expect([receiver.taken, receiver.heldBytes()]).toEqual([[], 0]);
  });

  test.each(Object.entries(packers))('OTLP-13 a %s bomb of a gigabyte stops at the limit', async (coding, pack) => {
    const bomb = packGigabyte(pack);
    await using receiver = await startReceiver({ config: { requestBytesMax: 16 * 2 ** 20 } });
    const beforeBytes = process.memoryUsage().rss;
    expect((await post(receiver.url, { headers: { ...protobuf, 'content-encoding': coding }, body: bomb })).status).toBe(413);
    expect(process.memoryUsage().rss - beforeBytes).toBeLessThan(66 * 2 ** 20);
    expect([receiver.taken, receiver.heldBytes()]).toEqual([[], 0]);
  });
});

describe('bounds', () => {
  test.each([
    ['plain', {}, (bytes: Buffer) => bytes],
    ['gzip', { 'content-encoding': 'gzip' }, (bytes: Buffer) => gzipSync(bytes)],
  ])('OTLP-15 a %s body of the limit passes, one byte more is 413', async (_, headers, pack) => {
    await using receiver = await startReceiver({ config: { requestBytesMax: 100_000 } });
    expect((await post(receiver.url, { headers: { ...protobuf, ...headers }, body: pack(Buffer.alloc(100_000)) })).status).toBe(
      200,
    );
    expect(
      await read(await post(receiver.url, { headers: { ...json, ...headers }, body: pack(Buffer.alloc(100_001)) })),
    ).toMatchObject({
      status: 413,
      body: { code: 8, message: 'the request is larger than 100000 bytes after decompression; send smaller batches' },
    });
    expect([receiver.taken.length, receiver.heldBytes()]).toEqual([1, 0]);
  });

  test('OTLP-15 a body without a length is counted as it comes', async () => {
    await using receiver = await startReceiver({ config: { requestBytesMax: 1_000 } });
    const raw = await openRaw(receiver.port);
    raw.socket.write(
      'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    for (let sent = 0; sent <= 1_000; sent += 100) raw.socket.write(`64\r\n${'x'.repeat(100)}\r\n`);
    await raw.until(/^HTTP\/1\.1 413 /);
    expect([receiver.taken, receiver.heldBytes()]).toEqual([[], 0]);
    raw.socket.destroy();
  });

  test('OTLP-16 an announced length over the limit is refused before the body is sent', async () => {
    await using receiver = await startReceiver();
    const raw = await openRaw(receiver.port);
    raw.socket.write(
      'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 67108865\r\nexpect: 100-continue\r\n\r\n',
    );
    await raw.until(/^HTTP\/1\.1 413 /);
    expect(raw.received()).not.toContain('100 Continue');
    raw.socket.destroy();
  });

  test('a client that waits for leave to send gets it', async () => {
    await using receiver = await startReceiver();
    const raw = await openRaw(receiver.port);
    raw.socket.write(
      'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n',
    );
    await raw.until(/^HTTP\/1\.1 100 Continue/);
    raw.socket.write('{}');
    await raw.until(/HTTP\/1\.1 200 /);
    raw.socket.destroy();
  });

  test('OTLP-30 bodies over the shared memory are refused for a while, and taken when it is free', async () => {
    const changes = createChanges();
    const answers: ((delivery: Delivery) => void)[] = [];
    await using receiver = await startReceiver({
      allowanceBytes: 25,
      ingest: () =>
        new Promise((resolve) => {
          answers.push(resolve);
          changes.announce();
        }),
    });
    const first = [post(receiver.url), post(receiver.url)];
    await changes.waitUntil('two requests under way', () => answers.length === 2);
    expect(receiver.heldBytes()).toBe(20);
    const third = await post(receiver.url, { headers: json });
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '1']);
    for (const answer of answers) answer({ kind: 'accepted' });
    for (const each of await Promise.all(first)) expect(each.status).toBe(200);
    expect(receiver.heldBytes()).toBe(0);
  });
});

describe('connections', () => {
  test('OTLP-07 a thousand requests go over one connection', async () => {
    await using receiver = await startReceiver();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let sent = 0; sent < 1_000; sent += 1) {
      await new Promise<void>((resolve, reject) => {
        const request = requestHttp(`${receiver.url}/v1/traces`, { method: 'POST', headers: protobuf, agent }, (response) => {
          ports.add(response.socket.localPort);
          response.resume().on('end', resolve);
        });
        request.on('error', reject).end(body);
      });
    }
    agent.destroy();
    expect([receiver.taken.length, ports.size]).toEqual([1_000, 1]);
  });

  test('OTLP-08 a client that asks for HTTP/2 is answered in HTTP/1.1', async () => {
    await using receiver = await startReceiver();
    const raw = await openRaw(receiver.port);
    raw.socket.write(
      'GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n',
    );
    await raw.until(/^HTTP\/1\.1 200 /);
    raw.socket.destroy();
  });

  test('OTLP-40 a hundred requests are worked on at once, and answers overtake', async () => {
    const changes = createChanges();
    const answers: ((delivery: Delivery) => void)[] = [];
    await using receiver = await startReceiver({
      ingest: () =>
        new Promise((resolve) => {
          answers.push(resolve);
          changes.announce();
        }),
    });
    const sent = Array.from({ length: 100 }, () => post(receiver.url));
    await changes.waitUntil('a hundred under way', () => answers.length === 100);
    for (const answer of answers.reverse()) answer({ kind: 'accepted' });
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(Array(100).fill(200));
  });

  test('OTLP-41 a client that leaves in the middle of its body leaves nothing behind', async () => {
    await using receiver = await startReceiver();
    const raw = await openRaw(receiver.port);
    raw.socket.write(
      'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"resourceSpans": [',
    );
    await expect.poll(receiver.heldBytes).toBe(19);
    raw.socket.destroy();
    await expect.poll(receiver.heldBytes).toBe(0);
    expect(receiver.taken).toEqual([]);
  });

  test('OTLP-41 a client that leaves before its answer ends the work for it', async () => {
    const changes = createChanges();
    const seen: string[] = [];
    await using receiver = await startReceiver({
      ingest: ({ abort }) =>
        new Promise((resolve) => {
          seen.push('begun');
          changes.announce();
          abort.addEventListener('abort', () => {
            seen.push('aborted');
            changes.announce();
            resolve({ kind: 'retryable', message: 'gone' });
          });
        }),
    });
    const leaving = new AbortController();
    const sent = fetch(`${receiver.url}/v1/traces`, { method: 'POST', headers: protobuf, body, signal: leaving.signal });
    await changes.waitUntil('begun', () => seen.length === 1);
    leaving.abort();
    await expect(sent).rejects.toThrow();
    await changes.waitUntil('aborted', () => seen.length === 2);
    await expect.poll(receiver.heldBytes).toBe(0);
  });

  test('OTLP-42 a shutdown refuses what is new, finishes what is under way, and closes', async () => {
    const changes = createChanges();
    const answers: ((delivery: Delivery) => void)[] = [];
    const receiver = await startReceiver({
      ingest: () =>
        new Promise((resolve) => {
          answers.push(resolve);
          changes.announce();
        }),
    });
    const kept = await openRaw(receiver.port);
    kept.socket.write(
      'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nPOST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{',
    );
    await kept.until(/ok\n/);
    const underWay = post(receiver.url);
    await changes.waitUntil('under way', () => answers.length === 1);
    const stopped = receiver.stop(10_000);
    await expect(fetch(`${receiver.url}/healthz`)).rejects.toThrow();
    kept.socket.write('}');
    await changes.waitUntil('the request begun before', () => answers.length === 2);
    for (const answer of answers) answer({ kind: 'accepted' });
    expect((await underWay).status).toBe(200);
    await kept.until(/HTTP\/1\.1 200 OK\r\n[\s\S]*connection: close/i);
    await kept.closed;
    await stopped;
    receiver.metrics.close();
  });

  test('OTLP-42 a request on a kept connection during a shutdown is told to come back', async () => {
    const changes = createChanges();
    let answer: (delivery: Delivery) => void = () => undefined;
    const receiver = await startReceiver({
      ingest: () =>
        new Promise((resolve) => {
          answer = resolve;
          changes.announce();
        }),
    });
    const raw = await openRaw(receiver.port);
    const request = 'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
    raw.socket.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n');
    await expect.poll(() => receiver.taken.length).toBe(0);
    const underWay = post(receiver.url);
    await changes.waitUntil('under way', () => receiver.taken.length === 1);
    const stopped = receiver.stop(10_000);
    raw.socket.write(`content-length: 2\r\n\r\n{}${request}`);
    await raw.until(/^HTTP\/1\.1 503 [\s\S]*connection: close/i);
    await raw.closed;
    answer({ kind: 'accepted' });
    expect((await underWay).status).toBe(200);
    await stopped;
    receiver.metrics.close();
  });

  test('OTLP-42 a shutdown that runs out of time cuts what is left', async () => {
    const changes = createChanges();
    const receiver = await startReceiver({
      ingest: ({ abort }) => {
        changes.announce();
        return new Promise((resolve) => abort.addEventListener('abort', () => resolve({ kind: 'retryable', message: 'cut' })));
      },
    });
    const hung = post(receiver.url);
    await changes.waitUntil('under way', () => receiver.taken.length === 1);
    await Promise.all([receiver.stop(20), expect(hung).rejects.toThrow()]);
    receiver.metrics.close();
  });

  test('OTLP-49 a slow head and a slow body are cut off, and do not disturb others', async () => {
    await using receiver = await startReceiver({ config: { headerTimeoutMs: 200, requestTimeoutMs: 400 } });
    const [head, slowBody] = await Promise.all([openRaw(receiver.port), openRaw(receiver.port)]);
    head.socket.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\n');
    slowBody.socket.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{');
    expect((await post(receiver.url)).status).toBe(200);
    await Promise.all([head.closed, slowBody.closed]);
    expect([head.received(), slowBody.received()]).toEqual([
      expect.stringMatching(/^HTTP\/1\.1 408 /),
      expect.stringMatching(/^HTTP\/1\.1 408 /),
    ]);
    await expect.poll(receiver.heldBytes).toBe(0);
    expect(receiver.taken.length).toBe(1);
  });

  test('OTLP-49 a thousand slow connections do not stop others', async () => {
    await using receiver = await startReceiver();
    const slow = await Promise.all(Array.from({ length: 1_200 }, () => openRaw(receiver.port)));
    const head = 'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
    for (const [index, { socket }] of slow.entries()) socket.write(index < 50 ? head : `${head}content-length: 100\r\n\r\n{`);
    await expect.poll(receiver.heldBytes, { timeout: 10_000 }).toBe(1_150);
    expect((await post(receiver.url)).status).toBe(200);
    for (const { socket } of slow) socket.destroy();
  });

  test('connections over the limit are closed and counted', async () => {
    await using receiver = await startReceiver({ config: { connectionsMax: 2 } });
    const kept = [await openRaw(receiver.port), await openRaw(receiver.port)];
    for (const raw of kept) {
      raw.socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
      await raw.until(/200 OK/);
    }
    await (await openRaw(receiver.port)).closed;
    expect(await receiver.metrics.text()).toContain('costspan_receiver_dropped_connections_total 1');
    for (const { socket } of kept) socket.destroy();
  });

  test.each([
    ['not HTTP', 'hello\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(100_000)}`, 431],
  ])('%s is refused and the connection closed', async (_, text, status) => {
    await using receiver = await startReceiver();
    const raw = await openRaw(receiver.port);
    raw.socket.write(text);
    await raw.until(new RegExp(`^HTTP/1\\.1 ${status} (.|\\s)*"message"`));
    raw.socket.destroy();
    expect((await post(receiver.url)).status).toBe(200);
  });
});

describe('OTLP-46 who may send', () => {
  const authenticate = createAuthenticate([
    { tenant: 'acme', key: 'acme-key' },
    { tenant: 'other', key: 'other-key' },
  ]);
  const basic = `Basic ${Buffer.from('anybody:acme-key').toString('base64')}`;
  test.each([
    [{ authorization: 'Bearer acme-key' }, 'acme'],
    [{ authorization: 'bearer other-key' }, 'other'],
    [{ authorization: basic }, 'acme'],
    [{ 'x-api-key': 'other-key' }, 'other'],
  ])('%j is %s', async (headers, tenant) => {
    await using receiver = await startReceiver({ authenticate });
    expect((await post(receiver.url, { headers: { ...protobuf, ...headers } })).status).toBe(200);
    expect(receiver.taken.map(({ sender }) => sender)).toEqual([{ tenant }]);
  });

  test.each([[{}], [{ authorization: 'Bearer wrong' }], [{ authorization: 'acme-key' }], [{ 'x-api-key': '' }]])(
    '%j is 401',
    async (headers) => {
      await using receiver = await startReceiver({ authenticate });
      const response = await post(receiver.url, { headers: { ...json, ...(headers as Record<string, string>) } });
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(await read(response)).toMatchObject({ body: { code: 16 } });
      expect(receiver.taken).toEqual([]);
    },
  );

  test('a header names the tenant only where it is configured', async () => {
    await using named = await startReceiver({ authenticate: createAuthenticate([], 'x-scope-orgid') });
    await using unnamed = await startReceiver();
    const headers = { ...protobuf, 'X-Scope-OrgID': 'acme' };
    await Promise.all([post(named.url, { headers }), post(unnamed.url, { headers })]);
    expect([named.taken[0]?.sender, unnamed.taken[0]?.sender]).toEqual([{ tenant: 'acme' }, {}]);
  });
});

describe('OTLP-48 browsers', () => {
  const cors = { allowedOrigins: ['https://app.example.com', 'https://*.test'], allowedHeaders: ['x-team'], maxAgeSeconds: 60 };
  test.each([
    ['https://app.example.com', true],
    ['https://a.b.test', true],
    ['https://evil.example.com', false],
    ['https://app.example.com.evil', false],
    ['https://test', false],
  ])('a preflight from %s: %j', async (origin, allowed) => {
    await using receiver = await startReceiver({ config: { cors } });
    const response = await fetch(`${receiver.url}/v1/traces`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([204, allowed ? origin : null]);
    expect(response.headers.get('access-control-max-age')).toBe(allowed ? '60' : null);
    expect(response.headers.get('access-control-allow-headers')?.endsWith('x-team') ?? false).toBe(allowed);
  });

  test('an answer to an allowed origin can be read by its page', async () => {
    await using receiver = await startReceiver({ config: { cors } });
    const response = await post(receiver.url, { headers: { ...json, origin: 'https://app.example.com' } });
    expect([response.status, response.headers.get('access-control-allow-origin'), response.headers.get('vary')]).toEqual([
      200,
      'https://app.example.com',
      'origin',
    ]);
  });

  test('is off unless configured', async () => {
    await using receiver = await startReceiver();
    const response = await post(receiver.url, { headers: { ...json, origin: 'https://app.example.com' } });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

/** A gigabyte of zeros, compressed. Members and frames may follow each other, so a mebibyte is packed once and repeated. */
function packGigabyte(pack: (bytes: Buffer) => Buffer): Buffer {
  if (pack === deflateSync) return pack(Buffer.alloc(256 * 2 ** 20));
  return Buffer.concat(Array(1_024).fill(pack(Buffer.alloc(2 ** 20))));
}
