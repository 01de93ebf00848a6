import { expect, test } from 'vitest';
import { createIsByteStream } from '../../../src/fetch/body/is-byte-stream.ts';

const bytesOf = (type?: 'bytes'): ReadableStream<Uint8Array> => {
  const pull = (controller: { readonly enqueue: (piece: Uint8Array) => void }): void => controller.enqueue(new Uint8Array(1));
  return type === undefined ? new ReadableStream<Uint8Array>({ pull }) : new ReadableStream({ type, pull });
};

test('tells streams of bytes, and leaves them as they are', async () => {
  const isByteStream = createIsByteStream();
  const body = bytesOf('bytes');
  expect([isByteStream(body), isByteStream(new Response('text').body ?? bytesOf())]).toEqual([true, true]);
  expect((await body.getReader().read()).value).toEqual(new Uint8Array(1));
});

test('asks no more after a stream that is none', () => {
  const isByteStream = createIsByteStream();
  expect([isByteStream(bytesOf()), isByteStream(bytesOf('bytes'))]).toEqual([false, false]);
});

test('a body that somebody reads already says nothing of the others', () => {
  const isByteStream = createIsByteStream();
  const read = bytesOf('bytes');
  read.getReader();
  expect([isByteStream(read), isByteStream(bytesOf('bytes'))]).toEqual([false, true]);
});
