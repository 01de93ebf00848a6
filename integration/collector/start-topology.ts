import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from '../support/cache-folder.ts';
import { freePorts } from '../support/free-ports.ts';
import { type Backend, startBackend } from '../support/start-backend.ts';
import { startCostspan } from '../support/start-costspan.ts';
import { type RunningProcess, startProcess } from '../support/start-process.ts';

/** One hop that can be stopped and started again on the same addresses and files. */
export type Hop = {
  /** Starts it; `env` stands above what it was started with before. */
  readonly start: (env?: Readonly<Record<string, string>>) => Promise<void>;
  readonly stop: (signal: NodeJS.Signals) => Promise<void>;
  readonly isRunning: () => boolean;
  readonly pid: () => number;
};

/** A Costspan among the hops. */
export type CostspanHop = Hop & { readonly url: string; readonly grpcAddress: string; readonly ledgerFile: string };

/** The processes of each example beside Collector and backend: their configuration files, by the name of the process. */
const processes = {
  'side-branch': { ledger: 'costspan' },
  'inline-hop': { ledger: 'costspan' },
  gateway: { 'meter-1': 'meter', 'meter-2': 'meter', 'meter-3': 'meter', ledger: 'ledger' },
  'ledger-only': { 'meter-1': 'meter', ledger: 'ledger' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A folder of `examples/collector`. */
export type Example = keyof typeof processes;

/** An example, running as its files say. */
export type Topology = AsyncDisposable & {
  /** Where an application sends to over HTTP. */
  readonly url: string;
  readonly grpcAddress: string;
  /** Where the Collector takes OTLP over HTTP. */
  readonly collectorUrl: string;
  readonly collector: Hop;
  /** The Costspan with the authority on cost. */
  readonly ledger: CostspanHop;
  /** The Costspans that price, where they are not the ledger too. */
  readonly meters: readonly CostspanHop[];
  readonly backend: Backend;
};

/** Starts backend, every Costspan and the Collector with the files of an example; only addresses and paths come from here. */
export async function startTopology(example: Example, program: string, folder: string): Promise<Topology> {
  const files = join(repository, 'examples/collector', example);
  const names = Object.entries<string>(processes[example]);
  const ports = await freePorts(5 + 2 * names.length);
  const [grpcAddress = '', httpAddress = '', pricedAddress = '', healthAddress = '', metricsAddress = '', ...rest] = ports.map(
    (port) => `127.0.0.1:${port}`,
  );
  const places = names.map(([name, config], index) => ({
    name,
    config: join(files, `${config}.yaml`),
    endpoint: rest[2 * index] ?? '',
    grpcAddress: rest[2 * index + 1] ?? '',
    ledgerFile: join(folder, `${name}.db`),
  }));
  const urlOf = (wanted: string): string => `http://${places.find(({ name }) => name === wanted)?.endpoint}`;
  const meterPlaces = places.filter(({ name }) => name.startsWith('meter'));
  const backend = await startBackend();
  const addresses = {
    COLLECTOR_GRPC_ENDPOINT: grpcAddress,
    COLLECTOR_HTTP_ENDPOINT: httpAddress,
    COLLECTOR_PRICED_ENDPOINT: pricedAddress,
    COLLECTOR_HEALTH_ENDPOINT: healthAddress,
    COLLECTOR_METRICS_PORT: metricsAddress.split(':')[1] ?? '',
    COLLECTOR_QUEUE_DIRECTORY: join(folder, 'collector-queue'),
    // The defaults would make every fault a matter of minutes.
    COLLECTOR_RETRY_INTERVAL: '1s',
    COSTSPAN_RECORDS_INTERVAL: '1s',
    COLLECTOR_URL: `http://${httpAddress}`,
    COLLECTOR_PRICED_URL: `http://${pricedAddress}`,
    COSTSPAN_URL: urlOf('ledger'),
    LEDGER_URL: urlOf('ledger'),
    LEDGER_KEY: 'a key between our own processes',
    METERS: metersText(meterPlaces.map((place) => place.grpcAddress)),
    BACKEND_URL: backend.url,
  };
  await mkdir(folder, { recursive: true });
  const costspans = places.map((place): CostspanHop => {
    const own = { COSTSPAN_ENDPOINT: place.endpoint, METER_GRPC_ENDPOINT: place.grpcAddress, COSTSPAN_LEDGER: place.ledgerFile };
    const hop = createHop((env) =>
      startCostspan({ config: place.config, folder, env: { ...addresses, ...own, ...env }, endpoint: place.endpoint }),
    );
    return { ...hop, url: `http://${place.endpoint}`, grpcAddress: place.grpcAddress, ledgerFile: place.ledgerFile };
  });
  const collector = createHop((env) =>
    startProcess({
      name: 'Collector',
      command: program,
      args: ['--config', join(files, 'collector.yaml')],
      folder,
      env: { ...addresses, ...env },
      readyUrl: `http://${healthAddress}`,
    }),
  );
  const hops = [collector, ...costspans];
  const stop = async (): Promise<void> => {
    await Promise.all(hops.map((hop) => hop.stop('SIGKILL')));
    await backend.close();
  };
  try {
    await Promise.all(hops.map((hop) => hop.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  const ledger = costspans.at(-1);
  if (ledger === undefined) throw new Error(`${example}: no ledger`);
  return {
    // Where the meter stands at the edge, applications send to it and not to the Collector behind it.
    url: example === 'ledger-only' ? urlOf('meter-1') : `http://${httpAddress}`,
    grpcAddress,
    collectorUrl: addresses.COLLECTOR_URL,
    collector,
    ledger,
    meters: costspans.slice(0, -1),
    backend,
    [Symbol.asyncDispose]: stop,
  };
}

/** Meters as the Collector's `load_balancing` exporter takes them from the environment. */
export function metersText(addresses: readonly string[]): string {
  return `[${addresses.join(', ')}]`;
}

function createHop(start: (env: Readonly<Record<string, string>>) => Promise<RunningProcess>): Hop {
  let process: RunningProcess | undefined;
  return {
    start: async (env = {}) => {
      process = await start(env);
    },
    stop: async (signal) => {
      await process?.stop(signal);
    },
    isRunning: () => process?.isRunning() === true,
    pid: () => process?.pid ?? 0,
  };
}
