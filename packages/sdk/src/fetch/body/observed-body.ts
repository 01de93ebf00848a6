import type { ReadableStreamAsyncIterator, UnderlyingSource } from 'node:stream/web';
import {
  type BodyExit,
  type BodyObserver,
  createPassage,
  createPieceReader,
  exitWhenForgotten,
  leave,
  type Passage,
  type PieceRead,
} from './passage.ts';

/**
 * `body` for the host, seen by `observer` on the way. Nothing is read before the host reads, nothing is copied, leaving
 * it cancels the connection as before, and `onExit` is called exactly once, whatever the host does. With the `signal` of
 * the request a host that aborts between two reads, and neither reads on nor cancels, has left too.
 */
export const observeBody = (
  body: ReadableStream<Uint8Array>,
  observer: BodyObserver,
  onExit: (exit: BodyExit) => void,
  signal?: AbortSignal,
): ReadableStream<Uint8Array> => openPassage(createPassage(body, observer, onExit, signal));

/** The stream through which a host reads a passage. What is in `keeps` lives as long as the stream. */
export const openPassage = (passage: Passage, keeps?: object): ReadableStream<Uint8Array> => {
  const observed = new ObservedStream(passage, keeps);
  exitWhenForgotten(observed, passage);
  return observed;
};

// Without a queue of our own the host's pace is the connection's pace, as it was.
const NO_QUEUE = { highWaterMark: 0 } as const;

/**
 * A class, because only so a stream of the runtime's own can carry something that its host does not see: there is one for
 * every streamed call, and properties defined on each would cost more than the stream.
 */
class ObservedStream extends ReadableStream<Uint8Array> {
  readonly #held: { readonly passage: Passage; readonly keeps: object | undefined };

  constructor(passage: Passage, keeps: object | undefined) {
    super(sourceOf(passage), NO_QUEUE);
    this.#held = { passage, keeps };
  }

  override values(options?: { readonly preventCancel?: boolean }): ReadableStreamAsyncIterator<Uint8Array> {
    return iteratePassage(this.#held.passage, this, options?.preventCancel === true);
  }
}

Object.defineProperties(ObservedStream.prototype, {
  // To its host it is what it was.
  constructor: { value: ReadableStream, configurable: true, writable: true },
  [Symbol.asyncIterator]: { value: ObservedStream.prototype.values, configurable: true, writable: true },
});

const sourceOf = (passage: Passage): UnderlyingSource<Uint8Array> => {
  // Most hosts iterate, and need none.
  let read: (() => Promise<PieceRead>) | undefined;
  return {
    pull: (controller) => {
      read ??= createPieceReader(passage);
      return read().then(({ value }) => {
        if (value !== undefined) controller.enqueue(value);
        if (passage.isDone) controller.close();
      });
    },
    cancel: (reason) => leave(passage, reason),
  };
};

/**
 * Iterates without the stream in between: hosts iterate bodies, a stream between two others costs more than all the
 * rest, and what they see is the same. The stream is locked meanwhile, as by an iterator of its own.
 */
const iteratePassage = (
  passage: Passage,
  observed: ReadableStream<Uint8Array>,
  preventCancel: boolean,
): ReadableStreamAsyncIterator<Uint8Array> => {
  const lock = observed.getReader();
  let isOver = false;
  // Calls that wait for their turn, and the promise of the latest call.
  let waiting = 0;
  let latest: Promise<unknown> = NOTHING;

  const end = (): void => {
    isOver = true;
    lock.releaseLock();
  };
  const read = createPieceReader(passage, end);
  const step = (): Promise<PieceRead> => (isOver ? NOTHING : read());
  const finish = async (value: unknown): Promise<IteratorReturnResult<undefined>> => {
    if (!isOver) {
      end();
      if (!preventCancel) await leave(passage, value);
    }
    return { done: true, value: undefined };
  };
  // One after the other, as asked: a host may ask for the next piece before it has the one before.
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = waiting === 0 && !passage.isReading ? act() : queue(act);
    latest = result;
    return result;
  };
  const queue = <T>(act: () => Promise<T>): Promise<T> => {
    waiting += 1;
    const inItsTurn = (): Promise<T> => {
      waiting -= 1;
      return act();
    };
    return latest.then(inItsTurn, inItsTurn);
  };
  const iterator: Pick<ReadableStreamAsyncIterator<Uint8Array>, 'next' | 'return'> = {
    next: () => inTurn(step),
    return: (value?: unknown) => inTurn(() => finish(value)),
  };
  return Object.setPrototypeOf(iterator, ASYNC_ITERATOR) as ReadableStreamAsyncIterator<Uint8Array>;
};

const NOTHING: Promise<IteratorReturnResult<undefined>> = Promise.resolve({ done: true, value: undefined });

// What every asynchronous iterator of the runtime inherits from: it iterates itself, and can be disposed of.
const ASYNC_ITERATOR = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype)) as object;
