import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, type UntypedHandleCall } from '@grpc/grpc-js';
import type { OtlpGrpcReceiverConfig } from '../../config/config.ts';
import { exportPaths } from '../../grpc-paths.ts';
import { goAwayGraceMs } from '../../limits.ts';
import type { Signal } from '../../otlp/codec.ts';
import { listen, urlHost } from '../listen.ts';
import type { Receiver } from '../receiver.ts';
import { prepareServerTls, readServerTls } from '../server-tls.ts';
import { createCallHandler, type OtlpGrpcReceiverOptions } from './call-handler.ts';

/**
 * Listens for OTLP over gRPC. The sockets are ours and are handed to the gRPC library one by one, so that the number of
 * connections is bounded and certificates can be renewed. Rejects when the address cannot be used.
 */
export async function startOtlpGrpcReceiver(options: OtlpGrpcReceiverOptions): Promise<Receiver> {
  const { config, metrics, clock } = options;
  const { handle, drain } = createCallHandler(options);
  const grpc = new Server({
    'grpc.max_receive_message_length': config.requestBytesMax,
    'grpc.max_concurrent_streams': config.streamsMax,
    ...(config.connectionAgeMs === 0
      ? {}
      : { 'grpc.max_connection_age_ms': config.connectionAgeMs, 'grpc.max_connection_age_grace_ms': config.connectionGraceMs }),
    'grpc.max_connection_idle_ms': config.idleTimeoutMs,
  });
  for (const signal of ['traces', 'logs', 'metrics'] as const)
    addExport(grpc, signal, (call, answer) => void handle(signal, call, answer));
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const server = await createSocketServer(config, (socket) => injector.injectConnection(socket));
  server.on('drop', () => metrics.connectionDropped());
  const { host, port: wantedPort } = config;
  const field = 'receivers.otlp.protocols.grpc.endpoint';
  const port = await listen(server, { host, port: wantedPort, field, sharedPort: options.sharedPort === true });
  return {
    port,
    url: `${config.tls === undefined ? 'http' : 'https'}://${urlHost(host)}:${port}`,
    prepareTls: () => prepareServerTls(server, config.tls),
    stop: async (timeoutMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const timeUp = new AbortController();
      await Promise.race([drain(), clock.wait(timeoutMs, timeUp.signal)]);
      timeUp.abort();
      // Every call is answered, or out of time: connections get GOAWAY, and the rest of a second to take it in.
      injector.drain(goAwayGraceMs);
      await Promise.race([closed, clock.wait(goAwayGraceMs)]);
      injector.destroy();
      grpc.forceShutdown();
      await closed;
    },
  };
}

async function createSocketServer(
  config: OtlpGrpcReceiverConfig,
  onSocket: (socket: Socket) => void,
): Promise<NetServer | TlsServer> {
  const server =
    config.tls === undefined
      ? createServer({ noDelay: true }, onSocket)
      : createTlsServer({ ...(await readServerTls(config.tls)), ALPNProtocols: ['h2'], noDelay: true }, onSocket);
  server.maxConnections = config.connectionsMax;
  return server;
}

/** Registers the one method of a signal's service. Messages stay bytes: reading them is not the transport's business. */
function addExport(
  grpc: Server,
  signal: Signal,
  handle: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => void,
): void {
  const asIs = (bytes: Buffer): Buffer => bytes;
  const method = {
    path: exportPaths[signal],
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  } as const;
  grpc.addService({ Export: method }, { Export: handle as UntypedHandleCall });
}
