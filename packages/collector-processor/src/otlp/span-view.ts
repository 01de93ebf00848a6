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
  /** Value of an attribute of the span; the last one wins where a sender repeated the key. */
  readonly get: (key: KeyId) => AttributeValue | undefined;
  /** Value of an attribute of the span's resource. */
  readonly resource: (key: KeyId) => AttributeValue | undefined;
  /** Least mark other than 0 that a list by key number has for an attribute of the span, if only an empty one; 0 without any. */
  readonly leastMark: (marks: Uint8Array) => number;
  /**
   * Copies what places the span in its trace, as it is on the wire: bytes 0 to 15 the trace id, 16 to 23 the span id, 24 to 31
   * the parent's id, 32 to 39 start and 40 to 47 end as nanoseconds, least byte first. What is absent is zeros.
   */
  readonly copyPlace: (target: DataView, offset: number) => void;
  /** Every attribute of the span whose key starts with the prefix, in wire order. For open sets such as `costspan.usage.`. */
  readonly withPrefix: (prefix: string) => ReadonlyArray<readonly [key: string, value: AttributeValue]>;
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
