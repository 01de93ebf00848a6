import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';

/** Sends one body and resolves with whether it was accepted. One request at a time. */
export type Sender = (body: Buffer) => Promise<boolean>;

/** A connection of HTTP/1.1, written by hand: the load must cost less than what it measures. */
export async function connectHttp(port: number, encoding: string, compression: string): Promise<Sender> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const headers = `POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/${encoding === 'json' ? 'json' : 'x-protobuf'}\r\n${
    compression === 'none' ? '' : `content-encoding: ${compression}\r\n`
  }content-length: `;
  let answered: (accepted: boolean) => void = () => undefined;
  let text = '';
  socket.on('data', (piece) => {
    text += piece.toString('latin1');
    const headEnd = text.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (text.length < headEnd + 4 + length) return;
    const accepted = text.startsWith('HTTP/1.1 200');
    text = '';
    answered(accepted);
  });
  socket.on('close', () => answered(false));
  return (body) =>
    new Promise((resolve) => {
      answered = resolve;
      socket.cork();
      socket.write(`${headers}${body.length}\r\n\r\n`);
      socket.write(body);
      socket.uncork();
    });
}

/** A connection of gRPC. */
export async function connectGrpc(port: number, _encoding: string, compression: string): Promise<Sender> {
  const session = connectHttp2(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 2 ** 20 } });
  await new Promise((resolve, reject) => session.once('connect', resolve).once('error', reject));
  return (body) =>
    new Promise((resolve) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        'content-type': 'application/grpc',
        te: 'trailers',
        ...(compression === 'none' ? {} : { 'grpc-encoding': compression }),
      });
      let status: unknown;
      const takeStatus = (headers: Record<string, unknown>): void => {
        status = headers['grpc-status'] ?? status;
      };
      stream.on('response', takeStatus);
      stream.on('trailers', takeStatus);
      stream.on('error', () => resolve(false));
      stream.on('end', () => resolve(status === '0'));
      stream.resume();
      const head = Buffer.alloc(5);
      head[0] = compression === 'none' ? 0 : 1;
      head.writeUInt32BE(body.length, 1);
      stream.write(head);
      stream.end(body);
    });
}
