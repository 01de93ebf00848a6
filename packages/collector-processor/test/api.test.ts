import { writeFile } from 'node:fs/promises';
import { bookDigest } from '@costspan/pricebook';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signHandoffToken } from '../../sdk/src/handoff/handoff-token.ts';
import { parseConfig } from '../src/config/load.ts';
import { type Service, serve } from '../src/serve.ts';
import { openLedgerReader } from '../src/store/ledger-reader.ts';
import { chatSpan, requestOf } from './span-json.ts';

let folder: TemporaryFolder;
const open: Service[] = [];
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((service) => service.close()));
  await folder.remove();
});

const roles = `
book: people
version: "2026-01-01"
currency: USD
prices:
  - {id: stripe/refund, provider: stripe, match: {exact: refund}, unit: tool_calls, amount: "0.25", per: "1", status: contract}
roles: [{role: reviewer, hourly: "60"}]
`;

async function start(yaml = '', catalog = false): Promise<Service> {
  await writeFile(folder.join('people.yaml'), roles);
  const text = `pricing: {books: ["${folder.join('people.yaml')}"], catalog: ${catalog}}\nhandoffs: {keys: [secret-of-the-sdk]}\n${yaml}`;
  const parsed = parseConfig(text, {}, { endpoint: '127.0.0.1:0', ledgerFile: folder.join('ledger.db') });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const service = await serve({ config: parsed.config });
  open.push(service);
  return service;
}

type Json = {
  readonly [Name in
    | 'total'
    | 'by_category'
    | 'entries'
    | 'message'
    | 'id'
    | 'complete'
    | 'books'
    | 'sha256'
    | 'priced_with']?: unknown;
};
type Answer = { readonly status: number; readonly json: Json; readonly headers: Headers };

async function ask(service: Service, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(service.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, json: text === '' ? {} : JSON.parse(text), headers: answer.headers };
}

const item = { type: 'ticket', id: 'T-42' };
const entry = { idempotency_key: 'zendesk/1', item, at: '2026-06-01T12:00:00Z' };

/** Total of T-42 by category, from the API. */
async function costOf(service: Service, headers: Record<string, string> = {}): Promise<unknown> {
  const { status, json } = await ask(service, '/v1/work-items/default/ticket/T-42', undefined, headers);
  return status === 200 ? { total: json.total, ...(json.by_category as object) } : status;
}

describe('POST /v1/entries', () => {
  test('takes outcomes, the work of people, usage and costs from systems that are not traced', async () => {
    const service = await start();
    const { status, json } = await ask(service, '/v1/entries', {
      entries: [
        { ...entry, outcome: 'resolved' },
        { ...entry, idempotency_key: 'zendesk/2', human: { role: 'reviewer', touch: { minutes: '7.5' }, decision: 'approved' } },
        { ...entry, idempotency_key: 'zendesk/3', usage: { tool_calls: 3 }, sku: 'stripe/refund' },
        { ...entry, idempotency_key: 'zendesk/4', cost: { amount: '0.125', currency: 'USD' }, category: 'compliance' },
      ],
    });
    expect([status, (json.entries as unknown[]).length]).toEqual([200, 4]);
    expect(await costOf(service)).toEqual({ total: '8.375', human: '7.5', tool: '0.75', compliance: '0.125' });
    const record = await ask(service, '/v1/work-items/default/ticket/T-42');
    expect(record.json).toMatchObject({
      outcome: { value: 'resolved', at_ns: '1780315200000000000' },
      complete: true,
      final: false,
      currency: 'USD',
    });
  });

  test('sent again, in another request, charges once; with other content it is refused and nothing is taken', async () => {
    const service = await start();
    const first = { ...entry, usage: { tool_calls: 1 }, sku: 'stripe/refund' };
    const answers = [];
    for (let time = 0; time < 3; time += 1) answers.push(await ask(service, '/v1/entries', { entries: [first] }));
    expect(answers.map(({ status, json }) => [status, (json.entries as { repeated: boolean }[])[0]?.repeated])).toEqual([
      [200, false],
      [200, true],
      [200, true],
    ]);
    const other = await ask(service, '/v1/entries', {
      entries: [
        { ...first, idempotency_key: 'new' },
        { ...first, usage: { tool_calls: 2 } },
      ],
    });
    expect([other.status, other.json.message]).toEqual([
      409,
      'entries[1].idempotency_key: was sent before with other content; send the correction under a key of its own; nothing was taken',
    ]);
    expect(await costOf(service)).toEqual({ total: '0.25', tool: '0.25' });
  });

  test.each<[string, unknown, number, string]>([
    ['no JSON object', [], 400, 'Invalid input: expected object, received array; nothing was taken'],
    ['no entries', { entries: [] }, 400, 'entries: expected at least one entry; nothing was taken'],
    [
      'nothing said',
      { entries: [entry] },
      400,
      'entries[0]: expected an outcome, human, usage or cost; an entry says at least one; nothing was taken',
    ],
    [
      'no instant',
      { entries: [{ ...entry, at: 'today', outcome: 'x' }] },
      400,
      'entries[0].at: expected a date and time such as "2026-06-01T12:00:00Z"; nothing was taken',
    ],
    [
      'an instant that no ledger can hold',
      { entries: [{ ...entry, at: '2262-01-01T00:00:00Z', outcome: 'x' }] },
      400,
      'entries[0].at: expected a date and time such as "2026-06-01T12:00:00Z"; nothing was taken',
    ],
    [
      'a cost as a number',
      { entries: [{ ...entry, cost: { amount: 1, currency: 'USD' }, category: 'tool' }] },
      400,
      'entries[0].cost.amount: expected decimal text such as "2.50"; nothing was taken',
    ],
    [
      'a negative cost',
      { entries: [{ ...entry, cost: { amount: '-1', currency: 'USD' }, category: 'tool' }] },
      400,
      'entries[0].cost.amount: expected an amount that is not negative; nothing was taken',
    ],
    [
      'usage of nothing',
      { entries: [{ ...entry, usage: { tool_calls: 1 } }] },
      400,
      'entries[0].sku: expected the SKU that prices the usage, such as "stripe/refund"; nothing was taken',
    ],
    [
      'no item',
      { entries: [{ ...entry, item: undefined, outcome: 'x' }] },
      400,
      'entries[0].item: expected { "type": "ticket", "id": "T-42" }; nothing was taken',
    ],
    [
      'an id too long',
      { entries: [{ ...entry, item: { type: 'ticket', id: 'é'.repeat(129) }, outcome: 'x' }] },
      400,
      'entries[0].item.id: expected at most 256 bytes; nothing was taken',
    ],
    [
      'the future',
      { entries: [{ ...entry, at: '2126-06-01', outcome: 'x' }] },
      400,
      'entries[0].at: expected a time that is not more than a day ahead; nothing was taken',
    ],
  ])('refuses %s', async (_, body, status, message) => {
    const answer = await ask(await start(), '/v1/entries', body);
    expect([answer.status, answer.json.message]).toEqual([status, message]);
  });

  test('a sender whose costs are not believed is told so', async () => {
    const service = await start('trust: {declared_cost: false}');
    const answer = await ask(service, '/v1/entries', {
      entries: [{ ...entry, cost: { amount: '1', currency: 'USD' }, category: 'tool' }],
    });
    expect([answer.status, answer.json.message]).toEqual([
      403,
      'entries[0].cost: costs stated by this sender are not believed; set trust.declared_cost; nothing was taken',
    ]);
  });

  test('a key speaks for its tenant, and reads only what is its own', async () => {
    const service = await start('tenants: {keys: [{tenant: acme, key: k1}, {tenant: other, key: k2}]}');
    const send = (key: string, more: object = {}) =>
      ask(service, '/v1/entries', { entries: [{ ...entry, outcome: 'resolved', ...more }] }, { 'x-api-key': key });
    expect((await ask(service, '/v1/entries', { entries: [{ ...entry, outcome: 'x' }] })).status).toBe(401);
    expect((await send('k1')).status).toBe(200);
    expect((await send('k1', { idempotency_key: 'x', tenant: 'other' })).status).toBe(403);
    const read = async (key: string) =>
      (await ask(service, '/v1/work-items/acme/ticket/T-42', undefined, { 'x-api-key': key })).status;
    expect([await read('k1'), await read('k2')]).toEqual([200, 404]);
  });
});

describe('GET /v1/work-items/{tenant}/{type}/{id}', () => {
  test('tells what traced work cost, as soon as it was acknowledged', async () => {
    const service = await start('', true);
    expect(await costOf(service)).toBe(404);
    await fetch(`${service.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(requestOf([chatSpan(1, 'T-42'), chatSpan(2, 'T-42', 'model-nobody-knows')])),
    });
    const { json } = await ask(service, '/v1/work-items/default/ticket/T-42');
    expect(json).toMatchObject({
      total: '0.00225',
      complete: false,
      unpriced_reasons: { 'model-unknown': 1 },
      final: false,
    });
  });

  test('takes ids with any character', async () => {
    const service = await start();
    const id = 'a/b c%20ü?';
    await ask(service, '/v1/entries', { entries: [{ ...entry, item: { type: 'ticket', id }, outcome: 'resolved' }] });
    expect((await ask(service, `/v1/work-items/default/ticket/${encodeURIComponent(id)}`)).json.id).toBe(id);
    expect((await ask(service, '/v1/work-items/default/ticket/%E0%A4')).status).toBe(404);
    expect((await fetch(`${service.url}/v1/work-items/default/ticket/x`, { method: 'POST' })).status).toBe(405);
  });
});

describe('POST /v1/handoffs/complete', () => {
  const openedAtMs = Date.parse('2026-06-01T12:00:00Z');
  const token = (more: object = {}, key = 'secret-of-the-sdk') =>
    signHandoffToken(
      {
        handoffId: 'h-1',
        item: { type: 'ticket', id: 'T-42', dimensions: { team: 'support' } },
        role: 'reviewer',
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
        openedAtMs,
        expiresAtMs: Date.parse('2999-01-01T00:00:00Z'),
        ...more,
      },
      key,
    );

  test('finishes a handoff of the SDK, and charges it once however often it is finished', async () => {
    const service = await start();
    const body = { token: token(), touch: { minutes: '6' }, decision: 'approved' };
    const first = await ask(service, '/v1/handoffs/complete', body);
    expect([first.status, first.json]).toMatchObject([
      200,
      { handoff_id: 'h-1', item: { tenant: 'default', ...item }, repeated: false },
    ]);
    const again = await ask(service, '/v1/handoffs/complete', body);
    expect([again.status, again.json]).toEqual([200, { ...first.json, repeated: true }]);
    expect((await ask(service, '/v1/handoffs/complete', { ...body, touch: { minutes: '60' } })).status).toBe(409);
    expect(await costOf(service)).toEqual({ total: '6', human: '6' });
    await Promise.all(open.splice(0).map((each) => each.close()));
    const reader = openLedgerReader(folder.join('ledger.db'));
    expect(
      reader.entriesOf({ tenant: 'default', ...item }).map(({ traceId, human, dimensions }) => [traceId, human, dimensions]),
    ).toMatchObject([
      ['a'.repeat(32), { role: 'reviewer', touchMs: 360_000, decision: 'approved', handoffId: 'h-1' }, { team: 'support' }],
    ]);
    reader.close();
  });

  test('charges a handoff that no tracer saw', async () => {
    const service = await start();
    const body = { token: token({ traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00` }), touch: { minutes: '6' } };
    expect((await ask(service, '/v1/handoffs/complete', body)).status).toBe(200);
    expect(await costOf(service)).toEqual({ total: '6', human: '6' });
  });

  test.each<[string, () => string, number, RegExp]>([
    ['cut', () => token().slice(0, -1), 400, /expected a token of item\.handoff\(\)/],
    ['signed by somebody else', () => token({}, 'other'), 400, /its signature fits no key/],
    ['expired', () => token({ expiresAtMs: openedAtMs + 1 }), 410, /it has expired/],
  ])('refuses a token that is %s', async (_, make, status, message) => {
    const answer = await ask(await start(), '/v1/handoffs/complete', { token: make() });
    expect([answer.status, String(answer.json.message)]).toEqual([status, expect.stringMatching(message)]);
  });
});

describe('GET /v1/price-book', () => {
  const bookNames = ({ books }: Json): readonly string[] => ((books ?? []) as { book: string }[]).map(({ book }) => book);

  test('names the books by their hash, which is told from what was asked for last', async () => {
    const service = await start();
    const { json, headers } = await ask(service, '/v1/price-book');
    expect([bookNames(json).includes('people'), json.sha256 === json.priced_with]).toEqual([true, true]);
    const etag = headers.get('etag') ?? '';
    expect(etag).toBe(`"${json.sha256}"`);
    const again = await fetch(`${service.url}/v1/price-book`, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    await writeFile(folder.join('people.yaml'), roles.replace('"60"', '"61"'));
    expect((await ask(service, '/v1/price-book')).status).toBe(200);
    await service.reload();
    expect((await ask(service, '/v1/price-book')).json.sha256).not.toBe(json.sha256);
  });

  test('leaves out what was negotiated and what people earn where others can ask', async () => {
    const service = await start('tenants: {keys: [{tenant: acme, key: k1}]}', true);
    expect((await ask(service, '/v1/price-book')).status).toBe(401);
    const { json } = await ask(service, '/v1/price-book', undefined, { 'x-api-key': 'k1' });
    const books = (json.books ?? []) as { book: string; roles?: unknown; discounts?: unknown; prices: { status: string }[] }[];
    const found = books.filter(
      ({ book, roles: people, discounts, prices }) =>
        book === 'people' ||
        people !== undefined ||
        discounts !== undefined ||
        prices.some(({ status }) => status === 'contract'),
    );
    expect([books.length > 0, found]).toEqual([true, []]);
    expect(bookDigest(json.books as Parameters<typeof bookDigest>[0])).toBe(json.sha256);
    expect(json.sha256).not.toBe(json.priced_with);
  });

  test('is not there when it is off', async () => {
    await writeFile(folder.join('people.yaml'), roles);
    const parsed = parseConfig(
      'pricing: {serve: off, catalog: false}',
      {},
      { endpoint: '127.0.0.1:0', ledgerFile: folder.join('ledger.db') },
    );
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
    const service = await serve({ config: parsed.config });
    open.push(service);
    expect((await ask(service, '/v1/price-book')).status).toBe(404);
  });
});
