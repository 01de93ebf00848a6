import { eventFrame } from '@costspan/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFrameReader } from '../../../src/fetch/body/frame-reader.ts';
import { pieces } from '../../support/pieces.ts';

type Read = { readonly headers: Readonly<Record<string, string>>; readonly payload: string };

const read = (parts: readonly Uint8Array[]): readonly Read[] => {
  const found: Read[] = [];
  const reader = createFrameReader(({ headers, payload }) => {
    found.push({ headers: Object.fromEntries(headers), payload: Buffer.from(payload).toString() });
  });
  for (const part of parts) reader.feed(part);
  return found;
};

const frames = [
  { headers: { ':event-type': 'chunk', ':message-type': 'event' }, payload: '{"bytes":"e30="}' },
  { headers: {}, payload: '' },
  { headers: { ':exception-type': 'throttlingException' }, payload: '{"message":"ü"}' },
];
const bytes = Buffer.concat(frames.map(({ headers, payload }) => eventFrame(headers, payload)));

test('reads messages, whatever pieces they come in', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
      expect(read(pieces(bytes, cuts))).toEqual(frames);
    }),
  );
});

test('reads headers of every type and keeps the texts', () => {
  const values = [
    [0],
    [1],
    [2, 7],
    [3, 0, 7],
    [4, 0, 0, 0, 7],
    [5, 0, 0, 0, 0, 0, 0, 0, 7],
    [6, 0, 1, 9],
    [8, 0, 0, 0, 0, 0, 0, 0, 7],
  ];
  const uuid = [9, ...Array.from({ length: 16 }, () => 7)];
  const head = Buffer.concat(
    [...values, uuid].map((value) => Buffer.from([1, 0x61, ...value])).concat(Buffer.from([1, 0x62, 7, 0, 2, 0x6f, 0x6b])),
  );
  const message = Buffer.alloc(12 + head.length + 4);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(head.length, 4);
  head.copy(message, 12);
  expect(read([message])).toEqual([{ headers: { b: 'ok' }, payload: '' }]);
});

test.each([
  ['text', Buffer.from('data: {"type":"ping"}\n\n')],
  ['a length that is too small', Buffer.alloc(64)],
  ['a length that is too large', Buffer.concat([Buffer.from([0x7f, 0xff, 0xff, 0xff]), Buffer.alloc(60)])],
])('reads no further after %s', (_, start) => {
  expect(read([start, bytes])).toEqual([]);
});

test('survives any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
      read([bytes.subarray(0, 20), garbage]);
      read([garbage]);
    }),
  );
});
