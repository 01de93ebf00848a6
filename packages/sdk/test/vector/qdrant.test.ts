import { startFakeQdrant } from '@costspan/testkit';
import { QdrantClient } from '@qdrant/js-client-rest';
import { expect, expectTypeOf, test } from 'vitest';
import { measure, pick } from '../support/measure.ts';
import { vectorSpans } from '../support/vector-spans.ts';

test('queries and written vectors are counted; what comes back, class and types are the same', async () => {
  await using server = await startFakeQdrant();
  const { costspan, spans } = measure();
  const plain = new QdrantClient({ url: server.url, checkCompatibility: false });
  const qdrant = costspan.meter(plain);
  expectTypeOf(qdrant).toEqualTypeOf<QdrantClient>();
  expect(qdrant).toBeInstanceOf(QdrantClient);
  expect(costspan.meter(qdrant)).toBe(qdrant);
  await qdrant.createCollection('articles', { vectors: { size: 2, distance: 'Cosine' } });
  const points = [
    { id: 1, vector: [1, 0] },
    { id: 2, vector: [0, 1] },
  ];
  await qdrant.upsert('articles', { wait: true, points });
  const asked = { query: [1, 0], limit: 2 };
  expect(await qdrant.query('articles', asked)).toEqual(await plain.query('articles', asked));
  await qdrant.retrieve('articles', { ids: [1] });
  expect(vectorSpans(await spans())).toEqual([
    {
      name: 'upsert articles',
      'costspan.sku': 'qdrant/upsert',
      'costspan.usage.vectors_written': 2,
      'db.operation.name': 'upsert',
      'db.operation.batch.size': 2,
      'db.collection.name': 'articles',
    },
    {
      name: 'query articles',
      'costspan.sku': 'qdrant/query',
      'costspan.usage.vector_queries': 1,
      'db.operation.name': 'query',
      'db.collection.name': 'articles',
      'db.response.returned_rows': 2,
    },
    {
      name: 'retrieve articles',
      'costspan.sku': 'qdrant/retrieve',
      'costspan.usage.vector_queries': 1,
      'db.operation.name': 'retrieve',
      'db.collection.name': 'articles',
      'db.response.returned_rows': 1,
    },
  ]);
});

test('of another provider, at its prices', async () => {
  await using server = await startFakeQdrant();
  const { costspan, spans } = measure();
  const qdrant = costspan.meter(new QdrantClient({ url: server.url, checkCompatibility: false }), { provider: 'kb-cluster' });
  const failed = qdrant.queryBatch('nothing', { searches: [{ query: [1] }, { query: [2] }] });
  await expect(failed).rejects.toMatchObject({ status: 404 });
  expect(pick((await spans())[0], 'costspan.sku', 'costspan.usage.vector_queries', 'error.type', 'db.system.name')).toEqual({
    'costspan.sku': 'kb-cluster/query',
    'costspan.usage.vector_queries': 2,
    'error.type': '404',
    'db.system.name': 'qdrant',
  });
});
