import type { Usage } from '@costspan/pricing';
import { at, fieldsOf, lengthOf, textOf, unitsOf } from './fields.ts';
import type { ReadCall, VectorCall, VectorLibrary, VectorShape } from './vector-shape.ts';

/** Where an index and its calls are: the namespace of the call, or else of the index. */
const placeOf = (index: object, request: unknown): Pick<VectorCall, 'collection' | 'namespace'> => {
  const target = fieldsOf(at(index, 'target'));
  return {
    collection: textOf(target['indexName']),
    namespace: textOf(at(request, 'namespace')) ?? textOf(target['namespace']) ?? textOf(at(index, 'namespace')),
  };
};

/** Every answer to a read states its read units; one that does not has a usage nobody knows. */
const readUnitsOf = (result: unknown): Usage => {
  const units = unitsOf(at(result, 'usage', 'readUnits'));
  return units === undefined ? {} : { vector_read_units: units };
};

const read =
  (operation: string): ReadCall =>
  ([request], index) => ({
    operation,
    ...placeOf(index, request),
    usage: readUnitsOf,
    returnedRows: (result) => {
      const { matches, records, vectors, documents } = fieldsOf(result);
      const hits = at(result, 'result', 'hits');
      return lengthOf(matches) ?? lengthOf(hits) ?? lengthOf(vectors) ?? lengthOf(documents) ?? keyCount(records ?? documents);
    },
  });

const keyCount = (record: unknown): number | undefined =>
  typeof record === 'object' && record !== null ? Object.keys(record).length : undefined;

/** Write units of one request: one for each started kilobyte of its records, and no fewer than this. */
const WRITE_UNITS_MIN = 5;
const WRITE_UNIT_BYTES = 1_000;

/** No answer to a write states its write units. An upsert is billed by the size of its records, which is known. */
const upsert =
  (operation: string): ReadCall =>
  ([request], index) => ({
    operation,
    ...placeOf(index, request),
    batchSize: lengthOf(recordsIn(request)),
    usage: { vector_write_units: Math.max(WRITE_UNITS_MIN, Math.ceil(bytesOf(recordsIn(request)) / WRITE_UNIT_BYTES)) },
    assumption: 'write-units-of-record-size',
  });

/** Updates and deletions are billed by the size of what is stored already: only the least they cost is known. */
const change =
  (operation: string): ReadCall =>
  ([request], index) => ({
    operation,
    ...placeOf(index, request),
    usage: { vector_write_units: WRITE_UNITS_MIN },
    assumption: 'write-units-at-least',
  });

const recordsIn = (request: unknown): unknown =>
  Array.isArray(request) ? request : (at(request, 'records') ?? at(request, 'documents'));

/** Bytes as Pinecone counts them: four for each dimension, eight for other numbers, text in UTF-8. */
const bytesOf = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) {
    return typeof value[0] === 'number' ? value.length * 4 : value.reduce((sum, each) => sum + bytesOf(each), 0);
  }
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null) return value === undefined ? 0 : 8;
  return Object.entries(value).reduce(
    (sum, [key, each]) => sum + (isOwnField(key) ? 0 : Buffer.byteLength(key)) + bytesOf(each),
    0,
  );
};

// The names of the fields every record has are not stored with each.
const isOwnField = (key: string): boolean => ['id', 'values', 'sparseValues', 'metadata'].includes(key);

const documentCalls = {
  upsert: upsert('upsert'),
  search: read('search'),
  fetch: read('fetch'),
  list: read('list'),
  delete: change('delete'),
  update: change('update'),
} as const;

const indexShape: VectorShape = {
  calls: {
    query: read('query'),
    fetch: read('fetch'),
    fetchByMetadata: read('fetch'),
    listPaginated: read('list'),
    searchRecords: read('search'),
    searchDocuments: read('search'),
    fetchDocuments: read('fetch'),
    listDocuments: read('list'),
    upsert: upsert('upsert'),
    upsertRecords: upsert('upsert'),
    upsertDocuments: upsert('upsert'),
    update: change('update'),
    updateDocuments: change('update'),
    deleteOne: change('delete'),
    deleteMany: change('delete'),
    deleteAll: change('delete'),
    deleteDocuments: change('delete'),
  },
  opens: { namespace: () => indexShape },
  parts: { documents: { calls: documentCalls } },
};

/** `@pinecone-database/pinecone`: the client, and an index of it. */
export const pinecone: VectorLibrary = {
  system: 'pinecone',
  clients: [
    {
      has: ['index', 'createIndex', 'describeIndex', 'listIndexes'],
      shape: { opens: { index: () => indexShape, Index: () => indexShape } },
    },
    { has: ['namespace', 'query', 'upsert', 'deleteMany', 'describeIndexStats'], shape: indexShape },
  ],
};
