import type { KeyTable, NewAttribute, OnSpan } from './span-view.ts';

/** OTLP signals that pass through the processor. */
export type Signal = 'traces' | 'logs' | 'metrics';

/** What came of reading a request: bytes, or why it is not OTLP. `where` is a field path, `offset` a byte offset. */
export type CodecResult<Value> =
  | ({ readonly kind: 'ok' } & Value)
  | { readonly kind: 'invalid'; readonly where: string; readonly problem: string; readonly offset?: number };

/** A rewritten trace request. `body` is the input itself when no span was changed. */
export type RewrittenTraces = {
  readonly body: Uint8Array;
  readonly spanCount: number;
  readonly changedSpanCount: number;
  readonly invalidUtf8Count: number;
};

export type RewriteOptions = {
  readonly keys: KeyTable;
  /** Attributes under this prefix are removed from every span before new ones are added: a sender never sets them. */
  readonly ownedPrefix: string;
  /**
   * Memory for a rewritten request of exactly so many bytes. Default: `Buffer.allocUnsafe`. Fresh memory costs a fifth of a
   * rewrite; a caller that knows when the request has left can hand the same memory out again.
   */
  readonly allocate?: (byteCount: number) => Buffer;
};

/** Validates an ExportTraceServiceRequest, shows each span to `onSpan`, and splices its attributes in. All other bytes stay. */
export type RewriteTraces = (body: Uint8Array, options: RewriteOptions, onSpan: OnSpan) => CodecResult<RewrittenTraces>;

/** Does the same a few spans at a time, so that a large request need not hold up everything else. */
export type RewriteTracesInSteps = (
  body: Uint8Array,
  options: RewriteOptions,
  onSpan: OnSpan,
) => Steps<CodecResult<RewrittenTraces>>;

/** Work that can pause. Whoever asks for its next step decides when that is; the last one has the result. */
export type Steps<Result> = Generator<void, Result, void>;

/** A log event to encode. */
export type LogEvent = {
  readonly eventName: string;
  readonly timeUnixNs: bigint;
  /** 9 info, 13 warning. */
  readonly severityNumber: number;
  readonly body: string;
  /** 32 hex digits. */
  readonly traceId?: string;
  readonly attributes: readonly NewAttribute[];
};
