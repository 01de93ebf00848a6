import { connect, type Socket } from 'node:net';
import { createByteAllowance } from '../../../src/byte-allowance.ts';
import { systemClock } from '../../../src/clock.ts';
import type { OtlpHttpReceiverConfig } from '../../../src/config/config.ts';
import { parseConfig } from '../../../src/config/load.ts';
import type { Ingest, IngestRequest } from '../../../src/ingest.ts';
import { silentLogger } from '../../../src/logger.ts';
import { type Authenticate, createAuthenticate } from '../../../src/receivers/authentication.ts';
import { startOtlpHttpReceiver } from '../../../src/receivers/otlp-http/receiver.ts';
import type { Receiver } from '../../../src/receivers/receiver.ts';
import { createSelfMetrics, type SelfMetrics } from '../../../src/self-metrics.ts';
import { responseCodec } from '../../../src/wire-codecs.ts';

/** A receiver on a free port with everything a test looks at. */
export type ReceiverUnderTest = AsyncDisposable &
  Receiver & {
    /** Requests handed on, oldest first. */
    readonly taken: readonly IngestRequest[];
    /** Bytes the receiver holds. */
    readonly heldBytes: () => number;
    readonly metrics: SelfMetrics;
  };

/** What a test may change. */
export type Given = {
  readonly config?: Partial<OtlpHttpReceiverConfig>;
  /** Default: accepts everything. */
  readonly ingest?: Ingest;
  readonly authenticate?: Authenticate;
  readonly allowanceBytes?: number;
};

/** Starts a receiver on loopback. */
export async function startReceiver(given: Given = {}): Promise<ReceiverUnderTest> {
  const parsed = parseConfig('', {});
  if (parsed.kind === 'invalid' || parsed.config.otlpHttp === undefined)
    throw new Error('the default configuration has a receiver');
  const allowance = createByteAllowance(given.allowanceBytes ?? 256 * 2 ** 20);
  const taken: IngestRequest[] = [];
  const metrics = createSelfMetrics({
    inFlightBytes: allowance.takenBytes,
    inFlightBytesMax: 0,
    queueBytes: () => ({}),
    book: () => ({ version: '2026-01-01', sha256: '' }),
    ledgerCounters: () => undefined,
    nowMs: systemClock.nowMs,
  });
  const receiver = await startOtlpHttpReceiver({
    config: { ...parsed.config.otlpHttp, port: 0, ...given.config },
    ingest: async (request) => {
      taken.push(request);
      return given.ingest === undefined ? { kind: 'accepted' } : given.ingest(request);
    },
    authenticate: given.authenticate ?? createAuthenticate([]),
    allowance,
    codec: responseCodec,
    pages: { '/healthz': async () => ({ status: 200, contentType: 'text/plain', body: 'ok\n' }) },
    metrics,
    logger: silentLogger,
    clock: systemClock,
  });
  return {
    ...receiver,
    taken,
    heldBytes: allowance.takenBytes,
    metrics,
    [Symbol.asyncDispose]: async () => {
      await receiver.stop(0);
      metrics.close();
    },
  };
}

/** Headers of the two encodings. */
export const protobuf = { 'content-type': 'application/x-protobuf' } as const;
export const json = { 'content-type': 'application/json' } as const;

/** A connection that says exactly what a test writes, and everything it was answered. */
export type RawConnection = {
  readonly socket: Socket;
  /** Everything received so far. */
  readonly received: () => string;
  /** Resolves once what was received matches. */
  readonly until: (pattern: RegExp) => Promise<void>;
  /** Resolves when the other side has closed. */
  readonly closed: Promise<void>;
};

/** Opens a raw connection to a receiver. */
export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let look = (): void => undefined;
  socket.on('data', (data) => {
    text += data.toString('latin1');
    look();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return {
    socket,
    received: () => text,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (pattern.test(text)) resolve();
        };
        socket.once('close', () => reject(new Error(`closed before ${pattern}; received ${JSON.stringify(text)}`)));
        look();
      }),
    closed,
  };
}
