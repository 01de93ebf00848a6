import { startFakePinecone } from '@costspan/testkit';
import { Index, Pinecone } from '@pinecone-database/pinecone';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import { measure, usageOf } from '../support/measure.ts';
import { vectorSpans } from '../support/vector-spans.ts';

type Server = Awaited<ReturnType<typeof startFakePinecone>>;
let server: Server;

beforeEach(async () => {
  server = await startFakePinecone({ readUnits: 6 });
});
afterEach(() => server.close());

const place = { 'db.collection.name': 'kb', 'db.namespace': 'de' };

test('queries state the read units of the answer; result, class and types are the same', async () => {
  const { costspan, ofRole } = measure();
  const plain = new Pinecone({ apiKey: 'key' });
  const pinecone = costspan.meter(plain);
  expectTypeOf(pinecone).toEqualTypeOf<Pinecone>();
  expect(pinecone).toBeInstanceOf(Pinecone);
  const index = pinecone.index({ name: 'kb', namespace: 'de', host: server.url });
  expect(index).toBeInstanceOf(Index);
  await index.upsert({
    records: [
      { id: 'a', values: [1, 0] },
      { id: 'b', values: [0, 1] },
    ],
  });

  const asked = { vector: [1, 0], topK: 1 };
  const found = await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => index.query(asked));
  const plainIndex = plain.index({ name: 'kb', namespace: 'de', host: server.url });
  expect(found).toEqual(await plainIndex.query(asked));
  expect(found.matches.map(({ id }) => id)).toEqual(['a']);

  const [, query, ...others] = await ofRole('tool');
  expect(others).toEqual([]);
  expect(query?.kind).toBe(2);
  expect({ ...query?.attributes }).toEqual({
    'costspan.role': 'tool',
    'costspan.category': 'vector',
    'costspan.sku': 'pinecone/query',
    'costspan.usage.vector_read_units': 6,
    'costspan.work_item.type': 'ticket',
    'costspan.work_item.id': 'T-1',
    'db.system.name': 'pinecone',
    'db.operation.name': 'query',
    'db.response.returned_rows': 1,
    ...place,
  });
});

test('other reads state theirs, also in another namespace of the index', async () => {
  const { costspan, spans } = measure();
  const index = costspan.meter(new Pinecone({ apiKey: 'key' }).index({ name: 'kb', host: server.url })).namespace('de');
  await index.fetch({ ids: ['a'] });
  await index.listPaginated();
  expect(vectorSpans(await spans())).toEqual([
    {
      name: 'fetch kb',
      'costspan.sku': 'pinecone/fetch',
      'costspan.usage.vector_read_units': 6,
      'db.operation.name': 'fetch',
      'db.response.returned_rows': 0,
      ...place,
    },
    {
      name: 'list kb',
      'costspan.sku': 'pinecone/list',
      'costspan.usage.vector_read_units': 6,
      'db.operation.name': 'list',
      'db.response.returned_rows': 0,
      ...place,
    },
  ]);
});

describe('write units, which no answer states,', () => {
  const vector = (dimensions: number): number[] => Array.from({ length: dimensions }, () => 0.5);

  test.each([
    ['of a small record are the least there are', [{ id: 'a', values: vector(2) }], 5],
    [
      'of records follow from their size',
      [
        { id: 'a', values: vector(1_536) },
        { id: 'b', values: vector(1_536) },
      ],
      13,
    ],
    ['count metadata', [{ id: 'a', values: vector(1_536), metadata: { text: 'x'.repeat(3_000) } }], 10],
  ])('%s', async (_, records, units) => {
    const { costspan, spans } = measure();
    await costspan.meter(new Pinecone({ apiKey: 'key' }).index({ name: 'kb', host: server.url })).upsert({ records });
    const [span] = await spans();
    expect(usageOf(span)).toEqual({ vector_write_units: units });
    expect(span?.attributes['costspan.usage_assumption']).toBe('write-units-of-record-size');
  });

  test('of a deletion are at least five', async () => {
    const { costspan, spans } = measure();
    await costspan.meter(new Pinecone({ apiKey: 'key' }).index({ name: 'kb', host: server.url })).deleteOne({ id: 'a' });
    const [span] = await spans();
    expect(usageOf(span)).toEqual({ vector_write_units: 5 });
    expect(span?.attributes['costspan.usage_assumption']).toBe('write-units-at-least');
  });
});

test.each<[string, number | undefined, object]>([
  ['fractions of units as decimal text', 0.25, { 'costspan.usage.vector_read_units': '0.25' }],
  ['an answer without units as missing usage, not as zero', undefined, { 'costspan.usage_missing': true }],
])('%s', async (_, readUnits, usage) => {
  await using other = await startFakePinecone({ readUnits });
  const { costspan, spans } = measure();
  await costspan.meter(new Pinecone({ apiKey: 'key' }).index({ name: 'kb', host: other.url })).query({ vector: [1], topK: 1 });
  expect((await spans())[0]?.attributes).toMatchObject(usage);
});

test('an error is the error of the client, and the call possibly billed', async () => {
  server.enqueue({ status: 400, message: 'no such index' });
  const { costspan, spans } = measure();
  const index = costspan.meter(new Pinecone({ apiKey: 'key', maxRetries: 0 }).index({ name: 'kb', host: server.url }));
  await expect(index.query({ vector: [1], topK: 1 })).rejects.toMatchObject({ name: 'PineconeBadRequestError' });
  const [span] = await spans();
  expect(span?.attributes).toMatchObject({ 'error.type': 'PineconeBadRequestError', 'costspan.attempt.billable': 'possible' });
  await expect(index.query({ vector: [1], topK: 0 })).rejects.toMatchObject({ name: 'PineconeArgumentError' });
});
