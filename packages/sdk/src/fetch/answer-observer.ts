import { heldEventBytesMax } from '../limits.ts';
import type { Answer, Api } from './apis/api-type.ts';
import { textOf } from './apis/kept.ts';
import { isUsageOnly } from './apis/openai-chat.ts';
import { createFrameReader, type Frame } from './body/frame-reader.ts';
import { createJsonPruner, type JsonPruner } from './body/json-pruner.ts';
import { mayTellUsage, saysNothingNew } from './body/may-matter.ts';
import type { BodyObserver } from './body/passage.ts';
import { createSseReader, parseShortEvent, type SseReader } from './body/sse-reader.ts';
import { strippedOfNullUsage } from './include-usage.ts';

/** Reads an answer as it passes; `answer` is what is known so far. */
export type AnswerObserver = BodyObserver & {
  readonly answer: () => Answer;
  /** Whether the answer comes as events, of which a part is worth something. */
  readonly isStream: boolean;
  /** Whether clients of such a stream abort it without reading on or cancelling. Default false. */
  readonly isLeftByAbort?: boolean;
};

const UNKNOWN: Answer = { isComplete: false };

/** What an observer has to know of an answer besides its type. */
export type AnswerOrigin = {
  /** Whether we asked for the usage: what that adds to the stream is then taken out again. */
  readonly wasAsked: boolean;
  /** Whether nobody else holds the bytes of the pieces. */
  readonly hasOwnBytes: boolean;
};

/** An observer for the body of an answer. */
export const createAnswerObserver = (api: Api, contentType: string, origin: AnswerOrigin): AnswerObserver => {
  const type = mediaTypeOf(contentType);
  if (type === 'text/event-stream' && api.event !== undefined)
    return origin.wasAsked ? observeAskedEvents(api, origin.hasOwnBytes) : observeEvents(api);
  if (type === 'application/vnd.amazon.eventstream' && api.event !== undefined) return observeFrames(api);
  if (type === 'application/json' || type.endsWith('+json')) return observeJson(api);
  return observeNothing();
};

// Nearly every answer says this word for word.
const mediaTypeOf = (contentType: string): string =>
  contentType === 'application/json' ? contentType : (contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '');

const nothing = (): undefined => undefined;

/** A body that says nothing of its cost, such as audio: it counts when it has arrived. */
const observeNothing = (): AnswerObserver => {
  let answer = UNKNOWN;
  return {
    piece: (bytes) => bytes,
    end: () => {
      answer = { isComplete: true };
      return undefined;
    },
    release: nothing,
    answer: () => answer,
    isStream: false,
  };
};

const observeJson = (api: Api): AnswerObserver => {
  // Most hosts take the body as one value, which is then not read a second time.
  let pruner: JsonPruner | undefined;
  let answer = UNKNOWN;
  return {
    piece: (bytes) => {
      pruner ??= createJsonPruner(api.answer);
      pruner.feed(bytes);
      return bytes;
    },
    end: () => {
      answer = api.readAnswer(pruner?.take());
      return undefined;
    },
    value: (json) => {
      answer = api.readAnswer(json);
    },
    release: nothing,
    // The clients may stop at the closing brace, before the end of the connection is seen.
    answer: () => answer,
    isStream: false,
  };
};

/** What the events of a stream have said. */
type Told = {
  answer: Answer;
  /** The first event, for as long as nobody has needed what it says. */
  first: Uint8Array | undefined;
};

const createEventReader = (api: Api, told: Told, onEvent?: (kept: unknown) => void): SseReader =>
  createSseReader(
    api.event ?? {},
    (kept) => {
      told.answer = api.readEvent?.(kept, told.answer) ?? told.answer;
      onEvent?.(kept);
    },
    {
      mayMatter: mayTellUsage,
      first: (event) => {
        // A copy: the piece belongs to the host, who may reuse its memory.
        told.first = Uint8Array.prototype.slice.call(event);
      },
      glance: (event) => {
        const after = api.glanceAtEvent?.(event, told.answer);
        if (after !== undefined) told.answer = after;
        return after !== undefined;
      },
    },
  );

/** The answer as the events told it. The first one says what most say again: it is read where a later one has not. */
const answerOf = (api: Api, told: Told): Answer => {
  const { answer, first } = told;
  const isKnown = answer.id !== undefined && answer.model !== undefined && answer.serviceTier !== undefined;
  if (first === undefined || isKnown) return answer;
  told.first = undefined;
  told.answer = { ...api.readEvent?.(parseShortEvent(first)?.json, UNKNOWN), ...answer };
  return told.answer;
};

const observeEvents = (api: Api): AnswerObserver => {
  const told: Told = { answer: UNKNOWN, first: undefined };
  const reader = createEventReader(api, told);
  return {
    piece: (bytes) => {
      reader.feed(bytes);
      return bytes;
    },
    end: () => {
      reader.end();
      return undefined;
    },
    release: nothing,
    answer: () => answerOf(api, told),
    isStream: true,
    ...(api.isLeftOpen === true && { isLeftByAbort: true, isOver: () => told.answer.errorType !== undefined }),
  };
};

/** Events in binary frames, as Bedrock sends them. */
const observeFrames = (api: Api): AnswerObserver => {
  let answer = UNKNOWN;
  const envelope = createJsonPruner(ENVELOPE);
  const pruner = createJsonPruner(api.event ?? {});
  const onFrame = ({ headers, payload }: Frame): void => {
    const failure = headers.get(':exception-type') ?? headers.get(':error-code');
    if (failure !== undefined) {
      answer = { ...answer, errorType: failure };
      return;
    }
    // Models called with their own bodies have them wrapped; Converse does without.
    envelope.feed(payload);
    const wrapped = textOf(envelope.take(), 'bytes');
    const event = wrapped === undefined ? payload : Buffer.from(wrapped, 'base64');
    if (answer !== UNKNOWN && !mayTellUsage(event)) return;
    pruner.feed(event);
    answer = api.readEvent?.(pruner.take(), answer) ?? answer;
  };
  const reader = createFrameReader(onFrame);
  return {
    piece: (bytes) => {
      reader.feed(bytes);
      return bytes;
    },
    end: nothing,
    // The client throws at an exception and neither reads nor cancels what is left.
    isOver: () => answer.errorType !== undefined,
    release: nothing,
    answer: () => answer,
    isStream: true,
    isLeftByAbort: true,
  };
};

const ENVELOPE = { bytes: true } as const;

/** As `observeEvents`, but whole events at a time: the event that carries only usage is left out. */
const observeAskedEvents = (api: Api, hasOwnBytes: boolean): AnswerObserver => {
  const told: Told = { answer: UNKNOWN, first: undefined };
  let isOurs = false;
  let held: Buffer = NO_BYTES;
  let isHolding = true;
  let hasSeenEvent = false;
  const reader = createEventReader(api, told, (kept) => {
    isOurs = isUsageOnly(kept);
  });

  const keep = (event: Uint8Array, isOwn: boolean): Uint8Array | undefined => {
    isOurs = false;
    hasSeenEvent = true;
    reader.feed(event);
    return isOurs ? undefined : (strippedOfNullUsage(event, isOwn) ?? event);
  };

  const keepMany = (bytes: Buffer): Uint8Array | undefined => {
    const { events, rest } = splitEvents(bytes);
    const kept = events.map((event) => keep(event, false)).filter((event) => event !== undefined);
    // An event of that size is none of ours: from here on the stream passes through as it comes.
    isHolding = rest.length <= heldEventBytesMax;
    if (isHolding) held = rest.length === 0 ? NO_BYTES : Buffer.from(rest);
    else {
      reader.feed(rest);
      kept.push(rest);
      held = NO_BYTES;
    }
    return kept.length === 0 ? undefined : plain(kept.length === 1 ? (kept[0] ?? held) : Buffer.concat(kept));
  };

  return {
    piece: (bytes) => {
      if (!isHolding) {
        reader.feed(bytes);
        return bytes;
      }
      if (held.length > 0) return keepMany(Buffer.concat([held, bytes]));
      // Of nearly every event nothing else is wanted.
      if (hasSeenEvent && saysNothingNew(bytes)) return strippedOfNullUsage(bytes, hasOwnBytes) ?? bytes;
      return isOneEvent(bytes) ? keep(bytes, hasOwnBytes) : keepMany(view(bytes));
    },
    end: () => {
      isOurs = false;
      reader.feed(held);
      reader.end();
      const last = isOurs ? undefined : (strippedOfNullUsage(held, false) ?? held);
      held = NO_BYTES;
      return last;
    },
    release: () => {
      const last = held;
      held = NO_BYTES;
      return last;
    },
    answer: () => answerOf(api, told),
    isStream: true,
  };
};

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

const NO_BYTES: Buffer = Buffer.alloc(0);

// A Buffer prints and compares differently; the host got plain bytes before.
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);

/** Whether a piece is one event of one line, and the blank line behind it. */
const isOneEvent = (bytes: Uint8Array): boolean => {
  const { length } = bytes;
  return bytes[length - 1] === LINE_FEED && bytes.indexOf(LINE_FEED) === length - 2;
};

/** The complete events of some bytes, each with the blank line behind it, and what follows the last of them. */
const splitEvents = (bytes: Buffer): { readonly events: readonly Buffer[]; readonly rest: Buffer } => {
  const events: Buffer[] = [];
  let start = 0;
  for (;;) {
    const end = endOfEvent(bytes, start);
    if (end === undefined) return { events, rest: bytes.subarray(start) };
    events.push(bytes.subarray(start, end));
    start = end;
  }
};

/** Index behind the blank line that ends the event, with line feeds or with returns before them. */
const endOfEvent = (bytes: Buffer, from: number): number | undefined => {
  for (let at = bytes.indexOf(LINE_FEED, from); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) {
    if (bytes[at + 1] === LINE_FEED) return at + 2;
    const isReturned = at > from && bytes[at - 1] === RETURN;
    if (isReturned && bytes[at + 1] === RETURN && bytes[at + 2] === LINE_FEED) return at + 3;
  }
  return undefined;
};

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
