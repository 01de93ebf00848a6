import type { PartialSuccess } from '../delivery.ts';
import type { Encoding } from '../ingest.ts';
import type { Signal } from '../otlp/codec.ts';

/** Reads the bodies of answers. Undefined: the body is not what it should be. */
export type AnswerCodec = {
  /** `partial` is absent on full success. */
  readonly exportResponse: (
    signal: Signal,
    encoding: Encoding,
    body: Uint8Array,
  ) => { readonly partial?: PartialSuccess } | undefined;
  readonly status: (
    encoding: Encoding,
    body: Uint8Array,
  ) => { readonly message: string; readonly retryDelayMs?: number } | undefined;
};
