import { Server, ServerCredentials, type ServiceDefinition, status } from '@grpc/grpc-js';

/** Answers one unary request with a message; an error thrown is an error of the call. */
// biome-ignore lint/suspicious/noExplicitAny: what a message has is known to its handler alone.
export type GrpcHandler = (request: any) => object;

/** A gRPC server on a free loopback port. */
export type GrpcServer = AsyncDisposable & {
  /** Such as `127.0.0.1:41234`. */
  readonly address: string;
  readonly port: number;
  /** Methods that were called, in order. */
  readonly calls: readonly string[];
};

/** Starts a server for the unary methods that have a handler; others answer `UNIMPLEMENTED`. */
export async function startGrpcServer(
  service: ServiceDefinition,
  handlers: Readonly<Record<string, GrpcHandler>>,
): Promise<GrpcServer> {
  const server = new Server();
  const calls: string[] = [];
  const implementations = Object.entries(handlers).map(([method, handle]) => [
    method,
    (call: { readonly request: unknown }, callback: (error: object | null, answer?: object) => void) => {
      calls.push(method);
      try {
        callback(null, handle(call.request));
      } catch (error) {
        callback({ code: status.INTERNAL, details: error instanceof Error ? error.message : String(error) });
      }
    },
  ]);
  server.addService(service, Object.fromEntries(implementations));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, port, calls, [Symbol.asyncDispose]: async () => server.forceShutdown() };
}
