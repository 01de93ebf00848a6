import type { GrpcHandler, GrpcServer } from '../grpc/start-grpc-server.ts';

/** How the stand-in behaves. */
export type FakeMilvusOptions = {
  /** What the status of every answer states as the cost of the request, as Zilliz Cloud does. Default: nothing. */
  readonly reportValue?: number;
};

/**
 * Starts a stand-in for Milvus that speaks its protocol: the collection `articles` with an id and a vector of two
 * dimensions, one hit for every query, and a failed status, without a gRPC error, for `missing`. It stores nothing.
 */
export async function startFakeMilvus(options: FakeMilvusOptions = {}): Promise<GrpcServer> {
  const { fromJSON } = await import('@grpc/proto-loader');
  const { startGrpcServer } = await import('../grpc/start-grpc-server.ts');
  // The protocol as the client library itself knows it.
  const { default: library } = await import('@zilliz/milvus2-sdk-node/dist/milvus/proto-json/milvus.js');
  const proto = 'default' in library ? library.default : library;
  const definitions = fromJSON(proto as unknown as Parameters<typeof fromJSON>[0], {
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const service = definitions['milvus.proto.milvus.MilvusService'];
  if (service === undefined || 'format' in service) throw new Error('fake Milvus: the client library has no MilvusService');
  return startGrpcServer(service, handlers(options));
}

type Request = { readonly collection_name?: string; readonly nq?: string | number; readonly num_rows?: number };

function handlers({ reportValue }: FakeMilvusOptions): Readonly<Record<string, GrpcHandler>> {
  const extra = reportValue === undefined ? {} : { extra_info: { report_value: String(reportValue) } };
  const status = { error_code: 'Success', reason: '', code: 0, ...extra };
  const missing = { error_code: 'UnexpectedError', reason: 'collection not found', code: 100 };
  const statusOf = ({ collection_name: name }: Request): object => (name === 'missing' ? missing : status);
  return {
    Connect: () => ({ status, identifier: '1', server_info: { build_tags: '2.6.0', reserved: {} } }),
    GetVersion: () => ({ status, version: '2.6.0' }),
    DescribeCollection: (request: Request) => ({
      status,
      schema,
      collection_name: request.collection_name,
      ...{ properties: [] },
    }),
    Insert: (request: Request) => mutation(statusOf(request), request),
    Upsert: (request: Request) => mutation(statusOf(request), request),
    Search: (request: Request) => ({ status: statusOf(request), results: hits(Number(request.nq ?? 1)) }),
    Query: (request: Request) => ({ status: statusOf(request), fields_data: [], collection_name: request.collection_name }),
  };
}

const schema = {
  name: 'articles',
  fields: [
    { fieldID: '100', name: 'id', is_primary_key: true, data_type: 'Int64', type_params: [] },
    { fieldID: '101', name: 'vector', data_type: 'FloatVector', type_params: [{ key: 'dim', value: '2' }] },
  ],
};

function mutation(status: object, { num_rows: rows = 0 }: Request): object {
  return { status, IDs: { int_id: { data: ['1'] } }, succ_index: [0], insert_cnt: String(rows), upsert_cnt: String(rows) };
}

function hits(queries: number): object {
  const ids = Array.from({ length: queries }, () => '1');
  return {
    num_queries: String(queries),
    top_k: '1',
    fields_data: [],
    scores: ids.map(() => 0.5),
    ids: { int_id: { data: ids } },
    topks: ids.map(() => '1'),
  };
}
