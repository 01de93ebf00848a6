import type { AttributeRun } from './attribute-run.ts';

/** Number of a key in a {@link KeyTable}: what stages ask a span for. */
export type KeyId = number;

/** The attribute keys the dialects read, numbered once at start so that the codec never builds a string for any other key. */
export type KeyTable = {
  /** Keys by {@link KeyId}. */
  readonly keys: readonly string[];
  /** Number of a key; undefined when no dialect declared it. */
  readonly idOf: (key: string) => KeyId | undefined;
};

/** A decoded attribute value. Nested lists and maps come as plain arrays and objects; bytes as Uint8Array. */
export type AttributeValue =
  | string
  | boolean
  | number
  | bigint
  | Uint8Array
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

/**
 * Which of the keys that anybody asks for a span carries: one object for one list, so that what follows from the keys alone is
 * worked out once.
 */
export type KeyShape = {
  /** In wire order; a key that is repeated is there as often. Their values may be empty. */
  readonly keys: readonly KeyId[];
  /** False when none of the span's keys, asked for or not, starts with the prefix. */
  readonly mayHave: (prefix: string) => boolean;
};

/** Attributes of a span as they were written, one after the other: the first `length` bytes of `view`. */
export type OwnWords = {
  readonly view: DataView;
  length: number;
};

/** A span as it stands in a request: what can be told of it without decoding anything. */
export type SpanWire = {
  /** undefined for a span with more keys than are worth knowing. */
  readonly shape: KeyShape | undefined;
  readonly hasEvents: boolean;
  /** Length of the span's name. */
  readonly nameBytes: number;
  /** Whether the span has one of these names. */
  readonly isNamed: (spellings: readonly Uint8Array[]) => boolean;
  /** Whether there is a value under the key, if only `false` or an empty text. */
  readonly has: (key: KeyId) => boolean;
  /** Whether the value under the key is written with exactly these bytes; with undefined, whether there is no such attribute. */
  readonly isWritten: (key: KeyId, bytes: Uint8Array | undefined) => boolean;
  /** The same, where the bytes, `byteCount` of them, stand four to a number from `at` on, as `wordsOf` packs them; -1: absent. */
  readonly isWrittenAs: (key: KeyId, words: Int32Array, at: number, byteCount: number) => boolean;
  /** A copy of those bytes; undefined without such an attribute. */
  readonly copyValue: (key: KeyId) => Uint8Array | undefined;
  /**
   * Whether the attributes whose keys begin as the owned prefix does are these and no others, byte for byte, as
   * {@link SpanWire.copyOwnWords} copied them from another span.
   */
  readonly hasOwnWords: (words: OwnWords) => boolean;
  /** False where one of them is spelled in an unusual way, or there is no room for all. */
  readonly copyOwnWords: (into: OwnWords) => boolean;
};

/** Something that happened during a span. */
export type SpanEvent = {
  readonly name: string;
  readonly timeUnixNs: bigint;
  /** By key; the last one wins where a sender repeated it. Empty values are left out. */
  readonly attributes: ReadonlyMap<string, AttributeValue>;
};

/**
 * A cursor over one span of a request: one object, reused for every span, valid only inside the callback it is handed to.
 * Strings are decoded when asked for. Integers come as `number` within the safe range, else as `bigint`.
 */
export type SpanView = {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** 16 lower-case hex digits, or '' for a root. */
  readonly parentSpanId: string;
  /** Whether both ids of the span are there: it can be told from every other span. */
  readonly hasIds: boolean;
  /** As the W3C writes it: `vendor=value`, separated by commas; '' without any. */
  readonly traceState: string;
  /** Bytes of the span's own message as it came: its resource and scope, which it shares, are not among them. */
  readonly byteLength: number;
  readonly startUnixNs: bigint;
  readonly endUnixNs: bigint;
  readonly name: string;
  /** As OTLP numbers it: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  /** Number of the group of spans that share resource and scope: no other group has it. NaN where that is not known. */
  readonly groupNumber: number;
  readonly scopeName: string;
  readonly scopeVersion: string;
  /** How the span is written; undefined for one that does not stand in a request. */
  readonly wire: SpanWire | undefined;
  /** Value of an attribute of the span; the last one wins where a sender repeated the key. */
  readonly get: (key: KeyId) => AttributeValue | undefined;
  /** Value of an attribute of the span's resource. */
  readonly resource: (key: KeyId) => AttributeValue | undefined;
  /** Copies the 16 bytes of the trace id as on the wire; zeros where it is absent. */
  readonly copyTraceId: (target: DataView, at: number) => void;
  /** In the same way what places the span in its trace: the span id, 8 bytes, and the parent's id, 8 bytes. */
  readonly copyLink: (target: DataView, at: number) => void;
  /** In the same way when it was: the start, 8 bytes, and the end, 8 bytes. */
  readonly copyTimes: (target: DataView, at: number) => void;
  /** Every attribute of the span whose key starts with the prefix, in wire order. For open sets such as `costspan.usage.`. */
  readonly withPrefix: (prefix: string) => ReadonlyArray<readonly [key: string, value: AttributeValue]>;
  /** The same of its resource. */
  readonly resourceWithPrefix: (prefix: string) => ReadonlyArray<readonly [key: string, value: AttributeValue]>;
  /** Every event of the span whose name starts with the prefix, in wire order. A span without events is not looked at. */
  readonly eventsNamed: (prefix: string) => readonly SpanEvent[];
};

/** An attribute a stage wants on a span. */
export type NewAttribute = readonly [key: string, value: string | boolean | number | bigint];

/**
 * Called once per span, in request order. Returns the attributes to add, or undefined to leave the span as it came.
 * A number becomes a double, a bigint an int. A key the span already carries is replaced, never repeated.
 */
export type OnSpan = (span: SpanView) => ReadonlyArray<NewAttribute | AttributeRun> | undefined;
