import { afterEach, beforeEach, expect, test } from 'vitest';
import { addUsage, type FakeProvider, type FakeScript, scriptByMarker, startFakeOpenAi } from '../../src/index.ts';

let server: FakeProvider | undefined;
beforeEach(() => {
  server = undefined;
});
afterEach(() => server?.close());

async function statusesOf(script: FakeScript, requests: readonly (readonly [model: string, text: string])[]): Promise<number[]> {
  server = await startFakeOpenAi({ script });
  const statuses: number[] = [];
  for (const [model, content] of requests) {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer k' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: [{ type: 'text', text: content }] }] }),
    });
    await response.arrayBuffer();
    statuses.push(response.status);
  }
  return statuses;
}

test('a queue gives one step per attempt and then answers', async () => {
  expect(await statusesOf([{ status: 500 }, {}, { status: 429 }], Array(4).fill(['m', '']))).toEqual([500, 200, 429, 200]);
});

test('a function decides by the request', async () => {
  const script: FakeScript = ({ model, number }) => (model === 'bad' && number > 1 ? { status: 400 } : undefined);
  expect(
    await statusesOf(script, [
      ['bad', ''],
      ['bad', ''],
      ['good', ''],
    ]),
  ).toEqual([200, 400, 200]);
});

test('rules keep one queue per marker, whatever the order of the requests', async () => {
  const script = scriptByMarker([
    { marker: 'T-1', steps: [{ status: 429 }] },
    { marker: 'T-2', model: 'big', steps: [{ status: 503 }] },
  ]);
  const requests = [
    ['small', 'about T-2'],
    ['big', 'about T-2'],
    ['small', 'about T-1'],
    ['small', 'about T-1'],
    ['big', 'about T-2'],
  ] as const;
  expect(await statusesOf(script, requests)).toEqual([200, 503, 429, 200, 200]);
});

test('steps added later come before the script', async () => {
  server = await startFakeOpenAi({ script: [{ status: 500 }] });
  server.enqueue({ status: 400 });
  const post = (): Promise<Response> =>
    fetch(`${server?.url}/v1/responses`, { method: 'POST', headers: { authorization: 'Bearer k' }, body: '{"model":"m"}' });
  expect([(await post()).status, (await post()).status]).toEqual([400, 500]);
});

test('adds usage unit by unit', () => {
  const first = { input_text_tokens: 1, requests: 1 };
  expect(addUsage(first, { input_text_tokens: 2, output_text_tokens: 3 })).toEqual({
    input_text_tokens: 3,
    requests: 1,
    output_text_tokens: 3,
  });
  expect(first).toEqual({ input_text_tokens: 1, requests: 1 });
});
