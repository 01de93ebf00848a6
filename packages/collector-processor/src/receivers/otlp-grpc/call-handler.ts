import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Clock } from '../../clock.ts';
import type { OtlpGrpcReceiverConfig } from '../../config/config.ts';
import { exportPaths } from '../../grpc-paths.ts';
import type { Ingest } from '../../ingest.ts';
import { inFlightRequestsMax, overloadRetryAfterMs, requestTimeoutMs } from '../../limits.ts';
import { describeFault, type Logger } from '../../logger.ts';
import type { Signal } from '../../otlp/codec.ts';
import type { SelfMetrics } from '../../self-metrics.ts';
import type { SenderContext } from '../../stages/meter.ts';
import type { Authenticate } from '../authentication.ts';
import { type ContentCoding, inflate } from '../inflate.ts';
import type { RequestMemory } from '../request-memory.ts';
import type { ResponseCodec } from '../response-codec.ts';
import { answerWith, discardRest, type GrpcRefusal, refusalOf, refuseCall } from './answer.ts';
import { parseGrpcTimeout } from './parse-timeout.ts';
import { readMessage } from './read-message.ts';
import { grpcStatus } from './status.ts';

/** What a receiver of OTLP over gRPC works with. */
export type OtlpGrpcReceiverOptions = RequestMemory & {
  readonly config: OtlpGrpcReceiverConfig;
  /** Whether other threads listen on the same port. Default: no. */
  readonly sharedPort?: boolean;
  readonly ingest: Ingest;
  readonly authenticate: Authenticate;
  readonly codec: ResponseCodec;
  readonly metrics: SelfMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
};

/** Answers calls, and waits for those under way. */
export type CallHandler = {
  readonly handle: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => Promise<void>;
  /** From now on new calls are refused; resolves when those under way are answered. */
  readonly drain: () => Promise<void>;
};

type Call = {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly signal: Signal;
  /** Aborts when the client has gone, or its deadline has passed. */
  readonly abort: AbortSignal;
};
type Body = { readonly kind: 'body'; readonly body: Buffer; readonly heldBytes: number };

const signals: ReadonlyMap<string, Signal> = new Map(
  (['traces', 'logs', 'metrics'] as const).map((signal) => [exportPaths[signal], signal]),
);
const codings: readonly string[] = ['gzip', 'deflate', 'zstd'] satisfies ContentCoding[];
const acceptEncoding = { 'grpc-accept-encoding': ['identity', ...codings].join(',') };

/** Creates the handler of a receiver. */
export function createCallHandler(options: OtlpGrpcReceiverOptions): CallHandler {
  const { codec, metrics, clock } = options;
  // All that is not answered yet, and of that what has arrived whole: a slow sender takes no place from the others.
  let underWay = 0;
  let workedOn = 0;
  let drained: (() => void) | undefined;

  /** The answer's message, or how the call is refused; undefined when nobody waits for it any more. */
  const take = async (call: Call): Promise<Uint8Array | GrpcRefusal | undefined> => {
    const early = refuseEarly(drained !== undefined, options);
    if (early !== undefined) return early;
    const authentication = options.authenticate(call.headers);
    if (authentication.kind === 'refused') return { code: grpcStatus.unauthenticated, message: authentication.message };
    if (authentication.kind === 'limited') {
      const { message, retryAfterMs } = authentication;
      return { code: grpcStatus.resourceExhausted, message, retryDelayMs: retryAfterMs };
    }
    underWay += 1;
    let heldBytes = 0;
    try {
      const received = await receiveBody(call, options);
      if (received === undefined || 'code' in received) return received;
      heldBytes = received.heldBytes;
      if (workedOn >= inFlightRequestsMax) return overloaded('too much is under way here; send it again after the delay');
      workedOn += 1;
      return await deliver(call, received.body, authentication.sender, options).finally(() => {
        workedOn -= 1;
      });
    } finally {
      options.allowance.giveBack(heldBytes);
      underWay -= 1;
      if (underWay === 0) drained?.();
    }
  };

  const takeOrExcuse = async (call: Call): Promise<Uint8Array | GrpcRefusal | undefined> => {
    try {
      return await take(call);
    } catch (error) {
      // A fault of ours is not the sender's: it keeps its data and may try again.
      options.logger.error('internal fault while taking a request', { signal: call.signal, fault: describeFault(error) });
      return overloaded('internal fault; send it again after the delay');
    }
  };

  return {
    handle: async (stream, headers) => {
      const startedMs = clock.nowMs();
      const signal = signals.get(headers[':path'] ?? '');
      if (!isGrpc(headers)) return refuseOtherProtocol(stream);
      if (signal === undefined) return refuseCall(stream, noSuchMethod(headers), codec);
      const { abort, end } = watch(stream, headers);
      const outcome = await takeOrExcuse({ stream, headers, signal, abort });
      end();
      if (outcome === undefined) return;
      const isRefused = 'code' in outcome;
      metrics.requestAnswered(signal, isRefused ? outcome.code : grpcStatus.ok, clock.nowMs() - startedMs);
      // Whoever has gone gets no answer.
      if (stream.destroyed || stream.closed) return;
      if (isRefused) refuseCall(stream, outcome, codec);
      else answerWith(stream, outcome);
    },
    drain: () =>
      new Promise((resolve) => {
        drained = resolve;
        if (underWay === 0) resolve();
      }),
  };
}

function refuseEarly(isDraining: boolean, { allowance }: OtlpGrpcReceiverOptions): GrpcRefusal | undefined {
  if (isDraining) return overloaded('shutting down; send it again after the delay');
  return allowance.admits() ? undefined : overloaded('too much is under way here; send it again after the delay');
}

async function deliver(
  { signal, abort }: Call,
  body: Buffer,
  sender: SenderContext,
  { ingest, metrics, codec }: OtlpGrpcReceiverOptions,
): Promise<Uint8Array | GrpcRefusal> {
  metrics.received(signal, body.length);
  const delivery = await ingest({ signal, encoding: 'protobuf', body, sender, abort });
  if (delivery.kind === 'accepted') return codec.exportResponse(signal, 'protobuf', delivery.partial);
  return refusalOf(delivery);
}

/** The message, unpacked, with the bytes it holds of the allowance; undefined when the client has gone. */
async function receiveBody({ stream, headers }: Call, options: OtlpGrpcReceiverOptions): Promise<Body | GrpcRefusal | undefined> {
  const { config, allowance, pool } = options;
  const named = headers['grpc-encoding'];
  const coding = codings.find((each): each is ContentCoding => each === named);
  if (coding === undefined && named !== undefined && named !== 'identity') return unknownCoding(String(named));
  const bytesMax = config.requestBytesMax;
  const read = await readMessage(stream, bytesMax, options);
  if (read.kind === 'gone') return undefined;
  if (read.kind === 'malformed') return { code: grpcStatus.internal, message: `not a call of one message: ${read.problem}` };
  if (read.kind !== 'ok') return refused(read.kind, bytesMax);
  if (!read.isCompressed) return { kind: 'body', body: read.message, heldBytes: read.heldBytes };
  if (coding === undefined) {
    allowance.giveBack(read.heldBytes);
    return { code: grpcStatus.internal, message: 'the message says it is compressed and `grpc-encoding` does not say how' };
  }
  const unpacked = await inflate(read.message, coding, bytesMax, options);
  allowance.giveBack(read.heldBytes);
  pool?.giveBack(read.message);
  if (unpacked.kind === 'ok') return { kind: 'body', body: unpacked.body, heldBytes: unpacked.body.length };
  if (unpacked.kind !== 'corrupt') return refused(unpacked.kind, bytesMax);
  return { code: grpcStatus.invalidArgument, message: `the message is not valid ${coding}: ${unpacked.problem}` };
}

/** Without a delay the client knows that a request of this size can never be taken. */
function refused(kind: 'too-large' | 'no-memory', bytesMax: number): GrpcRefusal {
  if (kind === 'no-memory') return overloaded('too much is under way here; send it again after the delay');
  const message = `the request is larger than ${bytesMax} bytes after decompression; send smaller batches`;
  return { code: grpcStatus.resourceExhausted, message };
}

function overloaded(message: string): GrpcRefusal {
  return { code: grpcStatus.unavailable, message, retryDelayMs: overloadRetryAfterMs };
}

function unknownCoding(named: string): GrpcRefusal {
  const message = `grpc-encoding ${named} is not taken; use gzip, deflate, zstd or identity`;
  return { code: grpcStatus.unimplemented, message, headers: acceptEncoding };
}

function noSuchMethod(headers: IncomingHttpHeaders): GrpcRefusal {
  const message = `no such method: ${headers[':path'] ?? ''}; OTLP has an Export of traces, logs and metrics`;
  return { code: grpcStatus.unimplemented, message };
}

function isGrpc(headers: IncomingHttpHeaders): boolean {
  return headers[':method'] === 'POST' && headers['content-type']?.startsWith('application/grpc') === true;
}

/** HTTP/2 that is not gRPC gets an answer of HTTP, as the gRPC protocol has it. */
function refuseOtherProtocol(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 415 }, { endStream: true });
  discardRest(stream);
}

/** Aborts when the client goes, its deadline passes, or its message takes too long to arrive. */
function watch(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): { readonly abort: AbortSignal; readonly end: () => void } {
  const gone = new AbortController();
  const cut = (): void => stream.close(constants.NGHTTP2_CANCEL);
  const onArrived = (): void => clearTimeout(arrival);
  const arrival = setTimeout(cut, requestTimeoutMs);
  const timeoutMs = parseGrpcTimeout(headers['grpc-timeout']);
  const deadline = timeoutMs === undefined ? undefined : setTimeout(cut, timeoutMs);
  const onClose = (): void => gone.abort();
  stream.once('end', onArrived);
  stream.once('close', onClose);
  return {
    abort: gone.signal,
    end: () => {
      clearTimeout(arrival);
      clearTimeout(deadline);
      stream.off('close', onClose);
    },
  };
}
