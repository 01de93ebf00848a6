import { expect, test } from 'vitest';
import { loadCaptured } from './captured/tellings.ts';
import { read, usageOf } from './read.ts';

test.each([
  [
    'pinecone.query',
    { 'db.system': 'Pinecone', 'db.vector.query.result.read_units': 5 },
    'pinecone',
    'query',
    { vector_read_units: 5 },
  ],
  [
    'pinecone.query',
    { 'db.system': 'Pinecone', 'pinecone.usage.read_units': 6, 'pinecone.usage.write_units': 0 },
    'pinecone',
    'query',
    { vector_read_units: 6 },
  ],
  [
    'pinecone.upsert',
    { 'db.system': 'Pinecone', 'pinecone.usage.read_units': 0, 'pinecone.usage.write_units': 5 },
    'pinecone',
    'upsert',
    { vector_write_units: 5 },
  ],
  ['pinecone.query', { 'db.system': 'Pinecone', 'pinecone.usage.read_units': 0 }, 'pinecone', 'query', { vector_read_units: 0 }],
  ['qdrant.search', { 'db.system': 'Qdrant' }, 'qdrant', 'search', { vector_queries: 1 }],
  ['QUERY docs', { 'db.system.name': 'chroma', 'db.operation.name': 'QUERY' }, 'chroma', 'query', { vector_queries: 1 }],
  ['search docs', { 'db.system.name': 'milvus', 'db.operation.name': 'search' }, 'milvus', 'search', { vector_queries: 1 }],
] as const)('%s', (name, attributes, provider, model, usage) => {
  expect(read({ name, attributes })).toMatchObject({
    dialect: 'vector-database@2',
    role: 'tool',
    category: 'vector',
    provider,
    model,
  });
  expect(usageOf({ name, attributes })).toEqual([usage]);
});

test.each(['pinecone.upsert', 'pinecone.query', 'pinecone.fetch'])(
  '%s of a database that bills units is missing them',
  (name) => {
    expect(usageOf({ name, attributes: { 'db.system': 'Pinecone' } })).toEqual({ kind: 'missing' });
  },
);

test('what a database that bills units is asked besides bears no cost', () => {
  expect(read({ name: 'pinecone.create_collection', attributes: { 'db.system': 'Pinecone' } })).toBeUndefined();
});

test('writes elsewhere, and other operations, bear no cost', () => {
  expect(read({ name: 'qdrant.upsert', attributes: { 'db.system': 'Qdrant' } })).toBeUndefined();
  expect(
    read({ name: 'create_collection', attributes: { 'db.system.name': 'qdrant', 'db.operation.name': 'create_collection' } }),
  ).toBeUndefined();
});

test.each([
  ['traceloop-python-qdrant', { 'qdrant.query_points': 1, 'qdrant.scroll': 1 }],
  ['traceloop-python-chroma', { 'chroma.query': 1, 'chroma.get': 1 }],
])('of the spans captured from %s each query counts, writes bear no cost', (source, expected) => {
  const queries = loadCaptured(source).spans.flatMap((span) => {
    const [usage] = read(span)?.usage.kind === 'ok' ? (usageOf(span) as readonly Readonly<Record<string, number>>[]) : [];
    return usage === undefined ? [] : [[span.name, usage['vector_queries']] as const];
  });
  expect(Object.fromEntries(queries)).toEqual(expected);
});
