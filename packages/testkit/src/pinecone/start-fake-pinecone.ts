import type { Answer, Endpoint, ProviderFormat, Refusal } from '../server/answer.ts';
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../server/fake-provider.ts';
import type { FakeRequest } from '../server/script.ts';
import { type Collection, nearest } from '../vectors/collections.ts';

/** How the stand-in behaves. */
export type FakePineconeOptions = FakeProviderOptions & {
  /** Read units every answer to a read states. Default 1; undefined leaves the usage out. */
  readonly readUnits?: number | undefined;
};

type Namespaces = Map<string, Collection>;
type Action = (namespaces: Namespaces, request: FakeRequest) => unknown | Refusal;

const reads: Readonly<Record<string, Action>> = {
  'POST /query': (namespaces, { body: { namespace = '', vector, topK } }) => ({
    namespace,
    matches: nearest(namespaceOf(namespaces, namespace), vector as readonly number[], { limit: Number(topK) }).map(
      ({ id, score }) => ({ id, score, values: [] }),
    ),
  }),
  'GET /vectors/fetch': () => ({ namespace: '', vectors: {} }),
  'GET /vectors/list': () => ({ namespace: '', vectors: [] }),
};

const writes: Readonly<Record<string, Action>> = {
  'POST /vectors/upsert': upsert,
  'POST /vectors/update': () => ({}),
  'POST /vectors/delete': () => ({}),
};

/**
 * Starts a stand-in for the data plane of one Pinecone index, with real similarity search in memory: upsert and query;
 * fetch, list, update and delete answer as for an empty namespace. Reads state their units, writes do not, as documented.
 */
export function startFakePinecone(options: FakePineconeOptions = {}): Promise<FakeProvider> {
  const namespaces: Namespaces = new Map();
  const readUnits = 'readUnits' in options ? options.readUnits : 1;
  return startFakeProvider(pineconeFormat(namespaces, readUnits), options);
}

function pineconeFormat(namespaces: Namespaces, readUnits: number | undefined): ProviderFormat {
  return {
    name: 'fake Pinecone',
    route: (method, path) => route(namespaces, `${method} ${path}`, readUnits),
    refuse: () => undefined,
    errorBody: (status, message) => ({ code: status, message, details: [] }),
    errorEvent: { data: '' },
    requestIdHeader: 'x-pinecone-request-id',
  };
}

function route(namespaces: Namespaces, path: string, readUnits: number | undefined): Endpoint | undefined {
  const read = reads[path];
  if (read !== undefined) {
    const usage = readUnits === undefined ? {} : { usage: { readUnits } };
    return (request): Answer => ({ body: { json: { ...(read(namespaces, request) as object), ...usage } }, rawUsage: usage });
  }
  const write = writes[path];
  if (write === undefined) return undefined;
  return (request) => {
    const result = write(namespaces, request);
    return isRefusal(result) ? result : { body: { json: result } };
  };
}

function isRefusal(result: unknown): result is Refusal {
  return typeof result === 'object' && result !== null && 'status' in result;
}

function upsert(namespaces: Namespaces, { body: { namespace = '', vectors } }: FakeRequest): unknown {
  const records = vectors as readonly { readonly id: string; readonly values: readonly number[] }[];
  const { points, size } = namespaceOf(namespaces, namespace, records[0]?.values.length);
  if (records.some(({ values }) => values.length !== size)) {
    return { status: 400, message: `Vector dimension does not match the dimension of the index ${size}` };
  }
  for (const { id, values } of records) points.set(id, { id, vector: values, payload: {} });
  return { upsertedCount: records.length };
}

function namespaceOf(namespaces: Namespaces, name: unknown, size = 0): Collection {
  const found = namespaces.get(String(name)) ?? { size, distance: 'Cosine', points: new Map() };
  namespaces.set(String(name), found);
  return found;
}
