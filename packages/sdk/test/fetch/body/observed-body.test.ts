import { startFakeOpenAi, waitFor } from '@costspan/testkit';
import { describe, expect, test } from 'vitest';
import { observeBody } from '../../../src/fetch/body/observed-body.ts';
import { observeResponse } from '../../../src/fetch/body/observed-response.ts';
import type { BodyExit, BodyObserver } from '../../../src/fetch/body/passage.ts';
import { collectGarbage } from '../../support/collect-garbage.ts';
import { post } from '../../support/fake-fetch.ts';
import { measure, pick } from '../../support/measure.ts';

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();
const transparent: BodyObserver = { piece: (bytes) => bytes, end: () => undefined, release: () => undefined };

/** A body of three pieces that counts how often it was asked for the next one, and how it was left. */
const source = (pieces: readonly string[] = ['a', 'b', 'c']) => {
  const seen = { pulls: 0, cancelled: undefined as unknown };
  const left = [...pieces];
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        seen.pulls += 1;
        const piece = left.shift();
        if (piece === undefined) controller.close();
        else controller.enqueue(Buffer.from(piece));
      },
      cancel: (reason) => {
        seen.cancelled = reason;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, seen };
};

const observed = (body: ReadableStream<Uint8Array>, observer: BodyObserver = transparent) => {
  const exits: BodyExit[] = [];
  return { body: observeBody(body, observer, (exit) => exits.push(exit)), exits };
};

describe('a body that is observed', () => {
  test('arrives whole, and ends once', async () => {
    const { body, exits } = observed(source().body);
    expect(await new Response(body).text()).toBe('abc');
    expect(exits).toEqual([{ kind: 'read' }]);
  });

  test('is read no faster than the host reads', async () => {
    const { body: inner, seen } = source();
    const { body } = observed(inner);
    expect(seen.pulls).toBe(0);
    const reader = body.getReader();
    await reader.read();
    expect(seen.pulls).toBe(1);
    await reader.read();
    expect(seen.pulls).toBe(2);
  });

  test.each([0, 1])('that the host leaves after %i pieces is left below, for the same reason', async (count) => {
    const { body: inner, seen } = source();
    const { body, exits } = observed(inner);
    const reader = body.getReader();
    for (let read = 0; read < count; read += 1) await reader.read();
    await reader.cancel('enough');
    expect(seen.cancelled).toBe('enough');
    expect(exits).toEqual([{ kind: 'left' }]);
  });

  test('fails with the very error of the connection', async () => {
    const error = new TypeError('terminated');
    const failing = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(error) }, { highWaterMark: 0 });
    const { body, exits } = observed(failing);
    await expect(body.getReader().read()).rejects.toBe(error);
    expect(exits).toEqual([{ kind: 'failed', error }]);
  });

  test('fails where somebody else reads the body already', async () => {
    const inner = source().body;
    inner.getReader();
    const { body, exits } = observed(inner);
    const iterator = body.values();
    await expect(iterator.next()).rejects.toThrow(TypeError);
    expect(exits[0]?.kind).toBe('failed');
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test('can be left while a read is waiting', async () => {
    const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) }, { highWaterMark: 0 });
    const { body, exits } = observed(silent);
    const reader = body.getReader();
    const read = reader.read();
    await reader.cancel();
    expect(await read).toEqual({ done: true, value: undefined });
    expect(exits).toEqual([{ kind: 'left' }]);
  });
});

describe('a body that is iterated', () => {
  test('is locked meanwhile, and to its host the stream it was', async () => {
    const { body, exits } = observed(source().body);
    const seen: unknown[] = [];
    for await (const piece of body) seen.push(text(piece), body.locked);
    expect([...seen, body.locked]).toEqual(['a', true, 'b', true, 'c', true, false]);
    expect(exits).toEqual([{ kind: 'read' }]);
    expect([body.constructor, Reflect.ownKeys(body)]).toEqual([ReadableStream, Reflect.ownKeys(source().body)]);
    await expect(body[Symbol.asyncIterator]().next()).resolves.toEqual({ done: true, value: undefined });
  });

  test('comes in order to a host that asks ahead', async () => {
    const { body } = observed(source().body, { ...transparent, piece: (bytes) => (text(bytes) === 'b' ? undefined : bytes) });
    const iterator = body.values();
    const results = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    expect(results.map(({ done, value }) => [done, value === undefined ? '' : text(value)])).toEqual([
      [false, 'a'],
      [false, 'c'],
      [true, ''],
      [true, ''],
    ]);
  });

  test.each([
    [false, 'enough', 'left'],
    [true, undefined, undefined],
  ])('and left with preventCancel %j', async (preventCancel, reason, kind) => {
    const { body: inner, seen } = source();
    const { body, exits } = observed(inner);
    const iterator = body.values({ preventCancel });
    await iterator.next();
    expect(await Reflect.apply(iterator.return ?? iterator.next, iterator, ['enough'])).toMatchObject({ done: true });
    expect([seen.cancelled, exits[0]?.kind, body.locked]).toEqual([reason, kind, false]);
  });
});

test('a response that is observed twice is seen by both', async () => {
  const seen: string[] = [];
  const watch = (name: string): BodyObserver => ({
    ...transparent,
    piece: (bytes) => {
      seen.push(`${name} ${text(bytes)}`);
      return bytes;
    },
  });
  const once = (name: string, response: Response): Response =>
    observeResponse(response, response.body ?? source().body, {
      observer: watch(name),
      onExit: ({ kind }) => seen.push(`${name} ${kind}`),
    });
  const response = once('outer', once('inner', new Response('abc', { status: 201 })));
  expect([response.status, await response.text()]).toEqual([201, 'abc']);
  expect(seen).toEqual(['inner abc', 'outer abc', 'inner read', 'outer read']);
});

describe('an observer that fails', () => {
  test('at a piece loses none, not even those it held back', async () => {
    let held = '';
    const { body } = observed(source(['a', 'b', 'c', 'd']).body, {
      piece: (bytes) => {
        if (text(bytes) === 'c') throw new Error('own fault');
        held += text(bytes);
        return undefined;
      },
      end: () => Buffer.from('never'),
      release: () => Buffer.from(held),
    });
    expect(await new Response(body).text()).toBe('abcd');
  });

  test('at the end loses nothing either', async () => {
    const { body, exits } = observed(source().body, {
      ...transparent,
      end: () => {
        throw new Error('own fault');
      },
      release: () => Buffer.from('!'),
    });
    expect(await new Response(body).text()).toBe('abc!');
    expect(exits).toEqual([{ kind: 'read' }]);
  });

  test('at the exit reaches nobody', async () => {
    const body = observeBody(source().body, transparent, () => {
      throw new Error('own fault');
    });
    expect(await new Response(body).text()).toBe('abc');
  });
});

describe('a response that the host forgets', () => {
  test.each<[string, (response: Response) => Promise<unknown>]>([
    ['unread', async () => undefined],
    ['half read', async (response) => response.body?.getReader().read()],
  ])('%s ends its span and its connection', async (_, use) => {
    await using server = await startFakeOpenAi({ script: [{ stream: { holdAfterEvents: 2 } }] });
    const { costspan, spans } = measure();
    const fetch = costspan.fetch();
    await (async () => {
      const init = post({ model: 'gpt-5', stream: true, messages: [] }, { authorization: 'Bearer k' });
      await use(await fetch(`${server.url}/v1/chat/completions`, init));
    })();
    const found = await waitFor('the span of a forgotten response', async () => {
      await collectGarbage();
      const ended = await spans();
      return ended.length > 0 && server.log[0]?.ending === 'client-left' ? ended : undefined;
    });
    expect(found.map((span) => pick(span, 'costspan.attempt.billable', 'costspan.usage_missing'))).toEqual([
      { 'costspan.usage_missing': true },
    ]);
  });
});
