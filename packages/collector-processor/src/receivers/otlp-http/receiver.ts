import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { OtlpHttpReceiverConfig } from '../../config/config.ts';
import { CostspanError } from '../../errors.ts';
import { refusedLingerMs } from '../../limits.ts';
import { readServerTls } from '../server-tls.ts';
import { createHandle } from './handle.ts';
import type { OtlpHttpReceiverOptions } from './options.ts';

/** A receiver that listens. */
export type Receiver = {
  readonly port: number;
  /** Base address of the receiver, for example `http://127.0.0.1:4318`. */
  readonly url: string;
  /** Reads the TLS files again. New connections use them. */
  readonly reloadTls: () => Promise<void>;
  /** Stops accepting, lets requests under way finish, and closes. After the time whatever is left is cut. */
  readonly stop: (timeoutMs: number) => Promise<void>;
};

/** Listens for OTLP over HTTP. Rejects with a {@link CostspanError} when the address cannot be used. */
export async function startOtlpHttpReceiver(options: OtlpHttpReceiverOptions): Promise<Receiver> {
  const { config } = options;
  const server = await createHttpServer(config);
  const { handle, drain } = createHandle(options);
  server.on('request', (request, response) => void handle(request, response));
  // Asked before the body is sent, so that a body that will be refused never is.
  server.on('checkContinue', (request, response) => void handle(request, response, () => response.writeContinue()));
  server.on('clientError', answerBrokenRequest);
  server.on('drop', () => options.metrics.connectionDropped());
  await listen(server, config);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${config.tls === undefined ? 'http' : 'https'}://${urlHost(config.host)}:${port}`,
    reloadTls: async () => {
      if (config.tls !== undefined && 'setSecureContext' in server) server.setSecureContext(await readServerTls(config.tls));
    },
    stop: async (timeoutMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const timeUp = new AbortController();
      await Promise.race([Promise.all([drain(), closed]), options.clock.wait(timeoutMs, timeUp.signal)]);
      timeUp.abort();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function createHttpServer(config: OtlpHttpReceiverConfig): Promise<Server | TlsServer> {
  const timeouts = {
    headersTimeout: Math.min(config.headerTimeoutMs, config.requestTimeoutMs),
    requestTimeout: config.requestTimeoutMs,
    keepAliveTimeout: config.idleTimeoutMs,
    // How often the timeouts above are looked at.
    connectionsCheckingInterval: Math.max(50, Math.min(5_000, Math.floor(config.headerTimeoutMs / 4))),
    noDelay: true,
  };
  const server =
    config.tls === undefined ? createServer(timeouts) : createTlsServer({ ...timeouts, ...(await readServerTls(config.tls)) });
  server.maxConnections = config.connectionsMax;
  return server;
}

function listen(server: Server | TlsServer, { host, port }: OtlpHttpReceiverConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): CostspanError {
  const field = `receivers.otlp.protocols.http.endpoint: ${urlHost(host)}:${port}`;
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program listens there; stop it, or choose another port',
    EACCES: 'this user may not listen there; choose a port above 1023',
    EADDRNOTAVAIL: 'this computer does not have that address; use 127.0.0.1 or 0.0.0.0',
    ENOTFOUND: 'the host name is not known; use an address such as 127.0.0.1',
  };
  const reason = advice[error.code ?? ''] ?? 'check the address';
  return new CostspanError('address-unavailable', `${field} cannot be listened on (${error.code ?? error.message}): ${reason}`);
}

/** Answers what is not HTTP, or came too slowly: there is no request, so there is no encoding to answer in but JSON. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, reason, code] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? [408, 'the request took too long to arrive', 4]
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? [431, 'the headers are too large', 8]
        : [400, 'the request is not valid HTTP', 3];
  const body = JSON.stringify({ code, message: reason });
  socket.end(
    `HTTP/1.1 ${status} ${status === 408 ? 'Request Timeout' : status === 431 ? 'Request Header Fields Too Large' : 'Bad Request'}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => setTimeout(() => socket.destroy(), refusedLingerMs).unref(),
  );
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
