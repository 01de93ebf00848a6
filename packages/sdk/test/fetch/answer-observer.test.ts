import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAnswerObserver } from '../../src/fetch/answer-observer.ts';
import { openaiChat } from '../../src/fetch/apis/openai-chat.ts';
import { heldEventBytesMax } from '../../src/limits.ts';
import { pieces } from '../support/pieces.ts';

const usage = { prompt_tokens: 3, completion_tokens: 2 };
const chunk = (fields: object): string => `data: ${JSON.stringify({ id: 'c1', model: 'gpt-5', ...fields })}\n\n`;
const word = (content: string, asked: object): string =>
  chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }], ...asked });
const last = (asked: object): string => chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], ...asked });
const done = 'data: [DONE]\n\n';

/** A stream as it comes when its usage is asked for, and as it comes when not. */
const stream = (words: readonly string[], asked: boolean): string => {
  const nothing = asked ? { usage: null } : {};
  return [
    ...words.map((text) => word(text, nothing)),
    last(nothing),
    ...(asked ? [chunk({ choices: [], usage })] : []),
    done,
  ].join('');
};

const pass = (
  text: string,
  cuts: readonly number[],
  wasAsked: boolean,
  hasOwnBytes = false,
): { readonly seen: string; readonly answer: unknown } => {
  const observer = createAnswerObserver(openaiChat, 'text/event-stream; charset=utf-8', { wasAsked, hasOwnBytes });
  const out: Uint8Array[] = [];
  for (const piece of pieces(Buffer.from(text), cuts)) out.push(observer.piece(piece) ?? new Uint8Array());
  out.push(observer.end() ?? new Uint8Array());
  return { seen: Buffer.concat(out).toString(), answer: observer.answer() };
};

const words = fc.array(fc.oneof(fc.string(), fc.constantFrom('"usage":null', ',"usage":null', 'data: [DONE]', '\n\n', 'ü€😀')), {
  maxLength: 5,
});
const cuts = fc.array(fc.nat(900), { maxLength: 15 });

/** Where each event ends: most servers send one at a time. */
const betweenEvents = (text: string): readonly number[] => [...text.matchAll(/\n\n/g)].map(({ index }) => index + 2);

describe('a stream whose usage we asked for', () => {
  test('reaches the host as if we had not, however it is cut', () => {
    fc.assert(
      fc.property(words, cuts, fc.boolean(), (texts, at, hasOwnBytes) => {
        const text = stream(texts, true);
        for (const where of [at, betweenEvents(text)]) {
          const { seen, answer } = pass(text, where, true, hasOwnBytes);
          expect(seen).toBe(stream(texts, false));
          expect(answer).toEqual({ id: 'c1', model: 'gpt-5', finishReasons: ['stop'], rawUsage: usage, isComplete: true });
        }
      }),
    );
  });

  test('leaves bytes alone that somebody else may hold, and changes its own where they stand', () => {
    const [first, second] = [word('a', { usage: null }), word('b', { usage: null })];
    const seen = [false, true].map((hasOwnBytes) => {
      const observer = createAnswerObserver(openaiChat, 'text/event-stream', { wasAsked: true, hasOwnBytes });
      observer.piece(Buffer.from(first));
      const bytes = new TextEncoder().encode(second);
      const out = observer.piece(bytes);
      return {
        out: Buffer.from(out ?? []).toString(),
        bytes: Buffer.from(bytes).toString(),
        isSame: out?.buffer === bytes.buffer,
      };
    });
    const out = word('b', {});
    expect(seen).toEqual([
      { out, bytes: second, isSame: false },
      { out, bytes: `${out}${'\n'.repeat(second.length - out.length)}`, isSame: true },
    ]);
  });

  test('hands on an event it does not understand, and the rest behind it', () => {
    const strange = `data: not json\n\n: comment\n\ndata: ${'x'.repeat(heldEventBytesMax + 1)}`;
    expect(pass(strange, [100], true).seen).toBe(strange);
  });

  test('loses no byte of an event that never ends', () => {
    const open = `${word('a', {})}data: {"id":`;
    expect(pass(open, [20], true).seen).toBe(open);
  });
});

test('a stream whose usage we did not ask for passes unchanged', () => {
  fc.assert(
    fc.property(words, cuts, fc.boolean(), (texts, at, asked) => {
      const text = stream(texts, asked);
      const answer = { id: 'c1', model: 'gpt-5', finishReasons: ['stop'], isComplete: true, ...(asked && { rawUsage: usage }) };
      for (const where of [at, betweenEvents(text)]) expect(pass(text, where, false)).toEqual({ seen: text, answer });
    }),
  );
});

test('a running usage is not taken for the last one', () => {
  const running = word('a', { usage: { prompt_tokens: 3, completion_tokens: 1 } });
  expect(pass(running, [], false).answer).toEqual({
    id: 'c1',
    model: 'gpt-5',
    rawUsage: { prompt_tokens: 3, completion_tokens: 1 },
    isComplete: false,
  });
});

describe('what is not parsed in pieces of one event is known all the same', () => {
  const choice = (index: number, reason: string | null): object => ({ index, delta: {}, finish_reason: reason });
  const event = (choices: readonly object[], more: object = {}): string => chunk({ choices, ...more, usage: null });
  const told = { id: 'c1', model: 'gpt-5' };
  const opening = event([choice(0, null)], { service_tier: 'flex' });

  test.each<[string, readonly string[], object]>([
    ['only a beginning', [opening], { ...told, serviceTier: 'flex', isComplete: false }],
    [
      'a tier that only the first event names',
      [opening, event([choice(0, 'stop')]), chunk({ choices: [], usage })],
      { ...told, serviceTier: 'flex', finishReasons: ['stop'], rawUsage: usage, isComplete: true },
    ],
    [
      'choices that end one after the other',
      [opening, event([choice(1, 'length')]), event([choice(0, 'stop')])],
      { ...told, serviceTier: 'flex', finishReasons: ['length', 'stop'], isComplete: false },
    ],
    [
      'choices that end in one event',
      [opening, event([choice(0, 'stop'), choice(1, 'length')])],
      { ...told, serviceTier: 'flex', finishReasons: ['stop', 'length'], isComplete: false },
    ],
    [
      'a failure told beside the reason',
      [opening, chunk({ error: { code: 'overloaded' }, choices: [choice(0, 'error')], usage: null })],
      { ...told, serviceTier: 'flex', errorType: 'overloaded', finishReasons: ['error'], isComplete: false },
    ],
    [
      'a usage in the first event',
      [chunk({ choices: [choice(0, 'stop')], usage })],
      { ...told, finishReasons: ['stop'], rawUsage: usage, isComplete: true },
    ],
  ])('%s', (_, events, answer) => {
    const text = events.join('');
    for (const where of [betweenEvents(text), [], [10, 100, 150]]) expect(pass(text, where, false).answer).toEqual(answer);
  });
});
