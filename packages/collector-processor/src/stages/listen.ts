import { strict as assert } from 'node:assert';
import type { SpanView, SpanWire } from '../otlp/span-view.ts';
import { asks, type Told } from './known-answers.ts';

/** A span whose answers are written down while it is asked. */
export type Listening = {
  /** Stands for the span at hand. */
  readonly view: SpanView;
  /** Begins anew with a span, which stays the one at hand. */
  readonly begin: (span: SpanView, wire: SpanWire) => void;
  /** What it told, each question once. */
  readonly told: () => readonly Told[];
  /** Whether it was asked anything besides: its answers are not all there is to it. */
  readonly wasAskedMore: () => boolean;
};

/** What is written down of the span at hand. */
type Notes = {
  span: SpanView | undefined;
  wire: SpanWire | undefined;
  told: Told[];
  isMore: boolean;
};

/** Listens to spans of one cursor, one after the other. The name of their scope is not noted: it is told by who asks. */
export const createListening = (): Listening => {
  const notes: Notes = { span: undefined, wire: undefined, told: [], isMore: false };
  return {
    view: createListenedView(notes),
    begin: (span, wire) => {
      notes.span = span;
      notes.wire = wire;
      notes.told = [];
      notes.isMore = false;
    },
    told: () => notes.told,
    wasAskedMore: () => notes.isMore,
  };
};

/** What is asked after something that is not noted may depend on it, so no more is noted then. */
const note = ({ told, isMore }: Notes, said: Told): void => {
  const isSame = (each: Told): boolean => each.asks === said.asks && each.key === said.key && each.prefix === said.prefix;
  if (!isMore && !told.some(isSame)) told.push(said);
};

const nothing = { key: -1, number: 0, value: undefined, prefix: '' } as const;

const spanOf = ({ span }: Notes): SpanView => {
  assert(span !== undefined, 'listen: no span to listen to');
  return span;
};

/** The span, for what is not noted. */
const beyond = (notes: Notes): SpanView => {
  notes.isMore = true;
  return spanOf(notes);
};

const createListenedView = (notes: Notes): SpanView => ({
  get traceId() {
    return beyond(notes).traceId;
  },
  get spanId() {
    return beyond(notes).spanId;
  },
  get parentSpanId() {
    return beyond(notes).parentSpanId;
  },
  get hasIds() {
    return beyond(notes).hasIds;
  },
  get traceState() {
    return beyond(notes).traceState;
  },
  get startUnixNs() {
    return beyond(notes).startUnixNs;
  },
  get endUnixNs() {
    return beyond(notes).endUnixNs;
  },
  get byteLength() {
    return beyond(notes).byteLength;
  },
  get name() {
    return beyond(notes).name;
  },
  get kind() {
    const { kind } = spanOf(notes);
    note(notes, { ...nothing, asks: asks.kind, number: kind });
    return kind;
  },
  get statusCode() {
    const { statusCode } = spanOf(notes);
    note(notes, { ...nothing, asks: asks.status, number: statusCode });
    return statusCode;
  },
  get groupNumber() {
    return beyond(notes).groupNumber;
  },
  get scopeName() {
    return spanOf(notes).scopeName;
  },
  get scopeVersion() {
    return beyond(notes).scopeVersion;
  },
  wire: createListenedWire(notes),
  get: (key) => {
    note(notes, { ...nothing, asks: asks.value, key, value: notes.wire?.copyValue(key) });
    return spanOf(notes).get(key);
  },
  resource: (key) => beyond(notes).resource(key),
  copyTraceId: (target, at) => beyond(notes).copyTraceId(target, at),
  copyLink: (target, at) => beyond(notes).copyLink(target, at),
  copyTimes: (target, at) => beyond(notes).copyTimes(target, at),
  withPrefix: (prefix) => {
    const found = spanOf(notes).withPrefix(prefix);
    note(notes, { ...nothing, asks: asks.prefix, prefix, number: found.length > 0 ? 1 : 0 });
    // What stands there is not noted, only whether there is anything.
    if (found.length > 0) notes.isMore = true;
    return found;
  },
  resourceWithPrefix: (prefix) => beyond(notes).resourceWithPrefix(prefix),
  eventsNamed: (prefix) => beyond(notes).eventsNamed(prefix),
});

const createListenedWire = (notes: Notes): SpanWire => ({
  get shape() {
    return notes.wire?.shape;
  },
  get hasEvents() {
    return beyond(notes).wire?.hasEvents === true;
  },
  get nameBytes() {
    return beyond(notes).wire?.nameBytes ?? 0;
  },
  has: (key) => {
    const has = notes.wire?.has(key) === true;
    note(notes, { ...nothing, asks: asks.has, key, number: has ? 1 : 0 });
    return has;
  },
  isNamed: (spellings) => beyond(notes).wire?.isNamed(spellings) === true,
  isWritten: (key, bytes) => beyond(notes).wire?.isWritten(key, bytes) === true,
  isWrittenAs: (key, words, at, byteCount) => beyond(notes).wire?.isWrittenAs(key, words, at, byteCount) === true,
  copyValue: (key) => beyond(notes).wire?.copyValue(key),
  hasOwnWords: (words) => beyond(notes).wire?.hasOwnWords(words) === true,
  copyOwnWords: (into) => beyond(notes).wire?.copyOwnWords(into) === true,
});
