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

/** A body on its way to the host. It refers to nothing the host holds, so that what the host forgets can be collected. */
export type Passage = {
  readonly body: ReadableStream<Uint8Array>;
  readonly observer: BodyObserver;
  readonly onExit: (exit: BodyExit) => void;
  // Taken at the first read: a body nobody reads stays unlocked, so that the runtime can close its connection.
  reader?: ReadableStreamDefaultReader<Uint8Array>;
  hasExited?: boolean;
  /** Whether the observer had a fault: from then on the pieces pass as they come. */
  isBlind?: boolean;
  /** Whether something is registered whose end would end the passage. */
  isAwaited?: boolean;
  stopListening?: () => void;
};

/** The passage of a body; `onExit` is called exactly once, whatever the host does. */
export const createPassage = (
  body: ReadableStream<Uint8Array>,
  observer: BodyObserver,
  onExit: (exit: BodyExit) => void,
  signal?: AbortSignal,
): Passage => {
  const passage: Passage = { body, observer, onExit };
  if (signal !== undefined) leaveOnAbort(passage, signal);
  return passage;
};

const leaveOnAbort = (passage: Passage, signal: AbortSignal): void => {
  // Not at once: most hosts cancel, or have a read under way that fails, and that says better what happened.
  const onAbort = (): void => void setImmediate(() => exit(passage, { kind: 'left' }));
  signal.addEventListener('abort', onAbort, { once: true });
  passage.stopListening = () => signal.removeEventListener('abort', onAbort);
};

/** Exits when the host has forgotten `held`, through which it would have read: its connection and its call would stay open for ever. */
export const exitWhenForgotten = (held: object, passage: Passage): void => {
  if (passage.isAwaited === true) forgotten.unregister(passage);
  passage.isAwaited = true;
  forgotten.register(held, passage, passage);
};

const forgotten = new FinalizationRegistry<Passage>((passage) => {
  exit(passage, { kind: 'forgotten' });
  passage.reader?.cancel().catch(() => undefined);
});

/** Ends the passage, unless it has ended. */
export const exit = (passage: Passage, how: BodyExit): void => {
  if (passage.hasExited === true) return;
  passage.hasExited = true;
  passage.stopListening?.();
  forgotten.unregister(passage);
  guard('ending a call', () => passage.onExit(how), undefined);
};

/** Leaves the body where it is, and with it the connection. */
export const leave = (passage: Passage, reason: unknown): Promise<void> => {
  exit(passage, { kind: 'left' });
  return passage.reader === undefined ? passage.body.cancel(reason) : passage.reader.cancel(reason);
};

/** What the host gets next. With `isDone` nothing follows. */
export type Piece = { readonly seen: Uint8Array | undefined; readonly isDone: boolean };

/** Reads until there is something for the host, or the end. */
export const readPiece = async (passage: Passage): Promise<Piece> => {
  const { observer } = passage;
  passage.reader ??= passage.body.getReader();
  for (;;) {
    const settled = observer.settle?.();
    if (settled !== undefined) await settled;
    let result: Awaited<ReturnType<typeof passage.reader.read>>;
    try {
      result = await passage.reader.read();
    } catch (error) {
      exit(passage, { kind: 'failed', error });
      throw error;
    }
    if (result.done) {
      const last = seeEnd(passage);
      exit(passage, { kind: 'read' });
      return { seen: last === undefined || last.length === 0 ? undefined : last, isDone: true };
    }
    const seen = seePiece(passage, result.value);
    if (observer.isOver?.() === true) exit(passage, { kind: 'read' });
    if (seen !== undefined && seen.length > 0) return { seen, isDone: false };
  }
};

const seePiece = (passage: Passage, bytes: Uint8Array): Uint8Array | undefined => {
  if (passage.isBlind === true) return bytes;
  try {
    return passage.observer.piece(bytes);
  } catch (fault) {
    return goBlind(passage, fault, bytes);
  }
};

const seeEnd = (passage: Passage): Uint8Array | undefined => {
  if (passage.isBlind === true) return undefined;
  try {
    return passage.observer.end();
  } catch (fault) {
    return goBlind(passage, fault, undefined);
  }
};

/** Stops seeing after a fault of the observer; the host gets what was held back, and then the piece. */
const goBlind = (passage: Passage, fault: unknown, bytes: Uint8Array | undefined): Uint8Array | undefined => {
  passage.isBlind = true;
  const report = (): never => {
    throw fault;
  };
  guard('reading a body', report, undefined);
  const held = guard('reading a body', passage.observer.release, undefined);
  return held === undefined ? bytes : bytes === undefined ? held : Buffer.concat([held, bytes]);
};
