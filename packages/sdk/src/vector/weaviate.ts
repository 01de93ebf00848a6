import { at, lengthOf, textOf } from './fields.ts';
import type { ReadCall, VectorLibrary, VectorShape } from './vector-shape.ts';

const nameOf = (collection: object): string | undefined => textOf(at(collection, 'name'));

/** Objects come back as a list; one that was asked for by its id alone. */
const query =
  (operation: string): ReadCall =>
  (_, collection) => ({
    operation,
    collection: nameOf(collection),
    usage: { vector_queries: 1 },
    returnedRows: (result) => lengthOf(at(result, 'objects')),
  });

const write =
  (operation: string, vectorsOf: (args: readonly unknown[]) => number): ReadCall =>
  (args, collection) => {
    const vectors = vectorsOf(args);
    return { operation, collection: nameOf(collection), batchSize: vectors, usage: { vectors_written: vectors } };
  };

const one = (): number => 1;

// What can be gone through only once must not be gone through here.
const many = ([objects]: readonly unknown[]): number =>
  lengthOf(objects) ?? (objects instanceof Set || objects instanceof Map ? objects.size : 0);

const searches = {
  bm25: query('bm25'),
  fetchObjects: query('fetch'),
  hybrid: query('hybrid'),
  nearImage: query('near_image'),
  nearMedia: query('near_media'),
  nearObject: query('near_object'),
  nearText: query('near_text'),
  nearVector: query('near_vector'),
} as const;

const collectionShape: VectorShape = {
  parts: {
    query: { calls: { ...searches, fetchObjectById: query('fetch') } },
    generate: { calls: searches },
    data: {
      calls: {
        ingest: write('ingest', many),
        insert: write('insert', one),
        insertMany: write('insert', many),
        replace: write('replace', one),
        update: write('update', one),
      },
    },
  },
  opens: { withConsistency: () => collectionShape, withTenant: () => collectionShape },
};

const opensCollection = (): VectorShape => collectionShape;

/** `weaviate-client`: the client, and a collection of it. */
export const weaviate: VectorLibrary = {
  system: 'weaviate',
  clients: [
    {
      has: ['collections.use', 'getWeaviateVersion', 'isLive'],
      shape: {
        parts: {
          collections: {
            opens: {
              create: opensCollection,
              createFromSchema: opensCollection,
              get: opensCollection,
              use: opensCollection,
            },
          },
        },
      },
    },
    { has: ['name', 'query.nearVector', 'data.insertMany', 'withTenant'], shape: collectionShape },
  ],
};
