import { createRequire } from 'node:module';
import type { ServiceDefinition } from '@grpc/grpc-js';
import type { GrpcServer } from '../grpc/start-grpc-server.ts';
import { type HttpServer, startHttpServer } from '../server/http-server.ts';

/** A stand-in for Weaviate: HTTP for objects and the version, gRPC for searches and batches. */
export type FakeWeaviate = AsyncDisposable & { readonly http: HttpServer; readonly grpc: GrpcServer };

/** Starts a stand-in for Weaviate that finds one object in every collection but `Broken`, whose searches fail. It stores nothing. */
export async function startFakeWeaviate(): Promise<FakeWeaviate> {
  const { startGrpcServer } = await import('../grpc/start-grpc-server.ts');
  const grpc = await startGrpcServer(weaviateService(), {
    search: ({ collection }: { readonly collection: string }) => {
      if (collection === 'Broken') throw new Error('no such class');
      return { took: 0.001, results: [found], groupByResults: [] };
    },
    batchObjects: () => ({ took: 0.001, errors: [] }),
  });
  const http = await startHttpServer(({ path, body }, response) => {
    const json =
      path === '/v1/meta' ? { version: '1.33.0', modules: {} } : path === '/v1/objects' ? JSON.parse(String(body)) : {};
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  });
  return {
    http,
    grpc,
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await grpc[Symbol.asyncDispose]();
    },
  };
}

const id = '00000000-0000-4000-8000-000000000001';

const found = {
  metadata: { id, vectorBytes: new Uint8Array(), vectors: [] },
  properties: { nonRefProps: { fields: {} }, refProps: [], refPropsRequested: false, targetCollection: '' },
};

type Coded = {
  readonly encode: (message: unknown) => { readonly finish: () => Uint8Array };
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly fromPartial: (message: unknown) => unknown;
};
type Method = {
  readonly name: string;
  readonly requestType: Coded;
  readonly responseType: Coded;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
};

/** The service as the client library itself knows it. */
function weaviateService(): ServiceDefinition {
  const require = createRequire(import.meta.url);
  const path = new URL('proto/v1/weaviate.js', `file://${require.resolve('weaviate-client')}`);
  const { WeaviateDefinition } = require(path.pathname) as {
    readonly WeaviateDefinition: { readonly fullName: string; readonly methods: Readonly<Record<string, Method>> };
  };
  const methods = Object.entries(WeaviateDefinition.methods).map(([key, method]) => [
    key,
    {
      path: `/${WeaviateDefinition.fullName}/${method.name}`,
      requestStream: method.requestStream,
      responseStream: method.responseStream,
      requestSerialize: (message: unknown) => Buffer.from(method.requestType.encode(message).finish()),
      requestDeserialize: (bytes: Buffer) => method.requestType.decode(bytes),
      responseSerialize: (message: unknown) =>
        Buffer.from(method.responseType.encode(method.responseType.fromPartial(message)).finish()),
      responseDeserialize: (bytes: Buffer) => method.responseType.decode(bytes),
    },
  ]);
  return Object.fromEntries(methods) as ServiceDefinition;
}
