import { bookDigest, DEFAULT_BOOKS } from '@costspan/pricebook';
import type { PriceBook } from '@costspan/pricing';
import { type HttpRequest, startHttpServer } from '@costspan/testkit';
import { describe, expect, test } from 'vitest';
import { ApprovalRequiredError, BudgetExceededError } from '../../src/index.ts';
import { decisionsOf } from '../support/decisions.ts';
import { post } from '../support/fake-fetch.ts';
import { measure } from '../support/measure.ts';

const item = { type: 'ticket', id: 'T-1' };

/** A book that charges one unit of its currency for a token, of a model only it knows. */
const bookIn = (currency: string): PriceBook => ({
  book: 'ours',
  version: '1',
  currency,
  prices: (['input_text_tokens', 'output_text_tokens'] as const).map((unit) => ({
    id: `openai/own/${unit}`,
    provider: 'openai',
    match: { exact: 'own-model' },
    unit,
    amount: '1',
    per: '1',
    status: 'contract',
  })),
  roles: [{ role: 'team-lead', hourly: '60' }],
});

type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

const processor = async (answer: (request: HttpRequest) => Answer) => {
  const asked: HttpRequest[] = [];
  const server = await startHttpServer((request, response) => {
    asked.push(request);
    const { status, headers = {}, body = '' } = answer(request);
    response.writeHead(status, headers).end(body);
  });
  return { ...server, asked };
};

const serve = (currency: string, sha256?: string): Answer => {
  const books = [bookIn(currency)];
  const hash = bookDigest(books);
  return { status: 200, body: JSON.stringify({ sha256: sha256 ?? hash, version: '1', currency, priced_with: hash, books }) };
};

const answer = JSON.stringify({ id: 'x', model: 'own-model', usage: { prompt_tokens: 3, completion_tokens: 2 } });

const setUp = async (endpoint: string, currency: string) => {
  const measured = measure({ endpoint, headers: { authorization: 'Bearer t' }, onMisuse: 'warn' });
  const budget = measured.costspan.budget({ per: 'item', currency, hard: '100000', name: `in-${currency}` });
  await measured.costspan.ready();
  const send = measured.costspan.fetch({
    provider: 'openai',
    fetch: async () => new Response(answer, { headers: { 'content-type': 'application/json' } }),
  });
  const call = async (): Promise<void> =>
    measured.costspan.workItem.run({ ...item, budgets: [budget] }, async () => {
      const body = { model: 'own-model', max_completion_tokens: 5, messages: [] };
      await (await send('https://api.openai.com/v1/chat/completions', post(body))).text();
    });
  return { ...measured, call };
};

describe('budgets count with the book of the processor', () => {
  test('that `endpoint` leads to, also in its currency', async () => {
    await using server = await processor(() => serve('EUR'));
    const { call, spans } = await setUp(`${server.url}/v1/traces`, 'EUR');
    await call();
    expect(server.asked[0]).toMatchObject({ method: 'GET', path: '/v1/price-book' });
    expect(server.asked[0]?.headers).toMatchObject({ authorization: 'Bearer t', 'if-none-match': `"${DEFAULT_BOOKS.sha256}"` });
    expect(decisionsOf(await spans())[1]).toBe('commit item 5 5 0');
  });

  test.each<[string, () => Answer]>([
    ['is the bundled one', () => ({ status: 304 })],
    ['is not served', () => ({ status: 404 })],
    ['is not the one of its hash', () => serve('EUR', 'f'.repeat(64))],
    ['is no JSON', () => ({ status: 200, body: '<html>' })],
    ['has nothing in it', () => ({ status: 200, body: '{"books":[]}' })],
  ])('or with the bundled one, where it %s', async (_, serveIt) => {
    await using server = await processor(serveIt);
    const { call, costspan } = await setUp(server.url, 'USD');
    const refused = await call().catch((error: unknown) => BudgetExceededError.find(error)?.stop.reason);
    expect(refused).toBe('unpriced');
    await costspan.shutdown();
  });
});

test('the minutes of whoever approves are counted on the budget that asked, at the rate of the role', async () => {
  await using server = await processor(() => serve('EUR'));
  const { costspan } = measure({ endpoint: server.url });
  const budget = costspan.budget({ per: 'item', currency: 'EUR', gate: '1', hard: '10', approval: { role: 'team-lead' } });
  await costspan.ready();
  const pay = costspan.tool('pay', async () => 'paid', { cost: { amount: '1', currency: 'EUR' } });
  await costspan.workItem.run({ ...item, budgets: [budget] }, async (run) => {
    await pay();
    const request = await pay().then(
      () => undefined,
      (error: unknown) => ApprovalRequiredError.find(error)?.request,
    );
    await costspan.approval.grant(request?.token ?? '', { touch: { minutes: 2.5 } });
    await run.agent({ name: 'look', slice: '100%' }, async (agent) => expect(await agent.left()).toBe('6.5'));
  });
});

test('how far the ledger is from a budget is an event of the item, when it is asked what it cost', async () => {
  const record = {
    currency: 'EUR',
    total: '7.5',
    low: '7.5',
    high: '7.5',
    waste: '0',
    by_category: {},
    complete: true,
    unpriced_reasons: {},
    revision: '1',
    final: false,
  };
  await using server = await processor(({ path }) =>
    path === '/v1/price-book' ? serve('EUR') : { status: 200, body: JSON.stringify(record) },
  );
  const { call, costspan, spans } = await setUp(server.url, 'EUR');
  await call();
  expect((await costspan.workItem.ref(item).cost())?.total).toBe('7.5');
  expect(decisionsOf(await spans()).at(-1)).toBe('drift item 2.5 5 0');
});
