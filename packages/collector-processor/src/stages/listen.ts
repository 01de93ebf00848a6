import { strict as assert } from 'node:assert';
import type { AttributeValue, KeyId, KeyShape, OwnWords, SpanEvent, SpanView, SpanWire } from '../otlp/span-view.ts';
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
    view: new ListenedView(notes),
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

/** A class for the reason that the cursor it stands for is one: readers ask both, and are as fast as the slower of them. */
class ListenedView implements SpanView {
  readonly wire: SpanWire;
  private readonly notes: Notes;

  constructor(notes: Notes) {
    this.notes = notes;
    this.wire = new ListenedWire(notes);
  }

  get traceId(): string {
    return beyond(this.notes).traceId;
  }

  get spanId(): string {
    return beyond(this.notes).spanId;
  }

  get parentSpanId(): string {
    return beyond(this.notes).parentSpanId;
  }

  get hasIds(): boolean {
    return beyond(this.notes).hasIds;
  }

  get traceState(): string {
    return beyond(this.notes).traceState;
  }

  get startUnixNs(): bigint {
    return beyond(this.notes).startUnixNs;
  }

  get endUnixNs(): bigint {
    return beyond(this.notes).endUnixNs;
  }

  get byteLength(): number {
    return beyond(this.notes).byteLength;
  }

  get name(): string {
    return beyond(this.notes).name;
  }

  get kind(): number {
    const { kind } = spanOf(this.notes);
    note(this.notes, { ...nothing, asks: asks.kind, number: kind });
    return kind;
  }

  get statusCode(): number {
    const { statusCode } = spanOf(this.notes);
    note(this.notes, { ...nothing, asks: asks.status, number: statusCode });
    return statusCode;
  }

  get groupNumber(): number {
    return beyond(this.notes).groupNumber;
  }

  get scopeName(): string {
    return spanOf(this.notes).scopeName;
  }

  get scopeVersion(): string {
    return beyond(this.notes).scopeVersion;
  }

  get(key: KeyId): AttributeValue | undefined {
    note(this.notes, { ...nothing, asks: asks.value, key, value: this.notes.wire?.copyValue(key) });
    return spanOf(this.notes).get(key);
  }

  resource(key: KeyId): AttributeValue | undefined {
    return beyond(this.notes).resource(key);
  }

  copyTraceId(target: DataView, at: number): void {
    beyond(this.notes).copyTraceId(target, at);
  }

  copyLink(target: DataView, at: number): void {
    beyond(this.notes).copyLink(target, at);
  }

  copyTimes(target: DataView, at: number): void {
    beyond(this.notes).copyTimes(target, at);
  }

  withPrefix(prefix: string): ReturnType<SpanView['withPrefix']> {
    const found = spanOf(this.notes).withPrefix(prefix);
    note(this.notes, { ...nothing, asks: asks.prefix, prefix, number: found.length > 0 ? 1 : 0 });
    // What stands there is not noted, only whether there is anything.
    if (found.length > 0) this.notes.isMore = true;
    return found;
  }

  resourceWithPrefix(prefix: string): ReturnType<SpanView['withPrefix']> {
    return beyond(this.notes).resourceWithPrefix(prefix);
  }

  eventsNamed(prefix: string): readonly SpanEvent[] {
    return beyond(this.notes).eventsNamed(prefix);
  }
}

class ListenedWire implements SpanWire {
  private readonly notes: Notes;

  constructor(notes: Notes) {
    this.notes = notes;
  }

  get shape(): KeyShape | undefined {
    return this.notes.wire?.shape;
  }

  get hasEvents(): boolean {
    return beyond(this.notes).wire?.hasEvents === true;
  }

  get nameBytes(): number {
    return beyond(this.notes).wire?.nameBytes ?? 0;
  }

  has(key: KeyId): boolean {
    const has = this.notes.wire?.has(key) === true;
    note(this.notes, { ...nothing, asks: asks.has, key, number: has ? 1 : 0 });
    return has;
  }

  isNamed(spellings: readonly Uint8Array[]): boolean {
    return beyond(this.notes).wire?.isNamed(spellings) === true;
  }

  isWritten(key: KeyId, bytes: Uint8Array | undefined): boolean {
    return beyond(this.notes).wire?.isWritten(key, bytes) === true;
  }

  isWrittenAs(key: KeyId, words: Int32Array, at: number, byteCount: number): boolean {
    return beyond(this.notes).wire?.isWrittenAs(key, words, at, byteCount) === true;
  }

  copyValue(key: KeyId): Uint8Array | undefined {
    return beyond(this.notes).wire?.copyValue(key);
  }

  hasOwnWords(words: OwnWords): boolean {
    return beyond(this.notes).wire?.hasOwnWords(words) === true;
  }

  copyOwnWords(into: OwnWords): boolean {
    return beyond(this.notes).wire?.copyOwnWords(into) === true;
  }
}
