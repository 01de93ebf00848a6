import { type FakeWeaviate, startFakeWeaviate } from '@costspan/testkit';
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest';
import weaviate, { type WeaviateClient } from 'weaviate-client';
import { measure } from '../support/measure.ts';
import { vectorSpans } from '../support/vector-spans.ts';

let server: FakeWeaviate;
let plain: WeaviateClient;

beforeEach(async () => {
  server = await startFakeWeaviate();
  plain = await weaviate.connectToCustom({
    httpHost: '127.0.0.1',
    httpPort: server.http.port,
    httpSecure: false,
    grpcHost: '127.0.0.1',
    grpcPort: server.grpc.port,
    grpcSecure: false,
    skipInitChecks: true,
  });
});
afterEach(async () => {
  await plain.close();
  await server[Symbol.asyncDispose]();
});

test('queries and written vectors of collections are counted; what comes back and types are the same', async () => {
  const { costspan, spans } = measure();
  const client = costspan.meter(plain);
  expectTypeOf(client).toEqualTypeOf<WeaviateClient>();
  const articles = client.collections.use('Articles');
  await articles.data.insertMany([
    { properties: { title: 'a' }, vectors: [1, 0] },
    { properties: { title: 'b' }, vectors: [0, 1] },
  ]);
  await articles.data.insert({ properties: { title: 'c' }, vectors: [1, 1] });
  const found = await articles.query.nearVector([1, 0], { limit: 1 });
  expect(found).toEqual(await plain.collections.use('Articles').query.nearVector([1, 0], { limit: 1 }));
  expect(found.objects).toHaveLength(1);
  await articles.withTenant('acme').query.bm25('refund');
  expect(vectorSpans(await spans())).toEqual([
    {
      name: 'insert Articles',
      'costspan.sku': 'weaviate/insert',
      'costspan.usage.vectors_written': 2,
      'db.operation.name': 'insert',
      'db.operation.batch.size': 2,
      'db.collection.name': 'Articles',
    },
    {
      name: 'insert Articles',
      'costspan.sku': 'weaviate/insert',
      'costspan.usage.vectors_written': 1,
      'db.operation.name': 'insert',
      'db.collection.name': 'Articles',
    },
    {
      name: 'near_vector Articles',
      'costspan.sku': 'weaviate/near_vector',
      'costspan.usage.vector_queries': 1,
      'db.operation.name': 'near_vector',
      'db.collection.name': 'Articles',
      'db.response.returned_rows': 1,
    },
    {
      name: 'bm25 Articles',
      'costspan.sku': 'weaviate/bm25',
      'costspan.usage.vector_queries': 1,
      'db.operation.name': 'bm25',
      'db.collection.name': 'Articles',
      'db.response.returned_rows': 1,
    },
  ]);
});

test('an error is the error of the client', async () => {
  const { costspan, spans } = measure();
  const broken = costspan.meter(plain.collections.use('Broken'));
  await expect(broken.query.nearVector([1, 0])).rejects.toMatchObject({ name: 'WeaviateQueryError' });
  expect((await spans())[0]?.attributes).toMatchObject({ 'error.type': 'WeaviateQueryError' });
});
