import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { type Service, serve } from '../../src/serve.ts';
import { requestOf } from '../span-json.ts';

let folder: TemporaryFolder;
let service: Service | undefined;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  await folder.remove();
});

async function start(yaml = '', { ledgerFile = folder.join('ledger.db'), workers = '1' } = {}): Promise<Service> {
  const parsed = parseConfig(yaml, {}, { endpoint: '127.0.0.1:0', ledgerFile, workers });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  service = await serve({ config: parsed.config });
  return service;
}

type Handoff = { readonly handoff_id: string; readonly state: string };
type Page = { readonly handoffs: readonly Handoff[]; readonly next?: string; readonly message?: string };

async function list({ url }: Service, query = '', key?: string): Promise<{ readonly status: number; readonly json: Page }> {
  const answer = await fetch(`${url}/v1/handoffs${query}`, { headers: key === undefined ? {} : { 'x-api-key': key } });
  return { status: answer.status, json: (await answer.json()) as Page };
}

const ids = ({ json }: { readonly json: Page }): readonly string[] => json.handoffs.map(({ handoff_id: id }) => id);

/** A span of `item.handoff()`: open, or finished where it says how long it took. */
const handoff = (number: number, id: string, more: Readonly<Record<string, string | number>> = {}) => ({
  name: 'handoff reviewer',
  spanId: number.toString(16).padStart(16, '0'),
  attributes: {
    'costspan.role': 'handoff',
    'costspan.handoff.id': id,
    'costspan.handoff.state': 'costspan.human.touch_ms' in more ? 'completed' : 'open',
    'costspan.human.role': 'reviewer',
    'costspan.work_item.type': 'claim',
    'costspan.work_item.id': `C-${id}`,
    ...more,
  },
});

async function send({ url }: Service, spans: Parameters<typeof requestOf>[0], key?: string): Promise<void> {
  const answer = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'x-api-key': key }) },
    body: JSON.stringify(requestOf(spans)),
  });
  expect(answer.status).toBe(200);
}

const done = { 'costspan.human.touch_ms': 60_000 };

test('lists what nobody has finished, as soon as it was acknowledged', async () => {
  const running = await start();
  expect((await list(running)).json).toEqual({ handoffs: [] });
  await send(running, [
    handoff(1, 'h1'),
    handoff(2, 'h2'),
    handoff(3, 'h3', { 'costspan.handoff.expires_at_ms': Date.parse('2026-01-02T00:00:00Z') }),
  ]);
  await send(running, [handoff(4, 'h2', done)]);
  const { status, json } = await list(running);
  expect([status, json.next]).toEqual([200, undefined]);
  expect([...json.handoffs].sort((one, other) => (one.handoff_id < other.handoff_id ? -1 : 1))).toEqual([
    {
      ...{ handoff_id: 'h1', tenant: 'default', type: 'claim', id: 'C-h1', role: 'reviewer' },
      ...{ opened_at_ns: '1767225600123456789', state: 'open' },
    },
    {
      ...{ handoff_id: 'h3', tenant: 'default', type: 'claim', id: 'C-h3', role: 'reviewer' },
      ...{ opened_at_ns: '1767225600123456789', expires_at_ns: '1767312000000000000', state: 'expired' },
    },
  ]);
});

test('on network threads of their own, which read the file beside the thread that writes it', async () => {
  const running = await start('', { workers: '2' });
  await send(running, [handoff(1, 'h1')]);
  const answers = await Promise.all(Array.from({ length: 6 }, () => list(running)));
  expect(answers.map(ids)).toEqual(Array.from({ length: 6 }, () => ['h1']));
});

test('in pages, each handoff on one of them', async () => {
  const running = await start();
  const all = ['h1', 'h2', 'h3', 'h4', 'h5'];
  await send(
    running,
    all.map((id, at) => handoff(at + 1, id)),
  );
  const pages: (readonly string[])[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const page = await list(running, `?limit=2${next === '' ? '' : `&after=${next}`}`);
    pages.push(ids(page));
    next = page.json.next;
  }
  expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
  expect(pages.flat().sort()).toEqual(all);
});

test('a key lists what is its tenant’s; a sender who may name tenants lists all, or one', async () => {
  const keys = 'tenants: {keys: [{tenant: acme, key: k1}, {tenant: other, key: k2}, {tenant: "*", key: all}]}';
  const running = await start(keys);
  await send(running, [handoff(1, 'h1')], 'k1');
  await send(running, [handoff(2, 'h2')], 'k2');
  expect((await list(running)).status).toBe(401);
  expect(ids(await list(running, '', 'k1'))).toEqual(['h1']);
  expect(ids(await list(running, '?tenant=other', 'k2'))).toEqual(['h2']);
  expect((await list(running, '?tenant=other', 'k1')).status).toBe(403);
  expect([...ids(await list(running, '', 'all'))].sort()).toEqual(['h1', 'h2']);
  expect(ids(await list(running, '?tenant=acme', 'all'))).toEqual(['h1']);
});

test.each([
  ['?limit=0', 'limit: expected a whole number from 1 to 100'],
  ['?limit=101', 'limit: expected a whole number from 1 to 100'],
  ['?limit=many', 'limit: expected a whole number from 1 to 100'],
  ['?after=here', 'after: expected "next" of the answer before'],
  [`?after=${'9'.repeat(30)}.1.1`, 'after: expected "next" of the answer before'],
  ['?page=2', 'page: expected one of after, limit, tenant'],
])('%s is refused with what to send', async (query, message) => {
  const answer = await list(await start(), query);
  expect([answer.status, answer.json.message]).toEqual([400, message]);
});

test('other methods, and a ledger in memory, are refused', async () => {
  const running = await start('', { ledgerFile: ':memory:' });
  expect((await fetch(`${running.url}/v1/handoffs`, { method: 'POST', body: '{}' })).status).toBe(405);
  expect(await list(running)).toMatchObject({ status: 404, json: { message: expect.stringContaining('in memory') } });
});
