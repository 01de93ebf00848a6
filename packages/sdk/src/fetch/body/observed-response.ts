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
  exitWhenForgotten(response, passage);
  const state: State = { passage, observer: options.observer };
  const original = native(response);
  Object.setPrototypeOf(response, observedPrototypeOf(original));
  return Object.defineProperty(response, STATE, { value: state });
};

type State = {
  readonly passage: Passage;
  readonly observer: ResponseObserver;
  /** The body, once the host has asked for it. */
  stream?: ReadableStream<Uint8Array>;
  /** The response that stands in for this one, once something has to read its body as a stream. */
  standIn?: Response;
};

const STATE = Symbol('costspan.observed');

const stateOf = (response: Response): State => (response as Response & { readonly [STATE]: State })[STATE];

/** The prototype of observed responses, between them and their own class: one for each class, and made once. */
const observedPrototypeOf = (original: Response): Response => {
  const known = observedPrototypes.get(original);
  if (known !== undefined) return known;
  const made = Object.create(original, {
    ...method('json', readJson),
    ...method('clone', (response) => standInOf(stateOf(response), response).clone()),
    ...Object.fromEntries(OTHER_READERS.flatMap((name) => Object.entries(method(name, (response) => readOther(response, name))))),
    ...getter('body', (response) => stateOf(response).standIn?.body ?? openBody(stateOf(response), response)),
    ...getter('bodyUsed', (response) => stateOf(response).standIn?.bodyUsed === true || isNativeUsed(response)),
  }) as Response;
  observedPrototypes.set(original, made);
  return made;
};

const observedPrototypes = new WeakMap<Response, Response>();

const method = (name: string, run: (response: Response) => unknown): PropertyDescriptorMap => ({
  [name]: {
    value: function (this: Response): unknown {
      return run(this);
    },
    configurable: true,
    writable: true,
  },
});

const getter = (name: string, read: (response: Response) => unknown): PropertyDescriptorMap => ({
  [name]: {
    get: function (this: Response): unknown {
      return read(this);
    },
    configurable: true,
  },
});

const OTHER_READERS = ['text', 'arrayBuffer', 'bytes', 'blob', 'formData'] as const;

// The response must live as long as its body is read: runtimes close the connection of one that was collected.
const openBody = (state: State, response: Response): ReadableStream<Uint8Array> => {
  state.stream ??= openPassage(state.passage, response);
  return state.stream;
};

const readJson = async (response: Response): Promise<unknown> => {
  const state = stateOf(response);
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

/** The prototype with the runtime's own methods. */
const native = (response: Response): Response => {
  const prototype = Object.getPrototypeOf(response) as Response;
  return STATE in response ? (Object.getPrototypeOf(prototype) as Response) : prototype;
};

const isNativeUsed = (response: Response): boolean => Reflect.get(native(response), 'bodyUsed', response) as boolean;

/** The response that reads the body as a stream, for whatever is not the usual way to read it. */
const standInOf = (state: State, response: Response): Response => {
  if (state.standIn !== undefined) return state.standIn;
  const standIn = rebuildResponse(response, openBody(state, response));
  state.standIn = standIn;
  return standIn;
};

const readOther = async (response: Response, name: (typeof OTHER_READERS)[number]): Promise<unknown> => {
  const state = stateOf(response);
  const isUsedUp = state.stream === undefined && isNativeUsed(response);
  // A body that was read already is refused by the runtime in its own words.
  return isUsedUp ? Reflect.apply(native(response)[name], response, []) : standInOf(state, response)[name]();
};
