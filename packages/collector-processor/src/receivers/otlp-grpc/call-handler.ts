import { Metadata, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import type { ByteAllowance } from '../../byte-allowance.ts';
import type { Clock } from '../../clock.ts';
import type { OtlpGrpcReceiverConfig } from '../../config/config.ts';
import type { Delivery, RejectionReason } from '../../delivery.ts';
import type { Ingest } from '../../ingest.ts';
import { inFlightRequestsMax, overloadRetryAfterMs } from '../../limits.ts';
import { describeFault, type Logger, tidyMessage } from '../../logger.ts';
import type { Signal } from '../../otlp/codec.ts';
import type { SelfMetrics } from '../../self-metrics.ts';
import type { Authenticate, RequestHeaders } from '../authentication.ts';
import type { ResponseCodec } from '../response-codec.ts';

/** What a receiver of OTLP over gRPC works with. */
export type OtlpGrpcReceiverOptions = {
  readonly config: OtlpGrpcReceiverConfig;
  /** Whether other threads listen on the same port. Default: no. */
  readonly sharedPort?: boolean;
  readonly ingest: Ingest;
  readonly authenticate: Authenticate;
  /** Bytes of bodies that all receivers together may hold. */
  readonly allowance: ByteAllowance;
  readonly codec: ResponseCodec;
  readonly metrics: SelfMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
};

/** Answers calls, and waits for those under way. */
export type CallHandler = {
  readonly handle: (signal: Signal, call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => Promise<void>;
  /** From now on new calls are refused; resolves when those under way are answered. */
  readonly drain: () => Promise<void>;
};

type GrpcStatus = { readonly code: number; readonly message: string; readonly retryDelayMs?: number };

const rejectionCodes: Readonly<Record<RejectionReason, number>> = {
  invalid: status.INVALID_ARGUMENT,
  'too-large': status.RESOURCE_EXHAUSTED,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  unsupported: status.UNIMPLEMENTED,
  failed: status.INTERNAL,
};

/** Creates the handler of a receiver. */
export function createCallHandler(options: OtlpGrpcReceiverOptions): CallHandler {
  const { ingest, authenticate, allowance, codec, metrics, logger, clock } = options;
  let underWay = 0;
  let drained: (() => void) | undefined;
  const isDraining = (): boolean => drained !== undefined;

  /** What is to be answered: a delivery, or the status of an earlier refusal. */
  const take = async (signal: Signal, call: ServerUnaryCall<Buffer, Buffer>): Promise<Delivery | GrpcStatus> => {
    if (isDraining()) return overloaded('shutting down; send it again after the delay');
    const authentication = authenticate(headersOf(call.metadata));
    if (authentication.kind === 'refused') return { code: status.UNAUTHENTICATED, message: authentication.message };
    const body = call.request;
    if (underWay >= inFlightRequestsMax || !allowance.take(body.length)) {
      return overloaded('too much is under way here; send it again after the delay');
    }
    underWay += 1;
    const gone = new AbortController();
    call.once('cancelled', () => gone.abort());
    try {
      metrics.received(signal, body.length);
      return await ingest({ signal, encoding: 'protobuf', body, sender: authentication.sender, abort: gone.signal });
    } catch (error) {
      // A fault of ours is not the sender's: it keeps its data and may try again.
      logger.error('internal fault while taking a request', { signal, fault: describeFault(error) });
      return overloaded('internal fault; send it again after the delay');
    } finally {
      allowance.giveBack(body.length);
      underWay -= 1;
      if (underWay === 0) drained?.();
    }
  };

  return {
    handle: async (signal, call, answer) => {
      const startedMs = clock.nowMs();
      const outcome = await take(signal, call);
      const refusal = 'code' in outcome ? outcome : refusalOf(outcome);
      metrics.requestAnswered(signal, refusal?.code ?? status.OK, clock.nowMs() - startedMs);
      if (refusal === undefined) {
        const partial = 'code' in outcome || outcome.kind !== 'accepted' ? undefined : outcome.partial;
        answer(null, Buffer.from(codec.exportResponse(signal, 'protobuf', partial)));
        return;
      }
      const message = tidyMessage(refusal.message);
      const metadata = new Metadata();
      metadata.set('grpc-status-details-bin', Buffer.from(codec.status('protobuf', { ...refusal, message })));
      answer({ code: refusal.code, details: message, metadata });
    },
    drain: () =>
      new Promise((resolve) => {
        drained = resolve;
        if (underWay === 0) resolve();
      }),
  };
}

/** Retryable refusals carry a delay, which tells a client that RESOURCE_EXHAUSTED is not for ever. */
function refusalOf(delivery: Delivery): GrpcStatus | undefined {
  switch (delivery.kind) {
    case 'accepted':
      return undefined;
    case 'retryable': {
      const code = delivery.throttled === true ? status.RESOURCE_EXHAUSTED : status.UNAVAILABLE;
      return { code, message: delivery.message, retryDelayMs: delivery.retryAfterMs ?? overloadRetryAfterMs };
    }
    case 'rejected':
      return { code: rejectionCodes[delivery.reason], message: delivery.message };
    default:
      return delivery satisfies never;
  }
}

function overloaded(message: string): GrpcStatus {
  return { code: status.UNAVAILABLE, message, retryDelayMs: overloadRetryAfterMs };
}

function headersOf(metadata: Metadata): RequestHeaders {
  return Object.fromEntries(Object.entries(metadata.getMap()).map(([name, value]) => [name, value.toString()]));
}
