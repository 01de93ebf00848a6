import { guard } from '../../faults.ts';
import { openPassage } from './observed-body.ts';
import { type BodyExit, type BodyObserver, createPassage, exit, exitWhenForgotten, type Passage } from './passage.ts';
import { rebuildResponse } from './rebuilt-response.ts';

/** Sees the body of a response, as bytes or, where its host asks for that at once, as one JSON value. */
export type ResponseObserver = BodyObserver & {
  /** Takes the whole body as the value its host gets. Absent: bytes are needed. */
  readonly value?: (json: unknown) => void;
};

/**
 * `response` itself, whose body is seen by `observer` while the host reads it. The object stays the runtime's own, with
 * its class, address and flags; only what reads the body is replaced on it.
 */
export const observeResponse = (
  response: Response,
  body: ReadableStream<Uint8Array>,
  options: { readonly observer: ResponseObserver; readonly onExit: (exit: BodyExit) => void; readonly signal?: AbortSignal },
): Response => {
  const passage = createPassage(body, options.observer, options.onExit, options.signal);
  const state: State = { passage, observer: options.observer };
  exitWhenForgotten(response, passage);
  return Object.defineProperties(response, {
    body: { get: () => state.standIn?.body ?? openBody(state, response), configurable: true },
    json: { value: () => readJson(state, response), configurable: true, writable: true },
    clone: { value: () => standInOf(state, response).clone(), configurable: true, writable: true },
    ...Object.fromEntries(
      OTHER_READERS.map((name) => [name, { value: () => readOther(state, response, name), configurable: true, writable: true }]),
    ),
  });
};

type State = {
  readonly passage: Passage;
  readonly observer: ResponseObserver;
  /** The body, once the host has asked for it. */
  stream?: ReadableStream<Uint8Array>;
  /** The response that stands in for this one, once something has to read its body as a stream. */
  standIn?: Response;
};

const OTHER_READERS = ['text', 'arrayBuffer', 'bytes', 'blob', 'formData'] as const;

// The response must live as long as its body is read: runtimes close the connection of one that was collected.
const openBody = (state: State, response: Response): ReadableStream<Uint8Array> => {
  state.stream ??= openPassage(state.passage, response);
  return state.stream;
};

const readJson = async (state: State, response: Response): Promise<unknown> => {
  const { observer, passage } = state;
  if (observer.value === undefined || state.stream !== undefined) return standInOf(state, response).json();
  let json: unknown;
  try {
    json = await native(response).json.call(response);
  } catch (error) {
    // What is not JSON has arrived all the same, and says nothing.
    exit(passage, error instanceof SyntaxError ? { kind: 'read' } : { kind: 'failed', error });
    throw error;
  }
  guard('reading an answer', () => observer.value?.(json), undefined);
  exit(passage, { kind: 'read' });
  return json;
};

const native = (response: Response): Response => Object.getPrototypeOf(response) as Response;

const isNativeUsed = (response: Response): boolean => Reflect.get(native(response), 'bodyUsed', response) as boolean;

/** The response that reads the body as a stream, for whatever is not the usual way to read it. */
const standInOf = (state: State, response: Response): Response => {
  if (state.standIn !== undefined) return state.standIn;
  const standIn = rebuildResponse(response, openBody(state, response));
  state.standIn = standIn;
  Object.defineProperty(response, 'bodyUsed', { get: () => standIn.bodyUsed || isNativeUsed(response), configurable: true });
  return standIn;
};

const readOther = async (state: State, response: Response, name: (typeof OTHER_READERS)[number]): Promise<unknown> => {
  const isUsedUp = state.stream === undefined && isNativeUsed(response);
  // A body that was read already is refused by the runtime in its own words.
  return isUsedUp ? Reflect.apply(native(response)[name], response, []) : standInOf(state, response)[name]();
};
