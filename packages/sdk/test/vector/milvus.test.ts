import { startFakeMilvus } from '@costspan/testkit';
import { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { afterEach, expect, expectTypeOf, test } from 'vitest';
import { measure } from '../support/measure.ts';
import { vectorSpans } from '../support/vector-spans.ts';

const clients: MilvusClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.closeConnection()));
});

const connect = (address: string): MilvusClient => {
  const client = new MilvusClient({ address, timeout: 5_000, logLevel: 'error' });
  clients.push(client);
  return client;
};

test('searches and written vectors are counted; what comes back, class and types are the same', async () => {
  await using server = await startFakeMilvus();
  const { costspan, spans } = measure();
  const plain = connect(server.address);
  const milvus = costspan.meter(plain);
  expectTypeOf(milvus).toEqualTypeOf<MilvusClient>();
  expect(milvus).toBeInstanceOf(MilvusClient);
  await milvus.insert({
    collection_name: 'articles',
    data: [
      { id: 1, vector: [1, 0] },
      { id: 2, vector: [0, 1] },
    ],
  });
  const asked = { collection_name: 'articles', data: [1, 0], limit: 1 };
  expect(await milvus.search(asked)).toEqual(await plain.search(asked));
  await milvus.search({
    collection_name: 'articles',
    data: [
      [1, 0],
      [0, 1],
    ],
    limit: 1,
  });
  expect(vectorSpans(await spans())).toEqual([
    {
      name: 'insert articles',
      'costspan.sku': 'milvus/insert',
      'costspan.usage.vectors_written': 2,
      'db.operation.name': 'insert',
      'db.operation.batch.size': 2,
      'db.collection.name': 'articles',
    },
    {
      name: 'search articles',
      'costspan.sku': 'milvus/search',
      'costspan.usage.vector_queries': 1,
      'db.operation.name': 'search',
      'db.collection.name': 'articles',
      'db.response.returned_rows': 1,
    },
    {
      name: 'search articles',
      'costspan.sku': 'milvus/search',
      'costspan.usage.vector_queries': 2,
      'db.operation.name': 'search',
      'db.operation.batch.size': 2,
      'db.collection.name': 'articles',
      'db.response.returned_rows': 2,
    },
  ]);
});

test('units that Zilliz Cloud states win', async () => {
  await using server = await startFakeMilvus({ reportValue: 7 });
  const { costspan, spans } = measure();
  const milvus = costspan.meter(connect(server.address), { provider: 'zilliz' });
  await milvus.insert({ collection_name: 'articles', data: [{ id: 1, vector: [1, 0] }] });
  await milvus.search({ collection_name: 'articles', data: [1, 0], limit: 1 });
  expect(vectorSpans(await spans())).toMatchObject([
    { 'costspan.sku': 'zilliz/insert', 'costspan.usage.vector_write_units': 7 },
    { 'costspan.sku': 'zilliz/search', 'costspan.usage.vector_read_units': 7 },
  ]);
});

test('a failure the library resolves with is resolved, and marked on the span', async () => {
  await using server = await startFakeMilvus();
  const { costspan, spans } = measure();
  const found = await costspan.meter(connect(server.address)).search({ collection_name: 'missing', data: [1, 0], limit: 1 });
  expect(found.status).toMatchObject({ error_code: 'UnexpectedError', reason: 'collection not found' });
  const [span] = await spans();
  expect(span?.attributes).toMatchObject({ 'error.type': 'UnexpectedError', 'costspan.attempt.billable': 'possible' });
  expect(span?.status).toEqual({ code: 2 });
});
