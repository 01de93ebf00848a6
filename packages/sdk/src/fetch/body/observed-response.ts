import { reportFault } from '../../faults.ts';
import { openPassage } from './observed-body.ts';
import { type BodyExit, type BodyObserver, createPassage, exit, exitWhenForgotten, type Passage } from './passage.ts';
import { rebuildResponse } from './rebuilt-response.ts';

/**
 * `response` itself, whose body is seen by `observer` while the host reads it. The object stays the runtime's own, with
 * its class, address and flags; only what reads the body is replaced on it.
 */
export const observeResponse = (
  response: Response,
  body: ReadableStream<Uint8Array>,
  options: { readonly observer: BodyObserver; readonly onExit: (exit: BodyExit) => void; readonly signal?: AbortSignal },
): Response => {
  // What is observed already has a body that can be observed again, but no place for a second state.
  const seen = Observed.is(response) ? rebuildResponse(response, body) : response;
  const passage = createPassage(body, options.observer, options.onExit, options.signal);
  exitWhenForgotten(seen, passage);
  const native = Object.getPrototypeOf(seen) as Response;
  new Observed(seen, { passage, native, stream: undefined, standIn: undefined });
  return Object.setPrototypeOf(seen, observedPrototypeOf(native)) as Response;
};

type State = {
  readonly passage: Passage;
  /** The prototype with the runtime's own methods. */
  readonly native: Response;
  /** The body, once the host has asked for it. */
  stream: ReadableStream<Uint8Array> | undefined;
  /** The response that stands in for this one, once something has to read its body as a stream. */
  standIn: Response | undefined;
};

/** Makes a class whose constructor returns what it is given, so that a class derived from it adds its private fields to that. */
class Given {
  constructor(response: Response) {
    // biome-ignore lint/correctness/noConstructorReturn: it is all this class is for
    return response as unknown as Given;
  }
}

/**
 * Keeps what we know of a response in a private field of the response itself: no host sees it, and it costs a tenth of what
 * a hidden property or a weak map does. Every call needs one.
 */
class Observed extends Given {
  readonly #state: State;

  constructor(response: Response, state: State) {
    super(response);
    this.#state = state;
  }

  static is(response: Response): boolean {
    return #state in response;
  }

  static stateOf(response: Response): State {
    return (response as unknown as Observed).#state;
  }
}

const { stateOf } = Observed;

/** The prototype of observed responses, between them and their own class: one for each class, and made once. */
const observedPrototypeOf = (original: Response): Response => {
  const known = observedPrototypes.get(original);
  if (known !== undefined) return known;
  const made = Object.create(original, {
    ...method('json', readJson),
    ...method('clone', (response) => standInOf(stateOf(response), response).clone()),
    ...Object.fromEntries(OTHER_READERS.flatMap((name) => Object.entries(method(name, (response) => readOther(response, name))))),
    ...getter('body', (response) => stateOf(response).standIn?.body ?? openBody(stateOf(response), response)),
    ...getter(
      'bodyUsed',
      (response) => stateOf(response).standIn?.bodyUsed === true || isNativeUsed(stateOf(response), response),
    ),
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

const readJson = (response: Response): Promise<unknown> => {
  const state = stateOf(response);
  const { passage } = state;
  const { observer } = passage;
  if (observer.value === undefined || state.stream !== undefined) return standInOf(state, response).json();
  // Not an async function, which would cost every call a promise more.
  return state.native.json.call(response).then(
    (json: unknown) => {
      try {
        observer.value?.(json);
      } catch (fault) {
        reportFault('reading an answer', fault);
      }
      exit(passage, READ);
      return json;
    },
    (error: unknown) => {
      // What is not JSON has arrived all the same, and says nothing.
      exit(passage, error instanceof SyntaxError ? READ : { kind: 'failed', error });
      throw error;
    },
  );
};

const READ: BodyExit = { kind: 'read' };

const isNativeUsed = (state: State, response: Response): boolean => Reflect.get(state.native, 'bodyUsed', response) as boolean;

/** The response that reads the body as a stream, for whatever is not the usual way to read it. */
const standInOf = (state: State, response: Response): Response => {
  if (state.standIn !== undefined) return state.standIn;
  const standIn = rebuildResponse(response, openBody(state, response));
  state.standIn = standIn;
  return standIn;
};

const readOther = async (response: Response, name: (typeof OTHER_READERS)[number]): Promise<unknown> => {
  const state = stateOf(response);
  const isUsedUp = state.stream === undefined && isNativeUsed(state, response);
  // A body that was read already is refused by the runtime in its own words.
  return isUsedUp ? Reflect.apply(state.native[name], response, []) : standInOf(state, response)[name]();
};
