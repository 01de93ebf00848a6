import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config/config.ts';
import { CostspanError } from './errors.ts';
import { createFileWatch } from './file-watch.ts';
import { type Logger, silentLogger } from './logger.ts';
import { createMetricsPump } from './metrics-out/metrics-pump.ts';
import { optional } from './optional.ts';
import { mergeSnapshots } from './self-metrics.ts';
import { openOneThread, openThreads, type ServiceFront } from './service-front.ts';
import { createServicePages } from './service-pages.ts';
import { stopWithin } from './stop-within.ts';
import { canSharePorts } from './threads/shared-ports.ts';
import { watchedFiles } from './watched-files.ts';

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
  let closing: Promise<void> | undefined;
  let front: ServiceFront | undefined;
  const pages = createServicePages({
    isClosing: () => closing !== undefined,
    ledgerFault: () => front?.pipeline.ledger?.fault(),
    metricsText: async () => front?.pipeline.metrics.text(await front.otherMetrics()),
  });
  const threadCount = await usableThreads(config.service.workers, logger);
  const frontOptions = { config, logger, clock, random, pages };
  const opened = threadCount === 1 ? await openOneThread(frontOptions) : await openThreads(frontOptions, threadCount);
  front = opened;
  const { http, grpc, pipeline, receivers } = opened;
  const metricsPump = createMetricsPump({
    ...{ config: config.service.metricsOut, destinations: pipeline.sendMetrics, clock, logger },
    read: async () => mergeSnapshots([await pipeline.metrics.snapshot(), ...(await opened.otherMetrics())]),
    ...optional('costs', pipeline.costs),
  });
  metricsPump.start();
  const reload = oneByOne(opened.reload);
  const watch = createFileWatch({
    ...{ files: watchedFiles(config), intervalMs: config.service.watchFilesMs, clock },
    onChange: () => reloadChanged(reload, logger),
  });
  watch.start();
  const { port, url } = http ?? grpc ?? { port: 0, url: '' };
  return {
    port,
    url,
    ...(grpc && { grpcUrl: grpc.url }),
    flush: () => pipeline.flush(new AbortController().signal),
    reload,
    close: () => {
      closing ??= Promise.all([watch.stop(), metricsPump.stop()])
        .then(() => stopWithin(receivers, pipeline, config.service.shutdownTimeoutMs, clock))
        .then(opened.close);
      return closing;
    },
  };
}

/** Calls one after the other: two reloads at once would use parts of each other. */
function oneByOne(work: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

async function reloadChanged(reload: () => Promise<void>, logger: Logger): Promise<void> {
  try {
    await reload();
    logger.info('price books or certificates changed and were read again');
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    logger.error('price books or certificates changed and cannot be used; the old ones stay in use', { problem });
  }
}

/** Several threads need a system that lets them share a port; where it does not, one takes all requests. */
async function usableThreads(wanted: number, logger: Logger): Promise<number> {
  if (wanted === 1 || (await canSharePorts())) return wanted;
  logger.warn('this system does not let threads share a port; one network thread takes all requests', { workers: wanted });
  return 1;
}
