import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Ingest } from '../../src/ingest.ts';
import { jsonToProtobuf } from '../../src/otlp/json.ts';
import { validateRequest } from '../../src/otlp/validate-request.ts';
import { mutate } from '../otlp/support/mutate.ts';
import { createRandom } from '../otlp/support/random.ts';
import { chatSpan, requestOf } from '../span-json.ts';
import { frame, rawCall } from './otlp-grpc/raw-call.ts';
import { startReceiver as startGrpc } from './otlp-grpc/receiver-under-test.ts';
import { startReceiver as startHttp } from './otlp-http/receiver-under-test.ts';

const fuzzSeed = Number(process.env['COSTSPAN_FUZZ_SEED'] ?? 20_261_122);
// A request over a socket takes a hundred times as long as one to the codec.
const requestsMax = Math.ceil(Number(process.env['COSTSPAN_FUZZ_PAYLOADS'] ?? 20_000) / 50);

/** Accepts what is OTLP. */
const ingest: Ingest = async ({ signal, encoding, body }) => {
  const read = encoding === 'json' ? jsonToProtobuf(signal, body) : validateRequest(signal, body);
  return read.kind === 'ok' ? { kind: 'accepted' } : { kind: 'rejected', reason: 'invalid', message: read.problem };
};

const json = Buffer.from(JSON.stringify(requestOf([chatSpan(1, 'T-1'), chatSpan(2, 'T-2')])));
const read = jsonToProtobuf('traces', json);
const protobuf = read.kind === 'ok' ? Buffer.from(read.body) : Buffer.alloc(0);

function httpRequest(body: Buffer, headers: string): Buffer {
  const head = `POST /v1/traces HTTP/1.1\r\nhost: x\r\n${headers}connection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Status of the answer to these bytes; undefined when the connection ended without one. */
function exchange(port: number, bytes: Buffer): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const settle = (): void => {
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
      socket.destroy();
      resolve(status === undefined ? undefined : Number(status));
    };
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      if (text.includes('\r\n\r\n')) settle();
    });
    socket.on('close', settle).on('error', settle);
    // Half closed: what waits for more learns that nothing comes.
    socket.end(bytes);
  });
}

describe('OTLP-64 hostile requests', () => {
  test(`${requestsMax} mutated HTTP requests are answered properly, or their connection ends`, async () => {
    const random = createRandom(fuzzSeed);
    await using receiver = await startHttp({ ingest, config: { headerTimeoutMs: 1_000, requestTimeoutMs: 1_000 } });
    const requests = [
      httpRequest(json, 'content-type: application/json\r\n'),
      httpRequest(protobuf, 'content-type: application/x-protobuf\r\n'),
      httpRequest(gzipSync(protobuf), 'content-type: application/x-protobuf\r\ncontent-encoding: gzip\r\n'),
    ];
    const proper = new Set([undefined, 200, 400, 404, 405, 408, 413, 415, 417, 431, 501, 505]);
    const seen = new Map<number | undefined, number>();
    for (let round = 0; round < requestsMax; round += 1) {
      const bytes = mutate(requests[round % requests.length] ?? Buffer.alloc(0), random);
      const status = await exchange(receiver.port, bytes);
      expect(proper, `round ${round}: ${status} to ${bytes.toString('latin1')}`).toContain(status);
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }
    expect(seen.get(400)).toBeGreaterThan(0);
    expect(await exchange(receiver.port, requests[0] ?? Buffer.alloc(0))).toBe(200);
    await expect.poll(receiver.heldBytes).toBe(0);
  }, 3_600_000);

  test(`${requestsMax} mutated gRPC messages get a proper status`, async () => {
    const random = createRandom(fuzzSeed);
    await using receiver = await startGrpc({ ingest });
    const session = connectHttp2(`http://127.0.0.1:${receiver.port}`);
    const packed = frame(gzipSync(protobuf), 1);
    const plain = frame(protobuf);
    // OK, invalid argument, too large for good, broken call.
    const proper = ['0', '3', '8', '13'];
    for (let round = 0; round < requestsMax; round += 1) {
      const bytes = mutate(round % 2 === 0 ? plain : packed, random);
      const { status } = await rawCall(receiver.port, { bytes, session, headers: { 'grpc-encoding': 'gzip' } });
      expect(proper, `round ${round}: ${bytes.toString('hex')}`).toContain(status);
    }
    expect((await rawCall(receiver.port, { bytes: plain, session })).status).toBe('0');
    session.destroy();
    expect(receiver.heldBytes()).toBe(0);
  }, 3_600_000);
});
