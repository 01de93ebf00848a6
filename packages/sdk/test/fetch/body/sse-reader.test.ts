import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSseReader } from '../../../src/fetch/body/sse-reader.ts';
import { pieces } from '../../support/pieces.ts';

const read = (text: string, cuts: readonly number[] = []): readonly unknown[] => {
  const events: unknown[] = [];
  const reader = createSseReader({ n: true }, (data) => events.push(data));
  for (const piece of pieces(Buffer.from(text), cuts)) reader.feed(piece);
  reader.end();
  return events;
};

test.each<[string, string, readonly unknown[]]>([
  ['one event', 'data: {"n":1}\n\n', [{ n: 1 }]],
  [
    'events with names, comments and identifiers',
    ': ping\n\nevent: a\nid: 7\ndata: {"n":1}\n\nevent: b\ndata: {"n":2}\n\n',
    [{ n: 1 }, { n: 2 }],
  ],
  ['no blank behind the colon', 'data:{"n":1}\n\n', [{ n: 1 }]],
  ['returns and line feeds', 'data: {"n":1}\r\n\r\ndata: {"n":2}\r\n\r\n', [{ n: 1 }, { n: 2 }]],
  ['data on several lines', 'data: {\ndata: "n":1}\n\n', [{ n: 1 }]],
  ['data on several lines with returns', 'data: {\r\ndata: "n":1}\r\n\r\n', [{ n: 1 }]],
  ['an event that the end leaves open', 'data: {"n":1}', [{ n: 1 }]],
  ['the end of the OpenAI format', 'data: {"n":1}\n\ndata: [DONE]\n\n', [{ n: 1 }, []]],
  ['an event without data', 'event: ping\n\n', []],
  ['fields that begin like data', 'dat: {"n":1}\ndatas: {"n":2}\n\n', []],
  ['nothing', '', []],
])('reads %s, however it is cut', (_, text, events) => {
  expect(read(text)).toEqual(events);
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
      expect(read(text, cuts)).toEqual(events);
    }),
  );
});
