import { type BodyExit, type BodyObserver, createPassage, exitWhenForgotten, leave, type Passage, readPiece } from './passage.ts';

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
  const observed = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { seen, isDone } = await readPiece(passage);
        if (seen !== undefined) controller.enqueue(seen);
        if (isDone) controller.close();
      },
      cancel: (reason) => leave(passage, reason),
    },
    // Without a queue of our own the host's pace is the connection's pace, as it was.
    { highWaterMark: 0 },
  );
  if (keeps !== undefined) kept.set(observed, keeps);
  exitWhenForgotten(observed, passage);
  const iterate = (options?: ReadableStreamIteratorOptions): ReadableStreamAsyncIterator<Uint8Array> =>
    iteratePassage(passage, observed, options?.preventCancel === true);
  return Object.defineProperties(observed, {
    [Symbol.asyncIterator]: { value: iterate, configurable: true, writable: true },
    values: { value: iterate, configurable: true, writable: true },
  });
};

const kept = new WeakMap<ReadableStream<Uint8Array>, object>();

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
  let underWay: Promise<unknown> | undefined;

  const end = (): void => {
    isOver = true;
    lock.releaseLock();
  };
  const step = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    if (isOver) return { done: true, value: undefined };
    try {
      const { seen, isDone } = await readPiece(passage);
      if (isDone) end();
      return seen === undefined ? { done: true, value: undefined } : { done: false, value: seen };
    } catch (error) {
      end();
      throw error;
    }
  };
  const finish = async (value: unknown): Promise<IteratorReturnResult<undefined>> => {
    if (!isOver) {
      end();
      if (!preventCancel) await leave(passage, value);
    }
    return { done: true, value: undefined };
  };
  // One after the other, as asked: a host may ask for the next piece before it has the one before.
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = underWay === undefined ? act() : underWay.then(act, act);
    underWay = result;
    const clear = (): void => {
      if (underWay === result) underWay = undefined;
    };
    result.then(clear, clear);
    return result;
  };
  const iterator: ReadableStreamAsyncIterator<Uint8Array> = {
    next: () => inTurn(step),
    return: (value?: unknown) => inTurn(() => finish(value)),
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
};

type ReadableStreamIteratorOptions = { readonly preventCancel?: boolean };
type ReadableStreamAsyncIterator<T> = {
  readonly next: () => Promise<IteratorResult<T, undefined>>;
  readonly return: (value?: unknown) => Promise<IteratorReturnResult<undefined>>;
  readonly [Symbol.asyncIterator]: () => ReadableStreamAsyncIterator<T>;
};
