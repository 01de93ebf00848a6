import { startFakeChroma } from '@costspan/testkit';
import { ChromaClient } from 'chromadb';
import { expect, expectTypeOf, test } from 'vitest';
import { measure } from '../support/measure.ts';
import { vectorSpans } from '../support/vector-spans.ts';

test('queries and written vectors of every collection a client hands out are counted', async () => {
  await using server = await startFakeChroma();
  const { costspan, spans } = measure();
  const plain = new ChromaClient({ host: '127.0.0.1', port: server.port });
  const chroma = costspan.meter(plain);
  expectTypeOf(chroma).toEqualTypeOf<ChromaClient>();
  expect(chroma).toBeInstanceOf(ChromaClient);
  expect(await chroma.heartbeat()).toBe(1);
  const articles = await chroma.createCollection({ name: 'articles', embeddingFunction: null });
  await articles.add({
    ids: ['a', 'b'],
    embeddings: [
      [1, 0],
      [0, 1],
    ],
  });
  const asked = {
    queryEmbeddings: [
      [1, 0],
      [0, 1],
    ],
    nResults: 1,
  };
  const found = await articles.query(asked);
  expect(found.ids).toEqual([['a'], ['b']]);
  const plainly = await (await plain.getCollection({ name: 'articles' })).query(asked);
  expect({ ...found }).toEqual({ ...plainly });
  expect(Object.getPrototypeOf(found)).toBe(Object.getPrototypeOf(plainly));
  const [listed] = await chroma.listCollections();
  await listed?.get();
  expect(vectorSpans(await spans())).toEqual([
    {
      name: 'add articles',
      'costspan.sku': 'chroma/add',
      'costspan.usage.vectors_written': 2,
      'db.operation.name': 'add',
      'db.operation.batch.size': 2,
      'db.collection.name': 'articles',
    },
    {
      name: 'query articles',
      'costspan.sku': 'chroma/query',
      'costspan.usage.vector_queries': 2,
      'db.operation.name': 'query',
      'db.operation.batch.size': 2,
      'db.collection.name': 'articles',
      'db.response.returned_rows': 2,
    },
    {
      name: 'get articles',
      'costspan.sku': 'chroma/get',
      'costspan.usage.vector_queries': 1,
      'db.operation.name': 'get',
      'db.collection.name': 'articles',
      'db.response.returned_rows': 2,
    },
  ]);
});

test('a collection that is not there is the error of the client', async () => {
  await using server = await startFakeChroma();
  const { costspan, spans } = measure();
  const chroma = costspan.meter(new ChromaClient({ host: '127.0.0.1', port: server.port }));
  await expect(chroma.getCollection({ name: 'nothing' })).rejects.toMatchObject({ name: 'ChromaNotFoundError' });
  expect(await spans()).toEqual([]);
});
