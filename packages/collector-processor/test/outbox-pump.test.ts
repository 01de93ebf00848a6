import { expect, test } from 'vitest';
import type { Clock } from '../src/clock.ts';
import type { Delivery } from '../src/delivery.ts';
import { silentLogger } from '../src/logger.ts';
import { createOutboxPump } from '../src/outbox-pump.ts';
import { steppingClock } from './stepping-clock.ts';

const never = new AbortController().signal;

/** A pump over a ledger that holds these records as changed, and what it sent. */
function pumpOver(ids: readonly string[], answer: (ids: readonly string[]) => Delivery, clock: Clock = steppingClock(1_000)) {
  let dirty = ids;
  const sent: string[][] = [];
  const closedDueAt: bigint[] = [];
  const counts = { sent: 0, failed: 0 };
  const pump = createOutboxPump<string>({
    what: 'records',
    prepare: async () => {
      closedDueAt.push(clock.nowNs());
    },
    waiting: async () => dirty.slice(0, 4),
    markSent: async (rows) => {
      dirty = dirty.filter((id) => !rows.includes(id));
    },
    send: async (batch) => {
      sent.push([...batch]);
      return answer(batch);
    },
    intervalMs: 10_000,
    clock,
    metrics: {
      sent: (count) => {
        counts.sent += count;
      },
      failed: () => {
        counts.failed += 1;
      },
    },
    logger: silentLogger,
  });
  return { pump, sent, counts, closedDueAt, waiting: () => dirty };
}

test('sends everything that changed, in batches, after closing what is due', async () => {
  const { pump, sent, counts, closedDueAt, waiting } = pumpOver(['a', 'b', 'c', 'd', 'e'], () => ({ kind: 'accepted' }));
  expect(await pump.flush(never)).toBe(true);
  expect(sent).toEqual([['a', 'b', 'c', 'd'], ['e']]);
  expect({ counts, closedDueAt, waiting: waiting() }).toEqual({
    counts: { sent: 5, failed: 0 },
    closedDueAt: [1_000_000_000n],
    waiting: [],
  });
});

test.each<Delivery>([
  { kind: 'retryable', message: 'busy' },
  { kind: 'rejected', reason: 'unauthenticated', message: 'who are you' },
  { kind: 'rejected', reason: 'failed', message: 'no' },
])('records that could not be sent stay in the ledger: %j', async (delivery) => {
  const { pump, sent, counts, waiting } = pumpOver(['a', 'b'], () => delivery);
  expect(await pump.flush(never)).toBe(false);
  expect({ sent, counts, waiting: waiting() }).toEqual({
    sent: [['a', 'b']],
    counts: { sent: 0, failed: 1 },
    waiting: ['a', 'b'],
  });
});

test('one record that a destination cannot take does not hold up the others', async () => {
  const { pump, counts, waiting } = pumpOver(['a', 'b', 'bad', 'c', 'd'], (ids) =>
    ids.includes('bad') ? { kind: 'rejected', reason: 'invalid', message: 'bad' } : { kind: 'accepted' },
  );
  expect(await pump.flush(never)).toBe(true);
  expect({ counts, waiting: waiting() }).toEqual({ counts: { sent: 4, failed: 1 }, waiting: [] });
});

test('rounds never overlap', async () => {
  let underWay = 0;
  let most = 0;
  const { pump } = pumpOver(['a', 'b', 'c', 'd', 'e', 'f'], () => ({ kind: 'accepted' }));
  const counted = async (): Promise<void> => {
    underWay += 1;
    most = Math.max(most, underWay);
    await pump.flush(never);
    underWay -= 1;
  };
  await Promise.all([counted(), counted()]);
  const { sent, pump: other } = pumpOver(['a'], () => ({ kind: 'accepted' }));
  await Promise.all([other.flush(never), other.flush(never)]);
  expect({ most, sent }).toEqual({ most: 2, sent: [['a']] });
});

test('begins a round every interval until it is stopped', async () => {
  const waits: { readonly durationMs: number; readonly over: () => void }[] = [];
  const clock: Clock = {
    ...steppingClock(),
    wait: (durationMs, abort) =>
      new Promise((resolve) => {
        waits.push({ durationMs, over: resolve });
        abort?.addEventListener('abort', () => resolve());
      }),
  };
  const { pump, closedDueAt } = pumpOver([], () => ({ kind: 'accepted' }), clock);
  pump.start();
  for (const rounds of [1, 2, 3]) {
    await expect.poll(() => waits.length).toBe(rounds);
    waits[rounds - 1]?.over();
    await expect.poll(() => closedDueAt.length).toBe(rounds);
  }
  await pump.stop();
  expect([waits.map(({ durationMs }) => durationMs), closedDueAt.length]).toEqual([[10_000, 10_000, 10_000, 10_000], 3]);
});
