import { createByteAllowance } from './byte-allowance.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config/config.ts';
import { CostspanError } from './errors.ts';
import { type Logger, silentLogger } from './logger.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';
import type { Page } from './receivers/otlp-http/options.ts';
import type { Receiver } from './receivers/receiver.ts';
import type { Receivers } from './receivers/start-receivers.ts';

/** What a service needs. */
export type ServeOptions = {
  /** From `readConfig` or `parseConfig`. */
  readonly config: Config;
  /** Default: says nothing. */
  readonly logger?: Logger;
  /** Default: the computer's clock. */
  readonly clock?: Clock;
  /** Chance of the back-off, from 0 up to but not including 1. Default: `Math.random`. */
  readonly random?: () => number;
};

/** A service that takes requests. */
export type Service = {
  /** Port listened on for HTTP, or for gRPC where there is no HTTP. */
  readonly port: number;
  /** Base address to send OTLP over HTTP to, for example `http://127.0.0.1:4318`; that of gRPC where there is no HTTP. */
  readonly url: string;
  /** Base address to send OTLP over gRPC to; absent when it is not configured. */
  readonly grpcUrl?: string;
  /** Sends what changed in the ledger now instead of at the next interval. False when something could not be sent. */
  readonly flush: () => Promise<boolean>;
  /** Reads certificates and price books again. Requests under way are not disturbed. Rejects, changing nothing, when a file is bad. */
  readonly reload: () => Promise<void>;
  /** Stops accepting, finishes what is under way, sends records and closes, all within the configured time. */
  readonly close: () => Promise<void>;
};

/** Starts the whole processor in this process and resolves once it takes requests. Rejects with a {@link CostspanError}. */
export async function serve(options: ServeOptions): Promise<Service> {
  const { config, logger = silentLogger, clock = systemClock, random = Math.random } = options;
  if (config.otlpHttp === undefined && config.otlpGrpc === undefined) {
    throw new CostspanError(
      'config-invalid',
      'receivers.otlp.protocols: expected a transport, found none; name `http` or `grpc`, or leave `receivers` out',
    );
  }
  const allowance = createByteAllowance(config.service.inFlightBytesMax);
  const pipeline = await openPipeline({ config, logger, clock, random, allowance });
  let closing: Promise<void> | undefined;
  let receivers: Receivers;
  try {
    receivers = await pipeline.startReceivers(pagesOf(pipeline, () => closing === undefined));
  } catch (error) {
    await pipeline.close(AbortSignal.abort());
    throw error;
  }
  const listening = [receivers.http, receivers.grpc].flatMap((each) => each ?? []);
  const [{ port, url } = { port: 0, url: '' }] = listening;
  return {
    port,
    url,
    ...(receivers.grpc && { grpcUrl: receivers.grpc.url }),
    flush: () => pipeline.flush(new AbortController().signal),
    reload: async () => {
      await pipeline.reloadBooks();
      for (const receiver of listening) await receiver.reloadTls();
    },
    close: () => {
      closing ??= shutDown(listening, pipeline, config.service.shutdownTimeoutMs, clock);
      return closing;
    },
  };
}

/** Everything within one time limit: the receivers may use all of it, the rest gets what is left. */
async function shutDown(receivers: readonly Receiver[], pipeline: Pipeline, timeoutMs: number, clock: Clock): Promise<void> {
  const timeUp = new AbortController();
  const finished = new AbortController();
  void clock.wait(timeoutMs, finished.signal).then(() => timeUp.abort());
  await Promise.all(receivers.map((receiver) => receiver.stop(timeoutMs)));
  await pipeline.close(timeUp.signal);
  finished.abort();
}

function pagesOf(pipeline: Pipeline, isReady: () => boolean): Readonly<Record<string, Page>> {
  const plain = 'text/plain; charset=utf-8';
  return {
    '/healthz': async () => ({ status: 200, contentType: plain, body: 'ok\n' }),
    '/readyz': async () =>
      isReady()
        ? { status: 200, contentType: plain, body: 'ready\n' }
        : { status: 503, contentType: plain, body: 'shutting down\n' },
    '/metrics': async () => ({ status: 200, contentType: pipeline.metrics.contentType, body: await pipeline.metrics.text() }),
  };
}
