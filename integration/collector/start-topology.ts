import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from '../support/cache-folder.ts';
import { freePorts } from '../support/free-ports.ts';
import { type Backend, startBackend } from '../support/start-backend.ts';
import { startCostspan } from '../support/start-costspan.ts';
import { type RunningProcess, startProcess } from '../support/start-process.ts';

/** One hop that can be stopped and started again on the same addresses and files. */
export type Hop = {
  readonly start: () => Promise<void>;
  readonly stop: (signal: NodeJS.Signals) => Promise<void>;
  readonly printed: () => string;
  readonly pid: () => number;
};

/** An example of `examples/collector`, running as its files say. */
export type Topology = AsyncDisposable & {
  /** Where an application sends to: the Collector. */
  readonly url: string;
  readonly grpcAddress: string;
  readonly collector: Hop;
  readonly costspan: Hop;
  readonly costspanUrl: string;
  readonly backend: Backend;
  readonly ledgerFile: string;
};

/** Starts backend, Costspan and Collector with the files of an example; only addresses and paths come from here. */
export async function startTopology(
  example: 'side-branch' | 'inline-hop',
  program: string,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Topology> {
  const files = join(repository, 'examples/collector', example);
  const ports = await freePorts(6);
  const [grpcAddress = '', httpAddress = '', pricedAddress = '', healthAddress = '', costspanAddress = ''] = ports.map(
    (port) => `127.0.0.1:${port}`,
  );
  const backend = await startBackend();
  const ledgerFile = join(folder, 'costspan.db');
  const addresses = {
    COLLECTOR_METRICS_PORT: String(ports[5]),
    COLLECTOR_GRPC_ENDPOINT: grpcAddress,
    COLLECTOR_HTTP_ENDPOINT: httpAddress,
    COLLECTOR_PRICED_ENDPOINT: pricedAddress,
    COLLECTOR_HEALTH_ENDPOINT: healthAddress,
    COLLECTOR_QUEUE_DIRECTORY: join(folder, 'collector-queue'),
    // The default of 30 s would make every fault a matter of minutes.
    COLLECTOR_RETRY_INTERVAL: '1s',
    COLLECTOR_URL: `http://${httpAddress}`,
    COLLECTOR_PRICED_URL: `http://${pricedAddress}`,
    COSTSPAN_ENDPOINT: costspanAddress,
    COSTSPAN_URL: `http://${costspanAddress}`,
    COSTSPAN_LEDGER: ledgerFile,
    BACKEND_URL: backend.url,
    ...env,
  };
  await mkdir(folder, { recursive: true });
  const costspan = createHop(() =>
    startCostspan({ config: join(files, 'costspan.yaml'), folder, env: addresses, endpoint: costspanAddress }),
  );
  const collector = createHop(() =>
    startProcess({
      name: 'Collector',
      command: program,
      args: ['--config', join(files, 'collector.yaml')],
      folder,
      env: addresses,
      readyUrl: `http://${healthAddress}`,
    }),
  );
  const stop = async (): Promise<void> => {
    await collector.stop('SIGKILL');
    await costspan.stop('SIGKILL');
    await backend.close();
  };
  try {
    await Promise.all([costspan.start(), collector.start()]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `http://${httpAddress}`,
    grpcAddress,
    collector,
    costspan,
    costspanUrl: `http://${costspanAddress}`,
    backend,
    ledgerFile,
    [Symbol.asyncDispose]: stop,
  };
}

function createHop(start: () => Promise<RunningProcess>): Hop {
  let process: RunningProcess | undefined;
  let earlier = '';
  return {
    start: async () => {
      process = await start();
    },
    stop: async (signal) => {
      await process?.stop(signal);
      earlier += process?.printed() ?? '';
      process = undefined;
    },
    printed: () => earlier + (process?.printed() ?? ''),
    pid: () => process?.pid ?? 0,
  };
}
