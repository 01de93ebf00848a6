import { connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, type ServeProcess, startServeProcess } from './support/serve-process.ts';
import { temporaryFolder } from './support/test-service.ts';

const mebibyte = 2 ** 20;
const exportPath = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let serving: ServeProcess;
let port: number;
let grpcPort: number;

beforeAll(async () => {
  folder = await temporaryFolder();
  [port, grpcPort] = [await freePort(), await freePort()];
  serving = await startServeProcess(folder.path, port, '', undefined, `grpc: { endpoint: "127.0.0.1:${grpcPort}" }`);
});
afterAll(async () => {
  expect(await serving.stop('SIGTERM')).toBe(0);
  expect(serving.printed()).not.toContain('internal fault');
  await folder[Symbol.asyncDispose]();
});

async function post(body: Uint8Array<ArrayBuffer> | string, headers: Readonly<Record<string, string>>): Promise<number> {
  const answer = await fetch(`${serving.url}/v1/traces`, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  return answer.status;
}

const json = { 'content-type': 'application/json' };
const protobuf = { 'content-type': 'application/x-protobuf' };

async function residentMebibytes(): Promise<number> {
  const text = await (await fetch(`${serving.url}/metrics`)).text();
  return Number(/^costspan_process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / mebibyte;
}

/** The most memory the service holds while something is done to it, in MiB above what it held before. */
async function riseDuring(work: () => Promise<void>): Promise<number> {
  const before = await residentMebibytes();
  let most = before;
  let isOver = false;
  const watch = async (): Promise<void> => {
    while (!isOver) most = Math.max(most, await residentMebibytes());
  };
  await Promise.all([
    watch(),
    work().finally(() => {
      isOver = true;
    }),
  ]);
  return most - before;
}

/** A gigabyte of nothing in a megabyte: members of gzip follow one another. */
function bomb(): Buffer<ArrayBuffer> {
  const member = gzipSync(Buffer.alloc(64 * mebibyte), { level: 1 });
  return Buffer.concat(Array.from({ length: 16 }, () => member));
}

describe('a service under attack', () => {
  test('OTLP-13 a bomb of a gigabyte costs no more than the largest request', async () => {
    const body = bomb();
    const rise = await riseDuring(async () => {
      expect(await post(body, { ...protobuf, 'content-encoding': 'gzip' })).toBe(413);
    });
    expect(rise).toBeLessThan(64 + 50);
  });

  test('OTLP-13 over gRPC as well', async () => {
    const body = bomb();
    const head = Buffer.alloc(5);
    head.writeUInt8(1, 0);
    head.writeUInt32BE(body.length, 1);
    const rise = await riseDuring(async () => {
      expect(await callGrpc(Buffer.concat([head, body]), { 'grpc-encoding': 'gzip' })).toBe('8');
    });
    expect(rise).toBeLessThan(64 + 50);
  });

  test('OTLP-49 a thousand slow senders keep nobody else waiting', async () => {
    const sockets = await Promise.all(Array.from({ length: 1_000 }, () => open(port)));
    for (const socket of sockets.slice(0, 500)) socket.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-t');
    for (const socket of sockets.slice(500)) {
      socket.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{');
    }
    const startedMs = performance.now();
    for (let request = 0; request < 20; request += 1) expect(await post('{}', json)).toBe(200);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    for (const socket of sockets) socket.destroy();
  });

  test('OTLP-40 a thousand connections are answered, each on its own', async () => {
    const request = 'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
    const rise = await riseDuring(async () => {
      const sockets = await Promise.all(Array.from({ length: 1_000 }, () => open(port)));
      const answers = sockets.map(
        (socket) => new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString()))),
      );
      for (const socket of sockets) socket.write(request);
      const statuses = (await Promise.all(answers)).map((answer) => answer.slice(9, 12));
      expect(new Set(statuses)).toEqual(new Set(['200']));
      for (const socket of sockets) socket.destroy();
    });
    expect(rise).toBeLessThan(200);
  });

  test('OTLP-64 nesting of a hundred thousand levels is refused', async () => {
    const levels = 100_000;
    const nested = `${'{"arrayValue":{"values":['.repeat(levels)}${']}}'.repeat(levels)}`;
    const attribute = `{"key":"k","value":${nested}}`;
    expect(await post(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[${attribute}]}]}]}]}`, json)).toBe(400);
    expect(await post('['.repeat(levels), json)).toBe(400);
    expect(await post(`{"later":${'['.repeat(levels)}${']'.repeat(levels)}}`, json)).toBe(200);
  });

  test('an attribute of fifty megabytes passes, and its memory is given back', async () => {
    const value = 'x'.repeat(50 * mebibyte);
    const span = `{"name":"n","attributes":[{"key":"prompt","value":{"stringValue":"${value}"}}]}`;
    const rise = await riseDuring(async () => {
      expect(await post(`{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`, json)).toBe(200);
    });
    expect(rise).toBeLessThan(6 * 50);
    expect(await post('{}', json)).toBe(200);
  });

  test('noise on both ports ends its own connection and nothing else', async () => {
    for (const target of [port, grpcPort]) {
      const sockets = await Promise.all(Array.from({ length: 50 }, () => open(target)));
      await Promise.all(
        sockets.map((socket, index) => {
          const closed = new Promise((resolve) => socket.once('close', resolve));
          socket.end(Buffer.from(Array.from({ length: 64 }, (_, at) => (at * 37 + index * 101) % 256)));
          return closed;
        }),
      );
    }
    expect(await post('{}', json)).toBe(200);
    expect(await callGrpc(Buffer.alloc(5), {})).toBe('0');
  });
});

function open(target: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(target, '127.0.0.1');
    socket.once('error', reject).once('connect', () => {
      socket.off('error', reject).on('error', () => undefined);
      socket.resume();
      resolve(socket);
    });
  });
}

/** `grpc-status` of a call with these bytes. */
function callGrpc(bytes: Buffer, headers: Readonly<Record<string, string>>): Promise<string> {
  const session = connectHttp2(`http://127.0.0.1:${grpcPort}`);
  return new Promise((resolve, reject) => {
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: exportPath,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    let status = '';
    const note = (given: Readonly<Record<string, unknown>>): void => {
      status = String(given['grpc-status'] ?? status);
    };
    stream.on('response', note).on('trailers', note).on('error', reject).resume();
    stream.on('close', () => {
      session.destroy();
      resolve(status);
    });
    stream.end(bytes);
  });
}
