import { at, fieldsOf, lengthOf, textOf } from './fields.ts';
import type { ReadCall, VectorLibrary, VectorShape } from './vector-shape.ts';

const nameOf = (collection: object): string | undefined => textOf(at(collection, 'name'));

/** Several queries may be asked at once; the ids of each come back as a list of their own. */
const query: ReadCall = ([request], collection) => {
  const { queryEmbeddings, queryTexts, queryURIs } = fieldsOf(request);
  return reading('query', nameOf(collection), lengthOf(queryEmbeddings) ?? lengthOf(queryTexts) ?? lengthOf(queryURIs) ?? 1);
};

const search: ReadCall = ([searches], collection) => reading('search', nameOf(collection), lengthOf(searches) ?? 1);

const get: ReadCall = (_, collection) => reading('get', nameOf(collection), 1);

const reading = (operation: string, collection: string | undefined, queries: number): ReturnType<ReadCall> => ({
  operation,
  collection,
  batchSize: queries,
  usage: { vector_queries: queries },
  returnedRows: (result) => {
    const { ids } = fieldsOf(result);
    return Array.isArray(ids) ? ids.flat().length : undefined;
  },
});

const write =
  (operation: string): ReadCall =>
  ([request], collection) => {
    const vectors = lengthOf(at(request, 'ids')) ?? 0;
    return { operation, collection: nameOf(collection), batchSize: vectors, usage: { vectors_written: vectors } };
  };

const collectionShape: VectorShape = {
  calls: { query, search, get, peek: get, add: write('add'), upsert: write('upsert'), update: write('update') },
  opens: { fork: () => collectionShape },
};

const opensCollection = (): VectorShape => collectionShape;

/** `chromadb`, for a server and for Chroma Cloud. */
export const chroma: VectorLibrary = {
  system: 'chroma',
  clients: [
    {
      has: ['heartbeat', 'getOrCreateCollection', 'listCollections'],
      shape: {
        opens: {
          collection: opensCollection,
          createCollection: opensCollection,
          getCollection: opensCollection,
          getCollectionByCrn: opensCollection,
          getCollectionById: opensCollection,
          getCollections: opensCollection,
          getOrCreateCollection: opensCollection,
          listCollections: opensCollection,
        },
      },
    },
    { has: ['name', 'peek', 'query', 'upsert', 'modify'], shape: collectionShape },
  ],
};
