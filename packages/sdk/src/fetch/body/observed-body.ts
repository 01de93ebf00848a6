import { guard } from '../../faults.ts';

/** Sees the bytes of a body as they pass. */
export type BodyObserver = {
  /** Takes the next piece and returns what the host gets instead: mostly the same piece, or undefined to hold it back. */
  readonly piece: (bytes: Uint8Array) => Uint8Array | undefined;
  /** Takes the end of the body and returns what is still held back. */
  readonly end: () => Uint8Array | undefined;
  /** Returns what is held back and holds nothing any more, because reading has failed. */
  readonly release: () => Uint8Array | undefined;
  /** Whether nothing that follows can matter, although the body goes on: some hosts leave it there. Default: it can. */
  readonly isOver?: () => boolean;
  /** Something to wait for before the next piece is read, such as room for what was seen. Default: nothing. */
  readonly settle?: () => Promise<void> | undefined;
};

/** How the passage of a body ended: read to the end, left by the host, failed, or forgotten by the host and collected. */
export type BodyExit =
  | { readonly kind: 'read' }
  | { readonly kind: 'left' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'forgotten' };

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
): ReadableStream<Uint8Array> => {
  const passage: Passage = { body, observer: guarded(observer), onExit };
  if (signal !== undefined) leaveOnAbort(passage, signal);
  const observed = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => pull(passage, controller),
      cancel: (reason) => {
        exit(passage, { kind: 'left' });
        return passage.reader === undefined ? body.cancel(reason) : passage.reader.cancel(reason);
      },
    },
    // Without a queue of our own the host's pace is the connection's pace, as it was.
    { highWaterMark: 0 },
  );
  forgotten.register(observed, passage, passage);
  return observed;
};

type Passage = {
  readonly body: ReadableStream<Uint8Array>;
  readonly observer: BodyObserver;
  readonly onExit: (exit: BodyExit) => void;
  // Taken at the first read: a body nobody reads stays unlocked, so that the runtime can close its connection.
  reader?: ReadableStreamDefaultReader<Uint8Array>;
  hasExited?: boolean;
  stopListening?: () => void;
};

const leaveOnAbort = (passage: Passage, signal: AbortSignal): void => {
  // Not at once: most hosts cancel, or have a read under way that fails, and that says better what happened.
  const onAbort = (): void => void setImmediate(() => exit(passage, { kind: 'left' }));
  signal.addEventListener('abort', onAbort, { once: true });
  passage.stopListening = () => signal.removeEventListener('abort', onAbort);
};

// A stream that its host dropped half read would keep its connection and its span open for ever.
const forgotten = new FinalizationRegistry<Passage>((passage) => {
  exit(passage, { kind: 'forgotten' });
  passage.reader?.cancel().catch(() => undefined);
});

const exit = (passage: Passage, how: BodyExit): void => {
  if (passage.hasExited === true) return;
  passage.hasExited = true;
  passage.stopListening?.();
  forgotten.unregister(passage);
  guard('ending a call', () => passage.onExit(how), undefined);
};

const pull = async (passage: Passage, controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
  passage.reader ??= passage.body.getReader();
  for (;;) {
    const settled = passage.observer.settle?.();
    if (settled !== undefined) await settled;
    const { done, value } = await readNext(passage, passage.reader);
    const seen = done ? passage.observer.end() : passage.observer.piece(value);
    if (seen !== undefined && seen.length > 0) controller.enqueue(seen);
    if (!done && passage.observer.isOver?.() === true) exit(passage, { kind: 'read' });
    if (done) {
      controller.close();
      exit(passage, { kind: 'read' });
      return;
    }
    if (seen !== undefined && seen.length > 0) return;
  }
};

const readNext = async (
  passage: Passage,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<Awaited<ReturnType<typeof reader.read>>> => {
  try {
    return await reader.read();
  } catch (error) {
    exit(passage, { kind: 'failed', error });
    throw error;
  }
};

/** The observer, which stops seeing at its first fault: from then on the pieces pass as they come. */
const guarded = (observer: BodyObserver): BodyObserver => {
  let isBlind = false;
  const orRelease = (see: () => Uint8Array | undefined, otherwise: Uint8Array | undefined): Uint8Array | undefined => {
    if (isBlind) return otherwise;
    try {
      return see();
    } catch (fault) {
      isBlind = true;
      guard(
        'reading a body',
        () => {
          throw fault;
        },
        undefined,
      );
      const held = guard('reading a body', observer.release, undefined);
      return held === undefined ? otherwise : otherwise === undefined ? held : Buffer.concat([held, otherwise]);
    }
  };
  return {
    piece: (bytes) => orRelease(() => observer.piece(bytes), bytes),
    end: () => orRelease(observer.end, undefined),
    release: observer.release,
    ...(observer.isOver !== undefined && { isOver: observer.isOver }),
    ...(observer.settle !== undefined && { settle: observer.settle }),
  };
};
