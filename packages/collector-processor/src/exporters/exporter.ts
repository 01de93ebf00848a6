import type { Delivery } from '../delivery.ts';
import type { Signal } from '../otlp/codec.ts';

/** A request on its way out, as OTLP protobuf. Its bytes are shared by all destinations and never changed. */
export type Outgoing = {
  readonly signal: Signal;
  readonly body: Uint8Array;
  /** Spans, log records or data points. */
  readonly itemCount: number;
};

/** How long a destination is tried. */
export type Patience = {
  /** No further attempt is begun after this time. 0: one attempt; undefined: what the destination's configuration says. */
  readonly elapsedMsMax?: number;
  /** Ends waiting and sending: the sender has gone, or the service shuts down. */
  readonly abort: AbortSignal;
};

/** One destination. */
export type Exporter = {
  /** Name in the configuration, for example `otlp_http/backend`. */
  readonly name: string;
  /** Delivers a request. Never rejects; `accepted` means the destination has it, and nothing reads its bytes any more. */
  readonly send: (request: Outgoing, patience: Patience) => Promise<Delivery>;
  readonly close: () => Promise<void>;
};
