import type { Endpoint, ProviderFormat } from '../server/answer.ts';
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../server/fake-provider.ts';
import type { FakeRequest } from '../server/script.ts';
import { type Collection, nearest } from '../vectors/collections.ts';

type Named = Collection & { readonly id: string; readonly name: string };
type Store = Map<string, Named>;

const prefix = '/api/v2/tenants/default_tenant/databases/default_database/collections';

/**
 * Starts a stand-in for the API of a Chroma server, version 2, with real similarity search in memory: create, get and list
 * collections; add, upsert, get and query records by their embeddings.
 */
export function startFakeChroma(options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const store: Store = new Map();
  return startFakeProvider(chromaFormat(store), options);
}

function chromaFormat(store: Store): ProviderFormat {
  return {
    name: 'fake Chroma',
    route: (method, path) => route(store, method, path),
    refuse: () => undefined,
    errorBody: (status, message) => ({ error: status === 404 ? 'NotFoundError' : 'InternalError', message }),
    errorEvent: { data: '' },
    requestIdHeader: 'x-request-id',
  };
}

function route(store: Store, method: string, path: string): Endpoint | undefined {
  if (path === '/api/v2/heartbeat') return json(() => ({ 'nanosecond heartbeat': 1 }));
  if (path === '/api/v2/pre-flight-checks') return json(() => ({ max_batch_size: 1_000, supports_base64_encoding: false }));
  if (path === '/api/v2/auth/identity')
    return json(() => ({ user_id: '', tenant: 'default_tenant', databases: ['default_database'] }));
  if (!path.startsWith(prefix)) return undefined;
  const [, name, action] = path.slice(prefix.length).split('/');
  if (name === undefined)
    return method === 'POST'
      ? json(({ body }) => create(store, String(body['name'])))
      : json(() => [...store.values()].map(described));
  const found = store.get(name) ?? [...store.values()].find(({ id }) => id === name);
  if (found === undefined) return () => ({ status: 404, message: `Collection [${name}] does not exist` });
  return json((request) => act(found, action, request));
}

function json(answer: (request: FakeRequest) => unknown): Endpoint {
  return (request) => ({ body: { json: answer(request) } });
}

function create(store: Store, name: string): unknown {
  const created: Named = store.get(name) ?? { id: `id-of-${name}`, name, size: 0, distance: 'Cosine', points: new Map() };
  store.set(name, created);
  return described(created);
}

function described({ id, name }: Named): unknown {
  return {
    id,
    name,
    metadata: null,
    dimension: null,
    tenant: 'default_tenant',
    database: 'default_database',
    log_position: 0,
    version: 0,
    configuration_json: {},
    schema: null,
  };
}

function act(collection: Named, action: string | undefined, { body }: FakeRequest): unknown {
  const { ids = [], embeddings = [], query_embeddings: queries = [], n_results: limit } = body;
  switch (action) {
    case undefined:
      return described(collection);
    case 'add':
    case 'upsert':
    case 'update':
      for (const [index, id] of (ids as readonly string[]).entries()) {
        collection.points.set(id, { id, vector: (embeddings as readonly (readonly number[])[])[index] ?? [], payload: {} });
      }
      return {};
    case 'query': {
      const found = (queries as readonly (readonly number[])[]).map((query) =>
        nearest(collection, query, { limit: Number(limit) }),
      );
      return {
        ids: found.map((points) => points.map(({ id }) => id)),
        distances: null,
        documents: null,
        embeddings: null,
        metadatas: null,
        uris: null,
        include: [],
      };
    }
    case 'get':
      return { ids: [...collection.points.keys()], documents: null, embeddings: null, metadatas: null, uris: null, include: [] };
    default:
      return collection.points.size;
  }
}
