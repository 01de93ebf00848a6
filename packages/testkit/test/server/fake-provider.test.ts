import { expect, test } from 'vitest';
import { startFakeOpenAi } from '../../src/index.ts';

const headers = { authorization: 'Bearer k' };

test('close ends what is still running and frees the port', async () => {
  const server = await startFakeOpenAi({ script: [{ hang: 'before-headers' }] });
  const waiting = fetch(`${server.url}/v1/responses`, { method: 'POST', headers, body: '{"model":"m"}' });
  const failed = expect(waiting).rejects.toThrow('fetch failed');
  await server.waitUntil('the request arrived', (log) => log.length === 1);
  await server.close();
  await failed;
  await server.settled();
  expect(server.log[0]?.ending).toBe('client-left');
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
});

test('answers what it does not know as the provider would, and logs it', async () => {
  await using server = await startFakeOpenAi();
  const unknown = await fetch(`${server.url}/v2/else`, { headers });
  const broken = await fetch(`${server.url}/v1/responses`, { method: 'POST', headers, body: '{' });
  const list = await fetch(`${server.url}/v1/responses`, { method: 'POST', headers, body: '[]' });
  expect([unknown.status, broken.status, list.status]).toEqual([404, 400, 400]);
  expect(await list.json()).toMatchObject({ error: { message: 'Expected a JSON object as the body' } });
  expect(server.log.map(({ status }) => status)).toEqual([404, 400, 400]);
});

test('never uses a response id twice, not even in another server', async () => {
  await using one = await startFakeOpenAi();
  await using other = await startFakeOpenAi();
  const idFrom = async (url: string): Promise<unknown> => {
    const response = await fetch(`${url}/v1/responses`, { method: 'POST', headers, body: '{"model":"m"}' });
    return ((await response.json()) as { id: unknown }).id;
  };
  const ids = [await idFrom(one.url), await idFrom(one.url), await idFrom(other.url)];
  expect(new Set(ids).size).toBe(3);
});
