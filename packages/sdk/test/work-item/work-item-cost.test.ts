import { startHttpServer } from '@costspan/testkit';
import { expect, test } from 'vitest';
import { createCostspan } from '../../src/index.ts';

const record = {
  tenant: 'acme',
  type: 'ticket',
  id: 'T-42',
  outcome: { value: 'resolved', at_ns: '1' },
  currency: 'USD',
  total: '0.82',
  low: '0.8',
  high: '0.9',
  waste: '0.02',
  by_category: { llm: '0.18' },
  complete: false,
  unpriced_reasons: { 'model-unknown': 2 },
  revision: '1780315200000000',
  final: true,
};

/** The cost of a ticket, asked at a processor that answers so. */
async function costOf(status: number, body: string, item = { type: 'ticket', id: 'T-42' }) {
  const asked: unknown[] = [];
  await using server = await startHttpServer(({ method, path, headers }, response) => {
    asked.push([method, path, headers['x-api-key']]);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  const costspan = createCostspan({ endpoint: `${server.url}/`, headers: { 'x-api-key': 'k1' }, tenant: 'acme' });
  const answer = await costspan.workItem
    .ref(item)
    .cost()
    .catch((error: unknown) => error);
  await costspan.shutdown();
  return { answer, asked };
}

test('reads what the processor knows of the item, exact', async () => {
  const { answer, asked } = await costOf(200, JSON.stringify(record));
  expect(answer).toEqual({
    currency: 'USD',
    total: '0.82',
    low: '0.8',
    high: '0.9',
    waste: '0.02',
    byCategory: { llm: '0.18' },
    complete: false,
    missing: { 'model-unknown': 2 },
    outcome: 'resolved',
    revision: '1780315200000000',
    final: true,
  });
  expect(asked).toEqual([['GET', '/v1/work-items/acme/ticket/T-42', 'k1']]);
});

test('asks for ids with any character', async () => {
  const { asked } = await costOf(404, '', { type: 'a b', id: 'x/ü?%' });
  expect(asked).toEqual([['GET', '/v1/work-items/acme/a%20b/x%2F%C3%BC%3F%25', 'k1']]);
});

test('is undefined for an item the processor does not know', async () => {
  expect((await costOf(404, '{}')).answer).toBeUndefined();
});

test.each<[string, number, string, string]>([
  [
    'refuses',
    401,
    '{}',
    'item.cost: expected the cost of the item, found status 401; check endpoint and headers, or try again later',
  ],
  [
    'is no processor',
    200,
    '<html>',
    'item.cost: expected a cost record, found something else; point `endpoint` at a Costspan processor',
  ],
  [
    'answers something else',
    200,
    'null',
    'item.cost: expected a cost record, found something else; point `endpoint` at a Costspan processor',
  ],
])('a processor that %s is told apart from one that knows nothing', async (_, status, body, message) => {
  expect((await costOf(status, body)).answer).toMatchObject({ code: 'cost-unavailable', message });
});

test('says what to do where nobody can be asked', async () => {
  const alone = createCostspan();
  await expect(alone.workItem.ref({ type: 'ticket', id: 'T-42' }).cost()).rejects.toMatchObject({
    code: 'cost-unavailable',
    message: 'item.cost: expected an `endpoint`, found none; give createCostspan the endpoint of the processor',
  });
  const away = createCostspan({ endpoint: 'http://127.0.0.1:9' });
  await expect(away.workItem.ref({ type: 'ticket', id: 'T-42' }).cost()).rejects.toMatchObject({
    code: 'cost-unavailable',
    message:
      'item.cost: expected http://127.0.0.1:9 to answer, found bad port; check that the processor runs there, and try again',
  });
  await away.shutdown();
});
