import type { Delivery, RejectionReason } from '../../delivery.ts';
import type { Encoding } from '../../ingest.ts';
import { overloadRetryAfterMs } from '../../limits.ts';
import { tidyMessage } from '../../logger.ts';
import type { Signal } from '../../otlp/codec.ts';
import type { ResponseCodec } from '../response-codec.ts';

/** One HTTP answer. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/** A refusal before any delivery was tried. */
export type Refusal = {
  readonly status: number;
  readonly message: string;
  readonly retryAfterMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The gRPC code that belongs to a status of HTTP, for the body of the answer. */
const grpcCodes: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  405: 12,
  408: 4,
  413: 8,
  415: 3,
  429: 8,
  500: 13,
  503: 14,
};

const rejectionStatuses: Readonly<Record<RejectionReason, number>> = {
  invalid: 400,
  'too-large': 413,
  unauthenticated: 401,
  forbidden: 403,
  unsupported: 404,
  failed: 500,
};

/** Content type of an encoding. */
const contentTypes: Readonly<Record<Encoding, string>> = { protobuf: 'application/x-protobuf', json: 'application/json' };

/** What a sender is told about its request. */
export function answerTo(delivery: Delivery, signal: Signal, encoding: Encoding, codec: ResponseCodec): Answer {
  switch (delivery.kind) {
    case 'accepted':
      return {
        status: 200,
        headers: { 'content-type': contentTypes[encoding] },
        body: codec.exportResponse(signal, encoding, delivery.partial),
      };
    case 'retryable': {
      const { message, throttled, retryAfterMs = overloadRetryAfterMs } = delivery;
      return refuse({ status: throttled === true ? 429 : 503, message, retryAfterMs }, encoding, codec);
    }
    case 'rejected':
      return refuse({ status: rejectionStatuses[delivery.reason], message: delivery.message }, encoding, codec);
    default:
      return delivery satisfies never;
  }
}

/** An answer with a `google.rpc.Status` as its body. */
export function refuse({ status, message, retryAfterMs, headers }: Refusal, encoding: Encoding, codec: ResponseCodec): Answer {
  return {
    status,
    headers: {
      'content-type': contentTypes[encoding],
      // Whole seconds, never 0: the header has no smaller unit.
      ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) }),
      ...headers,
    },
    body: codec.status(encoding, {
      code: grpcCodes[status] ?? 2,
      message: tidyMessage(message),
      ...(retryAfterMs === undefined ? {} : { retryDelayMs: retryAfterMs }),
    }),
  };
}
