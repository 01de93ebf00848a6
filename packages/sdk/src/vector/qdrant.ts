import { at, fieldsOf, lengthOf, textOf } from './fields.ts';
import type { ReadCall, VectorLibrary } from './vector-shape.ts';

/** A query: one, or as many as the list holds. Points come back as a list, in `points`, or in `groups`. */
const query =
  (operation: string, queriesOf: (request: Readonly<Record<string, unknown>>) => number | undefined = () => 1): ReadCall =>
  ([collection, request]) => {
    const queries = queriesOf(fieldsOf(request)) ?? 1;
    return {
      operation,
      collection: textOf(collection),
      batchSize: queries,
      usage: { vector_queries: queries },
      returnedRows: (result) => lengthOf(result) ?? lengthOf(at(result, 'points')) ?? lengthOf(at(result, 'groups')),
    };
  };

const write =
  (operation: string, vectorsOf: (request: Readonly<Record<string, unknown>>) => number): ReadCall =>
  ([collection, request]) => {
    const vectors = vectorsOf(fieldsOf(request));
    return { operation, collection: textOf(collection), batchSize: vectors, usage: { vectors_written: vectors } };
  };

/** Points are told one by one, or in columns. */
const pointsIn = (request: Readonly<Record<string, unknown>>): number =>
  lengthOf(at(request, 'points')) ?? lengthOf(at(at(request, 'batch'), 'ids')) ?? 0;

const pointsInOperations = ({ operations }: Readonly<Record<string, unknown>>): number =>
  (Array.isArray(operations) ? operations : [])
    .map(fieldsOf)
    .reduce((sum, { upsert, update_vectors: update }) => sum + pointsIn(fieldsOf(upsert)) + pointsIn(fieldsOf(update)), 0);

const searchesIn = ({ searches }: Readonly<Record<string, unknown>>): number | undefined => lengthOf(searches);

/** `@qdrant/js-client-rest`. It drops `usage.hardware` from answers, which Qdrant does not bill by. */
export const qdrant: VectorLibrary = {
  system: 'qdrant',
  clients: [
    {
      has: ['getCollections', 'query', 'queryBatch', 'upsert', 'scroll', 'setPayload'],
      shape: {
        calls: {
          query: query('query'),
          queryBatch: query('query', searchesIn),
          queryGroups: query('query'),
          search: query('search'),
          searchBatch: query('search', searchesIn),
          searchPointGroups: query('search'),
          searchMatrixPairs: query('search'),
          searchMatrixOffsets: query('search'),
          recommend: query('recommend'),
          recommendBatch: query('recommend', searchesIn),
          recommendPointGroups: query('recommend'),
          discoverPoints: query('discover'),
          discoverBatchPoints: query('discover', searchesIn),
          scroll: query('scroll'),
          retrieve: query('retrieve'),
          upsert: write('upsert', pointsIn),
          updateVectors: write('update', pointsIn),
          batchUpdate: write('batch_update', pointsInOperations),
        },
      },
    },
  ],
};
