import type { PartialSuccess } from '../delivery.ts';
import type { Encoding } from '../ingest.ts';
import type { Signal } from '../otlp/codec.ts';

/** Writes the bodies of answers: `Export*ServiceResponse` and `google.rpc.Status`. */
export type ResponseCodec = {
  readonly exportResponse: (signal: Signal, encoding: Encoding, partial?: PartialSuccess) => Uint8Array;
  readonly status: (
    encoding: Encoding,
    status: { readonly code: number; readonly message: string; readonly retryDelayMs?: number },
  ) => Uint8Array;
};
