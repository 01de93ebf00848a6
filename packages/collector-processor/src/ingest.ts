import type { Delivery } from './delivery.ts';
import type { Signal } from './otlp/codec.ts';
import type { SenderContext } from './stages/meter.ts';

/** How a request is written. */
export type Encoding = 'protobuf' | 'json';

/** One export request as a receiver hands it on, decompressed and within its bounds. */
export type IngestRequest = {
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly body: Uint8Array;
  readonly sender: SenderContext;
  /** Aborts when the sender has gone away and nobody waits for the answer. */
  readonly abort: AbortSignal;
};

/** Takes a request over. Resolves once the sender may be answered; it never rejects. Every transport ends here. */
export type Ingest = (request: IngestRequest) => Promise<Delivery>;
