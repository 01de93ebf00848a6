import { startFakeOpenAi } from '@costspan/testkit';
import { expect, test } from 'vitest';
import { StuckError, within } from './deadline.ts';

test('gives what the work gives, or fails as it does', async () => {
  await using server = await startFakeOpenAi();
  const of = { what: 'a scenario', server };
  expect(await within(1_000, of, async () => 'done')).toBe('done');
  await expect(within(1_000, of, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('of work that gets stuck says which it was, what is open and which request waits for its answer', async () => {
  await using server = await startFakeOpenAi({ script: [{ hang: 'before-headers' }] });
  const stop = new AbortController();
  const asking = fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer k' },
    body: '{"model":"gpt-5","messages":[]}',
    signal: stop.signal,
  });
  await server.waitUntil('a request', (log) => log.length === 1);
  const stuck = within(20, { what: 'chat, plain', server }, () => asking);
  await expect(stuck).rejects.toThrow(StuckError);
  await expect(stuck).rejects.toThrow(
    /^chat, plain: still under way after 0.02 s; open: .*; of 1 attempts the server has not ended attempt 1 POST \/v1\/chat\/completions \(status none yet, 0 events\)$/,
  );
  stop.abort();
  await expect(asking).rejects.toThrow();
});
