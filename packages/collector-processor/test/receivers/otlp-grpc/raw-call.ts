import { type ClientHttp2Session, connect } from 'node:http2';
import { exportPaths } from '../../../src/grpc-paths.ts';

/** A message with the prefix of gRPC. */
export function frame(message: Uint8Array, flag = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** What came back on a stream. */
export type RawAnswer = {
  readonly http?: unknown;
  /** `grpc-status`. */
  readonly status?: string;
  /** `grpc-message` as it came. */
  readonly message?: string;
  readonly body: Buffer;
};

/** A call as bytes, over a bare HTTP/2 connection of its own or a given one. */
export async function rawCall(
  port: number,
  given: {
    readonly bytes?: Buffer;
    readonly headers?: Readonly<Record<string, string>>;
    /** Sends the bytes and then nothing: the call stays open. */
    readonly halfSent?: boolean;
    readonly session?: ClientHttp2Session;
  },
): Promise<RawAnswer> {
  const session = given.session ?? connect(`http://127.0.0.1:${port}`);
  const answer = await new Promise<RawAnswer>((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': exportPaths.traces,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...given.headers,
    });
    let seen: Omit<RawAnswer, 'body'> = {};
    const pieces: Buffer[] = [];
    const note = (headers: Readonly<Record<string, unknown>>): void => {
      if (headers[':status'] !== undefined) seen = { ...seen, http: headers[':status'] };
      if (headers['grpc-status'] !== undefined) seen = { ...seen, status: String(headers['grpc-status']) };
      if (headers['grpc-message'] !== undefined) seen = { ...seen, message: String(headers['grpc-message']) };
    };
    stream.on('response', note).on('trailers', note).on('error', reject);
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('close', () => resolve({ ...seen, body: Buffer.concat(pieces) }));
    if (given.halfSent === true) stream.write(given.bytes ?? Buffer.alloc(0));
    else stream.end(given.bytes ?? Buffer.alloc(0));
  });
  if (given.session === undefined) session.destroy();
  return answer;
}
