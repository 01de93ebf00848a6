import { expect, test } from 'vitest';
import type { Delivery } from '../../src/delivery.ts';
import type { Exporter, Outgoing } from '../../src/exporters/exporter.ts';
import { createFanOut } from '../../src/exporters/fan-out.ts';
import type { ExportQueue } from '../../src/exporters/queue.ts';

const request: Outgoing = { signal: 'traces', body: Buffer.from('spans'), itemCount: 10 };
const taken: Delivery = { kind: 'accepted' };
const refused: Delivery = { kind: 'rejected', reason: 'invalid', message: 'no' };
const later = (retryAfterMs?: number): Delivery => ({
  kind: 'retryable',
  message: 'busy',
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
const partly = (rejectedCount: number): Delivery => ({
  kind: 'accepted',
  partial: { rejectedCount, message: `${rejectedCount}` },
});

/** A fan-out over required destinations that answer as listed, queues that have room or not, and what it counted. */
function fanOutTo(required: readonly Delivery[], room: readonly boolean[] = []) {
  const steps: string[] = [];
  const fanOut = createFanOut({
    required: required.map(
      (delivery, index): Exporter => ({ name: `r${index}`, send: async () => delivery, close: async () => undefined }),
    ),
    queued: room.map(
      (hasRoom, index): ExportQueue => ({
        name: `q${index}`,
        offer: () => hasRoom,
        waitingBytes: () => 0,
        drain: async () => undefined,
      }),
    ),
    acknowledgeWithinMs: 1_000,
    metrics: {
      sent: (exporter, signal, spans) => steps.push(`sent ${exporter} ${signal} ${spans}`),
      sendFailed: (exporter, signal, reason, spans) => steps.push(`failed ${exporter} ${signal} ${reason} ${spans}`),
      itemsRejected: (exporter, signal, items) => steps.push(`rejected ${exporter} ${signal} ${items}`),
    },
    noteHealth: (exporter, { kind }) => steps.push(`health ${exporter} ${kind}`),
    onDropped: (exporter) => steps.push(`dropped ${exporter}`),
  });
  return { fanOut, steps };
}

test.each<[string, readonly Delivery[], Delivery]>([
  ['no destination', [], taken],
  ['all take it', [taken, taken], taken],
  ['one is busy', [taken, later(5)], later(5)],
  ['two are busy: the longer delay counts', [later(5), later(9)], later(9)],
  ['one is busy and one refuses: it may still be taken by the first', [refused, later(5)], later(5)],
  ['one refuses', [taken, refused], refused],
  ['the worst partial success is told', [partly(2), taken, partly(3)], partly(3)],
])('OTLP-38 OTLP-43 %s', async (_, deliveries, expected) => {
  const { fanOut } = fanOutTo(deliveries);
  expect(await fanOut.deliver(request, new AbortController().signal)).toEqual(expected);
});

test('counts what each destination did; a request the sender still has is no loss', async () => {
  const { fanOut, steps } = fanOutTo([taken, partly(3), refused, later(1)]);
  await fanOut.deliver(request, new AbortController().signal);
  expect(steps).toEqual([
    'sent r0 traces 10',
    'health r0 accepted',
    'sent r1 traces 7',
    'rejected r1 traces 3',
    'health r1 accepted',
    'failed r2 traces rejected 10',
    'health r2 rejected',
    'health r3 retryable',
  ]);
});

test('a sender that left says nothing about a destination', async () => {
  const { fanOut, steps } = fanOutTo([later(1)]);
  await fanOut.deliver(request, AbortSignal.abort());
  expect(steps).toEqual([]);
});

test('what does not fit into a queue is dropped and counted', () => {
  const { fanOut, steps } = fanOutTo([], [true, false]);
  fanOut.pass(request);
  expect(steps).toEqual(['failed q1 traces queue-full 10', 'dropped q1']);
});

test.each([
  [[], [], false],
  [[taken], [], true],
  [[], [true], true],
])('knows whether there is any destination', (required, room, hasDestinations) => {
  expect(fanOutTo(required, room).fanOut.hasDestinations).toBe(hasDestinations);
});
