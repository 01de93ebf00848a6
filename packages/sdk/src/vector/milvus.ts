import type { Usage } from '@costspan/pricing';
import { at, countOf, fieldsOf, lengthOf, textOf } from './fields.ts';
import type { ReadCall, VectorCall, VectorLibrary, VectorShape } from './vector-shape.ts';

/** The library resolves with a status where others reject. */
const failureOf = (result: unknown): string | undefined => {
  const { error_code: code } = fieldsOf(at(result, 'status'));
  return code === undefined || code === 'Success' || code === 0 ? undefined : String(code);
};

const placeOf = (request: Readonly<Record<string, unknown>>): Pick<VectorCall, 'collection' | 'namespace'> => ({
  collection: textOf(at(request, 'collection_name')),
  namespace: textOf(at(request, 'db_name')),
});

/** Zilliz Cloud states what a request cost in the status of its answer; Milvus itself does not. */
const reportedOr =
  (unit: string, otherwise: Usage) =>
  (result: unknown): Usage => {
    const stated = at(result, 'status', 'extra_info', 'report_value');
    const count = countOf(typeof stated === 'string' && /^\d+$/.test(stated) ? Number(stated) : stated);
    return count === undefined || count === 0 ? otherwise : { [unit]: count };
  };

const query =
  (operation: string): ReadCall =>
  ([argument]) => {
    const request = fieldsOf(argument);
    const queries = queriesIn(request);
    return {
      operation,
      ...placeOf(request),
      batchSize: queries,
      usage: reportedOr('vector_read_units', { vector_queries: queries }),
      returnedRows: (result) => lengthOf(at(result, 'results')) ?? lengthOf(at(result, 'data')),
      failureOf,
    };
  };

/** `data` is one vector, or a list of them; of several, each is a query. */
const queriesIn = ({ data, vectors, nq }: Readonly<Record<string, unknown>>): number => {
  const stated = countOf(nq);
  if (stated !== undefined && stated > 0) return stated;
  const asked = vectors ?? data;
  return Array.isArray(asked) && (Array.isArray(asked[0]) || typeof asked[0] === 'string') ? asked.length : 1;
};

const write =
  (operation: string): ReadCall =>
  ([argument]) => {
    const request = fieldsOf(argument);
    const vectors = lengthOf(at(request, 'data')) ?? lengthOf(at(request, 'fields_data')) ?? 0;
    return {
      operation,
      ...placeOf(request),
      batchSize: vectors,
      usage: reportedOr('vector_write_units', { vectors_written: vectors }),
      failureOf,
    };
  };

const reads = {
  search: query('search'),
  hybridSearch: query('hybrid_search'),
  query: query('query'),
  get: query('get'),
} as const;

const through = ['searchIterator', 'queryIterator'] as const;

const sessionShape: VectorShape = { calls: reads, through };

/** `@zilliz/milvus2-sdk-node`, for Milvus and Zilliz Cloud. */
export const milvus: VectorLibrary = {
  system: 'milvus',
  clients: [
    {
      has: ['search', 'hybridSearch', 'insert', 'loadCollection', 'describeCollection'],
      shape: {
        calls: { ...reads, insert: write('insert'), upsert: write('upsert') },
        opens: { session: () => sessionShape },
        through,
      },
    },
  ],
};
