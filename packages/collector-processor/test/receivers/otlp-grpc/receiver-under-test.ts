import { type ChannelOptions, Client, credentials } from '@grpc/grpc-js';
import { createByteAllowance } from '../../../src/byte-allowance.ts';
import { systemClock } from '../../../src/clock.ts';
import type { OtlpGrpcReceiverConfig } from '../../../src/config/config.ts';
import { parseConfig } from '../../../src/config/load.ts';
import type { Ingest, IngestRequest } from '../../../src/ingest.ts';
import { silentLogger } from '../../../src/logger.ts';
import { type Authenticate, createAuthenticate } from '../../../src/receivers/authentication.ts';
import { startOtlpGrpcReceiver } from '../../../src/receivers/otlp-grpc/receiver.ts';
import type { Receiver } from '../../../src/receivers/receiver.ts';
import { createSelfMetrics } from '../../../src/self-metrics.ts';
import { responseCodec } from '../../../src/wire-codecs.ts';

/** What a test may change. */
export type Given = {
  readonly config?: Partial<OtlpGrpcReceiverConfig>;
  readonly ingest?: Ingest;
  readonly authenticate?: Authenticate;
  readonly allowanceBytes?: number;
};

/** A receiver on a free port with everything a test looks at. */
export type ReceiverUnderTest = AsyncDisposable &
  Receiver & {
    /** Requests handed on, oldest first. */
    readonly taken: readonly IngestRequest[];
    /** Bytes the receiver holds. */
    readonly heldBytes: () => number;
    readonly client: (options?: ChannelOptions, secure?: ReturnType<typeof credentials.createInsecure>) => Client;
  };

/** Starts a receiver on loopback. */
export async function startReceiver(given: Given = {}): Promise<ReceiverUnderTest> {
  const parsed = parseConfig('receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:0"}}}}', {});
  if (parsed.kind === 'invalid' || parsed.config.otlpGrpc === undefined) throw new Error('the configuration is valid');
  const taken: IngestRequest[] = [];
  const allowance = createByteAllowance(given.allowanceBytes ?? 2 ** 28);
  const metrics = createSelfMetrics({
    inFlightBytes: allowance.takenBytes,
    inFlightBytesMax: 0,
    queueBytes: () => ({}),
    book: () => ({ version: '', sha256: '' }),
    ledgerCounters: () => undefined,
    nowMs: systemClock.nowMs,
  });
  const receiver = await startOtlpGrpcReceiver({
    config: { ...parsed.config.otlpGrpc, ...given.config },
    ingest: async (request) => {
      taken.push(request);
      return given.ingest === undefined ? { kind: 'accepted' } : given.ingest(request);
    },
    authenticate: given.authenticate ?? createAuthenticate([]),
    allowance,
    codec: responseCodec,
    metrics,
    logger: silentLogger,
    clock: systemClock,
  });
  const clients: Client[] = [];
  const client = (options: ChannelOptions = {}, secure = credentials.createInsecure()): Client => {
    const made = new Client(`127.0.0.1:${receiver.port}`, secure, { 'grpc.use_local_subchannel_pool': 1, ...options });
    clients.push(made);
    return made;
  };
  return {
    ...receiver,
    taken,
    heldBytes: allowance.takenBytes,
    client,
    [Symbol.asyncDispose]: async () => {
      for (const each of clients) each.close();
      await receiver.stop(0);
      metrics.close();
    },
  };
}
