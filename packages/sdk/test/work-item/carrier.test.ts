import { trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measure, pick } from '../support/measure.ts';

const ATTRIBUTES = ['type', 'id', 'tenant', 'parent_id'].map((name) => `costspan.work_item.${name}`);

describe('another process', () => {
  test('goes on with the item, as a part of the same trace', async () => {
    const sender = measure({ dimensions: { team: 'support' } });
    const message = sender.costspan.workItem.run({ type: 'ticket', id: 'T 42/ü&=', tenant: 'acme', parent: 'T-40' }, () =>
      sender.costspan.workItem.inject({ topic: 'refunds' } as Record<string, unknown>),
    );
    const [sent] = await sender.spans();
    expect(Object.keys(message)).toEqual(['topic', 'costspan-work-item', 'traceparent']);

    const receiver = measure();
    const extracted = receiver.costspan.workItem.extract(structuredClone(message));
    const result = receiver.costspan.workItem.runWith(extracted, (item) => {
      trace.getTracer('app').startSpan('refund').end();
      return item.id;
    });
    expect(result).toBe('T 42/ü&=');
    for (const span of await receiver.spans()) {
      expect(pick(span, ...ATTRIBUTES, 'costspan.dimension.team')).toEqual({
        'costspan.work_item.type': 'ticket',
        'costspan.work_item.id': 'T 42/ü&=',
        'costspan.work_item.tenant': 'acme',
        'costspan.work_item.parent_id': 'T-40',
        'costspan.dimension.team': 'support',
      });
      expect(span.spanContext().traceId).toBe(sent?.spanContext().traceId);
    }
  });

  test('without the item just does its work', async () => {
    const { costspan, spans } = measure();
    expect(costspan.workItem.extract({})).toBeUndefined();
    expect(costspan.workItem.runWith(undefined, () => 3)).toBe(3);
    expect(await spans()).toEqual([]);
  });
});

const injected = (): Record<string, unknown> => {
  const { costspan } = measure();
  return costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => costspan.workItem.inject({}));
};

test.each<
  [string, (from: Record<string, unknown>) => Parameters<ReturnType<typeof measure>['costspan']['workItem']['extract']>[0]]
>([
  ['headers', (from) => new Headers(from as Record<string, string>)],
  ['a map', (from) => new Map(Object.entries(from as Record<string, string>))],
  ['names in capitals', (from) => Object.fromEntries(Object.entries(from).map(([name, value]) => [name.toUpperCase(), value]))],
  ['lists of values', (from) => Object.fromEntries(Object.entries(from).map(([name, value]) => [name, [value]]))],
  [
    'bytes, as queues keep them',
    (from) => Object.fromEntries(Object.entries(from).map(([name, value]) => [name, Buffer.from(String(value))])),
  ],
])('an item is found in %s', (_, convert) => {
  const carrier = convert(injected());
  expect(measure().costspan.workItem.extract(carrier)?.item).toMatchObject({ type: 'ticket', id: 'T-1' });
});

test('nothing is written outside of a work item', () => {
  expect(measure().costspan.workItem.inject({})).toEqual({});
});

test('ids hidden by the sender are not hidden again by the receiver', () => {
  const key = 'a key of sixteen characters';
  const sender = measure({ idHmacKey: key });
  const carrier = sender.costspan.workItem.run({ type: 'ticket', id: 'T-1' }, (item) => ({
    id: item.id,
    ...sender.costspan.workItem.inject({}),
  }));
  const receiver = measure({ idHmacKey: key });
  expect(receiver.costspan.workItem.extract(carrier)?.item.id).toBe(carrier.id);
});

test('whatever a stranger sends, extracting it neither fails nor gives half an item', () => {
  const { costspan } = measure();
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom('type=ticket', 'id=1', 'type=&id=', `type=t&id=${'x'.repeat(300)}`)),
      fc.anything(),
      (text, parent) => {
        const extracted = costspan.workItem.extract({ 'costspan-work-item': text, traceparent: parent });
        if (extracted === undefined) return;
        expect(extracted.item.type).not.toBe('');
        expect(extracted.item.id).not.toBe('');
      },
    ),
  );
});
