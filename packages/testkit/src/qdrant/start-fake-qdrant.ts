import type { Answer, Endpoint, ProviderFormat, Refusal } from '../server/answer.ts';
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../server/fake-provider.ts';
import type { FakeRequest, FakeUsage } from '../server/script.ts';
import { type Collection, type Filter, nearest, type Point } from '../vectors/collections.ts';

/** How the stand-in behaves. */
export type FakeQdrantOptions = FakeProviderOptions & {
  /** Whether answers carry `usage.hardware`, as a server that is configured to does. Default: false. */
  readonly hardwareReporting?: boolean;
};

/** Version the server claims; clients compare major and minor with their own. */
const version = '1.19.0';

type Store = Map<string, Collection>;
type Action = (store: Store, name: string, request: FakeRequest) => Result | Refusal;
type Result = { readonly result: unknown; readonly usage?: FakeUsage };

const actions: Readonly<Record<string, Action>> = {
  'GET ': (store, name) => withCollection(store, name, (collection) => ({ result: describe(collection) })),
  'GET /exists': (store, name) => ({ result: { exists: store.has(name) } }),
  'PUT ': create,
  'DELETE ': (store, name) => ({ result: store.delete(name) }),
  'PUT /points': (store, name, request) => withCollection(store, name, (collection) => upsert(collection, request)),
  'POST /points': (store, name, request) => withCollection(store, name, (collection) => retrieve(collection, request)),
  'POST /points/count': (store, name) =>
    withCollection(store, name, (collection) => ({ result: { count: collection.points.size } })),
  'POST /points/query': (store, name, request) =>
    withCollection(store, name, (collection) => {
      const { query } = request.body;
      const found = search(collection, request, query);
      return 'status' in found ? found : { ...found, result: { points: found.result } };
    }),
  'POST /points/search': (store, name, request) => {
    const { vector } = request.body;
    return withCollection(store, name, (collection) => search(collection, request, vector));
  },
};

/**
 * Starts a stand-in for the Qdrant REST API with real similarity search in memory: collections, upsert, retrieve, count,
 * query and search, filters of the form `must` and `match.value`. The log counts one `vector_queries` per search, with the
 * collection as model.
 */
export function startFakeQdrant(options: FakeQdrantOptions = {}): Promise<FakeProvider> {
  const store: Store = new Map();
  return startFakeProvider(qdrantFormat(store, options.hardwareReporting ?? false), options);
}

function qdrantFormat(store: Store, hardwareReporting: boolean): ProviderFormat {
  return {
    name: 'fake Qdrant',
    route: (method, path) => route(store, method, path, hardwareReporting),
    refuse: () => undefined,
    errorBody: (_status, message) => ({ status: { error: message }, result: null, time: 0 }),
    errorEvent: { data: '' },
    requestIdHeader: 'x-request-id',
  };
}

function route(store: Store, method: string, path: string, hardwareReporting: boolean): Endpoint | undefined {
  if (`${method} ${path}` === 'GET /') return () => ({ body: { json: { title: 'fake qdrant', version } } });
  if (`${method} ${path}` === 'GET /collections') {
    return () => envelope({ result: { collections: [...store.keys()].map((name) => ({ name })) } }, '', hardwareReporting);
  }
  const [, name, rest = ''] = path.match(/^\/collections\/([^/]+)(\/.*)?$/) ?? [];
  const action = actions[`${method} ${rest}`];
  if (name === undefined || action === undefined) return undefined;
  return (request) => {
    const result = action(store, decodeURIComponent(name), request);
    return 'status' in result ? result : envelope(result, name, hardwareReporting);
  };
}

function envelope({ result, usage }: Result, model: string, hardwareReporting: boolean): Answer {
  const hardware = hardwareReporting ? { hardware: hardwareUsage(usage) } : undefined;
  return {
    body: { json: { result, status: 'ok', time: 0.0001, ...(hardware === undefined ? {} : { usage: hardware }) } },
    model,
    ...(usage === undefined ? {} : { usage }),
    ...(hardware === undefined ? {} : { rawUsage: hardware }),
  };
}

function hardwareUsage(usage: FakeUsage = {}): Readonly<Record<string, number>> {
  return {
    cpu: 64 * (usage.vector_queries ?? 0),
    payload_io_read: 0,
    payload_io_write: 0,
    payload_index_io_read: 0,
    payload_index_io_write: 0,
    vector_io_read: 256 * (usage.vector_queries ?? 0),
    vector_io_write: 0,
  };
}

function withCollection(store: Store, name: string, use: (collection: Collection) => Result | Refusal): Result | Refusal {
  const collection = store.get(name);
  return collection === undefined
    ? { status: 404, message: `Not found: Collection \`${name}\` doesn't exist!` }
    : use(collection);
}

function create(store: Store, name: string, request: FakeRequest): Result | Refusal {
  if (store.has(name)) {
    return { status: 409, message: `Wrong input: Collection \`${name}\` already exists!` };
  }
  const { vectors } = request.body;
  const { size, distance } = (vectors ?? {}) as { readonly size?: unknown; readonly distance?: unknown };
  if (typeof size !== 'number' || (distance !== 'Cosine' && distance !== 'Dot' && distance !== 'Euclid')) {
    return { status: 400, message: 'Format error in JSON body: vectors: this stand-in needs size and Cosine, Dot or Euclid' };
  }
  store.set(name, { size, distance, points: new Map() });
  return { result: true };
}

function upsert(collection: Collection, request: FakeRequest): Result | Refusal {
  const { points } = request.body;
  if (!Array.isArray(points)) return { status: 400, message: 'Format error in JSON body: this stand-in reads a list of points' };
  for (const point of points as readonly Point[]) {
    if (!isVector(collection, point.vector)) return wrongVector(collection, point.vector);
  }
  for (const { id, vector, payload } of points as readonly Point[]) {
    collection.points.set(id, { id, vector, payload: payload ?? {} });
  }
  return { result: { operation_id: request.number, status: 'completed' } };
}

function retrieve(collection: Collection, request: FakeRequest): Result {
  const { ids } = request.body;
  const points = (Array.isArray(ids) ? (ids as readonly (number | string)[]) : []).flatMap(
    (id) => collection.points.get(id) ?? [],
  );
  return { result: points.map(({ id, payload }) => ({ id, payload })) };
}

function search(collection: Collection, request: FakeRequest, asked: unknown): Result | Refusal {
  const vector = isNearest(asked) ? asked.nearest : asked;
  if (!isVector(collection, vector)) return wrongVector(collection, vector);
  const { filter = null, limit = 10, score_threshold: scoreThreshold, with_payload: withPayload } = request.body;
  if (filter !== null && !isKnownFilter(filter)) {
    return { status: 400, message: 'Bad request: filter: this stand-in knows `must` with `match.value`' };
  }
  const points = nearest(collection, vector, {
    limit: Number(limit),
    ...(filter === null ? {} : { filter }),
    ...(typeof scoreThreshold === 'number' ? { scoreThreshold } : {}),
  });
  return {
    result: points.map(({ id, score, payload }) => ({ id, version: 0, score, ...(withPayload === true ? { payload } : {}) })),
    usage: { vector_queries: 1 },
  };
}

function describe(collection: Collection): unknown {
  const params = { vectors: { size: collection.size, distance: collection.distance } };
  return { status: 'green', optimizer_status: 'ok', points_count: collection.points.size, segments_count: 1, config: { params } };
}

function isNearest(value: unknown): value is { readonly nearest: unknown } {
  return typeof value === 'object' && value !== null && 'nearest' in value;
}

function isVector(collection: Collection, value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length === collection.size && value.every((part) => typeof part === 'number');
}

function wrongVector(collection: Collection, value: unknown): Refusal {
  const found = Array.isArray(value) ? value.length : typeof value;
  return { status: 400, message: `Wrong input: Vector dimension error: expected dim: ${collection.size}, got ${found}` };
}

function isKnownFilter(value: unknown): value is Filter {
  const filter = value as Filter;
  return Object.keys(filter).join() === 'must' && filter.must.every(({ match }) => match !== undefined && 'value' in match);
}
