import type { ReadableStreamReadResult } from 'node:stream/web';
import { guard, reportFault } from '../../faults.ts';
import { youngBodiesMax, youngBodyMs } from '../../limits.ts';
import { addTo, removeFrom, type Slotted } from '../slots.ts';

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
  /** Takes the whole body as the one JSON value its host asks for at once. Absent: bytes are needed. */
  readonly value?: (json: unknown) => void;
  /** Something to wait for before the next piece is read, such as room for what was seen. Default: nothing. */
  readonly settle?: () => Promise<void> | undefined;
};

/** How the passage of a body ended: read to the end, left by the host, failed, or forgotten by the host and collected. */
export type BodyExit =
  | { readonly kind: 'read' }
  | { readonly kind: 'left' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'forgotten' };

/** A body on its way to the host. Once it is watched it refers to nothing the host holds, so that what the host forgets can be collected. */
export type Passage = Slotted & {
  readonly body: ReadableStream<Uint8Array>;
  // Both are let go at the exit: engines keep bodies for a while, and the call would be kept with them.
  observer: BodyObserver;
  onExit: (exit: BodyExit) => void;
  // Taken at the first read: a body nobody reads stays unlocked, so that the runtime can close its connection.
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** Whether a read is under way. */
  isReading: boolean;
  /** Whether nothing follows what was read last. */
  isDone: boolean;
  hasExited: boolean;
  /** Whether the observer had a fault: from then on the pieces pass as they come. */
  isBlind: boolean;
  /** What the host would read through, for as long as it is too early to watch it. */
  held: object | undefined;
  /** Whether the end of what the host would read through is watched for. */
  isWatched: boolean;
  stopListening: (() => void) | undefined;
};

/** The passage of a body; `onExit` is called exactly once, whatever the host does. */
export const createPassage = (
  body: ReadableStream<Uint8Array>,
  observer: BodyObserver,
  onExit: (exit: BodyExit) => void,
  signal?: AbortSignal,
): Passage => {
  const passage: Passage = {
    body,
    observer,
    onExit,
    reader: undefined,
    isReading: false,
    isDone: false,
    hasExited: false,
    isBlind: false,
    held: undefined,
    isWatched: false,
    stopListening: undefined,
    slot: -1,
  };
  if (signal !== undefined) leaveOnAbort(passage, signal);
  return passage;
};

const leaveOnAbort = (passage: Passage, signal: AbortSignal): void => {
  // Not at once: most hosts cancel, or have a read under way that fails, and that says better what happened.
  const onAbort = (): void => void setImmediate(() => exit(passage, { kind: 'left' }));
  signal.addEventListener('abort', onAbort, { once: true });
  passage.stopListening = () => signal.removeEventListener('abort', onAbort);
};

/**
 * Exits when the host has forgotten `held`, through which it would have read: its connection and its call would stay open
 * for ever. Watching costs the garbage collector more than all the rest of a call, and most bodies are read at once: only
 * those that are still there after `youngBodyMs` are watched, and until then `held` is kept.
 */
export const exitWhenForgotten = (held: object, passage: Passage): void => {
  passage.held = held;
  if (passage.isWatched) {
    forgotten.unregister(passage);
    watch(passage);
    return;
  }
  if (passage.slot === -1) addTo(young, passage);
  if (young.length > youngBodiesMax) watchAll();
  // The timer of a test, or of a process that is suspended, may never ring: the bound above holds all the same.
  else nextWatch ??= setTimeout(watchAll, youngBodyMs).unref();
};

const young: Passage[] = [];
let nextWatch: NodeJS.Timeout | undefined;

const watchAll = (): void => {
  clearTimeout(nextWatch);
  nextWatch = undefined;
  for (const passage of young.splice(0)) {
    passage.slot = -1;
    watch(passage);
  }
};

const watch = (passage: Passage): void => {
  if (passage.held === undefined) return;
  forgotten.register(passage.held, passage, passage);
  passage.held = undefined;
  passage.isWatched = true;
};

const forgotten = new FinalizationRegistry<Passage>((passage) => {
  exit(passage, { kind: 'forgotten' });
  passage.reader?.cancel().catch(() => undefined);
});

/** Ends the passage, unless it has ended. */
export const exit = (passage: Passage, how: BodyExit): void => {
  if (passage.hasExited) return;
  passage.hasExited = true;
  passage.stopListening?.();
  if (passage.isWatched) forgotten.unregister(passage);
  else removeFrom(young, passage);
  passage.held = undefined;
  const { onExit } = passage;
  passage.onExit = nothing;
  passage.observer = SEEN;
  try {
    onExit(how);
  } catch (fault) {
    reportFault('ending a call', fault);
  }
};

const nothing = (): undefined => undefined;
const SEEN: BodyObserver = { piece: (bytes) => bytes, end: nothing, release: nothing };

/** Leaves the body where it is, and with it the connection. */
export const leave = (passage: Passage, reason: unknown): Promise<void> => {
  exit(passage, LEFT);
  return passage.reader === undefined ? passage.body.cancel(reason) : passage.reader.cancel(reason);
};

const READ: BodyExit = { kind: 'read' };
const LEFT: BodyExit = { kind: 'left' };

/** What the host gets next. `done` says that there is nothing; `isDone` of the passage, that nothing follows. */
export type PieceRead = IteratorResult<Uint8Array, undefined>;

/**
 * Reads a passage, each time until there is something for the host, or the end; `onOver` is called before the host hears of
 * the end or a failure. There are many pieces: one costs one promise, and no function of its own.
 */
export const createPieceReader = (passage: Passage, onOver?: () => void): (() => Promise<PieceRead>) => {
  const see = (result: ReadableStreamReadResult<Uint8Array>): PieceRead | Promise<PieceRead> => {
    const { observer } = passage;
    const seen = result.done ? seeEnd(passage) : seePiece(passage, result.value);
    if (result.done || observer.isOver?.() === true) exit(passage, READ);
    const isNothing = seen === undefined || seen.length === 0;
    if (isNothing && !result.done) return read();
    passage.isReading = false;
    passage.isDone = result.done;
    if (result.done) onOver?.();
    return isNothing ? { done: true, value: undefined } : { done: false, value: seen };
  };
  const fail = (error: unknown): never => {
    passage.isReading = false;
    exit(passage, { kind: 'failed', error });
    onOver?.();
    throw error;
  };
  const readNow = (): Promise<PieceRead> => {
    try {
      passage.reader ??= passage.body.getReader();
    } catch (error) {
      // Somebody else reads the body: to the host that is a read that fails.
      return Promise.reject(error).catch(fail);
    }
    return passage.reader.read().then(see, fail);
  };
  const read = (): Promise<PieceRead> => {
    passage.isReading = true;
    const settled = passage.observer.settle?.();
    return settled === undefined ? readNow() : settled.then(readNow);
  };
  return read;
};

const seePiece = (passage: Passage, bytes: Uint8Array): Uint8Array | undefined => {
  if (passage.isBlind) return bytes;
  try {
    return passage.observer.piece(bytes);
  } catch (fault) {
    return goBlind(passage, fault, bytes);
  }
};

const seeEnd = (passage: Passage): Uint8Array | undefined => {
  if (passage.isBlind) return undefined;
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
