import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { OtlpHttpReceiverConfig } from '../../config/config.ts';
import { refusedLingerMs } from '../../limits.ts';
import { describeFault } from '../../logger.ts';
import { listen, urlHost } from '../listen.ts';
import type { Receiver } from '../receiver.ts';
import { prepareServerTls, readServerTls } from '../server-tls.ts';
import { createHandle } from './handle.ts';
import type { OtlpHttpReceiverOptions } from './options.ts';

/** Listens for OTLP over HTTP. Rejects with a {@link CostspanError} when the address cannot be used. */
export async function startOtlpHttpReceiver(options: OtlpHttpReceiverOptions): Promise<Receiver> {
  const { config } = options;
  const server = await createHttpServer(config);
  const { handle, drain } = createHandle(options);
  const answer = (request: IncomingMessage, response: ServerResponse, askForBody?: () => void): void => {
    handle(request, response, askForBody).catch((error: unknown) => {
      options.logger.error('internal fault while answering', { fault: describeFault(error) });
      response.destroy();
    });
  };
  server.on('request', (request, response) => answer(request, response));
  // Asked before the body is sent, so that a body that will be refused never is.
  server.on('checkContinue', (request, response) => answer(request, response, () => response.writeContinue()));
  server.on('clientError', answerBrokenRequest);
  server.on('drop', () => options.metrics.connectionDropped());
  const { host, port: wantedPort } = config;
  const field = 'receivers.otlp.protocols.http.endpoint';
  const port = await listen(server, { host, port: wantedPort, field, sharedPort: options.sharedPort === true });
  return {
    port,
    url: `${config.tls === undefined ? 'http' : 'https'}://${urlHost(host)}:${port}`,
    prepareTls: () => prepareServerTls(server, config.tls, 'http'),
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
    config.tls === undefined
      ? createServer(timeouts)
      : createTlsServer({ ...timeouts, ...(await readServerTls(config.tls, 'http')) });
  server.maxConnections = config.connectionsMax;
  return server;
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
