import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startOtlpSink } from '../../src/index.ts';

const post = (url: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/x-protobuf', ...headers }, body: Buffer.from(body) });

test('keeps bodies as they came and decompressed', async () => {
  await using sink = await startOtlpSink();
  const wire = gzipSync('spans');
  const response = await post(`${sink.url}/v1/traces`, wire, { 'content-encoding': 'gzip' });
  expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 0]);
  expect(sink.requests[0]).toMatchObject({ signal: 'traces', status: 200, wireBody: wire, body: Buffer.from('spans') });
});

test('answers JSON in JSON', async () => {
  await using sink = await startOtlpSink();
  const response = await post(`${sink.url}/v1/logs`, '{}', { 'content-type': 'application/json' });
  expect([response.headers.get('content-type'), await response.text()]).toEqual(['application/json', '{}']);
});

test('follows its script and tells accepted from refused', async () => {
  await using sink = await startOtlpSink({
    script: [
      { status: 503, retryAfterSeconds: 2 },
      { status: 400, body: Buffer.from('x') },
    ],
  });
  const refused = await post(`${sink.url}/v1/metrics`, 'a');
  const bad = await post(`${sink.url}/v1/metrics`, 'b');
  const good = await post(`${sink.url}/v1/metrics`, 'c');
  expect([refused.status, refused.headers.get('retry-after'), bad.status, await bad.text(), good.status]).toEqual([
    503,
    '2',
    400,
    'x',
    200,
  ]);
  expect(sink.accepted('metrics').map(({ body }) => body.toString())).toEqual(['c']);
  expect(sink.accepted('traces')).toEqual([]);
});

test('refuses other paths without keeping them', async () => {
  await using sink = await startOtlpSink();
  expect((await post(`${sink.url}/v1/profiles`, 'a')).status).toBe(404);
  expect(sink.requests).toEqual([]);
});

test('never answers when told to hang', async () => {
  await using sink = await startOtlpSink({ script: [{ hang: true }] });
  const controller = new AbortController();
  const waiting = fetch(`${sink.url}/v1/logs`, { method: 'POST', body: 'a', signal: controller.signal });
  const failed = expect(waiting).rejects.toThrow('aborted');
  await sink.waitUntil('a request came', (requests) => requests.length === 1);
  controller.abort();
  await failed;
  expect(sink.accepted('logs')).toEqual([]);
});
