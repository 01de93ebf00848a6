import { createSecureServer, createServer, type Http2SecureServer, type Http2Server, type ServerOptions } from 'node:http2';
import type { OtlpGrpcReceiverConfig } from '../../config/config.ts';
import { goAwayGraceMs, grpcConnectionWindowBytes, grpcStreamWindowBytes } from '../../limits.ts';
import { describeFault } from '../../logger.ts';
import { listen, urlHost } from '../listen.ts';
import type { Receiver } from '../receiver.ts';
import { prepareServerTls, readServerTls } from '../server-tls.ts';
import { createCallHandler, type OtlpGrpcReceiverOptions } from './call-handler.ts';
import { createConnectionKeeper } from './connection-keeper.ts';

/**
 * Listens for OTLP over gRPC: unary calls over HTTP/2, read as they arrive, so that every bound holds from the first byte.
 * Rejects with a {@link CostspanError} when the address cannot be used.
 */
export async function startOtlpGrpcReceiver(options: OtlpGrpcReceiverOptions): Promise<Receiver> {
  const { config, metrics, clock, logger } = options;
  const { handle, drain } = createCallHandler(options);
  const server = await createGrpcServer(config);
  const keeper = createConnectionKeeper(config, clock);
  server.on('session', (session) => {
    session.setLocalWindowSize(grpcConnectionWindowBytes);
    keeper.add(session);
  });
  // A peer that breaks the protocol ends its own connection; there is nobody to tell.
  server.on('sessionError', () => undefined);
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    keeper.noteCall(stream);
    handle(stream, headers).catch((error: unknown) => {
      logger.error('internal fault while answering', { fault: describeFault(error) });
      stream.destroy();
    });
  });
  server.on('drop', () => metrics.connectionDropped());
  const field = 'receivers.otlp.protocols.grpc.endpoint';
  const { host, port: wantedPort } = config;
  const port = await listen(server, { host, port: wantedPort, field, sharedPort: options.sharedPort === true });
  return {
    port,
    url: `${config.tls === undefined ? 'http' : 'https'}://${urlHost(host)}:${port}`,
    prepareTls: () => prepareServerTls(server, config.tls, 'grpc'),
    stop: async (timeoutMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const timeUp = new AbortController();
      await Promise.race([drain(), clock.wait(timeoutMs, timeUp.signal)]);
      timeUp.abort();
      // Every call is answered, or out of time: connections get GOAWAY, and the rest of a second to take it in.
      const graceOver = new AbortController();
      keeper.closeAll();
      await Promise.race([closed, clock.wait(goAwayGraceMs, graceOver.signal)]);
      graceOver.abort();
      keeper.destroyAll();
      await closed;
    },
  };
}

async function createGrpcServer(config: OtlpGrpcReceiverConfig): Promise<Http2Server | Http2SecureServer> {
  const options: ServerOptions = {
    settings: { maxConcurrentStreams: config.streamsMax, initialWindowSize: grpcStreamWindowBytes, enablePush: false },
  };
  const server =
    config.tls === undefined
      ? createServer(options)
      : createSecureServer({ ...options, ...(await readServerTls(config.tls, 'grpc')) });
  server.maxConnections = config.connectionsMax;
  return server;
}
