import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventCounter } from '../../src/budget/event-counter.ts';

test.each([
  ['', 0],
  ['data: 1\n\n', 1],
  ['data: 1\n\ndata: 2\n\n', 2],
  ['data: 1\r\n\r\ndata: 2\r\n\r\n', 2],
  ['data: 1', 0],
])('counts the events of %j', (text, events) => {
  expect(createEventCounter().feed(Buffer.from(text))).toBe(events);
});

test('counts the same events in whatever pieces they come', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.array(fc.integer({ min: 1, max: 9 })), (count, sizes) => {
      const bytes = Buffer.from('event: x\ndata: y\n\n'.repeat(count));
      const counter = createEventCounter();
      let found = 0;
      let at = 0;
      for (const size of [...sizes, bytes.length]) {
        found = counter.feed(bytes.subarray(at, at + size));
        at += size;
      }
      expect(found).toBe(count);
    }),
  );
});
