import { createByteAllowance } from './byte-allowance.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import type { Exporter } from './exporters/exporter.ts';
import { openFileExporter } from './exporters/file.ts';
import type { Logger } from './logger.ts';
import { memoryLimitOf } from './memory-limit.ts';
import { toSnapshot } from './metrics-out/metric-family.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';
import type { Page } from './receivers/otlp-http/options.ts';
import type { Receiver } from './receivers/receiver.ts';
import type { MetricsSnapshot } from './self-metrics.ts';
import { createSharedLimits } from './tenant-limits.ts';
import type { Address, ControlCalls } from './threads/network-protocol.ts';
import { type NetworkThreads, startNetworkThreads } from './threads/network-threads.ts';
import { controlConfig, filesOfSignals } from './threads/share-config.ts';
import { createSharedAllowance, createSharedSums } from './threads/shared-allowance.ts';
import { refuseTakenPorts } from './threads/shared-ports.ts';
import { toJson } from './wire-codecs.ts';

/** A service on one thread or several: what takes requests, and what there is only one of. */
export type ServiceFront = {
  readonly http?: Address;
  readonly grpc?: Address;
  /** The pipeline of this thread. It owns the ledger. */
  readonly pipeline: Pipeline;
  /** What other threads counted, and what the ledger adds up to, beside the metrics of the pipeline. */
  readonly otherMetrics: () => Promise<readonly MetricsSnapshot[]>;
  readonly reload: () => Promise<void>;
  /** What takes requests, to be stopped. */
  readonly receivers: readonly Pick<Receiver, 'stop'>[];
  /** Closes what is left once the pipeline is closed. */
  readonly close: () => Promise<void>;
};

/** What a front works with. */
export type FrontOptions = {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** Pages of the service as a whole. */
  readonly pages: Readonly<Record<string, Page>>;
};

/** Takes requests on this thread. */
export async function openOneThread(options: FrontOptions): Promise<ServiceFront> {
  const allowance = createByteAllowance(options.config.service.inFlightBytesMax, memoryLimitOf(options));
  const pipeline = await openPipeline({ ...options, allowance });
  try {
    const { http, grpc } = await pipeline.startReceivers(options.pages);
    const receivers = [http, grpc].flatMap((each) => each ?? []);
    return {
      ...(http && { http }),
      ...(grpc && { grpc }),
      pipeline,
      otherMetrics: () => costsOf(pipeline),
      reload: async () => {
        const prepared = await Promise.all([pipeline.prepareBooks(), ...receivers.map((receiver) => receiver.prepareTls())]);
        for (const apply of prepared) apply();
      },
      receivers,
      close: async () => undefined,
    };
  } catch (error) {
    await pipeline.close(AbortSignal.abort());
    throw error;
  }
}

/** Takes requests on threads of their own. This one keeps the ledger, writes files and answers for the whole service. */
export async function openThreads(options: FrontOptions, threadCount: number): Promise<ServiceFront> {
  const { config } = options;
  await refuseTakenPorts(config);
  const inFlightSums = createSharedSums(threadCount + 1);
  const allowance = createSharedAllowance(inFlightSums, threadCount, config.service.inFlightBytesMax, () => false);
  const files = await openFiles(config);
  const closeFiles = async (): Promise<void> => void (await Promise.all([...files.values()].map((file) => file.close())));
  let pipeline: Pipeline | undefined;
  try {
    pipeline = await openPipeline({ ...options, config: controlConfig(config), allowance, openedExporters: files });
    const threads = await startNetworkThreads({
      ...options,
      threadCount,
      inFlightSums,
      sharedLimits: createSharedLimits(config),
      pagePaths: Object.keys(options.pages),
      fileExporters: [...files.keys()],
      control: controlCalls(pipeline, files, options.pages),
    });
    return frontOf(pipeline, threads, closeFiles);
  } catch (error) {
    await pipeline?.close(AbortSignal.abort());
    await closeFiles();
    throw error;
  }
}

function frontOf(pipeline: Pipeline, threads: NetworkThreads, close: () => Promise<void>): ServiceFront {
  return {
    ...(threads.http && { http: threads.http }),
    ...(threads.grpc && { grpc: threads.grpc }),
    pipeline,
    otherMetrics: async () => (await Promise.all([threads.metrics(), costsOf(pipeline)])).flat(),
    reload: async () => {
      const apply = await pipeline.prepareBooks();
      await threads.reload();
      apply();
    },
    receivers: [threads],
    close,
  };
}

async function costsOf({ costs }: Pipeline): Promise<readonly MetricsSnapshot[]> {
  return costs === undefined ? [] : [toSnapshot(await costs.read())];
}

/** How the main thread answers network threads. */
function controlCalls(
  { ledger }: Pipeline,
  files: ReadonlyMap<string, Exporter>,
  pages: Readonly<Record<string, Page>>,
): Pick<ControlCalls, 'commit' | 'receive' | 'claim' | 'record' | 'send' | 'page'> {
  return {
    commit: async (facts) => ledger?.commit(facts),
    receive: async (events) => ledger?.receive(events),
    claim: async (claims) => ledger?.claim(claims) ?? [],
    record: async (item) => ledger?.record(item),
    send: async ({ exporter, request }) =>
      (await files.get(exporter)?.send(request, { abort: new AbortController().signal })) ?? {
        kind: 'rejected',
        reason: 'failed',
        message: `${exporter}: not open on the main thread`,
      },
    page: async (path) => (await pages[path]?.()) ?? { status: 404, contentType: 'text/plain', body: '' },
  };
}

async function openFiles(config: Config): Promise<ReadonlyMap<string, Exporter>> {
  const files = new Map<string, Exporter>();
  for (const name of filesOfSignals(config)) {
    const exporter = config.exporters[name];
    if (exporter?.type === 'file') files.set(name, await openFileExporter({ name, config: exporter, toJson }));
  }
  return files;
}
