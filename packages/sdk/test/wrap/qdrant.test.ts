import { startFakeQdrant } from '@costspan/testkit';
import { QdrantClient } from '@qdrant/js-client-rest';
import { expect, expectTypeOf, test } from 'vitest';
import { measure, pick, usageOf } from '../support/measure.ts';

test('a query of the real Qdrant client is metered, and its result and type are the same', async () => {
  await using server = await startFakeQdrant();
  const { costspan, spans } = measure();
  const qdrant = new QdrantClient({ url: server.url, checkCompatibility: false });
  await qdrant.createCollection('articles', { vectors: { size: 2, distance: 'Cosine' } });
  await qdrant.upsert('articles', { wait: true, points: [{ id: 1, vector: [1, 0], payload: { title: 'a' } }] });

  const query = (vector: number[]) => qdrant.query('articles', { query: vector, limit: 1 });
  const search = costspan.vector('kb.search', query, { sku: 'qdrant/query', collection: 'articles' });
  expectTypeOf(search).toEqualTypeOf<typeof query>();
  const found = await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => search([1, 0]));
  expect(found).toEqual(await query([1, 0]));

  const [span] = await spans();
  expect(usageOf(span)).toEqual({ vector_queries: 1 });
  expect(pick(span, 'costspan.category', 'costspan.sku', 'db.system.name', 'costspan.work_item.id')).toEqual({
    'costspan.category': 'vector',
    'costspan.sku': 'qdrant/query',
    'db.system.name': 'qdrant',
    'costspan.work_item.id': 'T-1',
  });
});

test('types of wrapped functions follow the function', () => {
  const { costspan } = measure();
  const lookup = async (id: string, deep?: boolean): Promise<{ readonly id: string }> => ({ id: deep ? id : '' });
  const tool = costspan.tool('lookup', lookup, {
    sku: 'crm/lookup',
    usage: (result, id, deep) => {
      expectTypeOf(result).toEqualTypeOf<{ readonly id: string }>();
      expectTypeOf(id).toEqualTypeOf<string>();
      expectTypeOf(deep).toEqualTypeOf<boolean | undefined>();
      return { lookups: 1 };
    },
  });
  expectTypeOf(tool).toEqualTypeOf<typeof lookup>();
  expectTypeOf(costspan.workItem.run({ type: 't', id: 'i' }, async () => 7)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(costspan.workItem.run({ type: 't', id: 'i' }, () => 7)).toEqualTypeOf<number>();
});
