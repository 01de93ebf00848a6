import { createChanges } from '@costspan/testkit';
import { expect, test } from 'vitest';
import type { Delivery } from '../../src/delivery.ts';
import type { Exporter, Outgoing } from '../../src/exporters/exporter.ts';
import { createExportQueue } from '../../src/exporters/queue.ts';

function request(bytes: number, itemCount = 1): Outgoing {
  return { signal: 'traces', body: new Uint8Array(bytes), itemCount };
}

/** A destination that answers when told to. */
function heldExporter() {
  const changes = createChanges();
  const held: { readonly request: Outgoing; readonly answer: (delivery: Delivery) => void }[] = [];
  const exporter: Exporter = {
    name: 'held',
    send: (given, { abort }) =>
      new Promise((resolve) => {
        abort.addEventListener('abort', () => resolve({ kind: 'retryable', message: 'aborted' }));
        held.push({ request: given, answer: resolve });
        changes.announce();
      }),
    close: async () => undefined,
  };
  return { exporter, held, until: (count: number) => changes.waitUntil(`${count} requests`, () => held.length >= count) };
}

test('OTLP-43 takes requests at once, however slow the destination is', async () => {
  const { exporter, held, until } = heldExporter();
  const settled: [number, Delivery | undefined][] = [];
  const queue = createExportQueue(exporter, { bytesMax: 100, consumers: 2 }, (given, delivery) =>
    settled.push([given.itemCount, delivery]),
  );
  expect([queue.offer(request(30, 1)), queue.offer(request(30, 2)), queue.offer(request(30, 3))]).toEqual([true, true, true]);
  expect(queue.waitingBytes()).toBe(90);
  expect(held.length).toBe(2);
  held[0]?.answer({ kind: 'accepted' });
  await until(3);
  held[1]?.answer({ kind: 'accepted' });
  held[2]?.answer({ kind: 'rejected', reason: 'invalid', message: 'no' });
  await queue.drain(new AbortController().signal);
  expect(settled).toEqual([
    [1, { kind: 'accepted' }],
    [2, { kind: 'accepted' }],
    [3, { kind: 'rejected', reason: 'invalid', message: 'no' }],
  ]);
  expect(queue.waitingBytes()).toBe(0);
});

test('refuses what does not fit, and takes it again once there is room', async () => {
  const { exporter, held } = heldExporter();
  const queue = createExportQueue(exporter, { bytesMax: 100, consumers: 1 }, () => undefined);
  expect([queue.offer(request(60)), queue.offer(request(60)), queue.offer(request(40))]).toEqual([true, false, true]);
  const drained = queue.drain(new AbortController().signal);
  held[0]?.answer({ kind: 'accepted' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(queue.offer(request(60))).toBe(true);
  held[1]?.answer({ kind: 'accepted' });
  await new Promise((resolve) => setImmediate(resolve));
  held[2]?.answer({ kind: 'accepted' });
  await drained;
});

test('OTLP-42 a drain that runs out of time gives up the rest and says so', async () => {
  const { exporter } = heldExporter();
  const settled: (Delivery | undefined)[] = [];
  const queue = createExportQueue(exporter, { bytesMax: 100, consumers: 1 }, (_, delivery) => settled.push(delivery));
  queue.offer(request(10));
  queue.offer(request(10));
  const timeUp = new AbortController();
  const drained = queue.drain(timeUp.signal);
  timeUp.abort();
  await drained;
  expect(settled).toEqual([undefined, undefined]);
});
