import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Delivery, RejectionReason } from '../../delivery.ts';
import { overloadRetryAfterMs, refusedLingerMs } from '../../limits.ts';
import { tidyMessage } from '../../logger.ts';
import type { ResponseCodec } from '../response-codec.ts';
import { grpcStatus } from './status.ts';

/** How a call ends that is not accepted. */
export type GrpcRefusal = {
  readonly code: number;
  readonly message: string;
  /** Tells a client that it may send again, also after RESOURCE_EXHAUSTED. */
  readonly retryDelayMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

const rejectionCodes: Readonly<Record<RejectionReason, number>> = {
  invalid: grpcStatus.invalidArgument,
  'too-large': grpcStatus.resourceExhausted,
  unauthenticated: grpcStatus.unauthenticated,
  forbidden: grpcStatus.permissionDenied,
  unsupported: grpcStatus.unimplemented,
  failed: grpcStatus.internal,
};

/** How a delivery that was not accepted is refused. Retryable refusals carry a delay. */
export function refusalOf(delivery: Exclude<Delivery, { kind: 'accepted' }>): GrpcRefusal {
  switch (delivery.kind) {
    case 'retryable': {
      const code = delivery.throttled === true ? grpcStatus.resourceExhausted : grpcStatus.unavailable;
      return { code, message: delivery.message, retryDelayMs: delivery.retryAfterMs ?? overloadRetryAfterMs };
    }
    case 'rejected':
      return { code: rejectionCodes[delivery.reason], message: delivery.message };
    default:
      return delivery satisfies never;
  }
}

const headers = { ':status': 200, 'content-type': 'application/grpc' };

/** Answers a call with a message. */
export function answerWith(stream: ServerHttp2Stream, message: Uint8Array): void {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(grpcStatus.ok) }));
  stream.respond(headers, { waitForTrailers: true });
  stream.end(frame);
}

/** Answers a call with a status and nothing else. */
export function refuseCall(stream: ServerHttp2Stream, refusal: GrpcRefusal, codec: ResponseCodec): void {
  const message = tidyMessage(refusal.message);
  const details = Buffer.from(codec.status('protobuf', { ...refusal, message }));
  stream.respond(
    {
      ...headers,
      ...refusal.headers,
      'grpc-status': String(refusal.code),
      'grpc-message': percentEncode(message),
      'grpc-status-details-bin': details.toString('base64').replace(/=+$/, ''),
    },
    { endStream: true },
  );
  discardRest(stream);
}

/** What still arrives is thrown away, so that it does not use up the window of the connection; after a while the call is cut. */
export function discardRest(stream: ServerHttp2Stream): void {
  if (stream.readableEnded) return;
  stream.resume();
  const linger = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), refusedLingerMs);
  linger.unref();
  stream.once('close', () => clearTimeout(linger));
}

/** Text of a `grpc-message`: printable ASCII stays, `%` and everything else are the bytes of their UTF-8. */
function percentEncode(text: string): string {
  // Through bytes and back: half a surrogate pair has no UTF-8, and would throw.
  const wellFormed = Buffer.from(text).toString();
  return wellFormed.replaceAll(/[^\x20-\x24\x26-\x7e]/gu, (character) => encodeURIComponent(character));
}
