import { QdrantClient } from '@qdrant/js-client-rest';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FakeProvider, startFakeQdrant } from '../../src/index.ts';

let server: FakeProvider;
let qdrant: QdrantClient;

beforeEach(async () => {
  server = await startFakeQdrant({ hardwareReporting: true });
  qdrant = new QdrantClient({ url: server.url, checkCompatibility: false });
  await qdrant.createCollection('articles', { vectors: { size: 2, distance: 'Cosine' } });
  await qdrant.upsert('articles', {
    points: [
      { id: 1, vector: [1, 0], payload: { topic: 'refunds' } },
      { id: 2, vector: [2, 2], payload: { topic: 'parcels' } },
      { id: 3, vector: [0, 3], payload: { topic: 'parcels' } },
    ],
  });
});
afterEach(() => server.close());

test('finds the nearest points by cosine similarity', async () => {
  const { points } = await qdrant.query('articles', { query: [1, 1], limit: 2, with_payload: true });
  expect(points).toMatchObject([{ id: 2, payload: { topic: 'parcels' } }, { id: 1 }]);
  expect(points[0]?.score).toBeCloseTo(1, 12);
  expect(points[1]?.score).toBeCloseTo(Math.SQRT1_2, 12);
});

test('searches with a filter and a threshold', async () => {
  const filter = { must: [{ key: 'topic', match: { value: 'parcels' } }] };
  const parcels = await qdrant.query('articles', { query: [1, 0], filter, score_threshold: 0.5 });
  expect(parcels.points.map(({ id }) => id)).toEqual([2]);
  expect(parcels.points[0]).not.toHaveProperty('payload');
});

test('knows what is there', async () => {
  expect(await qdrant.collectionExists('articles')).toEqual({ exists: true });
  expect(await qdrant.collectionExists('nothing')).toEqual({ exists: false });
  expect((await qdrant.getCollections()).collections).toEqual([{ name: 'articles' }]);
  expect(await qdrant.count('articles')).toEqual({ count: 3 });
  expect(await qdrant.retrieve('articles', { ids: [3, 9] })).toEqual([{ id: 3, payload: { topic: 'parcels' } }]);
  expect(await qdrant.getCollection('articles')).toMatchObject({ points_count: 3 });
  await qdrant.deleteCollection('articles');
  expect(await qdrant.collectionExists('articles')).toEqual({ exists: false });
});

test('the client finds the version compatible', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  new QdrantClient({ url: server.url });
  await server.waitUntil('the version was asked for', (log) =>
    log.some(({ request, ending }) => request.path === '/' && !!ending),
  );
  await server.settled();
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

test('counts a query and reports hardware', async () => {
  await qdrant.query('articles', { query: [1, 1] });
  expect(server.usageByModel()).toEqual({ articles: { vector_queries: 1 } });
  expect(server.log.at(-1)).toMatchObject({ rawUsage: { hardware: { cpu: 64, vector_io_read: 256 } }, usageSent: true });
});

test.each([
  ['a collection that is not there', 404, () => qdrant.query('nothing', { query: [1, 1] })],
  ['a vector of the wrong size', 400, () => qdrant.query('articles', { query: [1, 1, 1] })],
  ['a point of the wrong size', 400, () => qdrant.upsert('articles', { points: [{ id: 4, vector: [1] }] })],
  ['a collection that exists', 409, () => qdrant.createCollection('articles', { vectors: { size: 2, distance: 'Dot' } })],
  ['a filter it does not know', 400, () => qdrant.query('articles', { query: [1, 1], filter: { should: [] } })],
])('refuses %s with %i', async (_name, status, act) => {
  await expect(act()).rejects.toMatchObject({ status });
});

test('fails when the script says so', async () => {
  server.enqueue({ status: 503 });
  await expect(qdrant.query('articles', { query: [1, 1] })).rejects.toMatchObject({ status: 503 });
});
