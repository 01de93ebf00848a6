import { expect, test } from 'vitest';
import { rebuildResponse } from '../../../src/fetch/body/rebuilt-response.ts';

class OwnResponse extends Response {}

const original = (response: Response): Response =>
  Object.defineProperties(response, { url: { value: 'https://a.example/b' }, type: { value: 'basic' } });
const body = (): ReadableStream<Uint8Array> => new Response('new').body ?? new ReadableStream();

test('keeps status, headers, address and class; only the body is new', async () => {
  const rebuilt = rebuildResponse(
    original(new OwnResponse('old', { status: 201, statusText: 'Made', headers: { a: 'b' } })),
    body(),
  );
  expect(rebuilt).toBeInstanceOf(OwnResponse);
  expect([rebuilt.status, rebuilt.statusText, rebuilt.headers.get('a')]).toEqual([201, 'Made', 'b']);
  expect([rebuilt.url, rebuilt.type, rebuilt.redirected, rebuilt.bodyUsed]).toEqual([
    'https://a.example/b',
    'basic',
    false,
    false,
  ]);
  expect(await rebuilt.text()).toBe('new');
});

test('so does a clone, and a clone of it', async () => {
  const rebuilt = rebuildResponse(original(new Response('old')), body());
  const clone = rebuilt.clone().clone();
  expect([clone.url, clone.type, await clone.text()]).toEqual(['https://a.example/b', 'basic', 'new']);
});
